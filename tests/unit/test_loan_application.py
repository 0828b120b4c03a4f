"""One applicant, from what is sent to a row of numbers, and into words."""

from dataclasses import replace

import numpy as np
import pytest

from shared.errors import InputError
from shared.loan.fields.application import as_values, notes_on, read_application, say
from shared.loan.fields.checks import doubtful
from shared.loan.fields.declared import FIELDS, Choice, Field
from shared.loan.fields.numbers import meanings

SEEN = {
    "applicant_income": (150.0, 81000.0),
    "coapplicant_income": (0.0, 41667.0),
    "loan_amount": (9.0, 700.0),
    "loan_term": (12.0, 480.0),
}
TRAINED = tuple(replace(field, seen=SEEN.get(field.name)) for field in FIELDS)
AGE = Field(
    "age", "Age", "Applicant's age", "In years.", "number",
    default=40, unit="years", lowest=18, highest=120, seen=(20.0, 80.0),
)  # fmt: skip
NAMES = [field.name for field in FIELDS]
INCOME, AMOUNT, HISTORY, AREA = (
    NAMES.index(name)
    for name in ("applicant_income", "loan_amount", "credit_history", "property_area")
)


def refused(**values):
    with pytest.raises(InputError) as caught:
        read_application(TRAINED, values)
    return str(caught.value)


def test_numbers_stay_and_choices_become_their_index():
    application = read_application(
        TRAINED, {"applicant_income": 4500, "loan_amount": 128.5, "property_area": "rural"}
    )
    assert (application.row[INCOME], application.row[AMOUNT], application.row[AREA]) == (
        4500,
        128.5,
        2,
    )
    assert application.row.shape == (11,) and application.row.dtype == np.float64
    assert application.notes == ()


@pytest.mark.parametrize("nothing", [{}, {"applicant_income": None}, {"applicant_income": " "}])
def test_what_is_missing_none_or_empty_is_not_stated(nothing):
    assert np.isnan(read_application(TRAINED, nothing).row).all()


@pytest.mark.parametrize("text", ["4500", "4500.0", " 4500 "])
def test_a_plain_number_as_text_is_read(text):
    assert read_application(TRAINED, {"applicant_income": text}).row[INCOME] == 4500


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("4500,5", "not a plain number. Write 4500.5 with a point."),
        ("4,500", "may mean 4500 or 4.5. Write 4500 or 4.5."),
        ("4.500", "may mean 4500 or 4.5."),
        ("1 200", "Write 1200."),
        ("1.234,5", "Write 1234.5 with a point."),
        ("1,234.5", "Write 1234.5 with a point."),
        ("1,234,567", "Write 1234567."),
        ("1e3", "Write 1000."),
        ("€4500", "Write 4500."),
        ("abc", "which is not a number."),
        ("NaN", "which is not a number."),
        ("1.2.3", "which is not a number."),
        ("1,2,3", "which is not a number."),
        ("4500 a month", "which is not a number."),
    ],
)
def test_other_text_for_a_number_is_refused_with_what_it_may_mean(text, hint):
    message = refused(applicant_income=text)
    assert message.startswith(f'Applicant\'s income is "{text}"') and hint in message


