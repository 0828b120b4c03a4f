"""Pictures for the gate: kinds that are not brain MRI slices, and brain slices of other sources.

Those for `tuning` fit the gate; those for `measuring` (among them real scans of two other scanners)
are only ever used to measure it, so that its figure says what happens with things it was not shown.
All pictures ship inside PyPI packages or are drawn.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from typing import Literal

import nibabel
import numpy as np
from PIL import Image

from shared.slices.decode import read_slice
from shared.slices.slice import to_unit_range
from training.tumor import gate_drawings as drawn
from training.tumor.examples import cut_slice, read_template, scanned, with_skull
from training.tumor.gate_drawings import Rng
from training.tumor.slices import FloatImage

Role = Literal["tuning", "measuring"]
PICTURES = 60  # a kind
SMALLEST_VIEW = 0.55  # of a source's sides

SHAPE, DTYPE = (256, 256), ">u2"
PLACES = ((0, range(60, 132, 3)), (1, range(70, 166, 4)), (2, range(60, 132, 3)))  # by axis
FIRST_WITH_BRAIN = 1  # of nibabel's scan; the slice under it holds little but neck

PACKAGES = {
    "skimage": "skimage.data",
    "sklearn": "sklearn.datasets.images",
    "matplotlib": "matplotlib",
    "gradio": "gradio",
    "pydicom": "pydicom.data",
}


@dataclass(frozen=True)
class Kind:
    """A kind of picture.

    Attributes:
        name: what it is.
        role: "tuning" or "measuring".
        sources: number of distinct originals; 0 when each picture is drawn anew.
        draw: makes one picture, (H, W) float32 in 0..1.
    """

    name: str
    role: Role
    sources: int
    draw: Callable[[Rng], FloatImage]


def stored(name: str) -> FloatImage:
    """A picture that ships inside a package, "package/path", as (H, W) float32 in 0..1."""
    package, _, path = name.partition("/")
    source = files(PACKAGES[package]).joinpath(path)
    if path.endswith(".dcm"):
        return read_slice(source.read_bytes()).pixels
    with source.open("rb") as file, Image.open(file) as picture:
        return np.asarray(picture.convert("L"), dtype=np.float32) / np.float32(255)


def view_of(names: tuple[str, ...], rng: Rng) -> FloatImage:
    """A random part of one of several stored pictures, mirrored or not."""
    pixels = stored(names[int(rng.integers(len(names)))])
    height, width = (int(s * rng.uniform(SMALLEST_VIEW, 1)) for s in pixels.shape)
    top = int(rng.integers(0, pixels.shape[0] - height + 1))
    left = int(rng.integers(0, pixels.shape[1] - width + 1))
    part = pixels[top : top + height, left : left + width]
    return np.ascontiguousarray(part[:, ::-1] if rng.random() < 0.5 else part)


def of_stored(name: str, role: Role, *names: str) -> Kind:
    """A kind made of stored pictures."""
    return Kind(name, role, len(names), partial(view_of, names))


KINDS = (
    of_stored("portraits", "tuning", "skimage/astronaut.png", "skimage/camera.png",
              "matplotlib/mpl-data/sample_data/grace_hopper.jpg"),
    of_stored("things", "tuning", "skimage/coffee.png", "skimage/rocket.jpg",
              "sklearn/flower.jpg", "skimage/motorcycle_left.png"),
    of_stored("textures", "tuning", "skimage/brick.png", "skimage/grass.png", "skimage/gravel.png"),
    of_stored("tissue under a microscope", "tuning", "skimage/ihc.png"),
    of_stored("the moon", "tuning", "skimage/moon.png"),
    of_stored("slides and palettes", "tuning", "pydicom/test_files/examples_palette.dcm",
              "pydicom/test_files/SC_rgb_rle.dcm"),
    Kind("pages", "tuning", 0, drawn.page),
    Kind("charts", "tuning", 0, drawn.chart),
    Kind("white noise", "tuning", 0, drawn.white_noise),
    Kind("blank", "tuning", 0, drawn.blank),
    Kind("trunk, drawn like CT", "tuning", 0, drawn.body_section),
    Kind("spine, drawn like MRI", "tuning", 0, drawn.spine),
    Kind("sections of no body, drawn", "tuning", 0, drawn.section),
    Kind("spots", "tuning", 0, drawn.blobs),
    of_stored("drawings and logos", "tuning", "skimage/color.png", "skimage/horse.png",
              "skimage/logo.png", "gradio/media_assets/images/groot.jpeg",
              "gradio/media_assets/images/avatar.png"),
    of_stored("animals", "measuring", "skimage/chelsea.png",
              "gradio/media_assets/images/cheetah.jpg",
              "gradio/media_assets/images/lion.jpg", "gradio/media_assets/images/cheetah1.jpg"),
    of_stored("places", "measuring", "sklearn/china.jpg", "gradio/media_assets/images/tower.jpg",
              "gradio/media_assets/images/bus.png"),
    of_stored("scanned text", "measuring", "skimage/page.png", "skimage/text.png"),
    of_stored("retina", "measuring", "skimage/retina.jpg", "skimage/microaneurysms.png"),
    of_stored("coins and stars", "measuring", "skimage/coins.png", "skimage/hubble_deep_field.jpg"),
    of_stored("cells", "measuring", "skimage/cell.png"),
    of_stored("head phantom (Shepp-Logan)", "measuring", "skimage/phantom.png"),
    of_stored("abdomen, MRI", "measuring", "pydicom/test_files/examples_overlay.dcm"),
    of_stored("CT", "measuring", "pydicom/test_files/CT_small.dcm"),
    of_stored("ultrasound and other DICOM", "measuring",
              "pydicom/test_files/examples_rgb_color.dcm",
              "pydicom/test_files/examples_ybr_color.dcm"),
    Kind("screenshots", "measuring", 0, drawn.screen),
    Kind("clouds of noise", "measuring", 0, drawn.cloud_noise),
    Kind("stripes", "measuring", 0, drawn.stripes),
    Kind("knee, drawn like MRI", "measuring", 0, drawn.knee),
    Kind("hand, drawn like X-ray", "measuring", 0, drawn.hand),
)  # fmt: skip


def kinds(role: Role) -> tuple[Kind, ...]:
    """The kinds of a role."""
    return tuple(kind for kind in KINDS if kind.role == role)


def pictures(role: Role, seed: int) -> Iterator[tuple[str, FloatImage]]:
    """`PICTURES` of each kind of a role, with the kind's name; the same for the same seed."""
    for index, kind in enumerate(KINDS):
        if kind.role == role:
            rng = np.random.default_rng((seed, index))
            yield from ((kind.name, kind.draw(rng)) for _ in range(PICTURES))


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
    yield from (("echo-planar scan that ships with nibabel", pixels) for pixels in nibabel_slices())
