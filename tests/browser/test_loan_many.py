"""Many applicants on the loan page: a table in, a summary and the same table with answers out."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import unquote

from live_server import Server
from loan_tables import HEADER, lines, row, write_xlsx
from playwright.sync_api import Page, expect
from visit import show
from visit_loan import SOON

CHOOSE = ".files-zone .zone-file"
WATCH = """() => {
    window.told = [];
    new MutationObserver(() => {
        const text = document.querySelector(".many-progress")?.textContent;
        if (text && text !== window.told.at(-1)) window.told.push(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def files_in(server: Server) -> set[Path]:
    """What lies in the server's folder for uploads."""
    return {path for path in server.uploads.rglob("*") if path.is_file()}


def test_a_table_is_answered_with_progress_and_can_be_downloaded(
    loan_page: Page, loan_server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "applicants.csv"
    ids = [f"A{k}" for k in range(50_000)]
    table = lines(*(row(Loan_ID=name) for name in ids), row(Loan_ID="last", Gender="robot"))
    path.write_text(table)
    before = files_in(loan_server)
    show(loan_page, "Many applicants")
    loan_page.evaluate(WATCH)
    loan_page.set_input_files(CHOOSE, path)
    summary = loan_page.locator(".block", has_text="50,001 rows").last
    expect(summary).to_be_visible(timeout=SOON)
    expect(loan_page.get_by_text("1 could not be read")).to_be_visible()
    expect(loan_page.locator("caption", has_text="The first rows")).to_be_visible()
    told = loan_page.evaluate("told")
    assert len(told) > 1 and all(re.match("Answered [1-5][0-9],[0-9]{3} rows", t) for t in told)
    with loan_page.expect_download() as downloading:
        loan_page.get_by_role("button", name="Download the answers").click()
    assert downloading.value.suggested_filename == "answers.csv"
    saved = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(saved)))
    assert [answer["Loan_ID"] for answer in rows] == [*ids, "last"]
    assert "robot" in rows[-1]["loan_error"]
    left = files_in(loan_server) - before
    assert {path.name for path in left} <= {"answers.csv"}, "the table itself was kept"


def test_reasons_of_a_workbook_are_given_when_asked_for(loan_page: Page, tmp_path: Path) -> None:
    path = tmp_path / "applicants.xlsx"
    write_xlsx(path, HEADER, row())
    show(loan_page, "Many applicants")
    loan_page.get_by_label("With reasons for each row").check()
    loan_page.set_input_files(CHOOSE, path)
    expect(loan_page.get_by_text("1 row:")).to_be_visible(timeout=SOON)
    with loan_page.expect_download() as downloading:
        loan_page.get_by_role("button", name="Download the answers").click()
    saved = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
    (answer,) = csv.DictReader(io.StringIO(saved))
    assert "approval" in answer["loan_reasons"]


def test_what_is_no_table_is_a_sentence_and_the_page_goes_on(
    loan_page: Page, tmp_path: Path
) -> None:
    show(loan_page, "Many applicants")
    for name, content, reason in (
        ("empty.csv", "", "empty"),
        ("other.csv", "name,age\nx,3\n", "ApplicantIncome"),
        ("wrong.csv", lines(row()).replace("LoanAmount", "Loan Amnt"), '"Loan Amnt"'),
    ):
        (tmp_path / name).write_text(content)
        loan_page.set_input_files(CHOOSE, tmp_path / name)
        expect(loan_page.get_by_role("alert")).to_contain_text(reason, timeout=SOON)
        expect(loan_page.get_by_role("button", name="Download the answers")).to_be_hidden()
    (tmp_path / "right.csv").write_text(lines(row()))
    loan_page.set_input_files(CHOOSE, tmp_path / "right.csv")
    expect(loan_page.get_by_text("1 row:")).to_be_visible(timeout=SOON)
    expect(loan_page.get_by_role("alert")).to_have_count(0)


def test_the_template_can_be_downloaded_and_read_back(loan_page: Page, tmp_path: Path) -> None:
    show(loan_page, "Many applicants")
    address = loan_page.get_by_role("link", name="template").get_attribute("href") or ""
    path = tmp_path / "template.csv"
    path.write_text(unquote(address.split(",", 1)[1]), newline="")
    loan_page.set_input_files(CHOOSE, path)
    expect(loan_page.get_by_text("2 rows:")).to_be_visible(timeout=SOON)
    expect(loan_page.get_by_text("could not be read")).to_have_count(0)
