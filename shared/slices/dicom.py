"""Read one slice from a DICOM file as a viewer shows it: rescaled, windowed, white on black."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from shared.errors import InputError
from shared.slices.decode import check_frame, check_pixels
from shared.slices.slice import COLOURED, Slice, grey_of, to_unit_range

UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, IndexError, OSError, EOFError)


def read_dicom(content: bytes, frame: int) -> Slice:
    """Read one frame; see `shared.slices.decode.read_slice`.

    The modality rescale and the first VOI window are applied, MONOCHROME1 is inverted.

    Args:
        content: the bytes of a DICOM file, with or without preamble.
        frame: from 0.

    Raises:
        InputError: no pixel data, no such frame, a compression that cannot be read here, or a
            damaged file.
    """
    dataset = _dataset(content)
    if "PixelData" not in dataset:
        kind = dataset.get("Modality") or "unknown modality"
        raise InputError(
            f"The DICOM file holds no picture (modality: {kind}). Send a file with pixel data."
        )
    check_pixels(int(dataset.get("Columns", 0)), int(dataset.get("Rows", 0)))
    frames = int(dataset.get("NumberOfFrames") or 1)
    check_frame(frame, frames)
    values = _decoded(dataset, frame)
    try:
        return _shown(dataset, values, frames, frame)
    except UNREADABLE as error:
        raise InputError(f"The DICOM file cannot be shown: {error}. Export it again.") from error


def _dataset(content: bytes) -> Dataset:
    try:
        dataset = dcmread(io.BytesIO(content), force=True)
    except (*UNREADABLE, InvalidDicomError, NotImplementedError) as error:
        raise InputError(f"The DICOM file is damaged: {error}. Export it again.") from error
    if "Rows" not in dataset and "PixelData" not in dataset and "SOPClassUID" not in dataset:
        raise InputError(
            f"This is neither a picture nor a DICOM file: {len(content):,} bytes without a header. "
            "Send a PNG or JPEG picture, or a DICOM file."
        )
    _complete_meta(dataset)
    return dataset


def _complete_meta(dataset: Dataset) -> None:
    """Old exports lack the file header that names their encoding; the data shows which it is."""
    if not hasattr(dataset, "file_meta"):
        dataset.file_meta = FileMetaDataset()
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit


def _decoded(dataset: Dataset, frame: int) -> NDArray[Any]:
    """The stored values of one frame: (H, W), or (H, W, 3) in colour."""
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        values: NDArray[Any] = pixel_array(dataset, index=frame)
    except (RuntimeError, NotImplementedError) as error:
        if not syntax.is_compressed:
            raise InputError(f"The DICOM file is damaged: {error}") from error
        raise InputError(
            f"The DICOM file is compressed as {syntax.name} ({syntax}), which cannot be read here. "
            "Export it uncompressed (Explicit VR Little Endian), or as PNG."
        ) from error
    except UNREADABLE as error:
        raise InputError(
            f"The pixels of the DICOM file cannot be read: {error} Export it again."
        ) from error
    return values


def _shown(dataset: Dataset, values: NDArray[Any], frames: int, frame: int) -> Slice:
    notes = [f"The file has {frames} frames; frame {frame} was read."] if frames > 1 else []
    modality = dataset.get("Modality")
    if modality and modality != "MR":
        notes.append(f"The file says that it is {modality}, not MRI.")
    photometric = dataset.get("PhotometricInterpretation", "MONOCHROME2")
    if photometric == "PALETTE COLOR":
        values = apply_color_lut(values, dataset)
    if values.ndim == 3:
        return _in_colour(values, frames, frame, notes)
    shown = apply_voi_lut(apply_modality_lut(values, dataset), dataset)
    pixels, _, _ = to_unit_range(shown)
    if photometric == "MONOCHROME1":
        pixels = np.float32(1) - pixels
        notes.append("MONOCHROME1: white and black were swapped, as the file says.")
    if "WindowCenter" in dataset or "VOILUTSequence" in dataset:
        notes.append("The display window of the DICOM file was applied.")
    return Slice(pixels, "DICOM", frames, frame, 0.0, tuple(notes))


def _in_colour(values: NDArray[Any], frames: int, frame: int, notes: list[str]) -> Slice:
    eight_bit = values if values.dtype == np.uint8 else (to_unit_range(values)[0] * 255)
    pixels, colourfulness = grey_of(eight_bit.astype(np.uint8))
    if colourfulness > COLOURED:
        notes.append("The picture is coloured; its colour was dropped.")
    return Slice(pixels, "DICOM", frames, frame, colourfulness, tuple(notes))
