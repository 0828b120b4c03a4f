"""What holds for every tab of the loan page: accessible, within the screen, by keyboard, alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from live_server import Server
from loan_checkpoint import predictor
from loan_tables import lines, row
from playwright.sync_api import Browser, Page, expect
from visit import grave_findings, right_edge, show
from visit_loan import open_loan, watched

TABS = ("How good is it?", "Many applicants", "Use it from code", "One applicant")
WIDTHS = (1280, 390)
# Numbers all controls that can be used, and returns what they are; of a group of choices, one.
MARK = """() => {
    const kinds = "a[href], button, input:not([type=radio]), input:checked, select, summary";
    return [...document.querySelectorAll(`main :is(${kinds})`)]
        .filter((e) => e.checkVisibility({ visibilityProperty: true }))
        .filter((e) => !e.disabled && !e.closest(".visually-hidden"))
        .map((e, k) => { e.dataset.mark = k; return e.outerHTML.slice(0, 100); });
}"""


def give_table(page: Page, folder: Path) -> None:
    """Send a table with a row that cannot be read, and wait for what comes out."""
    path = folder / "applicants.csv"
    path.write_text(lines(row(), row(LoanAmount="much")))
    page.set_input_files(".files-zone .zone-file", path)
    expect(page.get_by_text("2 rows:")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, loan_server: Server, tmp_path: Path, width: int, scheme: Any
) -> None:
    page = open_loan(browser, loan_server.address, width, color_scheme=scheme)
    for folded in page.locator(".loan-form summary, .why summary").all():
        folded.click()
    for tab in TABS:
        show(page, tab)
        if tab == "Many applicants":
            give_table(page, tmp_path)
        assert grave_findings(page) == [], tab
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_tab_is_wider_than_the_screen(
    browser: Browser, loan_server: Server, tmp_path: Path, width: int
) -> None:
    page = open_loan(browser, loan_server.address, width)
    for tab in TABS:
        show(page, tab)
        if tab == "Many applicants":
            give_table(page, tmp_path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
        assert right_edge(page) <= width, tab
    page.close()


def test_all_comes_from_this_server_and_the_console_stays_empty(
    browser: Browser, loan_server: Server
) -> None:
    page = browser.new_page()
    messages, hosts = watched(page), set()
    page.on("request", lambda request: hosts.add(urlparse(request.url).hostname))
    page.goto(loan_server.address)
    expect(page.locator(".why svg")).to_be_visible(timeout=30_000)
    for tab in TABS:
        show(page, tab)
    page.close()
    assert hosts - {None} == {"127.0.0.1"}
    assert messages == []


def test_the_keyboard_reaches_every_control_of_every_tab(
    browser: Browser, loan_server: Server
) -> None:
    page = open_loan(browser, loan_server.address, 1280)
    page.locator(".left-out summary").click()
    for tab in TABS:
        show(page, tab)
        controls = page.evaluate(MARK)
        assert controls
        page.evaluate("document.activeElement.blur(); document.body.scrollIntoView()")
        reached = set()
        for _ in range(2 * len(controls)):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.dataset.mark"))
        missing = [control for k, control in enumerate(controls) if str(k) not in reached]
        assert missing == [], tab
    page.close()


def test_arrow_keys_change_sliders_and_choices_and_the_focus_is_seen(
    browser: Browser, loan_server: Server
) -> None:
    page = open_loan(browser, loan_server.address, 1280)
    number = page.locator("#f-loan_amount")
    before = number.input_value()
    number.focus()
    page.keyboard.press("Tab")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert float(number.input_value()) > float(before)
    area = page.locator('.field[data-name="property_area"]')
    area.locator("input:checked").focus()
    page.keyboard.press("ArrowRight")
    assert area.locator("input:checked").get_attribute("value") == "rural"
    pill = area.locator("input:checked + span")
    assert pill.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.close()


def test_the_footer_says_what_answers(browser: Browser, loan_server: Server) -> None:
    page = open_loan(browser, loan_server.address, 390)
    foot = page.locator(".foot")
    for words in ("Not a lending decision", "Revision", "kept or logged", "Apache License"):
        expect(foot).to_contain_text(words)
    for name in predictor().decision.names:
        expect(foot).to_contain_text(name)
    page.close()


def test_the_snippets_name_this_server(browser: Browser, loan_server: Server) -> None:
    page = open_loan(browser, loan_server.address, 390)
    show(page, "Use it from code")
    for language in ("Python", "JavaScript", "curl"):
        snippet = page.get_by_label(f"{language} snippet", exact=True)
        expect(snippet).to_contain_text(loan_server.address, timeout=30_000)
    page.close()
