"""How good is it, many slices, use it from code."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import Page, expect
from visit import show


def rows_of(page: Page) -> list[str]:
    """The file names in the table, from top to bottom."""
    return page.locator("table.many tbody th").all_text_contents()


def test_many_slices_are_a_table_that_is_sorted_and_saved(
    page: Page, example: str, tmp_path: Path
) -> None:
    bad = tmp_path / "=1+1.txt"
    bad.write_text("no picture")
    show(page, "Many slices")
    page.set_input_files(".many-zone .zone-file", [example, str(bad), example])
    expect(page.locator(".many-progress")).to_contain_text("Answered 3 of 3", timeout=60_000)
    expect(page.locator("table.many .bad")).to_contain_text("not a picture that can be read")
    page.locator("table.many thead button").first.click()
    ascending = rows_of(page)
    page.locator("table.many thead button").first.click()
    assert rows_of(page) == ascending[::-1] != ascending
    link = page.get_by_role("link", name="Download as CSV").get_attribute("href") or ""
    saved = list(csv.DictReader(io.StringIO(unquote(link.split(",", 1)[1]))))
    assert [row["file"] for row in saved][1] == "'=1+1.txt"
    assert saved[1]["error"]
    assert saved[0]["revision"]


def test_too_many_slices_are_refused(page: Page, example: str) -> None:
    show(page, "Many slices")
    page.set_input_files(".many-zone .zone-file", [example] * 101)
    expect(page.get_by_role("alert")).to_contain_text("at most 100", timeout=30_000)


def test_the_evaluation_is_shown(page: Page) -> None:
    show(page, "How good is it?")
    for title in ("Which class", "When the picture is worse", "What leaks", "Where it fails"):
        expect(page.locator(".quality")).to_contain_text(title)


def test_the_snippets_name_this_server(page: Page, server: Any) -> None:
    show(page, "Use it from code")
    for language in ("Python", "JavaScript", "curl"):
        snippet = page.get_by_label(f"{language} snippet", exact=True)
        expect(snippet).to_contain_text(server.address, timeout=30_000)
