"""The page and the API of the loan Space; no model code."""

from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
