"""What the gate is fitted on and what it is measured on are kept apart, and can be made again."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from training.tumor import gate_pictures
from training.tumor.gate_drawings import in_other_frame
from training.tumor.gate_pictures import KINDS, brain_from_packages, kinds, pictures


def stored_files(role: gate_pictures.Role) -> set[str]:
    """Files inside packages that the kinds of a role are made of."""
    return {name for kind in kinds(role) for name in getattr(kind.draw, "args", ((),))[0]}


def test_no_kind_and_no_source_has_two_roles() -> None:
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names))
    assert stored_files("tuning")
    assert not stored_files("tuning") & stored_files("measuring")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_drawn_and_varies(kind: gate_pictures.Kind) -> None:
    rng = np.random.default_rng(0)
    first, second = kind.draw(rng), kind.draw(rng)
    for picture in (first, second):
        assert picture.dtype == np.float32
        assert picture.ndim == 2
        assert 0 <= picture.min() <= picture.max() <= 1
    assert first.shape != second.shape or not np.array_equal(first, second)


def test_the_same_seed_draws_the_same_pictures() -> None:
    once, again, other = (list(islice(pictures("tuning", seed), 3)) for seed in (1, 1, 2))
    for (_, a), (_, b), (_, c) in zip(once, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.shape != c.shape or not np.array_equal(a, c)


def test_another_frame_keeps_the_range_and_changes_the_picture() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.random((40, 50), dtype=np.float32)
    changed = [in_other_frame(pixels, rng) for _ in range(20)]
    assert all(0 <= picture.min() <= picture.max() <= 1 for picture in changed)
    assert any(picture.shape != pixels.shape for picture in changed)
    assert sum(float(np.corrcoef(picture.ravel(), pixels.ravel())[0, 1]) < 0 for picture in changed
               if picture.shape == pixels.shape) > 0  # fmt: skip


def test_brains_of_other_sources_are_kept_apart_too() -> None:
    tuning, measuring = (dict(brain_from_packages(role)) for role in ("tuning", "measuring"))
    assert tuning
    assert measuring
    assert not set(tuning) & set(measuring)
    for pixels in [*tuning.values(), *measuring.values()]:
        assert pixels.max() > 0.5
        assert pixels.std() > 0.05
