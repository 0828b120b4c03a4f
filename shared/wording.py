"""Words that both Spaces say alike."""

from collections.abc import Sequence

FRACTIONS_OF_A_PERCENT = 0.995  # from here on whole per cent would say "100 %", which nothing is


def percent(share: float) -> str:
    """A share of 0..1 as people read it: "87 %", and never "100 %" for what is not certain."""
    if share >= FRACTIONS_OF_A_PERCENT:
        return "more than 99 %"
    if share < 1 - FRACTIONS_OF_A_PERCENT:
        return "less than 1 %"
    return f"{share * 100:.0f} %"


def listed(words: Sequence[str], joint: str) -> str:
    """One or more words as a list in a sentence, joined by "or" or "and": "a, b or c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def first_up(text: str) -> str:
    """A text with a capital at the beginning, all else as it is."""
    return text[:1].upper() + text[1:]
