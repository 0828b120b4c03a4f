"""Write the recorded figures into a page: `python -m training.figures README.md`.

Between `<!-- figures:NAME -->` and `<!-- /figures:NAME -->`, from the record of that name; nobody
types numbers.
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from shared.report import blocks
from shared.report.markdown import blocks_markdown, table_markdown

ROOT = Path(__file__).parents[1]


def headline(record: dict[str, Any]) -> str:
    """The headline of a checkpoint."""
    table = blocks_markdown([blocks.headline(record)])
    return f"{table}\n\nData: {record['data']['name']}. Intervals: {record['interval']}."


def short(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def bench(record: dict[str, Any], space: str) -> str:
    """The rows of the bench for one Space.

    Raises:
        LookupError: it has not been measured.
    """
    if space not in record["machine"]:
        raise LookupError(f"The {space} Space has not been measured: run `make bench`.")
    rows = [
        (
            row["label"],
            f"{short(row['ours'])} {row['unit']}",
            "" if row["other"] is None else f"{short(row['other'])} {row['unit']}",
            "" if row["ratio"] is None else f"{row['ratio']:.2f}",
            row["goal"] or "",
            {True: "yes", False: "no", None: ""}[row["met"]],
        )
        for row in record["rows"]
        if row["space"] == space
    ]
    machine = ", ".join(
        f"{k} {v}" for k, v in record["machine"][space].items() if isinstance(v, str | int)
    )
    table = table_markdown(("What", "Ours", "Compared with", "Ratio", "Goal", "Met"), rows)
    return f"{table}\n\nMachine: {machine}."


RECORDS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "tumor": ("spaces/tumor/checkpoint/evaluation.json", headline),
    "loan": ("spaces/loan/checkpoint/evaluation.json", headline),
    "bench": ("docs/bench.json", partial(bench, space="tumor")),
    "bench-loan": ("docs/bench.json", partial(bench, space="loan")),
}


def fill(page: str, root: Path) -> str:
    """The page with every marked section written anew.

    Args:
        page: Markdown with markers.
        root: of the repository, where the records are.

    Raises:
        FileNotFoundError, LookupError: a marked section has no record yet.
    """
    for name, (file, write) in RECORDS.items():
        start, end = f"<!-- figures:{name} -->", f"<!-- /figures:{name} -->"
        if start not in page:
            continue
        text = write(json.loads((root / file).read_text(encoding="utf-8")))
        before, rest = page.split(start, 1)
        page = f"{before}{start}\n{text}\n{end}{rest.split(end, 1)[1]}"
    return page


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    path = parser.parse_args().page
    path.write_text(fill(path.read_text(encoding="utf-8"), ROOT), encoding="utf-8")


if __name__ == "__main__":
    main()
