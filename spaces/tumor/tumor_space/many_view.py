"""The tab "Many slices": up to 100 files, a table that can be sorted, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import InputError
from shared.page.html import page_asset, problem_html, progress_html, text
from shared.page.uploads import NamedFile, SentFiles, delete_upload, upload_zone
from tumor_space.components import READABLE
from tumor_space.many import MOST_FILES, answer_row, check_count
from tumor_space.many_table import csv_link, table_html
from tumor_space.schema import BatchRow
from tumor_space.serving import Served
from tumor_space.wording import COUNTED, LIMITS, NOT_A_DIAGNOSIS

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
        names = [each.name for each in sent.files]
        rows: list[BatchRow] = []
        for index, each in enumerate(sent.files):
            rows.append(self._row(index, each))
            if len(rows) % SHOWN_EVERY == 0 and len(rows) < sent.count:
                yield progress_html(len(rows), sent.count, COUNTED) + table_html(names, rows)
        yield (
            progress_html(len(rows), sent.count, COUNTED)
            + csv_link(names, rows)
            + table_html(names, rows)
        )

    def _row(self, index: int, each: NamedFile) -> BatchRow:
        if each.file is None:
            return {"index": index, "prediction": None, "error": NOT_UPLOADED}
        try:
            return answer_row(self.served, index, each.file.path)
        finally:
            delete_upload(each.file.path)


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
