"""Make the bundled example inputs: `python -m training.tumor.examples --out FOLDER --seed 0`.

Slices of the ICBM152 2009 T1 template that ships inside the PyPI package `nilearn`, some with a
lesion drawn in by the code below: a ring with oedema, a bright mass on the dura, one in the sella.
Skull and scalp are drawn too. They are simulated and say so; no patient is shown.
"""

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import nibabel
import nilearn
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import (
    binary_closing,
    binary_fill_holes,
    distance_transform_edt,
    gaussian_filter,
    zoom,
)

from shared.tumor.classes import HEALTHY
from training.stages import command_line, write_record
from training.tumor.slices import FloatImage

TEMPLATE = "datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
SIDE = 256
AIR = 0.02  # a scan's background is dark, not zero
TISSUE = 0.62  # brightness of the brain where a contrast agent lights up a lesion
LICENCE = "ICBM152 licence, see LICENSE-ICBM152.txt"
SOURCE = "ICBM152 2009 nonlinear symmetric T1 template, as shipped in nilearn; simulated"
NOTICE = """Copyright (C) 1993-2009 Louis Collins, McConnell Brain Imaging Centre, Montreal
Neurological Institute, McGill University. Permission to use, copy, modify, and distribute this
software and its documentation for any purpose and without fee is hereby granted, provided that the
above copyright notice appear in all copies. The authors and McGill University make no
representations about the suitability of this software for any purpose. It is provided "as is"
without express or implied warranty. The authors are not responsible for any data loss, equipment
damage, property loss, or injury to subjects or patients resulting from the use or misuse of this
software package.

The pictures in this folder are slices of that template, some with lesions drawn in by the code of
this project (training/tumor/examples.py). They show no patient.
"""


@dataclass(frozen=True)
class Example:
    """An example input and what it shows; `expected` is a class, or "refused"."""

    file: str
    caption: str
    licence: str
    source: str
    expected: str


@dataclass(frozen=True)
class Lesion:
    """A drawn lesion: centre (row, column) and radius in pixels of the slice."""

    row: float
    column: float
    radius: float


def read_template() -> FloatImage:
    """The template as (x, y, z) float32 in 0..1."""
    path = Path(nilearn.__file__).parent / TEMPLATE
    volume = nibabel.Nifti1Image.from_filename(path).get_fdata(dtype=np.float32)
    return np.clip(volume / np.percentile(volume, 99.8), 0, 1).astype(np.float32)


