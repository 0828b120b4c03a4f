"""Brain slices from other sources than the training data: they must not be refused.

Those for tuning fit the gate; those for measuring, real scans of two other scanners, only measure
it.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib.resources import as_file, files

import nibabel
import numpy as np

from shared.slices.slice import to_unit_range
from training.tumor.examples import cut_slice, read_template, scanned, with_skull
from training.tumor.not_brain import Role
from training.tumor.not_brain_drawn import FloatImage

SHAPE, DTYPE = (256, 256), ">u2"
PLACES = ((0, range(60, 132, 3)), (1, range(70, 166, 4)), (2, range(60, 132, 3)))  # by axis
FIRST_WITH_BRAIN = 1  # of nibabel's scan; the slice under it holds little but neck


def matplotlib_slice() -> FloatImage:
    """The real MRI slice that ships with matplotlib, 16 bits, upright."""
    path = files("matplotlib").joinpath("mpl-data/sample_data/s1045.ima.gz")
    values = np.frombuffer(gzip.decompress(path.read_bytes()), DTYPE).reshape(SHAPE)
    return to_unit_range(values)[0]


def nibabel_slices() -> Iterator[FloatImage]:
    """The axial slices of the real echo-planar scan that ships with nibabel, upright."""
    with as_file(files("nibabel").joinpath("tests/data/example4d.nii.gz")) as path:
        volume = nibabel.Nifti1Image.from_filename(path).get_fdata(dtype=np.float32)[..., 0]
    for place in range(FIRST_WITH_BRAIN, volume.shape[2]):
        yield to_unit_range(np.ascontiguousarray(np.rot90(volume[:, :, place])))[0]


def template_slices() -> Iterator[tuple[str, FloatImage]]:
    """Slices of the MNI template, bare and with skull and scalp drawn around."""
    volume = read_template()
    for axis, places in PLACES:
        for place in places:
            rng = np.random.default_rng((axis, place))
            bare = cut_slice(volume, axis, place)
            yield "MNI template", bare
            yield "MNI template with skull", scanned(with_skull(bare, rng), rng)


def brain_from_packages(role: Role) -> Iterator[tuple[str, FloatImage]]:
    """Each slice of a role with its source."""
    if role == "tuning":
        yield from template_slices()
        return
    yield "T1 scan that ships with matplotlib", matplotlib_slice()
    yield from (("echo-planar scan that ships with nibabel", each) for each in nibabel_slices())
