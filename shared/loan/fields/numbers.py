"""Numbers as people write them, and what a text that is not a plain number may have meant."""

import re
from math import isinf
from typing import Literal

from shared.errors import InputError
from shared.wording import listed

Decimal = Literal[".", ","]

PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
PLAIN_COMMA = re.compile(r"[+-]?(\d+,\d*|,\d+)")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*")  # as thousands are often grouped
SPACES = re.compile(r"[\s'\u2019$€£₹]")
MOST_SHOWN = 40  # characters of an offending value


def plain(value: float) -> str:
    """A number with its thousands marked and every digit that counts: "4,500", "0.25"."""
    return f"{value:,.15g}"


def typed(value: float) -> str:
    """A number as it is to be typed: "4500.5"."""
    return f"{value:.15g}"


def shown(text: str) -> str:
    """An offending value for a message: in quotes, on one line, not endless."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= MOST_SHOWN else f'"{line[:MOST_SHOWN]}..."'


def number_in_text(text: str, name: str) -> float:
    """A number that a program or a form sent as text: "4500" or "4500.0", and nothing else.

    Args:
        text: with or without spaces around it.
        name: of the field, for the message.

    Raises:
        InputError: anything that has to be guessed, with what it may mean.
    """
    body = text.strip()
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", body, re.ASCII) and not GROUPED.fullmatch(body):
        return float(body)
    raise InputError(text_problem(text, name))


def number_in_cell(text: str, name: str, decimal: Decimal) -> float:
    """A number of a table, with the decimal mark that is usual in that table.

    Where the mark is a comma, "4.500" may be either 4500 or 4.5 and is refused; a comma where the
    mark is a point is refused always.

    Args:
        text: with or without spaces around it.
        name: of the column, for the message.
        decimal: the mark.

    Raises:
        InputError: it is not a number, may be either of two, or is beyond all numbers.
    """
    body = text.strip()
    if decimal == "," and PLAIN_COMMA.fullmatch(body):
        return float(body.replace(",", "."))
    if PLAIN.fullmatch(body) and (decimal == "." or not GROUPED.fullmatch(body)):
        if isinf(float(body)):
            raise InputError(f"{name} is {shown(text)}, which no computer can count to.")
        return float(body)
    raise InputError(text_problem(text, name))


def text_problem(text: str, name: str) -> str:
    """What is wrong with a text where a number belongs, and what to write instead."""
    numbers = [typed(value) for value in meanings(text)]
    if not numbers:
        return f"{name} is {shown(text)}, which is not a number."
    if len(numbers) == 2:
        either = listed(numbers, "or")
        return f"{name} is {shown(text)}, which may mean {either}. Write {either}."
    point = " with a point" if "." in numbers[0] else ""
    return f"{name} is {shown(text)}, which is not a plain number. Write {numbers[0]}{point}."


def meanings(text: str) -> tuple[float, ...]:
    """The numbers that a text may mean.

    Returns:
        None of them, one, or for "4,500" and "4.500" two: with thousands grouped, and as a decimal.
    """
    body = SPACES.sub("", text)
    if not re.fullmatch(r"[+-]?[\d.,]*\d[\d.,]*|" + PLAIN.pattern, body, re.ASCII):
        return ()
    marks = [mark for mark in ".," if mark in body]
    if len(marks) == 2:
        return _two_marks(body)
    if not marks or (PLAIN.fullmatch(body) and not GROUPED.fullmatch(body)):
        return (float(body),)
    (mark,) = marks
    grouped = (float(body.replace(mark, "")),) if GROUPED.fullmatch(body) else ()
    decimal = (float(body.replace(mark, ".")),) if body.count(mark) == 1 else ()
    return grouped + decimal


def _two_marks(body: str) -> tuple[float, ...]:
    """Both marks stand in it: the last one is the decimal, the other groups thousands."""
    mark = max(".,", key=body.rfind)
    whole, _, fraction = body.rpartition(mark)
    if not GROUPED.fullmatch(whole) or not fraction.isdigit() or mark in whole:
        return ()
    return (float(f"{re.sub('[.,]', '', whole)}.{fraction}"),)
