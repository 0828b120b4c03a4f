"""Words that the page and the API share: limits, names of the models, signed differences."""

from shared.loan.models.registry import REGISTRY

NOT_A_DECISION = "Not a lending decision."
LIMITS = (
    "A demonstration with two small models that learnt from a few hundred old applications what "
    "one lender decided. They know nothing of you, of any bank, or of whether a loan was paid back."
)
UNLIKE = (
    "This applicant is unlike nearly all that the models have seen, so both answers are guesses."
)
NAMES = {model.key: model.title for model in REGISTRY}
MINUS = "\N{MINUS SIGN}"


def signed(difference: float) -> str:
    """A difference of probabilities in points, for a chart: "+12", with a true minus."""
    whole = round(difference * 100)
    return "0" if whole == 0 else f"{'+' if whole > 0 else MINUS}{abs(whole)}"
