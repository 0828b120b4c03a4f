"""The parts of a page that both Spaces share."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from shared.checkpoint.loading import Opened
from shared.checkpoint.source import LoadedCheckpoint
from shared.errors import InputError
from shared.page import launch
from shared.page.code_view import code_html
from shared.page.endpoints import MOST_WAITING, file_path, plain_errors
from shared.page.html import footer_html, page_asset, progress_html
from shared.page.schema import explained_revision_of, revision_of
from shared.page.uploads import upload_zone
from shared.palette import css
from shared.report.html import style as report_style
from shared.wording import listed

LOADED = LoadedCheckpoint(Path(), "hub", "f" * 40, "e" * 64, "owner/name", "why")


def test_words_become_a_list_in_a_sentence() -> None:
    assert listed(["a"], "or") == "a"
    assert listed(["a", "b"], "and") == "a and b"
    assert listed(["a", "b", "c"], "or") == "a, b or c"


def test_the_footer_shows_facts_as_text_and_the_revision_short() -> None:
    html = footer_html(LOADED, {"Model": "<b>x</b>"}, "<strong>Limits</strong>", "Kept.")
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<strong>Limits</strong>" in html
    assert "<dd>ffffffffffff</dd>" in html
    assert html.index("Model") < html.index("Revision")


def test_the_footer_says_why_this_checkpoint_answers() -> None:
    late = replace(LOADED, why="The Hub was not used: <late>.")
    assert "Why this checkpoint: The Hub was not used: &lt;late&gt;." in footer_html(
        late, {}, "Limits", "Kept."
    )


def test_snippets_name_the_address_and_the_revision() -> None:
    snippets = {"Python": 'f("{address}", {{}})'}
    html = code_html("http://a&b", LOADED.revision, snippets, "<p>{address}</p>")
    assert "f(&quot;http://a&amp;b&quot;, {})" in html
    assert "<p>http://a&amp;b</p>" in html
    assert "<code>ffffffffffff</code>" in html


@pytest.mark.parametrize(("most", "several"), [(1, False), (2, True)])
def test_one_file_or_several(most: int, several: bool) -> None:
    with gr.Blocks():
        zone: Any = upload_zone("Drop", "Hint", accept=".csv", most=most, area="csv")
    assert ("multiple" in zone.html_template) is several
    assert 'accept=".csv"' in zone.html_template


def test_progress_counts_with_thousands() -> None:
    html = progress_html(1000, 2000000, "rows")
    assert "Answered 1,000 of 2,000,000" in html
    assert 'max="2000000" value="1000" aria-label="Rows answered"' in html


def test_what_is_no_file_is_named() -> None:
    sent = {"path": "x", "meta": {"_type": "gradio.FileData"}}
    assert file_path(sent, "file", "rows.csv") == "x"
    with pytest.raises(InputError, match=r'file must be .* str was sent.*handle_file\("rows\.csv"'):
        file_path("rows.csv", "file", "rows.csv")


def test_an_input_error_becomes_one_that_callers_see() -> None:
    with pytest.raises(gr.Error, match="too large") as caught, plain_errors():
        raise InputError("too large")
    assert caught.value.print_exception is False


def test_a_revision_is_that_of_the_loaded_checkpoint() -> None:
    revision = {
        "source": "hub",
        "repository": "owner/name",
        "revision": "f" * 40,
        "sha256": "e" * 64,
    }
    assert revision_of(LOADED) == revision
    assert explained_revision_of(LOADED) == revision | {"why": LOADED.why}


class Blocks:
    """Notes how it is launched, and ends as soon as it is warm."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.warm = threading.Event()

    def queue(self, **settings: Any) -> None:
        self.asked |= settings

    def launch(self, **settings: Any) -> None:
        self.asked |= settings

    def block_thread(self) -> None:
        assert self.warm.wait(10)


def test_a_space_is_launched_with_the_common_style_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "WARM_UP_AFTER", 0.0)
    blocks: Any = Blocks()
    launch.launch(
        Opened(blocks, LOADED, lambda loaded: blocks, later=None),
        largest_upload="1mb",
        favicon=Path("icon.svg"),
        style=".own {}",
        sessions=3,
        warm_up=lambda loaded: blocks.warm.set(),
    )
    styles = f"{css()}{page_asset('style.css')}{report_style()}"
    assert blocks.asked["head"] == f"<style>{styles}.own {{}}</style>"
    assert (blocks.asked["max_file_size"], blocks.asked["state_session_capacity"]) == ("1mb", 3)
    assert blocks.asked["max_size"] == MOST_WAITING
    assert blocks.asked["run_history"] is False
