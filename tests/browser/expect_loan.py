"""What the loan page should show of an applicant, from the models in the tests' own process."""

from __future__ import annotations

from loan_checkpoint import Values, predictor, probabilities
from playwright.sync_api import Page, expect
from visit_loan import SOON, shown_probabilities

from loan_space.applicant.panels import HEADLINES
from loan_space.serving import verdict
from shared.wording import percent

DECISION = predictor().decision
DEFAULTS: Values = {field.name: field.default for field in DECISION.fields}


def shown(values: Values) -> list[str]:
    """What the page should say of an applicant, machine learning first."""
    return [percent(probability) for probability in probabilities(values).values()]


def expect_answer(page: Page, values: Values) -> None:
    """Both answers are those to an applicant."""
    expect(shown_probabilities(page)).to_have_text(shown(values), timeout=SOON)
    approves = [answer >= DECISION.threshold for answer in probabilities(values).values()]
    expect(page.locator(".panel .answer")).to_have_text(HEADLINES[verdict(approves)])


def expect_reasons(page: Page, values: Values) -> None:
    """The waterfall ends where the answers are."""
    ends = page.locator(".why .ends", has_text="This applicant").locator("tspan")
    expect(ends).to_have_text(shown(values), timeout=SOON)
