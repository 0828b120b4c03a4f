"""The tab "Use it from code": snippets with this server's address and revision."""

from collections.abc import Mapping, Sequence
from html import escape

import gradio as gr

from shared.page.gradio_internals import public_address
from shared.page.html import SHORT, page_asset, text
from shared.report.blocks import Code, Table
from shared.report.html import table_html


def build(blocks: gr.Blocks, revision: str, snippets: Mapping[str, str], endpoints: str) -> None:
    """Lay out the tab; the address is taken from the request that loads the page."""
    shown = text("", js_on_load=page_asset("copy.js"))

    def fill(request: gr.Request) -> str:
        return code_html(public_address(request), revision, snippets, endpoints)

    blocks.load(fill, outputs=shown, api_visibility="private", show_progress="hidden", queue=False)


def code_html(address: str, revision: str, snippets: Mapping[str, str], endpoints: str) -> str:
    """The snippets and what else a program may want to know.

    Args:
        address: of this server.
        revision: of the checkpoint.
        snippets: code by language, with `{address}` in it; other braces are doubled.
        endpoints: HTML about the endpoints, with `{address}` in it too.
    """
    sections = "".join(
        _snippet(name, code.format(address=address)) for name, code in snippets.items()
    )
    return (
        '<div class="text"><h2>Use it from code</h2><p>Answers come from revision '
        f"<code>{escape(revision[:SHORT])}</code>, "
        "and every answer names it. The names, types and defaults below are a contract and do not "
        "change.</p>"
        f"{sections}{endpoints.replace('{address}', escape(address))}</div>"
    )


def endpoints_html(rows: Sequence[tuple[str, str, str]], more: str, refused: str) -> str:
    """What a program can call, with `{address}` in it.

    Args:
        rows: the endpoints: name, parameters, answers.
        more: HTML below their table.
        refused: what cannot be used, and raises an error: "A value that ...".
    """
    told = [(Code(name), parameters, answers) for name, parameters, answers in rows]
    table = table_html(Table("Endpoints", ("Name", "Parameters", "Answers with"), told))
    return (
        f"<section><h3>Endpoints</h3>{table}{more}<p>Types and defaults: "
        '<a class="underlined" href="{address}/gradio_api/openapi.json">openapi.json</a>. The same '
        "endpoints are tools for language models (MCP) at <code>{address}/gradio_api/mcp/</code>. "
        f"{refused} raises an error that says why.</p></section>"
    )


def _snippet(name: str, code: str) -> str:
    return (
        f'<section class="snippet"><div class="snippet-head"><h3>{name}</h3>'
        f'<button type="button" class="quiet copy" aria-label="Copy the {name} snippet">Copy'
        "</button></div>"
        f'<pre tabindex="0" aria-label="{name} snippet"><code>{escape(code)}</code></pre></section>'
    )
