"""The loan page's main tab: an applicant in, both answers and what follows from them out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from expect_loan import DECISION, DEFAULTS, expect_answer, expect_reasons
from live_server import Server
from loan_checkpoint import Values, predictor, simulated
from playwright.sync_api import Browser, Page, expect
from visit_loan import (
    SOON,
    answered,
    choose,
    filled_in,
    link,
    number,
    open_loan,
    watched,
)

from loan_space.applicant.form import as_sent
from loan_space.applicant.panels import HEADLINES
from shared.loan.fields.application import as_values, read_application
from shared.loan.models.predictor import approval
from shared.loan.why.counterfactuals import advise


def within_reach() -> Values:
    """A simulated applicant whom some change would help."""
    limits = (DECISION.threshold,) * 2
    for values in simulated(approved=False):
        row = read_application(DECISION.fields, values).row
        score = lambda table: approval(predictor(), table)  # noqa: E731
        if advise(score, DECISION.fields, row, limits).kind == "found":
            return as_values(DECISION.fields, row)
    raise AssertionError("There is none: these models cannot be tested so.")


def test_the_answer_is_there_without_pressing_anything(loan_page: Page) -> None:
    expect_answer(loan_page, DEFAULTS)
    expect_reasons(loan_page, DEFAULTS)
    expect(loan_page.locator(".panel")).to_contain_text("Not a lending decision")
    for part in (".advice", ".curve svg", ".neighbours table"):
        expect(loan_page.locator(part)).to_be_visible()


def test_a_field_can_be_not_stated(loan_page: Page) -> None:
    number(loan_page, "applicant_income").fill("")
    choose(loan_page, "credit_history", "")
    wanted = DEFAULTS | {"applicant_income": None, "credit_history": None}
    expect_answer(loan_page, wanted)
    expect_reasons(loan_page, wanted)
    expect(loan_page.locator(".why")).to_contain_text("not stated")
    expect(number(loan_page, "applicant_income")).to_have_attribute("placeholder", "not stated")


def test_start_over_brings_the_defaults_back(loan_page: Page) -> None:
    choose(loan_page, "property_area", "rural")
    number(loan_page, "loan_term").fill("12")
    expect_answer(loan_page, DEFAULTS | {"property_area": "rural", "loan_term": 12})
    loan_page.get_by_role("button", name="Start over").click()
    expect_answer(loan_page, DEFAULTS)
    assert filled_in(loan_page) == as_sent(DEFAULTS)


def test_examples_fill_in_the_form(loan_page: Page, loan_examples: list[dict[str, Any]]) -> None:
    if not loan_examples:
        pytest.skip("This checkpoint has no examples.")
    for example in loan_examples:
        loan_page.get_by_title(example["caption"], exact=True).click()
        expect_answer(loan_page, example["values"])
        assert filled_in(loan_page) == as_sent(example["values"])
        if example["name"] == "out_of_range":
            expect(loan_page.locator(".panel .notes")).to_contain_text("training data")


def test_trying_a_suggestion_makes_both_models_approve(
    browser: Browser, loan_server: Server
) -> None:
    page = open_loan(browser, loan_server.address, 1280, within_reach())
    before = filled_in(page)
    button = page.get_by_role("button", name="Try it").first
    expect(button).to_be_visible(timeout=SOON)
    button.click()
    expect(page.locator(".panel .answer")).to_have_text(HEADLINES["approve"], timeout=SOON)
    expect(page.locator(".advice")).to_contain_text("nothing has to change", timeout=SOON)
    changed = {name for name, value in filled_in(page).items() if value != before[name]}
    able = {field.name for field in DECISION.fields if field.change and not field.protected}
    assert changed and changed <= able
    page.close()


def test_the_curve_is_drawn_over_any_field(loan_page: Page) -> None:
    curve = loan_page.locator(".curve svg")
    loan_page.get_by_label("What if this were another").click()
    loan_page.get_by_role("option", name="Credit history").click()
    expect(curve).to_have_accessible_name(re.compile("credit history"), timeout=SOON)
    number(loan_page, "loan_term").fill("120")
    expect(curve).to_have_accessible_name(re.compile("term of the loan"), timeout=SOON)


def test_other_methods_give_their_opinions_when_asked(
    browser: Browser, loan_server: Server
) -> None:
    page = open_loan(browser, loan_server.address, 390)
    messages = watched(page)
    page.get_by_role("button", name="More: second opinions").click()
    page.get_by_role("button", name="Ask for second opinions").click()
    expect(page.locator(".opinions")).to_contain_text("Integrated Gradients", timeout=60_000)
    page.close()
    assert messages == []


def test_a_link_brings_the_same_applicant_and_is_told_to_no_server(
    browser: Browser, loan_server: Server
) -> None:
    values = DEFAULTS | {"applicant_income": 4321, "credit_history": None, "gender": "female"}
    page = open_loan(browser, loan_server.address, 1280)
    number(page, "applicant_income").fill("4321")
    choose(page, "credit_history", "")
    page.locator(".left-out summary").click()
    choose(page, "gender", "female")
    expect(page).to_have_url(re.compile("applicant_income=4321.*gender=female"))
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".form-status")).to_contain_text("#")
    requests: list[str] = []
    other = browser.new_page()
    other.on("request", lambda request: requests.append(request.url))
    other.goto(page.url)
    answered(other)
    expect_answer(other, values)
    assert filled_in(other) == filled_in(page) == as_sent(values)
    other.goto(link(loan_server.address, DEFAULTS))  # the page is the same: nothing is loaded
    expect_answer(other, DEFAULTS)
    assert not [url for url in requests if "4321" in url.partition("#")[0]]
    assert "4321" not in loan_server.log.read_text(encoding="utf-8")
    page.close()
    other.close()


def test_a_link_that_says_what_cannot_be_is_told_so(browser: Browser, loan_server: Server) -> None:
    page = browser.new_page()
    odd = {"credit_history": "splendid", "shoe_size": 43, "revision": "0123456789ab"}
    page.goto(link(loan_server.address, DEFAULTS | odd))
    answered(page)
    status = page.locator(".form-status")
    for word in ("splendid", "shoe_size", "0123456789ab"):
        expect(status).to_contain_text(word)
    expect_answer(page, DEFAULTS | {"credit_history": None})
    page.close()


def test_on_paper_there_are_values_and_no_controls(loan_page: Page) -> None:
    loan_page.emulate_media(media="print")
    for control in ("button", "input[type=range]", ".help", "[role=tab]", ".loan-examples"):
        assert not [
            element for element in loan_page.locator(control).all() if element.is_visible()
        ], control
    expect(number(loan_page, "applicant_income")).to_be_visible()
    expect(loan_page.get_by_text("Semiurban", exact=True).first).to_be_visible()
    expect(loan_page.get_by_text("Rural", exact=True).first).to_be_hidden()
    for part in (".panel .answer", ".why svg", ".advice", ".foot"):
        expect(loan_page.locator(part)).to_be_visible()
