"""Whether a map holds still: the test that decides if the page says that a map can be read.

A map that marks what the answer rests on marks the same place when the slice is mirrored or moved
by a few pixels, and marks one place rather than many. A map that wanders or scatters does not. Both
cost two more passes of the network. Against experts' boxes this tells maps that hit a tumor from
maps that miss it; removing what a map marks did not, because the network answers from the rest of
the slice too (docs/decisions/0004).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shared.slices.framing import to_input
from shared.tumor.classes import HEALTHY
from shared.tumor.evidence import Evidence, change_by_removing
from shared.tumor.gradcam import grad_cam
from shared.tumor.heatmap import GRADCAM, LAST, Heatmap
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


@dataclass(frozen=True)
class Pointing:
    """Of maps with an expert's box: how often the brightest point lay in it (0..1).

    Attributes:
        steady: of those that hold still.
        unsteady: of the others.
    """

    steady: float
    unsteady: float


def recorded_pointing(evaluation: Mapping[str, Any]) -> Pointing | None:
    """What was measured on slices of other hospitals; None where it was not."""
    maps = evaluation.get("elsewhere", {}).get("maps", {}).get("elsewhere", {})
    if "pointing_of_steady" not in maps:
        return None
    return Pointing(maps["pointing_of_steady"]["value"], maps["pointing_of_unsteady"]["value"])


def judged(
    predictor: Predictor, answer: Answer, heatmap: Heatmap, evidence: Evidence
) -> Evidence | None:
    """Evidence with the verdict of steadiness in place of that of deletion.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer that the map explains.
        heatmap: the map.
        evidence: of the map.

    Returns:
        None for a map that the measurement does not speak of: by another method or layer, of no
        tumor, or with nothing marked.
    """
    measured = (heatmap.method, heatmap.layer) == (GRADCAM, LAST) and heatmap.target != HEALTHY
    if not measured or not evidence.trials:
        return None
    score = steadiness(predictor, answer, target=heatmap.target, against=heatmap.against).score
    return replace(evidence, verdict="points" if score >= STEADY else "chance")


def sentence_of_judged(evidence: Evidence, names: Mapping[str, str], measured: Pointing) -> str:
    """What the verdict of steadiness says, in words.

    Args:
        evidence: as `judged` gives it.
        names: words for each class.
        measured: how often maps lay in the expert's box.
    """
    change = change_by_removing(evidence)
    if evidence.verdict == "points":
        return (
            "The map marks the same place when the slice is mirrored or moved by a few pixels. Of "
            f"maps as steady as this one, {_in_100(measured.steady)} had their brightest point in "
            f"an expert's box around the tumor: a hint, not a proof. {change}."
        )
    return (
        "The map moves when the slice is mirrored or moved by a few pixels, or marks several "
        f"places. Of such maps, {_in_100(measured.unsteady)} had their brightest point in an "
        f"expert's box around the tumor. {change}. Do not read this map as the reason for "
        f"{names[evidence.target]}."
    )


def _in_100(share: float) -> str:
    return f"{share * 100:.0f} of 100"


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
    strongest = blob_at(int(values.argmax()), values > BLOB * highest)
    return float(values[strongest].sum() / values.sum())


def blob_at(start: int, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part of a mask that hangs together with a pixel, by edges and not by corners.

    Args:
        start: place of the pixel in the flattened mask.
        mask: (H, W), true there.
    """
    blob, size = np.zeros_like(mask), 0
    blob.flat[start] = True
    while size < (size := int(blob.sum())):
        wider = blob.copy()
        wider[1:] |= blob[:-1]
        wider[:-1] |= blob[1:]
        wider[:, 1:] |= blob[:, :-1]
        wider[:, :-1] |= blob[:, 1:]
        blob = wider & mask
    return blob


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
