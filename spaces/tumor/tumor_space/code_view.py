"""The tab "Use it from code": snippets with this server's address and revision."""

from __future__ import annotations

from html import escape

import gradio as gr
from gradio.route_utils import get_root_url

from tumor_space.components import asset, text
from tumor_space.footer import SHORT
from tumor_space.serving import Served

PYTHON = """\
from gradio_client import Client, handle_file

client = Client("{address}")
answer = client.predict(image=handle_file("slice.png"), api_name="/predict")
print(answer["label_text"], answer["probabilities"], answer["prediction_set"])

# where it looked: raw numbers, a picture, and how far to trust it
seen = client.predict(image=handle_file("slice.png"), evidence=True, api_name="/explain")
print(seen["map"]["values"], seen["evidence"])
"""
JAVASCRIPT = """\
import {{ Client, handle_file }} from "@gradio/client";

const client = await Client.connect("{address}");
const image = handle_file("https://example.org/slice.png");
const {{ data }} = await client.predict("/predict", {{ image }});
console.log(data[0].label_text, data[0].probabilities, data[0].prediction_set);
"""
CURL = """\
FILE=$(curl -s -F files=@slice.png {address}/gradio_api/upload | cut -d'"' -f2)
curl -s {address}/gradio_api/run/predict -H 'Content-Type: application/json' \\
  -d '{{"data": [{{"path": "'$FILE'", "meta": {{"_type": "gradio.FileData"}}}}, 0]}}'
"""
SNIPPETS = (("Python", PYTHON), ("JavaScript", JAVASCRIPT), ("curl", CURL))


def build(served: Served, blocks: gr.Blocks) -> None:
    """Lay out the tab; the address is taken from the request that loads the page."""
    shown = text("", js_on_load=asset("copy.js"))

    def fill(request: gr.Request) -> str:
        return code_html(_address(request), served)

    blocks.load(fill, outputs=shown, api_visibility="private", show_progress="hidden", queue=False)


def code_html(address: str, served: Served) -> str:
    """The snippets and what else a program may want to know."""
    revision = served.checkpoint.revision[:SHORT]
    sections = "".join(_snippet(name, text.format(address=address)) for name, text in SNIPPETS)
    return (
        '<div class="text"><h2>Use it from code</h2><p>Answers come from revision '
        f"<code>{escape(revision)}</code>, "
        "and every answer names it. The names, types and defaults below are a contract and do not "
        "change.</p>"
        f"{sections}{asset('endpoints.html').format(address=escape(address))}</div>"
    )


def _snippet(name: str, text: str) -> str:
    return (
        f'<section class="snippet"><div class="snippet-head"><h3>{name}</h3>'
        f'<button type="button" class="quiet copy" aria-label="Copy the {name} snippet">Copy'
        "</button></div>"
        f'<pre tabindex="0" aria-label="{name} snippet"><code>{escape(text)}</code></pre></section>'
    )


def _address(request: gr.Request) -> str:
    """The public address of this server, behind a proxy too."""
    inner = request.request
    assert inner is not None  # Gradio sets it for every event
    return get_root_url(inner, inner.url.path, inner.app.root_path).rstrip("/")
