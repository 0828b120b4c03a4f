"""Read one slice from a picture file or a DICOM file, or say why not."""

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from shared.errors import InputError
from shared.slices.slice import COLOURED, FloatImage, Slice, grey_of, to_unit_range

__all__ = ["Slice", "read_slice"]

MOST_BYTES = 64 * 2**20
MOST_PIXELS = 40_000_000  # of one frame; 6,300 x 6,300, far over any scanner's matrix
LEAST_SIDE = 32  # px; under it there is no anatomy to see

# Only formats that hold pictures and have a signature: Pillow also opens scripts (EPS), for which
# it runs an interpreter, and takes much for a TGA.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000")
SUFFIXES = {
    ".png": {"PNG"},
    ".jpg": {"JPEG", "MPO"},
    ".jpeg": {"JPEG", "MPO"},
    ".gif": {"GIF"},
    ".bmp": {"BMP"},
    ".tif": {"TIFF"},
    ".tiff": {"TIFF"},
    ".webp": {"WEBP"},
    ".dcm": {"DICOM"},
}
EXIF_ORIENTATION = 0x0112
WIDE_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")
PREAMBLE = slice(128, 132)
FIRST_GROUPS = (b"\x02\x00", b"\x08\x00")  # file header, identification; elements follow in order


def read_slice(source: bytes | str | os.PathLike[str], *, frame: int = 0) -> Slice:
    """Read one slice.

    What the bytes are decides, not the name of the file.

    Args:
        source: the bytes of a file, or its path.
        frame: which frame of an animated picture or a DICOM series in one file, from 0.

    Returns:
        The slice, with notes on what was done to it.

    Raises:
        InputError: it cannot be read as one slice; the message says why.
    """
    content = read_bytes(source)
    if is_dicom(content):
        from shared.slices.dicom import read_dicom  # pydicom costs start-up time that few need

        decoded = read_dicom(content, frame)
    else:
        decoded = read_picture(content, frame)
    note = None if isinstance(source, bytes) else wrong_suffix(os.fspath(source), decoded.format)
    return replace(decoded, notes=(*decoded.notes, note)) if note else decoded


def is_dicom(content: bytes) -> bool:
    """Whether a file is DICOM, with its preamble or, as older exports are, without one."""
    headless = content[:2] in FIRST_GROUPS and content[3:4] == b"\0"
    return content[PREAMBLE] == b"DICM" or headless


