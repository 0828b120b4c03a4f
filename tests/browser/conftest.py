"""The pages in a browser, as wide as a desktop and as a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from visit_loan import answered, watched

DESKTOP, PHONE = (1280, 900), (390, 844)


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, server: Any) -> Iterator[Page]:
    """The Space in a fresh window; a script error on it fails the test."""
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, permissions=["camera"]
    )
    window = context.new_page()
    problems: list[str] = []
    window.on("pageerror", lambda error: problems.append(str(error)))
    window.goto(server.address)
    window.wait_for_selector(".zone-target")
    yield window
    context.close()
    assert problems == []


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def loan_page(request: pytest.FixtureRequest, browser: Browser, loan_server: Any) -> Iterator[Page]:
    """The loan Space with its first answer; anything in its console fails the test."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    window = context.new_page()
    messages = watched(window)
    window.goto(loan_server.address)
    answered(window)
    yield window
    context.close()
    assert messages == []
