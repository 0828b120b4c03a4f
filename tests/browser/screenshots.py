"""Write the pictures of both pages that the README shows, from Spaces started for it."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from visit import AT_REST, FLAGS, answered, chromium, scored, show
from visit_loan import open_loan

sys.path.insert(0, str(Path(__file__).parents[1]))

from live_server import running_space
from loan_checkpoint import CHECKPOINT as LOAN

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SHOTS = (
    ("tumor-1280.png", 1280, "light", None),
    ("tumor-1280-dark.png", 1280, "dark", None),
    ("tumor-390.png", 390, "light", None),
    ("tumor-quality-1280.png", 1280, "light", "How good is it?"),
)
LOAN_SHOTS = (("loan-1280.png", 1280, 1480), ("loan-390.png", 390, 2400))  # the page is long
LOAN_EXAMPLE = "disagree"


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
    save(page, name, full_page=tab is None)


def shoot_loan(browser: Browser, address: str, name: str, width: int, height: int) -> None:
    """One picture of the loan page: an example on which the models disagree, if there is one."""
    listing = LOAN / "examples" / "examples.json"
    examples = json.loads(listing.read_text(encoding="utf-8"))
    shown = next((example for example in examples if example["name"] == LOAN_EXAMPLE), examples[0])
    page = open_loan(browser, address, width, shown["values"])
    page.set_viewport_size({"width": width, "height": height})
    save(page, name, full_page=False)


def save(page: Page, name: str, *, full_page: bool) -> None:
    """Write the picture and close the window."""
    page.mouse.move(0, 0)
    page.evaluate(AT_REST)
    page.screenshot(path=IMAGES / name, full_page=full_page)
    page.close()


def main() -> None:
    """All pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        with running_space(Path(folder), "tumor") as server:
            for shot in SHOTS:
                shoot(browser, server.address, *shot)
        with running_space(Path(folder), "loan") as server:
            for shot in LOAN_SHOTS:
                shoot_loan(browser, server.address, *shot)
        browser.close()


if __name__ == "__main__":
    main()
