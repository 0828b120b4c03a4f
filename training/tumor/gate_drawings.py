"""Pictures that are not brain MRI, drawn or generated: pages, charts, noise, phantoms of other
anatomy.

Each function draws one picture: (H, W) float32 in 0..1, different at every call.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from training.tumor.slices import FloatImage

Rng = np.random.Generator
WORDS = ["the", "of", "and", "to", "in", "is", "that", "for", "with", "as", "on", "by", "this",
         "be", "from", "or", "an", "are", "at", "it", "was", "not"]  # fmt: skip
NEGATIVE_SHARE, FRAMED_SHARE, WIDEST_FRAME = 0.3, 0.6, 0.3


def finished(values: NDArray[np.floating]) -> FloatImage:
    """Clip to 0..1 as float32."""
    return np.clip(values, 0, 1).astype(np.float32)


def size_of(rng: Rng) -> tuple[int, int]:
    """A height and a width."""
    return int(rng.integers(180, 520)), int(rng.integers(180, 520))


def as_array(picture: Image.Image) -> FloatImage:
    """A PIL picture in mode L as (H, W) float32 in 0..1."""
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def page(rng: Rng) -> FloatImage:
    """A page of print, black on white or white on black, in one or two columns."""
    height, width = size_of(rng)
    dark = bool(rng.random() < 0.5)
    picture = Image.new("L", (width, height), 10 if dark else 245)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(int(rng.integers(9, 24)))
    columns, step = int(rng.integers(1, 3)), int(rng.integers(14, 34))
    for column in range(columns):
        for y in range(10, height - step, step):
            line = " ".join(rng.choice(WORDS, int(rng.integers(2, 9))))
            pen.text((12 + column * width // columns, y), line, fill=235 if dark else 25, font=font)
    return as_array(picture)


def screen(rng: Rng) -> FloatImage:
    """Boxes, buttons and bars, as on a screenshot."""
    height, width = size_of(rng)
    picture = Image.new("L", (width, height), int(rng.integers(0, 255)))
    pen = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(6, 25))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        box = (x, y, x + int(rng.integers(10, width // 2)), y + int(rng.integers(8, height // 3)))
        pen.rounded_rectangle(
            box, 6, fill=int(rng.integers(0, 255)), outline=int(rng.integers(255))
        )
        pen.text((x + 4, y + 2), " ".join(rng.choice(WORDS, 2)), fill=int(rng.integers(0, 255)))
    return as_array(picture)


def chart(rng: Rng) -> FloatImage:
    """Axes with bars or with lines."""
    height, width = size_of(rng)
    picture = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    pen.line([(30, 10), (30, height - 25), (width - 10, height - 25)], fill=0, width=2)
    places = np.linspace(36, width - 24, int(rng.integers(5, 20)))
    values = height - 25 - rng.random(len(places)) * (height - 50)
    if rng.random() < 0.5:
        for x, y in zip(places, values, strict=True):
            pen.rectangle((x, y, x + 10, height - 25), fill=int(rng.integers(40, 200)))
    else:
        pen.line(list(zip(places, values, strict=True)), fill=60, width=3)
    return as_array(picture)


def white_noise(rng: Rng) -> FloatImage:
    """Independent pixels."""
    return finished(rng.normal(rng.uniform(0.3, 0.7), rng.uniform(0.1, 0.4), size_of(rng)))


def cloud_noise(rng: Rng) -> FloatImage:
    """Noise with a falling spectrum: clouds."""
    height, width = size_of(rng)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None])
    spectrum = np.fft.fft2(rng.normal(size=(height, width)))
    cloud = np.real(np.fft.ifft2(spectrum / np.maximum(frequency, 1e-3) ** rng.uniform(0.8, 2)))
    return finished((cloud - cloud.min()) / np.ptp(cloud))


def blank(rng: Rng) -> FloatImage:
    """One grey, or a slow gradient, with a little noise."""
    height, width = size_of(rng)
    slope = rng.uniform(-0.5, 0.5, 2)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    grey = rng.uniform(0, 1) + slope[0] * y + slope[1] * x
    return finished(grey + rng.normal(0, 0.005, grey.shape))


def stripes(rng: Rng) -> FloatImage:
    """Stripes or a checkerboard."""
    height, width = size_of(rng)
    y, x = np.mgrid[0:height, 0:width]
    step = int(rng.integers(8, 60))
    wave = (x // step + (y // step if rng.random() < 0.5 else 0)) % 2
    return finished(wave * rng.uniform(0.5, 1))


def ellipse(shape: tuple[int, int], row: float, column: float, high: float, wide: float,
            turn: float = 0.0) -> NDArray[np.bool_]:  # fmt: skip
    """A filled ellipse; centre and half axes as fractions of the height and width."""
    y, x = np.mgrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j]
    y, x = y - row, x - column
    across, along = x * np.cos(turn) + y * np.sin(turn), -x * np.sin(turn) + y * np.cos(turn)
    return np.asarray((along / high) ** 2 + (across / wide) ** 2 < 1)


def body_section(rng: Rng) -> FloatImage:
    """A CT-like section of the trunk: fat, muscle, spine, ribs, lungs or organs, and the table."""
    shape = (int(rng.integers(256, 512)),) * 2
    section = np.zeros(shape)
    high, wide = rng.uniform(0.25, 0.34), rng.uniform(0.36, 0.45)
    for shrink, grey in ((1.0, 0.35), (0.93, 0.55)):
        section[ellipse(shape, 0.48, 0.5, high * shrink, wide * shrink)] = grey
    lungs = rng.random() < 0.5
    for side in (-1, 1):
        organ = ellipse(shape, 0.46, 0.5 + side * rng.uniform(0.15, 0.2), high * 0.6, wide * 0.33)
        section[organ] = 0.05 if lungs else rng.uniform(0.5, 0.75)
    for angle in np.linspace(0, 2 * np.pi, 14, endpoint=False) + rng.uniform(0, 1):
        rib = (0.48 + 0.9 * high * np.sin(angle), 0.5 + 0.9 * wide * np.cos(angle))
        section[ellipse(shape, *rib, 0.012, 0.03, angle)] = 1
    section[ellipse(shape, 0.48 + high * 0.68, 0.5, 0.05, 0.055)] = 0.95
    section[int(shape[0] * (0.5 + high)) : int(shape[0] * (0.515 + high)), 20:-20] = 0.6
    return finished(gaussian_filter(section, 1) + rng.normal(0, 0.02, shape))


def spine(rng: Rng) -> FloatImage:
    """An MRI-like sagittal spine: a column of vertebrae and discs, the cord behind it."""
    shape = (int(rng.integers(300, 512)), int(rng.integers(180, 360)))
    picture = np.full(shape, 0.25)
    count = int(rng.integers(6, 11))
    bend = rng.uniform(-0.1, 0.1)
    for k in range(count):
        row = (k + 0.5) / count
        column = 0.45 + bend * np.sin(np.pi * row)
        picture[ellipse(shape, row, column, 0.36 / count, 0.11)] = rng.uniform(0.5, 0.65)
        picture[ellipse(shape, row + 0.5 / count, column, 0.09 / count, 0.1)] = 0.85
        picture[ellipse(shape, row, column + 0.17, 0.5 / count, 0.02)] = 0.75
        picture[ellipse(shape, row, column + 0.17, 0.5 / count, 0.045)] += 0.1
    return finished(gaussian_filter(picture, 1.5) + rng.normal(0, 0.03, shape))


def knee(rng: Rng) -> FloatImage:
    """An MRI-like knee: two bright bone ends with a dark gap, the kneecap, fat around."""
    shape = (int(rng.integers(256, 420)),) * 2
    picture = np.zeros(shape)
    picture[:, int(shape[1] * 0.15) : int(shape[1] * 0.85)] = 0.3
    gap, lean = rng.uniform(0.45, 0.55), rng.uniform(-0.03, 0.03)
    picture[ellipse(shape, gap - 0.16, 0.5 + lean, 0.15, 0.24)] = 0.75
    picture[ellipse(shape, gap - 0.4, 0.5, 0.3, 0.13)] = 0.7
    picture[ellipse(shape, gap + 0.14, 0.5 - lean, 0.11, 0.23)] = 0.7
    picture[ellipse(shape, gap + 0.4, 0.5, 0.3, 0.12)] = 0.68
    picture[ellipse(shape, gap - 0.12, 0.2, 0.1, 0.04)] = 0.8
    return finished(gaussian_filter(picture, 2) + rng.normal(0, 0.03, shape))


def hand(rng: Rng) -> FloatImage:
    """An X-ray-like hand: five rows of bones in soft tissue."""
    shape = (int(rng.integers(320, 512)), int(rng.integers(260, 420)))
    picture = np.zeros(shape)
    for finger in range(5):
        lean, root = (finger - 2) * 0.22, 0.5 + (finger - 2) * 0.08
        for joint, length in enumerate((0.1, 0.07, 0.05, 0.04)):
            reach = 0.12 + joint * 0.135
            row, column = 0.72 - reach * np.cos(lean), root + reach * np.sin(lean)
            picture[ellipse(shape, row, column, length, 0.045, -lean)] += 0.25
            picture[ellipse(shape, row, column, length * 0.85, 0.02, -lean)] += 0.35
    picture[ellipse(shape, 0.8, 0.5, 0.16, 0.2)] += 0.3
    return finished(gaussian_filter(picture, 2) + rng.normal(0, 0.02, shape))


def section(rng: Rng) -> FloatImage:
    """A section of no particular body: organs of any number, size and grey inside a rim, or two."""
    shape = (int(rng.integers(200, 480)), int(rng.integers(200, 480)))
    picture = np.full(shape, rng.choice((0.0, 0.0, rng.uniform(0, 0.3))))
    bodies = int(rng.integers(1, 3))
    for body in range(bodies):
        row, column = rng.uniform(0.42, 0.58), (body + 1) / (bodies + 1)
        high, wide = rng.uniform(0.2, 0.48), rng.uniform(0.25, 0.48) / bodies
        for shrink in (1.0, rng.uniform(0.8, 0.97)):
            inside = ellipse(shape, row, column, high * shrink, wide * shrink)
            picture[inside] = rng.uniform(0.15, 1)
        for _ in range(int(rng.integers(2, 16))):
            angle, reach = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random()) * 0.75
            place = row + reach * high * np.sin(angle), column + reach * wide * np.cos(angle)
            deep, broad = rng.uniform(0.03, 0.45) * high, rng.uniform(0.03, 0.45) * wide
            organ = ellipse(shape, *place, deep, broad, rng.uniform(0, np.pi)) & inside
            picture[organ] = rng.uniform(0, 1)
    grain = gaussian_filter(rng.normal(size=shape), rng.uniform(0.5, 3))
    picture += grain / grain.std() * rng.uniform(0, 0.06) * (picture > 0)
    return finished(gaussian_filter(picture, rng.uniform(0.5, 3)) + rng.normal(0, 0.02, shape))


def blobs(rng: Rng) -> FloatImage:
    """Smooth spots of two or three greys, as in micrographs and radar pictures."""
    height, width = size_of(rng)
    field = gaussian_filter(rng.normal(size=(height, width)), rng.uniform(3, 30))
    steps = np.digitize(field, np.quantile(field, np.sort(rng.random(int(rng.integers(1, 4))))))
    greys = rng.random(5)[steps]
    return finished(gaussian_filter(greys, rng.uniform(0.3, 2)) + rng.normal(0, 0.02, greys.shape))


def in_other_frame(pixels: FloatImage, rng: Rng) -> FloatImage:
    """A picture with other contrast, sometimes as a negative, sometimes in a black frame as scans
    have it, so that neither gives away what is a brain.
    """
    changed = pixels ** np.exp(rng.uniform(-0.6, 0.6))
    if rng.random() < NEGATIVE_SHARE:
        changed = 1 - changed
    if rng.random() < FRAMED_SHARE:
        around = [(int(rng.uniform(0, WIDEST_FRAME) * side),) * 2 for side in pixels.shape]
        changed = np.pad(changed, around)
    return np.ascontiguousarray(changed, dtype=np.float32)
