"""What the loan bench measures with; how fast anything is, is not tested."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from loan_applicants import draw_applicants, write_parquet, write_table
from loan_bare import Bare, Ensemble
from loan_in_process import in_turns

from shared.loan.fields.declared import FIELDS, Field
from shared.loan.models.ann import Ann, Encoding, approval
from shared.loan.table.reading import read_chunks

HERE = Path(__file__).parent
LEFT_OPEN = replace(FIELDS[0], default=None, lowest=10, highest=20)


def network(seed: int, *widths: int) -> Ann:
    """Three members with random weights over four features; `widths` are of the hidden layers."""
    rng = np.random.default_rng(seed)
    sizes = (6, *widths, 1)
    numbers = [rng.normal(size=6).astype(np.float32) for _ in range(3)]
    encoding = Encoding(
        np.array([0, 0, 1, 2, 3, 3]), numbers[0], np.abs(numbers[1]) + 0.1, *numbers[1:]
    )
    pairs = list(pairwise(sizes))
    return Ann(
        encoding,
        tuple(rng.normal(size=(3, a, b)).astype(np.float32) for a, b in pairs),
        tuple(rng.normal(size=(3, 1, b)).astype(np.float32) for _, b in pairs),
    )


def test_the_ensemble_in_pytorch_says_what_the_space_says() -> None:
    features = np.random.default_rng(1).normal(size=(5000, 4)).astype(np.float32)
    for ann in (network(2, 8), network(3, 8, 5)):
        probabilities = Bare(Constant(), Ensemble(ann)).predict_proba(features)[1]
        assert probabilities.shape == (5000,)
        assert np.ptp(probabilities) > 0.1
        np.testing.assert_allclose(probabilities, approval(ann, features), atol=1e-6)


class Constant:
    """A classifier that says the same of everybody."""

    def predict_proba(self, features: np.ndarray) -> np.ndarray:
        return np.full((len(features), 2), 0.5)


def test_drawn_applicants_are_the_same_for_the_same_seed_and_within_the_fields() -> None:
    table = draw_applicants(FIELDS, 400, seed=1)
    np.testing.assert_array_equal(table, draw_applicants(FIELDS, 400, seed=1))
    assert not np.array_equal(table, draw_applicants(FIELDS, 400, seed=2), equal_nan=True)
    assert 0 < np.isnan(table).mean() < 0.06
    for field, column in zip(FIELDS, table.T, strict=True):
        low, high = bounds(field)
        stated = column[~np.isnan(column)]
        assert low <= stated.min() < stated.max() <= high
        np.testing.assert_array_equal(stated, np.round(stated))


def bounds(field: Field) -> tuple[float, float]:
    if field.kind == "choice":
        return 0, len(field.choices) - 1
    return field.lowest, field.highest


def test_numbers_without_a_default_are_drawn_too() -> None:
    column = draw_applicants((LEFT_OPEN,), 50, seed=1)
    assert 10 <= np.nanmin(column) < np.nanmax(column) <= 20


@pytest.mark.parametrize(
    "write", [write_table, partial(write_table, quoting=csv.QUOTE_ALL), write_parquet]
)
def test_a_drawn_table_is_read_back_as_it_was_drawn(
    tmp_path: Path, write: Callable[..., None]
) -> None:
    table = draw_applicants(FIELDS, 50, seed=3)
    write(tmp_path / "table", FIELDS, table)
    (chunk,) = read_chunks(tmp_path / "table", FIELDS)
    np.testing.assert_array_equal(chunk.table, table)
    assert chunk.errors == [None] * 50
    assert chunk.ids[:2] == ["LP0000000", "LP0000001"]


def test_inputs_take_turns() -> None:
    taken: list[int] = []
    call = in_turns(taken.append, [1, 2])
    for _ in range(3):
        call()
    assert taken == [1, 2, 1]


def test_the_plain_no_op_app_answers_without_torch() -> None:
    code = "import sys, runpy, gradio; gradio.Blocks.launch = lambda self: None; "
    code += f"runpy.run_path({str(HERE / 'noop_plain_space.py')!r}); "
    code += "sys.exit(any(name in sys.modules for name in ('torch', 'sklearn', 'onnxruntime')))"
    subprocess.run([sys.executable, "-c", code], check=True)
