"""DICOM files, made here, with the values that must come out."""

import io

import numpy as np
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
    generate_uid,
)

from shared.errors import InputError
from shared.slices.decode import read_slice

RAMP = np.tile(np.linspace(0, 1000, 64).astype(np.uint16), (48, 1))


def dicom(values, *, preamble=True, syntax=ExplicitVRLittleEndian, frames=None, **tags):
    """The bytes of a DICOM file with these stored values."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = syntax
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta[0x00020002].value, meta[0x00020003].value
    dataset.Modality, dataset.Rows, dataset.Columns = "MR", *values.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = values.dtype.itemsize * 8
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, 0
    if frames:
        dataset.NumberOfFrames = frames
    if values.dtype == np.uint8 and values.ndim == 3 and values.shape[-1] == 3:
        dataset.Rows, dataset.Columns = values.shape[:2]
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
        dataset.PlanarConfiguration = 0
    dataset.PixelData = values.tobytes()
    for name, value in tags.items():
        if value is None:
            delattr(dataset, name)
        else:
            setattr(dataset, name, value)
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=preamble)
    return stream.getvalue()


def test_values_come_out_linear():
    result = read_slice(dicom(RAMP))
    np.testing.assert_allclose(result.pixels, RAMP / 1000, atol=1e-6)
    assert (result.format, result.frames, result.notes) == ("DICOM", 1, ())


def test_the_window_is_applied():
    result = read_slice(dicom(RAMP, WindowCenter=500, WindowWidth=200))
    assert (result.pixels[:, RAMP[0] < 395] == 0).all()
    assert (result.pixels[:, RAMP[0] > 605] == 1).all()
    middle = result.pixels[0, np.abs(RAMP[0].astype(int) - 500).argmin()]
    assert middle == pytest.approx(0.5, abs=0.06)
    assert "window" in result.notes[-1]


def test_the_rescale_comes_before_the_window():
    tags = {"RescaleSlope": 2, "RescaleIntercept": -1000, "WindowCenter": 0, "WindowWidth": 400}
    result = read_slice(dicom(RAMP, **tags))
    assert (result.pixels[:, RAMP[0] < 390] == 0).all()
    assert (result.pixels[:, RAMP[0] > 610] == 1).all()


def test_monochrome1_is_a_negative_and_is_turned_around():
    result = read_slice(dicom(RAMP, PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_allclose(result.pixels, 1 - RAMP / 1000, atol=1e-6)
    assert "MONOCHROME1" in result.notes[0]


def test_a_frame_is_chosen():
    values = np.stack([np.full((48, 64), v, np.uint16) for v in (1, 2, 3)])
    values[:, 0, :2] = 0, 10
    content = dicom(values, frames=3)
    result = read_slice(content, frame=1)
    assert result.frames == 3 and result.frame == 1
    assert result.pixels[5, 5] == pytest.approx(0.2)
    with pytest.raises(InputError, match=r"no frame 3.*frames 0 to 2"):
        read_slice(content, frame=3)


def test_rgb_becomes_grey():
    rgb = np.zeros((48, 64, 3), np.uint8)
    rgb[..., 1] = 255
    result = read_slice(dicom(rgb))
    assert result.pixels[0, 0] == pytest.approx(0.587, abs=1e-3)
    assert any("colour" in note for note in result.notes)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_file_without_preamble_is_read(syntax):
    whole = dicom(RAMP, syntax=syntax)
    body = whole[132:]
    length = 12 + int.from_bytes(body[8:12], "little")  # the group of the file header
    result = read_slice(body[length:])
    np.testing.assert_allclose(result.pixels, RAMP / 1000, atol=1e-6)


def test_run_length_encoding_is_read():
    from pydicom import dcmread
    from pydicom.pixels import compress

    dataset = dcmread(io.BytesIO(dicom(RAMP)))
    compress(dataset, RLELossless)
    stream = io.BytesIO()
    dataset.save_as(stream)
    np.testing.assert_allclose(read_slice(stream.getvalue()).pixels, RAMP / 1000, atol=1e-6)


def test_a_compression_that_cannot_be_read_is_named():
    content = dicom(RAMP, syntax=JPEGLSLossless, PixelData=encapsulate([b"\xff\xd8nothing"]))
    with pytest.raises(InputError, match=r"JPEG-LS Lossless.*1\.2\.840\.10008\.1\.2\.4\.80"):
        read_slice(content)


def test_another_modality_is_said():
    assert "that it is CT, not MRI" in read_slice(dicom(RAMP, Modality="CT")).notes[0]


def test_without_pixels_there_is_no_picture():
    with pytest.raises(InputError, match="holds no picture.*MR"):
        read_slice(dicom(RAMP, PixelData=None))


def test_a_file_cut_short_is_refused():
    with pytest.raises(InputError, match="DICOM"):
        read_slice(dicom(RAMP)[:-2000])


def test_a_huge_matrix_is_refused_before_it_is_decoded():
    with pytest.raises(InputError, match="20000 x 20000"):
        read_slice(dicom(RAMP, Rows=20_000, Columns=20_000))


def test_noise_with_a_dicom_mark_is_refused():
    noise = np.random.default_rng(0).integers(0, 255, 4000, np.uint8).tobytes()
    with pytest.raises(InputError):
        read_slice(b"\0" * 128 + b"DICM" + noise)
