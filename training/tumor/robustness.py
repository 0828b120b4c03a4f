"""What worse pictures do to the answers: each change, on the whole test part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, rotate
from tqdm import tqdm

from shared.tumor.predictor import Predictor
from training.tumor.answers import Part, answered, classification
from training.tumor.augment import recompressed
from training.tumor.slices import FloatImage

Change = Callable[[FloatImage, np.random.Generator], FloatImage]


@dataclass(frozen=True)
class Worse:
    """A change of (H, W) pixels in 0..1, with its name for machines and its label for people."""

    name: str
    label: str
    change: Change


def finished(values: NDArray[np.floating]) -> FloatImage:
    """Clip to 0..1 as float32."""
    return np.ascontiguousarray(np.clip(values, 0, 1), dtype=np.float32)


def turned(degrees: float) -> Change:
    """Rotate about the middle; corners become black."""
    return lambda p, _: finished(rotate(p, degrees, reshape=False, order=1))


def noisy(sigma: float) -> Change:
    """Add Gaussian noise."""
    return lambda p, rng: finished(p + rng.normal(0, sigma, p.shape))


def blurred(share: float) -> Change:
    """Blur by a share of the picture's side."""
    return lambda p, _: finished(gaussian_filter(p, share * min(p.shape)))


def contrasted(gamma: float) -> Change:
    """Raise to a power."""
    return lambda p, _: finished(p**gamma)


def jpeg(quality: int) -> Change:
    """Save as JPEG and read again."""
    return lambda p, _: recompressed(p, quality)


def coarser(side: int) -> Change:
    """Scale down to a side of so many pixels."""
    return lambda p, _: np.asarray(
        Image.fromarray(p).resize((side, side), Image.Resampling.BILINEAR), dtype=np.float32
    )


def shifted(share: float) -> Change:
    """Move down and right; what leaves the picture is lost."""

    def change(pixels: FloatImage, _: np.random.Generator) -> FloatImage:
        down, right = (int(share * s) for s in pixels.shape)
        moved = np.zeros_like(pixels)
        moved[down:, right:] = pixels[: pixels.shape[0] - down, : pixels.shape[1] - right]
        return moved

    return change


def bordered(share: float) -> Change:
    """Add a black border all around."""
    return lambda p, _: np.pad(p, int(share * min(p.shape)))


def cropped(share: float) -> Change:
    """Cut a border off all around."""

    def change(pixels: FloatImage, _: np.random.Generator) -> FloatImage:
        cut = int(share * min(pixels.shape))
        return np.ascontiguousarray(pixels[cut:-cut, cut:-cut])

    return change


def sixteen_bits(pixels: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Finer steps than 8 bits hold, as a 16-bit file has them, over a part of its range."""
    fine = np.rint((pixels + rng.uniform(-0.5, 0.5, pixels.shape) / 255).clip(0, 1) * 4095)
    return finished(fine / 65535)


CHANGES = (
    Worse("rotation", "turned by 10 degrees", turned(10)),
    Worse("rotation", "turned by 30 degrees", turned(30)),
    Worse("noise", "noise, sigma 0.05", noisy(0.05)),
    Worse("noise", "noise, sigma 0.10", noisy(0.10)),
    Worse("blur", "blur, 0.5 % of the side", blurred(0.005)),
    Worse("blur", "blur, 1 % of the side", blurred(0.01)),
    Worse("contrast", "gamma 0.6", contrasted(0.6)),
    Worse("contrast", "gamma 1.6", contrasted(1.6)),
    Worse("jpeg", "JPEG, quality 30", jpeg(30)),
    Worse("jpeg", "JPEG, quality 10", jpeg(10)),
    Worse("resolution", "112 x 112 pixels", coarser(112)),
    Worse("resolution", "64 x 64 pixels", coarser(64)),
    Worse("framing", "shifted by 10 %", shifted(0.10)),
    Worse("framing", "black border of 20 %", bordered(0.20)),
    Worse("framing", "border of 8 % cut off", cropped(0.08)),
    Worse("bits", "16 instead of 8 bits", sixteen_bits),
)


def robustness(predictor: Predictor, part: Part, seed: int) -> list[dict[str, Any]]:
    """Accuracy and macro-F1 on a part of the split under each change."""
    rows = []
    for worse in tqdm(CHANGES, desc="worse pictures", unit="change"):
        rng = np.random.default_rng(seed)
        changed = [worse.change(pixels, rng) for pixels in part.slices]
        groups = dict(zip(part.files, part.groups.tolist(), strict=True))
        again = answered(predictor, part.files, changed, groups)
        figures = classification(again, predictor.labels, seed)
        kept = {name: figures[name] for name in ("accuracy", "macro_f1")}
        rows.append({"name": worse.name, "label": worse.label, **kept})
    return rows
