"""Every colour of both pages, once: CSS, Gradio's theme, scripts and drawn maps take theirs here.

A colour is changed in this file and nowhere else; a test looks for literals elsewhere. The pages'
colours keep a contrast of 4.5 to 1 for text in light and dark, and the two models' colours can be
told apart by colour-blind eyes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace


@dataclass(frozen=True)
class Colours:
    """The colours of a page, each `#rrggbb`; in CSS they are called `--ink-soft` and so on.

    Attributes:
        ink, ink_soft: text, and text of less weight.
        paper, card: behind everything, and behind a panel.
        line: borders.
        accent, accent_ink, accent_soft: what can be clicked, text on it, a light ground of it.
        warn, warn_soft: what should not be overlooked, and a light ground of it.
        film, film_ink: behind a slice, as a light box shows it, and what is drawn on it.
        models: of each loan model, by its key in `shared.loan.models.registry`.
    """

    ink: str
    ink_soft: str
    paper: str
    card: str
    line: str
    accent: str
    accent_ink: str
    accent_soft: str
    warn: str
    warn_soft: str
    film: str = "#000000"
    film_ink: str = "#ffffff"
    models: Mapping[str, str] = field(default_factory=dict)


LIGHT = Colours(
    ink="#16202a",
    ink_soft="#4a5966",
    paper="#f6f8f9",
    card="#ffffff",
    line="#d5dde3",
    accent="#0b6478",
    accent_ink="#ffffff",
    accent_soft="#e2f0f3",
    warn="#8a3b12",
    warn_soft="#fdf1e8",
    models={"ml": "#0b6478", "ann": "#b4540a"},
)
DARK = Colours(
    ink="#e9eff3",
    ink_soft="#aebcc7",
    paper="#10171d",
    card="#18222a",
    line="#33424e",
    accent="#6cc5d9",
    accent_ink="#0b1a20",
    accent_soft="#14333c",
    warn="#f3b48a",
    warn_soft="#2e2017",
    models={"ml": "#6cc5d9", "ann": "#f2a65a"},
)
PRINT = replace(LIGHT, paper="#ffffff")  # paper is white, whatever the screen was

# Plots of a model card, on white and on a dark page alike.
PLOT_INK, PLOT_FIRST, PLOT_SECOND, PLOT_SOFT = "#667085", "#0e7490", "#c2571a", "#98a2b3"
PLOT_DARK_INK = "#344054"

# Colour maps that keep their order for colour-blind eyes and in print, from nothing to most: 17
# stops each, as `matplotlib.colormaps[name](linspace(0, 1, 17))`. Viridis and magma by Smith and
# van der Walt (CC0), cividis by Nunez, Anderton and Renslow 2018.
COLOUR_MAPS = {
    "viridis": (
        "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c "
        "1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725"
    ),
    "cividis": (
        "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 "
        "8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838"
    ),
    "magma": (
        "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 "
        "d0416f e75263 f56b5c fc8961 fea772 fec488 fde2a3 fcfdbf"
    ),
}


def stops(name: str) -> list[list[int]]:
    """The 17 stops of a colour map as [red, green, blue], each 0..255."""
    return [list(bytes.fromhex(stop)) for stop in COLOUR_MAPS[name].split()]


def css() -> str:
    """The colours as CSS custom properties: `var(--accent)`, `var(--ml)`."""
    light, dark = ":root, .gradio-container", ".dark, .dark .gradio-container"
    return (
        f"{light} {{ {_properties(LIGHT)} }}\n{dark} {{ {_properties(DARK)} }}\n"
        f"@media print {{ {light}, {dark} {{ {_properties(PRINT)} }} }}\n"
    )


def _properties(colours: Colours) -> str:
    named = asdict(colours)
    named |= named.pop("models")
    return " ".join(f"--{name.replace('_', '-')}: {value};" for name, value in named.items())
