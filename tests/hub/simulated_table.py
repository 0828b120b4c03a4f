"""A table of simulated applicants to train small loan models from; no row is of a real person.

    python tests/hub/simulated_table.py FOLDER --rows 400 --seed 0

What decides is the credit history, and whether somebody earns more than most: that helps the
employed and hurts the self-employed. Logistic regression cannot learn the second, a forest can, so
that a recipe with the one is clearly worse than a recipe with the other.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

# A script has only its own folder on the path; what tests share lies one above.
sys.path[:0] = [str(Path(__file__).parents[1])]

from loan_applications import made_up, write_csv  # noqa: E402

from training.loan.data import Applications  # noqa: E402

HISTORY, CROSSED = 1.5, 3.0  # how much each weighs, in logits


def simulated(rows: int, seed: int) -> Applications:
    """Applicants and what was decided.

    Args:
        rows: how many.
        seed: of applicants and decisions.
    """
    drawn = made_up(rows, seed)
    column = {field.name: drawn.table[:, k] for k, field in enumerate(drawn.fields)}
    income = column["applicant_income"]
    earns_more = np.where(np.isnan(income), 0.0, np.sign(income - np.nanmedian(income)))
    employed = 2 * np.nan_to_num(column["self_employed"], nan=0.5) - 1  # 1 is the choice "no"
    good = 1 - 2 * np.nan_to_num(column["credit_history"], nan=0.5)
    score = 0.5 + HISTORY * good + CROSSED * earns_more * employed
    noise = np.random.default_rng(seed + 1).logistic(0, 1, rows)
    approved = (score + noise > 0).astype(np.int64)
    return Applications(drawn.fields, drawn.table, approved, drawn.sha256)


def write_table(folder: Path, rows: int = 400, seed: int = 0) -> Path:
    """Write train.csv in the public set's columns; returns the folder."""
    return write_csv(folder, simulated(rows, seed))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(write_table(given.folder, given.rows, given.seed) / "train.csv")


if __name__ == "__main__":
    main()
