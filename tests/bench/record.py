"""The record of the bench, which the README's figures are read from.

`{"schema": 2, "machine": {space: facts}, "rows": [{"space", "name", ...}]}`: each Space may be
measured by itself, and the others' rows stay as they were recorded, with the machine they were
recorded on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rows import Row

SCHEMA = 2
DIGITS = 4  # significant

Record = dict[str, Any]


def read_record(path: Path) -> Record:
    """What has been recorded; an empty record where there is none.

    Raises:
        ValueError: the file is not a record of this schema.
    """
    if not path.exists():
        return {"schema": SCHEMA, "machine": {}, "rows": []}
    record: Record = json.loads(path.read_text(encoding="utf-8"))
    if record.get("schema") != SCHEMA:
        raise ValueError(
            f"{path.name} has schema {record.get('schema')!r}; this code writes schema {SCHEMA}. "
            "Move it away and measure again."
        )
    return record


def with_space(record: Record, space: str, machine: dict[str, Any], rows: Sequence[Row]) -> Record:
    """The record with the rows of one Space made anew.

    Args:
        record: as it was.
        space: that was measured; its rows stand where they stood, or at the end.
        machine: facts about the machine, the software and the run.
        rows: what was measured.
    """
    new = [{"space": space, **_rounded(asdict(row))} for row in rows]
    old = record["rows"]
    at = next((k for k, row in enumerate(old) if row["space"] == space), len(old))
    before, after = (
        [row for row in part if row["space"] != space] for part in (old[:at], old[at:])
    )
    return {
        "schema": SCHEMA,
        "machine": {**record["machine"], space: machine},
        "rows": [*before, *new, *after],
    }


def write_record(path: Path, record: Record) -> None:
    """Write a record."""
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    """Numbers to what a time on a shared machine can tell."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, tuple) else value
