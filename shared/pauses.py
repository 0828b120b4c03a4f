"""Pauses before something is tried or looked at again: one place, so tests can shorten all."""

import time

FACTOR = 1.0  # of every pause; the tests' own setting


def pause(seconds: float) -> None:
    """Wait before another try."""
    time.sleep(seconds * FACTOR)
