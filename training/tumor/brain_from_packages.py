"""Brain slices from other sources than the training data: they must not be refused."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib.resources import files

import numpy as np

from shared.slices.slice import to_unit_range
from training.tumor.examples import cut_slice, read_template, scanned, with_skull
from training.tumor.not_brain_drawn import FloatImage

SHAPE, DTYPE = (256, 256), ">u2"


def matplotlib_slice() -> FloatImage:
    """The real MRI slice that ships with matplotlib, 16 bits, upright."""
    path = files("matplotlib").joinpath("mpl-data/sample_data/s1045.ima.gz")
    values = np.frombuffer(gzip.decompress(path.read_bytes()), DTYPE).reshape(SHAPE)
    return to_unit_range(values)[0]


def brain_from_packages() -> Iterator[tuple[str, FloatImage]]:
    """Each slice with its source: matplotlib's sample, and 36 of the MNI template."""
    yield "matplotlib sample", matplotlib_slice()
    volume = read_template()
    for axis, places in ((0, range(60, 132, 6)), (1, range(70, 166, 8)), (2, range(60, 132, 6))):
        for place in places:
            rng = np.random.default_rng((axis, place))
            bare = cut_slice(volume, axis, place)
            yield "MNI template", bare
            yield "MNI template with skull", scanned(with_skull(bare, rng), rng)
