"""The gate of a release: paired differences worked out by hand, and what cannot be compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from small_checkpoint import HEADLINE, PAIRING, write_checkpoint, write_record

from shared.errors import CheckpointError
from training.draws import Basis, Gated, read_draws, write_draws
from training.metrics import bootstrap, drawn, resampled, share
from training.release.gate import Row, compare, markdown, table

ROWS = 400
BASIS = Basis(data="d", split="s", seed=0, key="k")
EVEN = np.linspace(0, 1, 1000)  # its percentiles can be read off: 2.5 % is 0.025


def measured(folder: Path, right: int, **basis: Any) -> Path:
    """A checkpoint that is right on the first rows of 400, so many."""
    write_checkpoint(folder, value=right / ROWS)
    hits = np.arange(ROWS) < right
    gated = {"macro_f1": Gated(share(hits), np.arange(ROWS), "test")}
    write_draws(folder, gated, Basis(**({**vars(BASIS)} | basis)))
    return write_record(folder, record_of(folder))


def made(folder: Path, value: float, draws: np.ndarray, better: str = "higher") -> Path:
    """A checkpoint with a figure of these draws."""
    write_checkpoint(folder, value=value)
    metadata = {"pairing": json.dumps({"macro_f1": PAIRING})}
    save_file({"macro_f1": draws}, folder / "draws.safetensors", metadata=metadata)
    row = {**HEADLINE, "value": value, "better": better}
    return write_record(folder, record_of(folder) | {"headline": [row]})


def record_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "evaluation.json").read_text(encoding="utf-8")))


def one_row(new: Path, live: Path) -> Row:
    (row,) = compare(new, live).rows
    return row


def test_equal_checkpoints_differ_by_exactly_nothing(tmp_path: Path) -> None:
    row = one_row(measured(tmp_path / "new", 320), measured(tmp_path / "live", 320))
    assert (row.difference, row.low, row.high, row.worse) == (0, 0, 0, False)
    assert (row.new, row.live, row.n) == (0.8, 0.8, HEADLINE["n"])


def test_the_interval_is_that_of_the_differences_of_the_draws(tmp_path: Path) -> None:
    live = np.random.default_rng(5).normal(0.5, 0.2, 1000)  # far wider than the difference
    row = one_row(
        made(tmp_path / "new", 0.7, live - 0.4 + EVEN), made(tmp_path / "live", 0.5, live)
    )
    assert row.difference == pytest.approx(0.2)
    assert row.low == pytest.approx(-0.4 + 0.025)
    assert row.high == pytest.approx(-0.4 + 0.975)
    assert not row.worse


def test_a_small_worsening_passes_and_a_larger_one_does_not(tmp_path: Path) -> None:
    """Two wrong rows more may be luck: some draws hold neither. Eight more may not.

    How often eight of 400 rows are drawn is nearly Poisson with mean 8, of which 2.5 % lie below 3:
    the interval ends at -3 / 400. The interval of either checkpoint alone is wider than the whole
    difference, so that nothing would be found without the pairs.
    """
    live = measured(tmp_path / "live", 320)
    small = one_row(measured(tmp_path / "small", 318), live)
    assert (small.difference, small.high, small.worse) == (-2 / ROWS, 0, False)
    large = one_row(measured(tmp_path / "large", 312), live)
    assert large.difference == -8 / ROWS
    assert large.high == pytest.approx(-3 / ROWS, abs=1.01 / ROWS)
    assert large.worse
    alone = bootstrap(share(np.arange(ROWS) < 320), np.arange(ROWS), seed=0)
    assert alone["high"] - alone["low"] > 3 * (small.high - small.low)
    assert alone["low"] < large.new


def test_a_figure_of_which_less_is_better_is_worse_when_it_grows(tmp_path: Path) -> None:
    live = made(tmp_path / "live", 0.1, 0.1 + EVEN, "lower")
    grown = one_row(made(tmp_path / "grown", 0.2, 0.2 + EVEN, "lower"), live)
    shrunk = one_row(made(tmp_path / "shrunk", 0.05, 0.05 + EVEN, "lower"), live)
    assert (grown.worse, shrunk.worse) == (True, False)
    assert shrunk.high == pytest.approx(-0.05)


@pytest.mark.parametrize(("new", "worse"), [(0.99, True), (1.0, False)])
def test_without_spread_the_difference_alone_decides(
    tmp_path: Path, new: float, worse: bool
) -> None:
    live = made(tmp_path / "live", 1.0, np.ones(1000))
    row = one_row(made(tmp_path / "new", new, np.full(1000, new)), live)
    assert row.low == row.high == pytest.approx(new - 1)
    assert row.worse is worse


def test_what_a_record_would_not_show_is_no_difference(tmp_path: Path) -> None:
    live = made(tmp_path / "live", 0.5, EVEN)
    assert not one_row(made(tmp_path / "new", 0.5, EVEN - 1e-9), live).worse


def test_distances_lose_the_same_bias_on_both_sides(tmp_path: Path) -> None:
    """A mean of distances is larger in every draw than of the rows; the stored draws are moved."""
    rng = np.random.default_rng(0)
    signs = rng.choice([-1.0, 1.0], ROWS)
    signs[: ROWS // 2] = -signs[ROWS // 2 :]  # so that they cancel out

    def distance(weights: np.ndarray) -> float:
        return float(abs((weights * signs).sum()) / weights.sum())

    write_checkpoint(tmp_path)
    each = np.arange(ROWS)
    gated = {
        "plain": Gated(distance, each, "test"),
        "moved": Gated(distance, each, "test", distance=True),
    }
    write_draws(tmp_path, gated, BASIS)
    found = read_draws(tmp_path)
    # The mean of |normal with spread 1 / sqrt(400)| is sqrt(2 / pi) / 20, of the rows it is 0.
    assert found["plain"].values.mean() == pytest.approx((2 / np.pi) ** 0.5 / 20, rel=0.1)
    assert found["moved"].values.mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "other",
    [{"data": "x"}, {"split": "x"}, {"seed": 1}, {"key": "x"}],
    ids=lambda other: next(iter(other)),
)
def test_other_draws_are_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    live, new = measured(tmp_path / "live", 320), measured(tmp_path / "new", 330, **other)
    with pytest.raises(CheckpointError, match="macro_f1 was measured on other rows or with other"):
        compare(new, live)


def test_a_pairing_knows_the_groups_and_the_rows_but_not_the_answers(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    each, hits = np.arange(ROWS), np.arange(ROWS) < 7
    gated = {
        "one": Gated(share(hits), each, "test"),
        "another answer": Gated(share(~hits), each, "test"),
        "other groups": Gated(share(hits), each // 2, "test"),
        "other rows": Gated(share(hits), each, "unseen"),
    }
    write_draws(tmp_path, gated, BASIS)
    pairings = {name: draws.pairing for name, draws in read_draws(tmp_path).items()}
    assert pairings["one"] == pairings["another answer"]
    assert len(set(pairings.values())) == 3


def test_the_draws_cannot_be_repeated_without_the_rows(tmp_path: Path) -> None:
    """By draws that anybody can repeat, the values are 1000 equations for 400 unknown hits."""
    hits = np.random.default_rng(1).random(ROWS) < 0.8
    each, metric = np.arange(ROWS), share(hits)
    weights = np.stack(list(resampled(each, BASIS.seed, 1000)))

    def solved(values: np.ndarray) -> np.ndarray:
        return np.linalg.lstsq(weights / ROWS, values, rcond=None)[0] > 0.5

    assert (solved(drawn(metric, each, BASIS.seed, 1000)) == hits).all()
    write_checkpoint(tmp_path)
    write_draws(tmp_path, {"accuracy": Gated(metric, each, "test")}, BASIS)
    assert (solved(read_draws(tmp_path)["accuracy"].values) == hits).mean() < 0.9


def other_task(new: Path) -> None:
    write_checkpoint(new, task="loan")


def other_data(new: Path) -> None:
    write_record(new, record_of(new) | {"data": {"sha256": "e" * 64}})


def other_split(new: Path) -> None:
    write_record(new, record_of(new) | {"splits": {"sha256": "6" * 64}})


def changed_weights(new: Path) -> None:
    (new / "model.onnx").write_text("trained again", encoding="utf-8")


def lost_decision(new: Path) -> None:
    (new / "decision.json").unlink()


def no_headline(new: Path) -> None:
    write_record(new, record_of(new) | {"headline": []})


def no_direction(new: Path) -> None:
    row = {key: value for key, value in HEADLINE.items() if key != "better"}
    write_record(new, record_of(new) | {"headline": [row]})


def one_more_figure(new: Path) -> None:
    metadata = {"pairing": json.dumps({"macro_f1": PAIRING, "ece": PAIRING})}
    draws = {"macro_f1": EVEN, "ece": EVEN}
    save_file(draws, new / "draws.safetensors", metadata=metadata)
    rows = [HEADLINE, {**HEADLINE, "name": "ece"}]
    write_record(new, record_of(new) | {"headline": rows})


def a_figure_without_draws(new: Path) -> None:
    write_record(new, record_of(new) | {"headline": [HEADLINE, {**HEADLINE, "name": "ece"}]})


def too_few_draws(new: Path) -> None:
    made(new, 0.5, EVEN[:10])


def draws_that_are_no_numbers(new: Path) -> None:
    made(new, 0.5, np.full(1000, np.nan))


def draws_that_are_no_file(new: Path) -> None:
    (new / "draws.safetensors").write_text("cut short", encoding="utf-8")
    write_record(new, record_of(new))


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (other_task, "task 'loan', the live one of 'tumor'"),
        (other_data, "measured on other data: sha256 eeee"),
        (other_split, "measured on another split: sha256 6666"),
        (changed_weights, "model.onnx is not the file that was measured"),
        (lost_decision, "lacks decision.json"),
        (no_headline, "new checkpoint has no sound headline"),
        (no_direction, "new checkpoint has no sound headline"),
        (one_more_figure, "The live checkpoint has no figure ece"),
        (a_figure_without_draws, "ece of the new checkpoint: only one of"),
        (too_few_draws, "no 1000 numbers with a pairing for 'macro_f1'"),
        (draws_that_are_no_numbers, "no 1000 numbers with a pairing for 'macro_f1'"),
        (draws_that_are_no_file, "draws.safetensors cannot be read"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(
    tmp_path: Path, spoil: Callable[[Path], None], fault: str
) -> None:
    live, new = write_checkpoint(tmp_path / "live"), write_checkpoint(tmp_path / "new")
    spoil(new)
    with pytest.raises(CheckpointError, match=fault):
        compare(new, live)


def test_of_the_live_checkpoint_the_record_and_the_draws_are_enough(tmp_path: Path) -> None:
    live, new = write_checkpoint(tmp_path / "live"), write_checkpoint(tmp_path / "new")
    for path in sorted(live.rglob("*")):
        if path.is_file() and path.name not in ("evaluation.json", "draws.safetensors"):
            path.unlink()
    assert not compare(new, live).worse


@pytest.mark.parametrize("name", ["model.onnx", "draws.safetensors"])
def test_a_live_file_that_was_not_measured_is_refused_by_name(tmp_path: Path, name: str) -> None:
    live, new = write_checkpoint(tmp_path / "live"), write_checkpoint(tmp_path / "new")
    (live / name).write_text("another", encoding="utf-8")
    with pytest.raises(CheckpointError, match=f"live checkpoint is not what was measured: {name}"):
        compare(new, live)


def test_a_live_checkpoint_without_hashes_is_refused(tmp_path: Path) -> None:
    live, new = write_checkpoint(tmp_path / "live"), write_checkpoint(tmp_path / "new")
    record = {key: value for key, value in record_of(live).items() if key != "measured"}
    (live / "evaluation.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(CheckpointError, match="Evaluate the live checkpoint again"):
        compare(new, live)


def test_the_table_says_which_way_each_figure_went(tmp_path: Path) -> None:
    live = made(tmp_path / "live", 0.5, EVEN)
    told = {
        name: table(compare(made(tmp_path / name, 0.5 + by, EVEN + by), live)).splitlines()
        for name, by in (("worse", -0.125), ("better", 0.125), ("the same", 0.0))
    }
    for name, (head, row) in told.items():
        assert head.index("n  verdict") == row.index(f"9  {name}")  # columns stand in line
        assert row.endswith(name)
    assert "0.375  0.500     -0.1250  -0.1250 to -0.1250" in told["worse"][1]


def test_chance_is_told_from_change_in_words(tmp_path: Path) -> None:
    live, new = made(tmp_path / "live", 0.5, EVEN), made(tmp_path / "new", 0.5, EVEN[::-1].copy())
    found = markdown(compare(new, live)).splitlines()
    assert found[0] == "| figure | new | live | difference | 95 % interval | n | verdict |"
    assert found[2] == (
        "| Macro-F1 (higher is better) | 0.500 | 0.500 | 0 | -0.9500 to +0.9500 | 9 "
        "| within chance |"
    )
