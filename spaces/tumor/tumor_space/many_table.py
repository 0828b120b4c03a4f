"""The rows of many slices as an HTML table that can be sorted, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from shared.spreadsheet import harmless
from shared.wording import percent
from tumor_space.schema import BatchRow
from tumor_space.wording import class_words, either

COLUMNS = ("File", "Answer", "Probability", "Set", "Note")


def table_html(names: Sequence[str], rows: Sequence[BatchRow]) -> str:
    """The table; `names` and `rows` belong together, `names` may be longer."""
    heads = "".join(
        f'<th scope="col"><button type="button">{name}</button></th>' for name in COLUMNS
    )
    body = "".join(_row_html(names[row["index"]], row) for row in rows)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Answers">'
        f'<table class="many"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def csv_link(names: Sequence[str], rows: Sequence[BatchRow]) -> str:
    """A link that holds the CSV itself, so that no file is left on the server."""
    content = quote(csv_text(names, rows))
    return (
        '<p><a class="primary download" download="answers.csv" '
        f'href="data:text/csv;charset=utf-8,{content}">Download as CSV</a></p>'
    )


def csv_text(names: Sequence[str], rows: Sequence[BatchRow]) -> str:
    """The rows as CSV: file, answer, set, refusal, error, revision and a column for each class."""
    labels = next(
        (list(row["prediction"]["probabilities"]) for row in rows if row["prediction"]), []
    )
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["file", "answer", "set", "refusal", "error", "revision", *labels])
    for row in rows:
        writer.writerow(
            [harmless(cell) for cell in [names[row["index"]], *_csv_cells(row, labels)]]
        )
    return buffer.getvalue()


def _csv_cells(row: BatchRow, labels: Sequence[str]) -> list[str]:
    found = row["prediction"]
    if found is None:
        return ["", "", "", row["error"] or "", "", *("" for _ in labels)]
    shares = [
        "" if found["refusal"] else f"{found['probabilities'][label]:.4f}" for label in labels
    ]
    inside = " ".join(found["prediction_set"])
    return [
        found["label"] or "",
        inside,
        found["refusal"] or "",
        "",
        found["revision"]["revision"],
        *shares,
    ]


def _row_html(name: str, row: BatchRow) -> str:
    found = row["prediction"]
    if found is None:
        cells = ("Error", "", "", row["error"] or "")
        share = -1.0
    elif found["label"] is None:
        cells, share = ("No answer", "", "", found["refusal"] or ""), -1.0
    else:
        share = found["probabilities"][found["label"]]
        cells = (
            class_words(found["label"]),
            percent(share),
            either(found["prediction_set"]),
            " ".join(found["notes"]),
        )
    answer, probability, inside, note = (escape(cell) for cell in cells)
    return (
        f'<tr class="{"" if found else "bad"}"><th scope="row">{escape(name)}</th><td>{answer}</td>'
        f'<td data-sort="{share:.6f}">{probability}</td><td>{inside}</td><td>{note}</td></tr>'
    )
