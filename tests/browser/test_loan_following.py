"""The answers follow the form: typed, dragged, wrong, and never an older one over a newer one."""

from __future__ import annotations

import json
import time
from typing import Any

from expect_loan import DEFAULTS, expect_answer, expect_reasons
from playwright.sync_api import Page, Route, expect
from visit_loan import SOON, choose, number, slider


def test_both_answers_follow_what_is_typed_and_chosen(loan_page: Page) -> None:
    number(loan_page, "loan_amount").fill("480")
    expect_answer(loan_page, DEFAULTS | {"loan_amount": 480})
    choose(loan_page, "credit_history", "bad")
    wanted = DEFAULTS | {"loan_amount": 480, "credit_history": "bad"}
    expect_answer(loan_page, wanted)
    expect_reasons(loan_page, wanted)
    expect(slider(loan_page, "loan_amount")).to_have_attribute("aria-valuetext", "480")


def test_both_answers_follow_a_slider_while_it_is_dragged(loan_page: Page) -> None:
    handle = slider(loan_page, "applicant_income")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    loan_page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    loan_page.mouse.down()
    for share in (0.3, 0.2, 0.1):
        loan_page.mouse.move(box["x"] + box["width"] * share, middle)
    dragged = float(number(loan_page, "applicant_income").input_value())
    assert dragged < 1000
    expect_answer(loan_page, DEFAULTS | {"applicant_income": dragged})
    loan_page.mouse.up()
    expect_reasons(loan_page, DEFAULTS | {"applicant_income": dragged})


def test_a_number_that_cannot_be_is_a_sentence_in_place_of_the_answer(loan_page: Page) -> None:
    number(loan_page, "applicant_income").fill("4,500")
    alert = loan_page.get_by_role("alert")
    expect(alert).to_contain_text('"4,500", which may mean 4500 or 4.5', timeout=SOON)
    expect(loan_page.locator(".panel .bars")).to_have_count(0)
    expect(loan_page.locator(".why, .advice, .curve, .neighbours")).to_have_count(0, timeout=SOON)
    number(loan_page, "applicant_income").fill("4500")
    expect_answer(loan_page, DEFAULTS | {"applicant_income": 4500})
    expect_reasons(loan_page, DEFAULTS | {"applicant_income": 4500})


def test_what_was_typed_is_shown_as_text(loan_page: Page) -> None:
    number(loan_page, "loan_amount").fill("<b>x</b>")
    alert = loan_page.get_by_role("alert")
    expect(alert).to_contain_text("<b>x</b>", timeout=SOON)
    expect(alert.locator("b")).to_have_count(0)


def test_reasons_that_come_late_bring_no_older_answer_back(loan_page: Page) -> None:
    late: list[tuple[Route, Any]] = []
    held = True

    def hold_reasons(route: Route) -> None:
        sent = json.loads(route.request.post_data or "{}").get("data") or []
        if held and len(sent) == 2:  # the form, and the field of the curve
            late.append((route, route.fetch()))
        else:
            route.continue_()

    loan_page.route("**/run/predict", hold_reasons)
    number(loan_page, "loan_amount").fill("400")
    end = time.monotonic() + SOON / 1000
    while not late and time.monotonic() < end:
        loan_page.wait_for_timeout(20)  # lets the handler run
    number(loan_page, "loan_amount").fill("30")
    expect_answer(loan_page, DEFAULTS | {"loan_amount": 30})
    assert late, "no reasons were asked for: the test shows nothing"
    held = False
    for route, reply in late:
        route.fulfill(response=reply)
    for _ in range(20):
        expect_answer(loan_page, DEFAULTS | {"loan_amount": 30})
        loan_page.wait_for_timeout(20)
    expect_reasons(loan_page, DEFAULTS | {"loan_amount": 30})
