"""The tab "Many slices": up to 100 files, a table that can be sorted, and the same as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from shared.errors import InputError
from shared.page.html import page_asset, problem_html, progress_html, text
from shared.page.uploads import NamedFile, SentFiles, delete_upload, upload_zone
from shared.report.blocks import Cell, Marked, Probability, Table
from shared.report.html import table_html
from shared.spreadsheet import harmless
from shared.tumor.classes import class_words
from tumor_space.schema import BatchRow
from tumor_space.serving import (
    COUNTED,
    LIMITS,
    MOST_FILES,
    NOT_A_DIAGNOSIS,
    Served,
    answer_row,
    check_count,
    either,
)
from tumor_space.slice_controls import READABLE

COLUMNS = ("File", "Answer", "Probability", "Set", "Note")
SHOWN_EVERY = 4  # slices; a table that grows with every one of them would flicker
NOT_UPLOADED = "The file could not be uploaded: it is empty or too large."
INTRODUCTION = (
    '<div class="text"><h2>Many slices</h2>'
    f"<p>A row for each file. <strong>{NOT_A_DIAGNOSIS}</strong> {LIMITS}</p></div>"
)


@dataclass(frozen=True)
class ManyView:
    """The handler of the tab."""

    served: Served

    def answer_all(self, sent: SentFiles) -> Iterator[str]:
        """The growing table, then the table with its CSV."""
        try:
            check_count(sent.count)
        except InputError as error:
            yield problem_html(str(error))
            return
        names = [file.name for file in sent.files]
        rows: list[BatchRow] = []
        for index, file in enumerate(sent.files):
            rows.append(self._row(index, file))
            if len(rows) % SHOWN_EVERY == 0 and len(rows) < sent.count:
                yield progress_html(len(rows), sent.count, COUNTED) + answers_html(names, rows)
        yield (
            progress_html(len(rows), sent.count, COUNTED)
            + csv_link(names, rows)
            + answers_html(names, rows)
        )

    def _row(self, index: int, sent: NamedFile) -> BatchRow:
        if sent.file is None:
            return {"index": index, "prediction": None, "error": NOT_UPLOADED}
        try:
            return answer_row(self.served, index, sent.file.path)
        finally:
            delete_upload(sent.file.path)


def build(served: Served) -> None:
    """Lay out the tab."""
    text(INTRODUCTION)
    zone = upload_zone(
        f"Drop up to {MOST_FILES} slices here",
        "A file that cannot be used becomes a row that says why.",
        accept=READABLE,
        most=MOST_FILES,
        area="many-zone",
    )
    table = text("", js_on_load=page_asset("table.js"))
    zone.upload(
        ManyView(served).answer_all,
        inputs=zone,
        outputs=table,
        api_visibility="private",
        show_progress="hidden",
        concurrency_id="many",
        concurrency_limit=1,
    )


def answers_html(names: Sequence[str], rows: Sequence[BatchRow]) -> str:
    """The table; `names` and `rows` belong together, `names` may be longer."""
    cells = [(names[row["index"]], *_cells(row)) for row in rows]
    return table_html(Table("Answers", COLUMNS, cells, sorts=True))


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
    answer = row["prediction"]
    if answer is None:
        return ["", "", "", row["error"] or "", "", *("" for _ in labels)]
    return [
        answer["label"] or "",
        " ".join(answer["prediction_set"]),
        answer["refusal"] or "",
        "",
        answer["revision"]["revision"],
        *("" if answer["refusal"] else f"{answer['probabilities'][k]:.4f}" for k in labels),
    ]


def _cells(row: BatchRow) -> Sequence[Cell]:
    answer = row["prediction"]
    if answer is None:
        return ("Error", None, None, Marked(row["error"] or "", "bad"))
    if answer["label"] is None:
        return ("No answer", None, None, answer["refusal"])
    return (
        class_words(answer["label"]),
        Probability(answer["probabilities"][answer["label"]]),
        either(answer["prediction_set"]),
        " ".join(answer["notes"]),
    )
