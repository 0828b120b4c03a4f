"""The fields of an application, declared in this one place.

Form, API, CSV check, training, advice and model card are all made from them. A checkpoint keeps the
fields that its models were trained with, and the Space reads them from there.

An application is a row of numbers in the order of its fields: a number field as it is, a choice as
the index of the choice, and NaN for "not stated". Many are a table, (N, F) float64.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal


@dataclass(frozen=True)
class Choice:
    """One of the answers to a field; a CSV may hold its aliases for it, in any case."""

    value: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One field of an application.

    Attributes:
        name: in the API.
        column: in a CSV.
        label: on the page.
        help: one sentence for whoever fills in the form.
        kind: "number" or "choice".
        change: whether the applicant can change it: "more" and "less" name the one direction that
            is within reach, "any" both, None neither.
        protected: whether it describes who the applicant is; never offered as advice.
        default: what the form shows first; None is "not stated".
        choices: of a choice, in their order.
        unit: of a number, as it stands behind it.
        thousands: whether a number counts thousands.
        lowest, highest: what a number can be at all; beyond that it is refused.
        step: between the values that advice and sliders try.
        seen: lowest and highest value of the training data; None before training.
    """

    name: str
    column: str
    label: str
    help: str
    kind: Literal["number", "choice"]
    change: Literal["more", "less", "any"] | None = None
    protected: bool = False
    default: float | str | None = None
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    thousands: bool = False
    lowest: float = 0.0
    highest: float = 0.0
    step: float = 1.0
    seen: tuple[float, float] | None = None

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The choices as the API names them."""
        return tuple(choice.value for choice in self.choices)

    @cached_property
    def spellings(self) -> dict[str, int]:
        """Every way to write a choice, casefolded, with the index of the choice.

        A value goes before a label, a label before an alias, where two choices claim the same.
        """
        spelled: dict[str, int] = {}
        for ways in (
            [(choice.value,) for choice in self.choices],
            [(choice.label,) for choice in self.choices],
            [choice.aliases for choice in self.choices],
        ):
            for index, texts in enumerate(ways):
                spelled |= {text.casefold(): index for text in texts} | spelled
        return spelled


Fields = tuple[Field, ...]

YES_NO = (Choice("yes", "Yes", ("y", "true", "1")), Choice("no", "No", ("n", "false", "0")))

FIELDS: Fields = (
    Field(
        "applicant_income", "ApplicantIncome", "Applicant's income",
        "What the applicant earns, before tax.", "number",
        change="more", default=4000, unit="per month", highest=1_000_000, step=250,
    ),
    Field(
        "coapplicant_income", "CoapplicantIncome", "Co-applicant's income",
        "What a second person who signs the loan earns; 0 without one.", "number",
        change="more", default=1500, unit="per month", highest=1_000_000, step=250,
    ),
    Field(
        "loan_amount", "LoanAmount", "Amount of the loan",
        "How much is to be borrowed, in thousands.", "number",
        change="less", default=130, unit="thousand", thousands=True, lowest=1, highest=10_000,
        step=5,
    ),
    Field(
        "loan_term", "Loan_Amount_Term", "Term of the loan",
        "Over how many months it is to be paid back; 360 are thirty years.", "number",
        change="any", default=360, unit="months", lowest=1, highest=600, step=12,
    ),
    Field(
        "credit_history", "Credit_History", "Credit history",
        "Whether earlier debts were paid back as the lender's guidelines want.", "choice",
        default="good",
        choices=(
            Choice("good", "Meets the guidelines", ("1", "1.0", "yes", "meets guidelines")),
            Choice("bad", "Does not meet them", ("0", "0.0", "no", "does not meet guidelines")),
        ),
    ),
    Field(
        "property_area", "Property_Area", "Where the property is",
        "The kind of place where the house or flat stands.", "choice",
        default="semiurban",
        choices=(
            Choice("urban", "Urban"), Choice("semiurban", "Semiurban", ("semi-urban",)),
            Choice("rural", "Rural"),
        ),
    ),
    Field(
        "education", "Education", "Education", "Whether the applicant has a degree.", "choice",
        default="graduate",
        choices=(
            Choice("graduate", "Graduate", ("yes",)),
            Choice("not_graduate", "Not a graduate", ("not graduate", "no")),
        ),
    ),
    Field(
        "self_employed", "Self_Employed", "Self-employed",
        "Whether the applicant works for their own account.", "choice",
        default="no", choices=YES_NO,
    ),
    Field(
        "gender", "Gender", "Gender", "As the data has it.", "choice", protected=True,
        choices=(Choice("female", "Female", ("f", "woman")), Choice("male", "Male", ("m", "man"))),
    ),
    Field(
        "married", "Married", "Married", "Whether the applicant is married.", "choice",
        protected=True, choices=YES_NO,
    ),
    Field(
        "dependents", "Dependents", "Dependents",
        "How many people live on the applicant's income.", "choice", protected=True,
        choices=(
            Choice("0", "None", ("0.0", "none")), Choice("1", "One", ("1.0",)),
            Choice("2", "Two", ("2.0",)), Choice("3+", "Three or more", ("3", "3.0", "4", "4.0")),
        ),
    ),
)  # fmt: skip


def as_json(fields: Fields) -> list[dict[str, Any]]:
    """Fields as a checkpoint keeps them."""
    return [asdict(field) for field in fields]


def from_json(recorded: list[Mapping[str, Any]]) -> Fields:
    """Fields from a checkpoint.

    Raises:
        KeyError, TypeError, ValueError: it is not a record of fields.
    """
    return tuple(_field(record) for record in recorded)


def _field(recorded: Mapping[str, Any]) -> Field:
    values = dict(recorded)
    values["choices"] = tuple(
        Choice(choice["value"], choice["label"], tuple(choice["aliases"]))
        for choice in values["choices"]
    )
    seen = values.get("seen")
    values["seen"] = (float(seen[0]), float(seen[1])) if seen else None
    return Field(**values)
