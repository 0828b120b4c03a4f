"""What the models are called in captions, plots and tables."""

from __future__ import annotations

WORDS = {"rule": "the rule", "ml": "machine learning", "ann": "the neural network"}
