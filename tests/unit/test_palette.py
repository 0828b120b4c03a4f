"""Every colour stands in the palette, once."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from imports_of import PACKAGES, SPACE_PACKAGES
from matplotlib import colormaps

from shared import palette
from shared.loan.models.registry import MODELS
from shared.palette import COLOUR_MAPS, DARK, LIGHT, css, stops

LITERAL = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
ASSETS = [
    path
    for folder in (PACKAGES["shared"] / "page", *SPACE_PACKAGES.values())
    for path in sorted((folder / "assets").iterdir())
]
MODULES = [
    path
    for package in ("shared", *SPACE_PACKAGES)
    for path in sorted(PACKAGES[package].rglob("*.py"))
    if path != Path(palette.__file__)
]


def contrast(one: str, other: str) -> float:
    """Of two colours, 1..21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = np.array(list(bytes.fromhex(colour[1:]))) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("path", [*MODULES, *ASSETS], ids=lambda path: path.name)
def test_a_colour_outside_the_palette_is_taken_from_it(path: Path) -> None:
    colours = set(LITERAL.findall(path.read_text(encoding="utf-8")))
    if path.suffix == ".svg":  # a picture of its own: no style sheet of the page reaches it
        colours -= {literal for literal in colours if literal in css()}
    assert not colours, f"{path.name} has {colours}; put it into shared/palette.py"


def test_every_colour_of_the_style_sheets_is_defined() -> None:
    defined = set(re.findall(r"(--[a-z0-9-]+):", css())) | {"--round", "--share", "--font-mono"}
    for path in ASSETS:
        used = set(re.findall(r"var\((--[a-z0-9-]+)", path.read_text(encoding="utf-8")))
        own = set(re.findall(r"(--[a-z0-9-]+):", path.read_text(encoding="utf-8")))
        assert used <= defined | own, path.name


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(colours: dict[str, str]) -> None:
    for ground in ("paper", "card"):
        for text in ("ink", "ink-soft", "accent", *MODELS):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for text in ("accent", "warn"):
        ground = {"accent": "accent-ink", "warn": "warn-soft"}[text]
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_paper_is_white_whatever_the_screen_was() -> None:
    _, printed = css().split("@media print")
    assert "--paper: #ffffff;" in printed
    assert f"--ink: {LIGHT['ink']};" in printed
    assert ".dark .gradio-container" in printed


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_the_stops_are_those_of_matplotlib(name: str) -> None:
    wanted = np.rint(colormaps[name](np.linspace(0, 1, 17))[:, :3] * 255)
    assert np.abs(np.array(stops(name)) - wanted).max() <= 1
