"""Write the pictures of the page that the README shows, from a Space started for it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from visit import FLAGS, answered, chromium, scored, show

sys.path.insert(0, str(Path(__file__).parents[1]))

from live_server import running_space

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SHOTS = (
    ("tumor-1280.png", 1280, "light", None),
    ("tumor-1280-dark.png", 1280, "dark", None),
    ("tumor-390.png", 390, "light", None),
    ("tumor-quality-1280.png", 1280, "light", "How good is it?"),
)


def shoot(
    browser: Browser, address: str, name: str, width: int, scheme: str, tab: str | None
) -> None:
    """One picture: an example with its answer, or a tab."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)
    page.wait_for_selector(".zone-target")
    if tab:
        show(page, tab)
    else:
        page.locator(".example").first.click()
        answered(page)
        scored(page)
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / name, full_page=tab is None)
    page.close()


def main() -> None:
    """All pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_space(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for shot in SHOTS:
            shoot(browser, server.address, *shot)
        browser.close()


if __name__ == "__main__":
    main()
