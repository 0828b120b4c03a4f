"""Every colour of both pages, once: CSS, Gradio's theme, scripts and drawn maps take theirs here.

A colour is changed in this file and nowhere else; a test looks for literals elsewhere. The pages'
colours keep a contrast of 4.5 to 1 for text in light and dark, and the two models' colours can be
told apart by colour-blind eyes.
"""

COLOURS = {  # by their CSS name, `var(--ink)`: on a light page, on a dark one
    "ink": ("#16202a", "#e9eff3"),  # text
    "ink-soft": ("#4a5966", "#aebcc7"),  # text of less weight
    "paper": ("#f6f8f9", "#10171d"),  # behind everything
    "card": ("#ffffff", "#18222a"),  # behind a panel
    "line": ("#d5dde3", "#33424e"),  # borders
    "accent": ("#0b6478", "#6cc5d9"),  # what can be clicked
    "accent-ink": ("#ffffff", "#0b1a20"),  # text on it
    "accent-soft": ("#e2f0f3", "#14333c"),  # a light ground of it
    "warn": ("#8a3b12", "#f3b48a"),  # what should not be overlooked
    "warn-soft": ("#fdf1e8", "#2e2017"),  # a light ground of it
    "film": ("#000000", "#000000"),  # behind a slice, as a light box shows it
    "film-ink": ("#ffffff", "#ffffff"),  # what is drawn on it
    # The loan models, by their key in `shared.loan.models.registry`.
    "ml": ("#0b6478", "#6cc5d9"),
    "ann": ("#b4540a", "#f2a65a"),
}
LIGHT = {name: light for name, (light, _) in COLOURS.items()}
DARK = {name: dark for name, (_, dark) in COLOURS.items()}
PRINT = LIGHT | {"paper": "#ffffff"}  # paper is white, whatever the screen was

# A plot of a model card is a picture of its own: each colour stands out from white and from dark.
PICTURE = {
    "ink": "#6e7889",
    "ink-soft": "#6e7889",
    "line": "#98a2b399",
    "paper": "none",
    "accent": "#0f7f9e",
    "warn": "#c2571a",
    "ml": "#0f7f9e",
    "ann": "#c2571a",
}

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


def _properties(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())
