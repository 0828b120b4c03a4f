"""What a visitor does on the loan page, for the tests and the screenshots."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, Locator, Page, expect

SOON = 30_000  # milliseconds that a busy machine may take
MODELS = ("ml", "ann")


def watched(page: Page) -> list[str]:
    """What a page will say in its console and the errors of its scripts, as a list that grows."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: messages.append(str(error)))
    return messages


def open_loan(
    browser: Browser,
    address: str,
    width: int,
    values: dict[str, Any] | None = None,
    **settings: Any,
) -> Page:
    """A fresh window with both answers on it.

    Args:
        browser: where to open it.
        address: of the Space.
        width: of the window.
        values: of the link to an applicant; the form's own defaults without.
        settings: of the window.
    """
    page = browser.new_page(viewport={"width": width, "height": 900}, **settings)
    page.goto(link(address, values) if values else address)
    answered(page)
    return page


def link(address: str, values: dict[str, Any]) -> str:
    """The link to an applicant."""
    return f"{address}/#{urlencode({k: '' if v is None else v for k, v in values.items()})}"


def answered(page: Page) -> None:
    """Wait for both answers and their reasons."""
    expect(page.locator(".panel .answer")).to_be_visible(timeout=SOON)
    expect(page.locator(".why svg")).to_be_visible(timeout=SOON)


def shown_probabilities(page: Page) -> Locator:
    """The probabilities as they are shown, machine learning first."""
    return page.locator(".panel .bar-share")


def number(page: Page, name: str) -> Locator:
    """Where a number is typed."""
    return page.locator(f'.field[data-name="{name}"] input[type=text]')


def slider(page: Page, name: str) -> Locator:
    """Where a number is dragged."""
    return page.locator(f'.field[data-name="{name}"] input[type=range]')


def choose(page: Page, name: str, value: str) -> None:
    """Take a choice; an empty value is "not stated"."""
    page.locator(f'.field[data-name="{name}"] input[value="{value}"]').check(force=True)


def filled_in(page: Page) -> dict[str, str]:
    """What the form holds, by the name of the field."""
    values: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".application .field")].map((f) =>
            [f.dataset.name, (f.querySelector("input[type=text]") ??
                f.querySelector("input:checked"))?.value ?? ""]))"""
    )
    return values
