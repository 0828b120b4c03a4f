"""What is cheap does not wait behind a large table."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
from gradio_client import Client, handle_file
from loan_checkpoint import ask
from loan_tables import lines, row

ROWS = 200_000  # some seconds of work


def test_answers_overtake_a_large_table(
    loan_client: Client, loan_http: httpx.Client, tmp_path: Path
) -> None:
    path = tmp_path / "large.csv"
    path.write_text(lines(*[row()] * ROWS))
    job = loan_client.submit(file=handle_file(str(path)), api_name="/predict_csv")
    answers = 0
    while not job.done():
        assert ask(loan_http, "predict", {})["models"]
        answers += 1
        time.sleep(0.1)
    assert answers > 5, "they waited for the table, or it was too small for this test"
    with open(job.result(), encoding="utf-8-sig") as result:
        assert sum(1 for _ in result) == ROWS + 1


def test_eight_callers_get_the_same_answer(loan_client: Client) -> None:
    jobs = [loan_client.submit(loan_amount=99, api_name="/explain") for _ in range(8)]
    answers = [job.result(timeout=120) for job in jobs]
    assert all(answer == answers[0] for answer in answers)
