"""Whether a map holds still: the test that decides if the page says that a map can be read.

A map that marks what the answer rests on marks the same place when the slice is mirrored or moved
by a few pixels, and marks one place rather than many. A map that wanders or scatters does not. Both
cost two more passes of the network. Against experts' boxes this tells maps that hit a tumor from
maps that miss it; removing what a map marks did not, because the network answers from the rest of
the slice too (docs/decisions/0004).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import label

from shared.slices.framing import to_input
from shared.tumor.gradcam import grad_cam
from shared.tumor.predictor import Answer, Predictor, run_network

FloatImage = NDArray[np.float32]

SHIFT = 8  # px of the square, down and right: half a cell of the last feature map
STEADY = 0.36  # score from which a map is called steady: seven in ten maps of the choosing half
BLOB = 0.5  # of a map's maximum: what is brighter and touches the maximum is its strongest blob


@dataclass(frozen=True)
class Steadiness:
    """How steady a map is.

    Attributes:
        agreement: cosine between the map and the least like of the two others (0..1).
        concentration: share of the mean of the three maps that lies in its strongest blob (0..1).
    """

    agreement: float
    concentration: float

    @property
    def score(self) -> float:
        """Both at once (0..1): their product."""
        return self.agreement * self.concentration


def steadiness(
    predictor: Predictor, answer: Answer, *, target: str, against: str | None = None
) -> Steadiness:
    """Take the class map again of the mirrored and of the shifted slice, and compare.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer that the map explains.
        target: class the map speaks for.
        against: class it is compared with, or None.

    Returns:
        Agreement and concentration; both 0 where a map has no positive part.
    """
    pixels = answer.prepared.pixels
    seen = to_input(np.stack([pixels[:, ::-1], shifted(pixels, SHIFT)]))
    features, logits = run_network(predictor.network, seen)
    views = [
        answer,
        *(replace(answer, features=f, logits=g) for f, g in zip(features, logits, strict=True)),
    ]
    maps = [
        grown(grad_cam(predictor, view, target=target, against=against).values, len(pixels))
        for view in views
    ]
    return compared(maps[0], maps[1][:, ::-1], shifted(maps[2], -SHIFT))


def compared(own: FloatImage, mirrored: FloatImage, moved: FloatImage) -> Steadiness:
    """Agreement and concentration of three maps of one slice, each put back in its place.

    Args:
        own, mirrored, moved: (S, S) float32, 0 or above.
    """
    agreement = min(cosine(own, mirrored), cosine(own, moved))
    return Steadiness(agreement, concentration((own + mirrored + moved) / np.float32(3)))


def cosine(one: FloatImage, other: FloatImage) -> float:
    """The cosine between two maps as vectors; 0 where one of them is empty."""
    length = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float((one * other).sum()) / length if length > 0 else 0.0


def concentration(values: FloatImage) -> float:
    """The share of a map that lies in its strongest blob; 0 of an empty map."""
    highest = float(values.max())
    if highest <= 0:
        return 0.0
    blobs, _ = label(values > BLOB * highest)
    strongest = blobs == blobs.ravel()[int(values.argmax())]
    return float(values[strongest].sum() / values.sum())


def grown(values: FloatImage, size: int) -> FloatImage:
    """The positive part of a map, bilinear between its cells, (size, size)."""
    positive = np.clip(values, 0, None).astype(np.float32)
    picture = Image.fromarray(positive)
    return np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR), dtype=np.float32)


def shifted(pixels: FloatImage, by: int) -> FloatImage:
    """A square moved down and right by `by` pixels, up and left where below 0; 0 comes in."""
    moved = np.zeros_like(pixels)
    size = len(pixels)
    to, source = slice(max(0, by), size + min(0, by)), slice(max(0, -by), size + min(0, -by))
    moved[to, to] = pixels[source, source]
    return moved
