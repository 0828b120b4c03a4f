"""Measure the Spaces, as ratios, in one run on one machine.

    python tests/bench/run.py [--space tumor|loan] [--json docs/bench.json] [--quick]

It is run by its path: the repository root must stay off sys.path, where the folder `spaces` would
hide a package that Gradio looks for.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import Any

import machine
from record import read_record, with_space, write_record
from rows import Row, table

SPACES = ("tumor", "loan")


def main() -> None:
    """Measure, print a table for each Space, write the JSON."""
    arguments = _arguments()
    path = arguments.json
    if path:
        read_record(path)  # whatever is wrong with it is told now, not after minutes
    for space in (arguments.space,) if arguments.space else SPACES:
        facts, rows = measure(space, quick=arguments.quick)
        print(table(rows), flush=True)
        if path:
            write_record(path, with_space(read_record(path), space, facts, rows))


def measure(space: str, *, quick: bool) -> tuple[dict[str, Any], list[Row]]:
    """Facts about machine and software, and what was found of one Space."""
    before = machine.load()
    bench = importlib.import_module(f"measure_{space}")  # each loads much that the other does not
    loaded = bench.checkpoint()
    rows = bench.measure(loaded, quick=quick)
    facts = {
        **machine.facts(),
        "load_before": before,
        "load_after": machine.load(),
        "checkpoint_sha256": loaded.sha256,
        "quick": quick,
    }
    return facts, rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the Spaces, as ratios.")
    parser.add_argument("--space", choices=SPACES, help="one of them; all if not given")
    parser.add_argument("--json", type=Path, help="where the record is; other Spaces' rows stay")
    parser.add_argument(
        "--quick", action="store_true", help="few repetitions, to see that it works"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