def cut_slice(volume: FloatImage, axis: int, index: int) -> FloatImage:
    """One slice as a scan shows it: upright, centred on black, (SIDE, SIDE)."""
    plane = np.rot90(volume.take(index, axis=axis))
    plane = zoom(plane, SIDE * 0.82 / max(plane.shape), order=1)
    canvas = np.zeros((SIDE, SIDE), dtype=np.float32)
    top, left = ((SIDE - s) // 2 for s in plane.shape)
    canvas[top : top + plane.shape[0], left : left + plane.shape[1]] = plane
    return canvas


def with_skull(plane: FloatImage, rng: np.random.Generator) -> FloatImage:
    """The template shows the brain alone; a dark skull and a bright scalp are drawn around it."""
    brain = binary_fill_holes(binary_closing(plane > 0.08, iterations=9))
    distance = gaussian_filter(distance_transform_edt(~brain), 3)
    uneven = gaussian_filter(rng.normal(size=plane.shape), 7)
    distance = distance + 1.2 * uneven / np.abs(uneven).max()
    skull, scalp = (distance > 1.5) & (distance <= 8.5), (distance > 8.5) & (distance <= 14.5)
    fat = gaussian_filter(scalp.astype(np.float32), 0.8) * (0.6 + 0.2 * uneven)
    marrow = 0.1 * gaussian_filter(skull.astype(np.float32), 1.0)
    return np.clip(np.where(brain, TISSUE * plane, 0) + fat + marrow, 0, 1).astype(np.float32)


def scanned(plane: FloatImage, rng: np.random.Generator) -> FloatImage:
    """A slice with a scanner's noise."""
    noise = np.hypot(rng.normal(AIR, 0.012, plane.shape), rng.normal(0, 0.012, plane.shape))
    return np.clip(plane + noise, 0, 1).astype(np.float32)


def distance_to(lesion: Lesion, rng: np.random.Generator, roughness: float) -> FloatImage:
    """(SIDE, SIDE) distance from a lesion's centre over its radius, with an uneven rim."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    uneven = gaussian_filter(rng.normal(size=(SIDE, SIDE)), 9)
    uneven = uneven / np.abs(uneven).max() * roughness
    return np.asarray(
        np.hypot(y - lesion.row, x - lesion.column) / lesion.radius + uneven, np.float32
    )


def soft_step(values: FloatImage, edge: float, width: float) -> FloatImage:
    """1 where values lie under the edge, falling to 0 within `width`."""
    return np.clip((edge + width - values) / (2 * width), 0, 1).astype(np.float32)


def with_ring(plane: FloatImage, lesion: Lesion, rng: np.random.Generator) -> FloatImage:
    """A mass with a bright irregular rim, a dark core and dark oedema around it."""
    distance = distance_to(lesion, rng, 0.45)
    oedema = soft_step(distance, 1.9, 0.5) * (plane > 0.12 * TISSUE)
    plane = plane * (1 - 0.32 * oedema)
    rim = soft_step(distance, 1.0, 0.1) - soft_step(distance, 0.74, 0.1)
    core = soft_step(distance, 0.74, 0.1)
    texture = 0.15 * gaussian_filter(rng.normal(size=plane.shape), 2) / 0.1
    return np.clip(plane * (1 - rim - core) + rim * (0.78 + texture) + core * 0.2, 0, 1)


def with_solid(plane: FloatImage, lesion: Lesion, rng: np.random.Generator) -> FloatImage:
    """An even, bright, sharply bounded mass."""
    mass = soft_step(distance_to(lesion, rng, 0.12), 1.0, 0.06)
    texture = 0.03 * gaussian_filter(rng.normal(size=plane.shape), 2) / 0.1
    return np.clip(plane * (1 - mass) + mass * (0.88 + texture), 0, 1).astype(np.float32)


def page_of_text(rng: np.random.Generator) -> FloatImage:
    """A page of print: something that no answer should be given for."""
    page = Image.new("L", (SIDE, SIDE), 244)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    words = ["report", "findings", "no", "tumor", "class", "is", "given", "for", "a", "page"]
    for row in range(14):
        line = " ".join(rng.choice(words, 6))
        pen.text((18, 16 + row * 16), line, fill=40, font=font)
    return np.asarray(page, dtype=np.float32) / np.float32(255)


Recipe = Callable[[FloatImage, np.random.Generator], FloatImage]


def recipes() -> list[tuple[str, str, str, Recipe]]:
    """File, caption, expected answer and how to make it, in the order of the page."""
    ring, solid = with_ring, with_solid

    def drawn(draw: Callable[..., FloatImage], axis: int, index: int, lesion: Lesion) -> Recipe:
        return lambda v, r: scanned(draw(with_skull(cut_slice(v, axis, index), r), lesion, r), r)

    def clean(axis: int, index: int) -> Recipe:
        return lambda v, r: scanned(with_skull(cut_slice(v, axis, index), r), r)

    return [
        ("ring.png", "Ring-shaped mass drawn into an axial slice", "glioma",
         drawn(ring, 2, 100, Lesion(128, 148, 26))),
        ("dura.png", "Bright mass drawn onto the dura, coronal", "meningioma",
         drawn(solid, 1, 120, Lesion(96, 176, 22))),
        ("sella.png", "Bright mass drawn into the sella, sagittal", "pituitary",
         drawn(solid, 0, 98, Lesion(172, 144, 13))),
        ("axial.png", "Healthy template, axial", HEALTHY, clean(2, 92)),
        ("sagittal.png", "Healthy template, sagittal", HEALTHY, clean(0, 98)),
        ("page.png", "A page of text: not a brain", "refused", lambda v, r: page_of_text(r)),
    ]  # fmt: skip


def write_dicom(pixels: FloatImage, path: Path) -> None:
    """A slice as a DICOM file: 12 bits, windowed, MONOCHROME2; identifiers from the name."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[path.name])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.PatientName = "MR", "Simulated^Template"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation, dataset.WindowCenter, dataset.WindowWidth = 0, 1600, 3200
    dataset.PixelData = np.rint(pixels * 4095).astype("<u2").tobytes()
    dataset.save_as(path, enforce_file_format=True)


def write_examples(out: Path, seed: int) -> list[Example]:
    """Write pictures, notice and examples.json anew; the same for the same seed."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    volume = read_template()
    written: list[Example] = []
    for name, caption, expected, make in recipes():
        pixels = make(volume, np.random.default_rng((seed, len(written))))
        Image.fromarray(np.rint(pixels * 255).astype(np.uint8)).save(out / name, optimize=True)
        written.append(Example(name, caption, LICENCE, SOURCE, expected))
    rng = np.random.default_rng((seed, 99))
    healthy = scanned(with_skull(cut_slice(volume, 1, 110), rng), rng)
    write_dicom(healthy, out / "coronal.dcm")
    caption = "Healthy template, coronal, as a DICOM file"
    written.append(Example("coronal.dcm", caption, LICENCE, SOURCE, HEALTHY))
    (out / "LICENSE-ICBM152.txt").write_text(NOTICE, encoding="utf-8")
    write_record(out / "examples.json", [asdict(example) for example in written])
    return written


def main() -> None:
    """Command line."""
    given = command_line(__doc__, "out", "seed").parse_args()
    for example in write_examples(given.out, given.seed):
        print(f"{example.file}: {example.caption}")


if __name__ == "__main__":
    main()
