"""A visitor's page is open while a Space waits for its only model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_emulator.server import Hub
from playwright.sync_api import Browser, Page, expect
from published_space import bundled_of, running_published, write_published
from visit import grave_findings

pytestmark = pytest.mark.slow


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 390, "height": 800})
    yield opened
    opened.close()


def test_it_says_why_and_becomes_the_real_page_by_itself(
    hub: Hub, tmp_path: Path, window: Page
) -> None:
    space = write_published(hub, "loan", bundled_of("loan"), tmp_path / "space", own=None)
    hub.fail("resolve", 500, times=0)
    problems: list[str] = []
    window.on("pageerror", lambda error: problems.append(str(error)))
    with running_published(hub, space, tmp_path / "home") as server:
        window.goto(server.address)
        expect(window.locator(".waiting h2")).to_have_text("The model is not here yet")
        reason = window.locator(".waiting .reason")
        expect(reason).to_contain_text("is out of order (HTTP 500)")
        expect(reason).to_have_attribute("aria-live", "polite")
        assert grave_findings(window) == []
        hub.heal()
        hub.fail("resolve", 429, times=0)
        expect(reason).to_contain_text("is asked too often (HTTP 429)", timeout=90_000)
        hub.heal()
        expect(window.locator(".foot")).to_contain_text("the Hugging Face Hub", timeout=90_000)
        expect(window.locator(".waiting h2")).to_have_count(0)
    assert problems == []
