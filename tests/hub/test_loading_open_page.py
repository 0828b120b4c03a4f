"""A visitor's page is open while another model takes over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_emulator.server import Hub
from playwright.sync_api import Browser, Page, expect
from published_space import bundled_of, running_published, wait_for, write_published
from visit import answered, give, scored

pytestmark = pytest.mark.slow
BUNDLED, HUB = "the checkpoint that comes with this Space", "the Hugging Face Hub"


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def test_an_open_page_goes_on_and_stays_true_and_the_next_one_has_the_new_model(
    hub: Hub, tmp_path: Path, window: Page, example: str
) -> None:
    checkpoint = bundled_of("tumor")
    space = write_published(hub, "tumor", checkpoint, tmp_path / "space", own=checkpoint)
    hub.slow("resolve", 10, part="body")
    problems: list[str] = []
    window.on("pageerror", lambda error: problems.append(str(error)))
    with running_published(hub, space, tmp_path / "home") as server:
        window.goto(server.address)
        give(window, example)
        answered(window)
        scored(window)
        wait_for(server, "checkpoint: hub, ")
        window.get_by_role("button", name="More: another").click()
        window.get_by_label("Occlusion").click()  # of the slice that was given before
        expect(window.locator(".stage-caption")).to_contain_text("Occlusion", timeout=120_000)
        give(window, example)
        answered(window)
        expect(window.locator(".foot")).to_contain_text(BUNDLED)
        window.reload()
        expect(window.locator(".foot")).to_contain_text(HUB)
        give(window, example)
        answered(window)
    assert problems == []
