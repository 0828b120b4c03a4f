"""Every kind of picture file, made here, with the values that must come out."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from shared.errors import InputError
from shared.slices import decode
from shared.slices.decode import read_slice

RAMP = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))  # dark left, bright right


def encoded(picture, kind="PNG", **options):
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def test_a_grey_png_keeps_its_values():
    result = read_slice(encoded(Image.fromarray(RAMP)))
    np.testing.assert_allclose(result.pixels, RAMP / 255, atol=1e-6)
    assert result.pixels.dtype == np.float32
    assert (result.format, result.frames, result.notes) == ("PNG", 1, ())


@pytest.mark.parametrize("kind", ["JPEG", "BMP", "TIFF", "WEBP", "GIF", "PPM"])
def test_other_formats_are_read(kind):
    result = read_slice(encoded(Image.fromarray(RAMP), kind))
    assert result.format == kind
    assert np.abs(result.pixels - RAMP / 255).max() < 0.05


def test_sixteen_bits_are_not_cut_to_eight():
    wide = np.tile(np.linspace(1000, 1100, 64).astype(np.uint16), (48, 1))
    result = read_slice(encoded(Image.fromarray(wide)))
    assert result.pixels.min() == 0 and result.pixels.max() == 1
    assert len(np.unique(result.pixels)) == len(np.unique(wide))
    assert "1000 to 1100" in result.notes[0]


def test_floats_that_are_no_numbers_are_refused():
    values = RAMP.astype(np.float32)
    values[3, 3] = np.nan
    with pytest.raises(InputError, match="NaN"):
        read_slice(encoded(Image.fromarray(values), "TIFF"))


def test_transparent_parts_become_black():
    rgba = np.full((48, 64, 4), 255, np.uint8)
    rgba[:, :32, 3] = 0
    result = read_slice(encoded(Image.fromarray(rgba)))
    assert result.pixels[:, :32].max() == 0 and result.pixels[:, 32:].min() == 1
    assert "Transparent" in result.notes[0]


def test_a_palette_is_looked_up():
    picture = Image.fromarray((RAMP > 127).astype(np.uint8), "L").convert("P")
    picture.putpalette([200, 200, 200, 50, 50, 50] + [0] * 762)
    result = read_slice(encoded(picture))
    assert result.pixels[0, 0] == pytest.approx(200 / 255, abs=1e-3)
    assert result.pixels[0, -1] == pytest.approx(50 / 255, abs=1e-3)


def test_cmyk_is_converted_and_not_read_as_ink():
    ink = np.zeros((48, 64, 4), np.uint8)
    ink[:, :32, 3] = 255  # black ink on the left
    result = read_slice(encoded(Image.fromarray(ink, "CMYK"), "TIFF"))
    assert result.pixels[:, :32].max() < 0.1 and result.pixels[:, 32:].min() > 0.9


def test_colour_is_dropped_and_said():
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 255
    result = read_slice(encoded(Image.fromarray(red)))
    assert result.pixels[0, 0] == pytest.approx(0.299, abs=1e-3)
    assert result.colourfulness == pytest.approx(1) and "colour was dropped" in result.notes[0]


def test_a_grey_picture_saved_in_colour_needs_no_note():
    result = read_slice(encoded(Image.fromarray(RAMP).convert("RGB")))
    assert result.notes == () and result.colourfulness == 0
    np.testing.assert_allclose(result.pixels, RAMP / 255, atol=1e-5)


def test_exif_rotation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter to the right
    result = read_slice(encoded(Image.fromarray(RAMP), "JPEG", exif=exif))
    assert result.pixels.shape == (64, 48)
    assert result.pixels[0].mean() < 0.1 < 0.9 < result.pixels[-1].mean()
    assert "EXIF" in result.notes[0]


def test_a_frame_of_an_animation_is_chosen():
    frames = [Image.fromarray(np.full((48, 64), v, np.uint8)) for v in (10, 120, 240)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read_slice(content, frame=2).pixels.mean() == pytest.approx(240 / 255, abs=0.02)
    first = read_slice(content)
    assert first.frames == 3 and first.pixels.mean() == pytest.approx(10 / 255, abs=0.02)
    with pytest.raises(InputError, match=r"no frame 3.*frames 0 to 2"):
        read_slice(content, frame=3)
    with pytest.raises(InputError, match="no frame -1"):
        read_slice(content, frame=-1)


def test_the_content_decides_and_not_the_name(tmp_path):
    path = tmp_path / "slice.png"
    path.write_bytes(encoded(Image.fromarray(RAMP), "JPEG"))
    result = read_slice(path)
    assert result.format == "JPEG" and "named .png but holds JPEG" in result.notes[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"hello, I am text", "not a picture.*hello, I am"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n", "not a picture"),
        (b"%PDF-1.7 ...", "not a picture.*%PDF"),
        (encoded(Image.fromarray(RAMP))[:70], "damaged or cut short"),
        (encoded(Image.fromarray(RAMP), "JPEG")[:300], "damaged or cut short"),
        (encoded(Image.new("L", (1, 1))), "only 1 x 1 pixels"),
        (encoded(Image.new("L", (500, 8))), "only 500 x 8 pixels"),
    ],
    ids=["empty", "text", "eps", "pdf", "cut png", "cut jpeg", "1x1", "thin"],
)
def test_what_is_no_slice_is_refused_in_a_sentence(content, message):
    with pytest.raises(InputError, match=message):
        read_slice(content)


def huge_png(side):
    """A PNG whose header promises side x side pixels and which holds none."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 10)
        + b"IDAT"
        + b"0" * 14
    )


@pytest.mark.parametrize(("side", "message"), [(20_000, "400000000"), (7_000, "7000 x 7000")])
def test_a_huge_picture_is_refused_before_it_is_decoded(side, message, monkeypatch):
    def decoded(*_):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(Image.Image, "load", decoded)
    with pytest.raises(InputError, match=message):
        read_slice(huge_png(side))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "series.tif"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    monkeypatch.setattr("builtins.open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(InputError, match=r"100 MB; at most 64 MB"):
        read_slice(path)


def test_a_missing_file_is_named_without_its_folder(tmp_path):
    with pytest.raises(InputError, match=r"'nothing\.png' cannot be read") as caught:
        read_slice(tmp_path / "nothing.png")
    assert str(tmp_path) not in str(caught.value)


def test_the_limits_are_where_the_messages_say():
    assert decode.MOST_PIXELS < 7_000**2 and decode.MOST_BYTES == 64 * 2**20
    assert "EPS" not in decode.FORMATS