@pytest.mark.parametrize("value", [True, False, np.True_, [4500], {"a": 1}, 1j])
def test_what_is_no_number_at_all_is_refused(value):
    assert "not a number" in refused(applicant_income=value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_numbers_that_are_none_are_refused(value):
    assert "not a number that an applicant can have" in refused(applicant_income=value)


def test_a_number_out_of_bounds_is_refused_with_unit_bounds_and_a_question():
    assert refused(loan_amount=128_000) == (
        "Amount of the loan is 128,000 thousand; it must lie between 1 and 10,000 thousand. "
        "Did you mean 128?"
    )
    assert "Did you mean 500?" in refused(loan_amount=0.5)
    assert refused(applicant_income=-5).endswith("1,000,000 per month.")


def test_without_a_range_seen_the_question_rests_on_what_is_permitted():
    with pytest.raises(InputError, match=r"Did you mean 128\?"):
        read_application(FIELDS, {"loan_amount": 128_000})


def test_an_unknown_choice_is_refused_with_the_nearest_and_with_all():
    assert refused(property_area="Semi urbn") == (
        'Where the property is: there is no choice "Semi urbn". '
        'Choose urban, semiurban or rural. Did you mean "semiurban"?'
    )
    assert "Did you mean" not in refused(property_area="xyz")


@pytest.mark.parametrize(
    ("name", "value", "index"),
    [
        ("credit_history", "good", 0),
        ("credit_history", " MEETS THE guidelines", 0),
        ("credit_history", 0, 1),
        ("credit_history", 1.0, 0),
        ("dependents", "3", 3),
        ("dependents", 0, 0),
        ("married", True, 0),
    ],
)
def test_a_choice_may_be_its_value_its_label_or_an_alias(name, value, index):
    assert read_application(TRAINED, {name: value}).row[NAMES.index(name)] == index


def test_an_unknown_name_is_refused_with_the_nearest_one():
    assert refused(loan_amonut=120) == (
        'There is no field "loan_amonut". Did you mean "loan_amount"?'
    )
    assert "The fields are applicant_income," in refused(zzz=1)


def test_all_that_is_wrong_is_said_at_once():
    message = refused(applicant_income="abc", property_area="moon", zzz=1)
    assert all(part in message for part in ('"abc"', '"moon"', '"zzz"'))


def test_a_number_unlike_the_training_data_gets_a_note():
    assert read_application(TRAINED, {"applicant_income": 90_000}).notes == (
        "Applicant's income of 90,000 per month is more than any of the training data "
        "(150 to 81,000); the answer is a guess out there.",
    )


def test_a_factor_of_a_thousand_is_asked_about_where_it_would_explain_the_number():
    (note,) = read_application(TRAINED, {"applicant_income": 4}).notes
    assert "less than any" in note and note.endswith("did you mean 4,000?")
    assert read_application(TRAINED, {"applicant_income": 150}).notes == ()


def test_numbers_off_by_a_thousand_are_marked_in_a_table():
    table = np.full((3, 11), np.nan)
    table[:, INCOME] = [4.0, 4000.0, 90_000.0]
    marks = doubtful(TRAINED, table)
    assert marks[:, INCOME].tolist() == [True, False, False] and marks.sum() == 1


def test_values_are_said_in_words():
    assert say(FIELDS[INCOME], 4500.0) == "4,500 per month"
    assert say(FIELDS[AMOUNT], 130.0) == "130 thousand"
    assert say(FIELDS[INCOME], 416.9999847) == "417 per month"
    assert say(AGE, 0.12345) == "0.123 years"
    assert say(FIELDS[HISTORY], 0.0) == "Meets the guidelines"
    assert say(FIELDS[HISTORY], float("nan")) == "not stated"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("4,500", (4500, 4.5)),
        ("4.500", (4500, 4.5)),
        ("0,500", (0.5,)),
        ("12.345.678", (12345678,)),
        ("1'200", (1200,)),
        ("-4500,5", (-4500.5,)),
        ("", ()),
        (",", ()),
    ],
)
def test_what_a_text_may_mean(text, meaning):
    assert meanings(text) == meaning


def random_values(fields, rng):
    """Any applicant, each value or "not stated"."""
    values = {}
    for field in fields:
        if rng.random() < 0.2:
            values[field.name] = None
        elif field.kind == "choice":
            values[field.name] = str(rng.choice(field.values))
        else:
            values[field.name] = float(rng.uniform(field.lowest, field.highest))
    return values


def test_reading_and_saying_as_values_are_inverse():
    rng = np.random.default_rng(7)
    for _ in range(200):
        values = random_values((*TRAINED, AGE), rng)
        application = read_application((*TRAINED, AGE), values)
        assert as_values((*TRAINED, AGE), application.row) == values
        assert notes_on((*TRAINED, AGE), application.row) == application.notes


def test_a_twelfth_field_works_by_adding_it():
    fields = (*TRAINED, AGE)
    application = read_application(fields, {"age": 90})
    assert application.row.shape == (12,) and application.row[11] == 90
    assert "Applicant's age of 90 years is more than any" in application.notes[0]
    with pytest.raises(InputError, match="between 18 and 120 years"):
        read_application(fields, {"age": 3})


def test_a_value_goes_before_a_label_and_a_label_before_an_alias():
    field = Field(
        "size", "Size", "Size", "", "choice",
        choices=(Choice("small", "Large", ("x",)), Choice("large", "X")),
    )  # fmt: skip
    read = [float(read_application((field,), {"size": text}).row[0]) for text in ("large", "x")]
    assert read == [1, 1]
