"""What a visitor does on the page, for the tests and the screenshots."""

from __future__ import annotations

import os
import shutil

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
# Resolves once nothing has changed for a moment: a tab is filled when it is first shown.
AT_REST = """() => new Promise((done) => {
    let timer;
    const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => { observer.disconnect(); done(); }, 150);
    };
    const observer = new MutationObserver(wait);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    wait();
})"""


def chromium() -> str | None:
    """The browser named by CHROMIUM, else the system's; None for Playwright's own."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def give(page: Page, path: str) -> None:
    """Choose a file in the main tab."""
    page.set_input_files(".zone-file >> nth=0", path)


def answered(page: Page) -> None:
    """Wait for an answer with its map."""
    expect(page.locator(".panel .answer")).to_be_visible(timeout=30_000)
    expect(page.locator(".stage.with-map")).to_be_visible(timeout=60_000)


def scored(page: Page) -> None:
    """Wait for the evidence of the map."""
    expect(page.locator(".evidence:not(.waiting)")).to_be_visible(timeout=60_000)


def show(page: Page, tab: str) -> None:
    """Open a tab, through the overflow menu where the screen is narrow."""
    button = page.get_by_role("tab", name=tab)
    if not button.is_visible():
        page.locator(".overflow-menu > button").click()
        button = page.locator(".overflow-dropdown button", has_text=tab)
    button.click()
    expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    page.evaluate(AT_REST)


def grave_findings(page: Page) -> list[tuple[str, str]]:
    """What axe finds serious or critical: the rule, and the first element that breaks it."""
    violations = Axe().run(page).response["violations"]
    grave = [finding for finding in violations if finding["impact"] in ("serious", "critical")]
    return [(finding["id"], finding["nodes"][0]["html"]) for finding in grave]


def right_edge(page: Page) -> float:
    """How far to the right, in pixels, anything reaches that can be seen and does not scroll."""
    edge: float = page.evaluate(
        "Math.max(...[...document.querySelectorAll('main *')]"
        ".filter((e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }))"
        ".filter((e) => !e.closest('.scroll, pre, .zone-file, svg, .visually-hidden'))"
        ".map((e) => e.getBoundingClientRect().right))"
    )
    return edge
