"""The tab "Many applicants": a table in, the same table with answers out."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr

from loan_space import many
from loan_space.many import ONE_AT_A_TIME, Progress, result_file
from loan_space.serving import Served
from loan_space.wording import LIMITS, NOT_A_DECISION
from shared.errors import InputError
from shared.loan.table.reading import answers_suffix
from shared.loan.table.rows import MOST_ROWS
from shared.loan.table.write import template
from shared.page.html import problem_html, text
from shared.page.uploads import DELETE_UPLOADS, SentFiles, delete_upload, upload_zone
from shared.report.blocks import Table
from shared.report.html import table_html

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
NOT_UPLOADED = "The file could not be uploaded: it is empty or too large."
WORDS = {
    "approve": "approved by both",
    "refuse": "refused by both",
    "disagree": "on which the two disagree",
}


@dataclass(frozen=True)
class ManyView:
    """The handlers of the tab."""

    served: Served

    def answer_upload(self, sent: SentFiles, with_reasons: bool) -> Iterator[tuple[str, Any]]:
        """Progress, then a summary with the download."""
        path = sent.files[0].file.path if sent.files and sent.files[0].file else None
        if path is None:
            yield problem_html(NOT_UPLOADED), gr.skip()
            return
        try:
            source = Path(path)
            with result_file(answers_suffix(source)) as target:
                answering = many.answer_table(
                    self.served, source, target, with_reasons=with_reasons
                )
                for progress in answering:
                    yield progress_text(progress), gr.update(visible=False)
                download = gr.update(value=str(target), visible=True)
                yield summary_html(progress), download
        except InputError as error:
            yield problem_html(str(error)), gr.update(visible=False)
        finally:
            delete_upload(path)


def build(served: Served) -> None:
    """Lay out the tab."""
    view = ManyView(served)
    text(introduction(served))
    reasons = gr.Checkbox(
        label=f"With reasons for each row (at most {many.MOST_WITH_REASONS:,} rows)",
        elem_classes="with-reasons",
    )
    zone = upload_zone(
        "Drop a CSV, Excel or Parquet file here",
        f"Up to {MOST_ROWS:,} rows. A row that cannot be read becomes a row that says why.",
        accept=".csv,.tsv,.txt,.xlsx,.xls,.ods,.parquet,text/csv",
        most=1,
        area="many",
    )
    download = gr.DownloadButton(
        "Download the answers", visible=False, elem_classes="stop download-button"
    )
    shown = text("")
    zone.upload(view.answer_upload, [zone, reasons], [shown, download], **PRIVATE, **ONE_AT_A_TIME)


def introduction(served: Served) -> str:
    """What to send, with a template to download."""
    listed = ", ".join(f"<code>{escape(field.column)}</code>" for field in served.fields)
    content = quote(template(served.fields))
    return (
        '<div class="text"><h2>Many applicants</h2><p>A table with a row for each applicant comes '
        f"back with both answers behind it. <strong>{NOT_A_DECISION}</strong> {LIMITS}</p>"
        f"<p>Columns, in any order, others may stand among them: {listed}. An empty cell is “not "
        "stated”.</p>"
        '<p><a class="quiet download" download="applicants.csv" '
        f'href="data:text/csv;charset=utf-8,{content}">Download a template</a></p></div>'
    )


def progress_text(progress: Progress) -> str:
    """How far it has come."""
    return (
        f'<p class="many-progress" role="status">Answered {progress.rows:,} rows '
        f'<progress max="1" value="{progress.done:.3f}" aria-label="Share of the file"></progress>'
        "</p>"
    )


def summary_html(progress: Progress) -> str:
    """What came out, in sentences, and the first rows."""
    outcomes = ", ".join(
        f"{progress.answers[answer]:,} {words}"
        for answer, words in WORDS.items()
        if answer in progress.answers
    )
    errors = f" {progress.errors:,} could not be read and say why." if progress.errors else ""
    repeated = "".join(
        f" {escape(name)} stands {times:,} times." for name, times in progress.repeated.items()
    )
    heads = ("Row", "Name", *many.result_schema(with_reasons=False).names)
    first = table_html(Table("The first rows", heads, progress.first))
    rows = "1 row" if progress.rows == 1 else f"{progress.rows:,} rows"
    minutes = DELETE_UPLOADS[1] // 60
    return (
        f'<div class="text" role="status"><p><strong>{rows}: {outcomes or "no answer"}.</strong>'
        f"{errors}{repeated} The file can be downloaded for {minutes} minutes; then it is deleted."
        f"</p></div>{first}"
    )
