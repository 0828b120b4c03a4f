"""Measured values of a record: read with their 95 % intervals, and written as people read them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.wording import first_up, percent

MINUS = "\N{MINUS SIGN}"
NAMES_IN_CAPITALS = {"auc": "AUC", "f1": "F1", "ece": "calibration error"}


@dataclass(frozen=True)
class Figure:
    """A measured value.

    Attributes:
        value: the estimate.
        low, high: its 95 % interval; None where none was recorded.
        n: how many cases it rests on; None where that was not recorded.
    """

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The interval; the value twice where none was recorded."""
        return (
            self.value if self.low is None else self.low,
            self.value if self.high is None else self.high,
        )

    @property
    def sign(self) -> int:
        """Of a difference: 1 or -1 where its whole interval lies above or below 0, else 0."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0) - int(self.high < 0)


def figure(recorded: Any) -> Figure | None:
    """A figure from its record; None when there is no such record. A figure stays what it is."""
    if isinstance(recorded, Figure):
        return recorded
    if isinstance(recorded, int | float) and not isinstance(recorded, bool):
        return Figure(float(recorded))
    if not isinstance(recorded, Mapping) or not isinstance(recorded.get("value"), int | float):
        return None
    return Figure(recorded["value"], recorded.get("low"), recorded.get("high"), recorded.get("n"))


def figures(section: Mapping[str, Any]) -> dict[str, Figure]:
    """Those entries of a section that are figures, by name."""
    return {name: measured for name in section if (measured := figure(section[name]))}


def of_keys(section: Mapping[str, Any], keys: tuple[str, ...], name: str) -> dict[str, Figure]:
    """One metric of several groups, where it was measured; by group."""
    return {key: f for key in keys if (f := figure((section.get(key) or {}).get(name)))}


def flat(
    section: Mapping[str, Any], name_of: Callable[[str], str], before: str = ""
) -> Iterator[tuple[str, Figure]]:
    """All figures of a section and of the groups in it, each with the group's name in front."""
    for name, recorded in section.items():
        label = f"{before}{name_of(name).lower()}" if before else name_of(name)
        if measured := figure(recorded):
            yield label, measured
        elif isinstance(recorded, Mapping):
            yield from flat(recorded, name_of, f"{label}: ")


def label_of(name: str) -> str:
    """A record's name as a label: `macro_f1` becomes "Macro F1"."""
    words = (NAMES_IN_CAPITALS.get(word, word) for word in name.replace("_", " ").split())
    return first_up(" ".join(words))


def number(value: float) -> str:
    """A number as pages and cards write it: counts whole, shares with three decimals."""
    if float(value).is_integer() and abs(value) > 1:
        return f"{value:,.0f}".replace("-", MINUS)
    return f"{round(value, 3) + 0.0:.3f}".replace("-", MINUS)  # adding 0 makes 0 of -0.0


def interval(measured: Figure) -> str:
    """ "0.951 to 0.973"; empty where no interval was recorded."""
    if measured.low is None or measured.high is None:
        return ""
    return f"{number(measured.low)} to {number(measured.high)}"


def with_interval(measured: Figure) -> str:
    """ "0.962 (0.951 to 0.973)"."""
    spread = interval(measured)
    return number(measured.value) + (f" ({spread})" if spread else "")


def signed(value: float, digits: int = 3) -> str:
    """A difference with its sign, a true minus: "+0.012"."""
    return f"{value:+.{digits}f}".replace("-", MINUS)


def counted_percent(share: float) -> str:
    """A share of what was counted; unlike a probability it can be none or all."""
    return f"{share * 100:.0f} %" if share in (0, 1) else percent(share)