def wrong_suffix(name: str, kind: str) -> str | None:
    """A sentence when a file's name promises another format than it holds."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES or kind in SUFFIXES[suffix]:
        return None
    return f"The file is named {suffix} but holds {kind}; it was read as {kind}."


def read_picture(content: bytes, frame: int) -> Slice:
    """Read a PNG, JPEG or other picture; see `read_slice`."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            check_pixels(*picture.size)
            frames = getattr(picture, "n_frames", 1)
            check_frame(frame, frames)
            if frame:
                picture.seek(frame)
            return _converted(picture, frames, frame)
    except InputError:
        raise
    except UnidentifiedImageError as error:
        raise InputError(_not_a_picture(content)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError(f"The picture is too large to be read: {error} Scale it down.") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        raise InputError(
            f"The picture is damaged or cut short and cannot be read to its end ({error}). "
            "Export or download it again."
        ) from error


def _not_a_picture(content: bytes) -> str:
    start = content[:12].decode("latin-1").encode("unicode_escape").decode()
    return (
        f"This is not a picture that can be read: {len(content):,} bytes that begin with "
        f"“{start}”. Send a PNG, JPEG, TIFF, BMP, GIF or WebP picture, or a DICOM file."
    )


def _converted(picture: Image.Image, frames: int, frame: int) -> Slice:
    """The current frame as a slice, upright, grey."""
    kind = picture.format or "picture"
    notes = []
    if frames > 1:
        notes.append(f"The file has {frames} frames; frame {frame} was read.")
    picture.load()
    upright = picture
    if picture.getexif().get(EXIF_ORIENTATION, 1) != 1:
        upright = ImageOps.exif_transpose(picture)
        notes.append("The picture was turned upright, as its EXIF tag says.")
    pixels, colourfulness, note = _grey(upright)
    if note:
        notes.append(note)
    return Slice(pixels, kind, frames, frame, colourfulness, tuple(notes))


def _grey(picture: Image.Image) -> tuple[FloatImage, float, str | None]:
    """One channel in 0..1, the colourfulness, and a note on what was given up for it."""
    if picture.mode == "L" and "transparency" not in picture.info:
        return np.asarray(picture, dtype=np.float32) / np.float32(255), 0.0, None
    if picture.mode in WIDE_MODES:
        return _grey_of_wide(picture)
    if picture.has_transparency_data:
        black = Image.new("RGBA", picture.size, (0, 0, 0, 255))
        flat = Image.alpha_composite(black, picture.convert("RGBA")).convert("RGB")
        pixels, colourfulness = grey_of(np.asarray(flat))
        return pixels, colourfulness, "Transparent parts were laid on black."
    pixels, colourfulness = grey_of(np.asarray(picture.convert("RGB")))
    dropped = "The picture is coloured; its colour was dropped."
    return pixels, colourfulness, dropped if colourfulness > COLOURED else None


def _grey_of_wide(picture: Image.Image) -> tuple[FloatImage, float, str]:
    values = np.asarray(picture)
    if not np.isfinite(values).all():
        raise InputError("The picture holds values that are not numbers (NaN). Export it again.")
    pixels, low, high = to_unit_range(values)
    return pixels, 0.0, f"More than 8 bits a pixel: {low:g} to {high:g} were mapped to 0 to 1."


def check_bytes(count: int) -> None:
    """Refuse an empty or a huge file.

    Args:
        count: bytes of the file.

    Raises:
        InputError: nothing in it, or more than `MOST_BYTES`.
    """
    if count == 0:
        raise InputError("The file is empty (0 bytes). Export the slice again and send that.")
    if count > MOST_BYTES:
        raise InputError(
            f"The file has {count / 2**20:.0f} MB; at most {MOST_BYTES // 2**20} MB are read. "
            "Send a single slice instead of a whole series."
        )


def check_pixels(width: int, height: int) -> None:
    """Refuse a picture from its header, before it is decoded.

    Args:
        width, height: of one frame, pixels.

    Raises:
        InputError: more than `MOST_PIXELS`, or a side under `LEAST_SIDE`.
    """
    if width * height > MOST_PIXELS:
        raise InputError(
            f"The picture has {width} x {height} pixels; at most {MOST_PIXELS:,} are read. "
            "Scale it down: 512 x 512 is plenty."
        )
    if min(width, height) < LEAST_SIDE:
        raise InputError(
            f"The picture has only {width} x {height} pixels; at least {LEAST_SIDE} a side are "
            "needed to see anything. Send the slice at its full size."
        )


def check_frame(frame: int, frames: int) -> None:
    """Refuse a frame that the file does not have.

    Raises:
        InputError: `frame` lies outside 0..frames-1.
    """
    if not 0 <= frame < frames:
        has = "only frame 0" if frames == 1 else f"frames 0 to {frames - 1}"
        raise InputError(f"There is no frame {frame}: the file has {has}. Choose one of those.")


def read_bytes(source: bytes | str | os.PathLike[str]) -> bytes:
    """The bytes of a file, refused by their number before they are read.

    Args:
        source: the bytes themselves, or a path.

    Raises:
        InputError: empty, too large, or not to be read.
    """
    if isinstance(source, bytes):
        check_bytes(len(source))
        return source
    try:
        check_bytes(os.path.getsize(source))
        with open(source, "rb") as file:
            return file.read()
    except OSError as error:
        name = os.path.basename(os.fspath(source))
        raise InputError(f"The file {name!r} cannot be read: {error.strerror}.") from error
