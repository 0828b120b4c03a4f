"""What is refused before any work is done on it."""

from __future__ import annotations

import os

from shared.errors import InputError

MOST_BYTES = 64 * 2**20
MOST_PIXELS = 40_000_000  # of one frame; 6,300 x 6,300, far over any scanner's matrix
LEAST_SIDE = 32  # px; under it there is no anatomy to see


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
