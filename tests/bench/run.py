"""Measure the tumor Space, as ratios, in one run on one machine.

    python tests/bench/run.py [--json docs/bench.json] [--quick]

It is run by its path: the repository root must stay off sys.path, where the folder `spaces` would
hide a package that Gradio looks for.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import in_process
import machine
import over_http
import start
from example_slice import example_with_map
from rows import Row, as_json, table

from shared.checkpoint.source import load_checkpoint

SPACE = Path(__file__).parents[2] / "spaces" / "tumor"
FULL = over_http.Effort(rounds=10, repeats=10, rushes=3, seconds=10, requests=200, settle=20)
QUICK = over_http.Effort(rounds=2, repeats=2, rushes=1, seconds=2, requests=10, settle=12)


def main() -> None:
    """Measure, print the table, write the JSON."""
    arguments = _arguments()
    before = machine.load()
    checkpoint = load_checkpoint(SPACE, variable="TUMOR_CHECKPOINT", task="tumor").folder
    rows = measure(checkpoint, quick=arguments.quick)
    facts = {
        **machine.facts(),
        "load_before": before,
        "load_after": machine.load(),
        "model_sha256": hashlib.sha256((checkpoint / "model.onnx").read_bytes()).hexdigest(),
        "quick": arguments.quick,
    }
    print(table(rows))
    if arguments.json:
        text = json.dumps(as_json(facts, rows), indent=1) + "\n"
        arguments.json.write_text(text, encoding="utf-8")


def measure(checkpoint: Path, *, quick: bool) -> list[Row]:
    """All comparisons; minutes."""
    app, example = SPACE / "app.py", example_with_map(checkpoint)
    print("Starting the Space and a no-op app in turns ...", flush=True)
    rows = start.measure(app, example, starts=2 if quick else 7)
    print("Asking the Space and a naive one over HTTP ...", flush=True)
    rows += over_http.measure(app, checkpoint, example, QUICK if quick else FULL)
    print("Answering in this process ...", flush=True)
    rounds, repeats = (3, 5) if quick else (20, 15)
    return rows + in_process.measure(checkpoint, example, rounds=rounds, repeats=repeats)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the tumor Space, as ratios.")
    parser.add_argument("--json", type=Path, help="where to write the record")
    parser.add_argument(
        "--quick", action="store_true", help="few repetitions, to see that it works"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
