"""What holds for every tab: accessible, within the screen, without other hosts, by keyboard."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, Page, expect
from visit import answered, give, grave_findings, right_edge, scored, show

TABS = ("One slice", "How good is it?", "Many slices", "Use it from code")
WIDTHS = (1280, 390)


def open_page(browser: Browser, address: str, width: int, **settings: Any) -> Page:
    """A fresh window of a width."""
    window = browser.new_page(viewport={"width": width, "height": 900}, **settings)
    window.goto(address)
    window.wait_for_selector(".zone-target")
    return window


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, server: Any, example: str, width: int, scheme: Any
) -> None:
    page = open_page(browser, server.address, width, color_scheme=scheme)
    give(page, example)
    scored(page)
    for tab in TABS:
        show(page, tab)
        assert grave_findings(page) == [], tab
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_tab_is_wider_than_the_screen(
    browser: Browser, server: Any, example: str, width: int
) -> None:
    page = open_page(browser, server.address, width)
    give(page, example)
    answered(page)
    for tab in TABS:
        show(page, tab)
        assert right_edge(page) <= width, tab
    page.close()


def test_nothing_is_loaded_from_other_hosts(browser: Browser, server: Any, example: str) -> None:
    page = browser.new_page()
    hosts = set()
    page.on("request", lambda request: hosts.add(urlparse(request.url).hostname))
    page.goto(server.address)
    page.wait_for_selector(".zone-target")
    give(page, example)
    answered(page)
    for tab in TABS:
        show(page, tab)
    page.close()
    assert hosts - {None} == {"127.0.0.1"}


def test_dark_follows_the_system(browser: Browser, server: Any) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        page = open_page(browser, server.address, 1280, color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness[scheme] = sum(int(part) for part in colour[4:-1].split(","))
        page.close()
    assert brightness["dark"] < 150 < 600 < brightness["light"]


def test_the_keyboard_reaches_every_control(browser: Browser, server: Any, example: str) -> None:
    page = open_page(browser, server.address, 1280)
    give(page, example)
    answered(page)
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.className.toString()"))
    wanted = (
        "zone-file",
        "zone-camera",
        "stage-opacity",
        "stage-colours",
        "stage-outline",
        "example",
    )
    missing = [name for name in wanted if not any(name in classes.split() for classes in reached)]
    page.close()
    assert missing == []
    assert any("label-wrap" in classes for classes in reached), "More cannot be reached"


def test_focus_can_be_seen(browser: Browser, server: Any) -> None:
    page = open_page(browser, server.address, 1280)
    page.keyboard.press("Tab")
    page.locator(".zone-camera").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.close()
    assert style == "solid"


def test_the_footer_says_what_answers(browser: Browser, server: Any) -> None:
    page = open_page(browser, server.address, 1280)
    for words in ("Not a diagnosis", "Revision", "Source", "kept or logged", "Apache License"):
        expect(page.locator(".foot")).to_contain_text(words)
    page.close()
