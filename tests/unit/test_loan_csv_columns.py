"""Which column of a table holds which field."""

import pytest

from shared.errors import InputError
from shared.loan.fields.declared import FIELDS, Field
from shared.loan.table.columns import match_columns

COLUMNS = [field.column for field in FIELDS]
AGE = Field("age", "Age", "Applicant's age", "In years.", "number", default=40, highest=120)


def refused(header, fields=FIELDS):
    with pytest.raises(InputError) as caught:
        match_columns(fields, header)
    return str(caught.value)


@pytest.mark.parametrize("way", ["column", "name", "label"])
def test_columns_names_and_labels_are_known(way):
    header = [getattr(field, way) for field in FIELDS]
    assert match_columns(FIELDS, header).fields == tuple(range(11))


@pytest.mark.parametrize("name", ["loanamount", "LOAN AMOUNT", " Loan-Amount ", "loan__amount"])
def test_case_spaces_underscores_and_hyphens_do_not_matter(name):
    header = [name if column == "LoanAmount" else column for column in COLUMNS]
    assert match_columns(FIELDS, header).fields == tuple(range(11))


def test_the_order_does_not_matter_and_extra_columns_are_kept():
    match = match_columns(FIELDS, ["Loan_ID", *reversed(COLUMNS), "Loan_Status", ""])
    assert match.fields == tuple(range(11, 0, -1))
    assert match.extra == (0, 12, 13)
    assert match.id == 0


def test_the_first_extra_column_that_ends_in_id_names_the_rows():
    assert match_columns(FIELDS, ["Paid", "customer id", "Loan_ID", *COLUMNS]).id == 1
    assert match_columns(FIELDS, [*COLUMNS, "Note"]).id is None


def test_two_columns_of_one_field_are_refused_by_name():
    message = refused([*COLUMNS, "loan_amount", "gender"])
    assert 'LoanAmount stands in 2 columns: "LoanAmount" and "loan_amount".' in message
    assert 'Gender stands in 2 columns: "Gender" and "gender".' in message


def test_extra_columns_may_stand_twice():
    assert match_columns(FIELDS, ["Note", *COLUMNS, "Note"]).extra == (0, 12)


def test_all_missing_columns_are_named_with_the_header_they_may_hide_behind():
    header = ["ApplicantIncom", "Loan_ID", *COLUMNS[1:-1]]
    assert refused(header) == (
        "2 columns are missing: ApplicantIncome, Dependents. "
        'Is "ApplicantIncom" meant to be ApplicantIncome?'
    )


def test_an_unknown_header_is_suggested_once():
    assert refused(["ApplicantsIncom", *COLUMNS[2:]]).count('"ApplicantsIncom"') == 1


def test_a_table_without_a_header_is_told_so():
    message = refused(["5849", "0", "", "360", "1", "Urban"])
    assert message.startswith("The first row must name the columns") and '"5849"' in message


def test_a_twelfth_field_works_by_adding_it():
    assert "1 column is missing: Age." in refused(COLUMNS, (*FIELDS, AGE))
    assert match_columns((*FIELDS, AGE), ["AGE", *COLUMNS]).fields[11] == 0
