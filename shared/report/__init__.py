"""A recorded evaluation as a small document: told once, rendered as page, card, README and SVG."""
