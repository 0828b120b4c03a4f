"""The ANN: features in pieces, the same answers in NumPy as in PyTorch, fits that repeat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from loan_applications import small_forest
from safetensors.numpy import save_file

from shared.loan.models.ann import ANN_FILE, Ann, Encoding, approval, encode, open_model, tensors_of
from training.loan.ann import Ensemble, Settings, fit_ann, fit_encoding
from training.loan.candidates import soft_targets

Array = np.ndarray
SMALL = Settings(members=3, units=5, pieces=4, steps=20)


def rows(count: int = 60, seed: int = 0) -> tuple[Array, Array]:
    """A number, a flag, a constant; the number decides."""
    rng = np.random.default_rng(seed)
    number, flag = rng.normal(size=count), rng.integers(0, 2, count)
    seen = np.column_stack([number, flag, np.full(count, 7.0)]).astype(np.float32)
    return seen, (number > 0).astype(np.float64)


def test_a_feature_rises_over_one_piece_after_the_other() -> None:
    two = np.array([0.0, 2.0], np.float32)  # pieces 0..2 and 2..6
    encoding = Encoding(np.zeros(2, np.int64), two, np.array([2.0, 4.0], np.float32),
                        np.zeros(2, np.float32), np.array([1.0, 10.0], np.float32))  # fmt: skip
    encoded = encode(encoding, np.array([[-1.0], [1.0], [3.0], [9.0]], np.float32))
    assert encoded.tolist() == [[0, 0], [0.5, 0], [1, 2.5], [1, 10]]


def test_pieces_end_at_the_quantiles_and_what_never_varies_is_left_out() -> None:
    seen = np.column_stack([np.arange(9), np.arange(9) % 2, np.ones(9)]).astype(np.float32)
    encoding = fit_encoding(seen, 4)
    assert encoding.source.tolist() == [0, 0, 0, 0, 1]
    assert encoding.low.tolist() == [0, 2, 4, 6, 0]
    assert encoding.width.tolist() == [2, 2, 2, 2, 1]
    columns = encode(encoding, seen)
    assert columns.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-6)
    assert columns[:, 4].std() == pytest.approx(1)


def test_without_pieces_features_are_as_they_are() -> None:
    seen, _ = rows()
    encoding = fit_encoding(seen, 0)
    assert encoding.source.tolist() == [0, 1]
    assert np.corrcoef(encode(encoding, seen)[:, 0], seen[:, 0])[0, 1] == pytest.approx(1)


@pytest.mark.parametrize("layers", [1, 2])
def test_numpy_answers_as_pytorch_does(layers: int) -> None:
    seen, _ = rows()
    encoding = fit_encoding(seen, 4)
    inputs = torch.from_numpy(encode(encoding, seen))
    torch.manual_seed(0)
    network = Ensemble(inputs.shape[1], replace(SMALL, layers=layers)).eval()
    with torch.no_grad():
        logits = network(inputs.expand(3, -1, -1))
    weights = tuple(w.detach().numpy() for w in network.weights)
    ann = Ann(encoding, weights, tuple(b.detach().numpy() for b in network.biases))
    wanted = torch.sigmoid(logits.double()).mean(dim=0).numpy()
    assert np.abs(approval(ann, seen) - wanted).max() < 1e-6
    assert wanted.std() > 0.01


def test_a_fit_learns_and_repeats_to_the_last_digit() -> None:
    seen, targets = rows()
    settings = replace(SMALL, steps=60, dropout=0.2)
    state = torch.get_rng_state()
    first, second, other = (fit_ann(seen, targets, settings, seed=s) for s in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert (approval(first, seen) == approval(second, seen)).all()
    assert (approval(first, seen) != approval(other, seen)).any()
    unseen, truth = rows(seed=9)
    assert ((approval(first, unseen) > 0.5) == truth).mean() > 0.85


def test_the_file_holds_the_network(tmp_path: Path) -> None:
    seen, targets = rows()
    ann = fit_ann(seen, targets, SMALL, seed=0)
    save_file({k: np.ascontiguousarray(v) for k, v in tensors_of(ann).items()}, tmp_path / ANN_FILE)
    assert (approval(open_model(tmp_path), seen) == approval(ann, seen)).all()


def test_soft_targets_are_the_word_of_trees_that_did_not_see_the_row() -> None:
    rng = np.random.default_rng(0)
    seen, labels = rng.normal(size=(200, 3)).astype(np.float32), rng.integers(0, 2, 200)
    assert (soft_targets(small_forest(0), seen, labels, 0.0) == labels).all()
    unseen = soft_targets(small_forest(0), seen, labels, 1.0)
    # The labels are luck: a forest that has seen them would know them, this one does not.
    assert np.abs(unseen - labels).mean() > 0.4
    half = soft_targets(small_forest(0), seen, labels, 0.5)
    assert half == pytest.approx((unseen + labels) / 2)
