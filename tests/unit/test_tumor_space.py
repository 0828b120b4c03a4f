"""The pure parts of the Space: words, tables, figures, what is remembered and what is deleted."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import bundled
import numpy as np
import pytest
from PIL import Image

from shared.errors import InputError
from shared.page.uploads import delete_upload
from shared.report.figures import figure, figures, number
from shared.slices.decode import Slice
from shared.spreadsheet import harmless
from shared.tumor.classes import class_words
from shared.tumor.predictor import COLOURED_PICTURE
from shared.wording import percent
from tumor_space.many_view import answers_html, csv_text
from tumor_space.quality_view import quality_html
from tumor_space.schema import BatchRow
from tumor_space.serving import (
    Answered,
    Served,
    answer_file,
    as_prediction,
    check_count,
    coverage_far_from_home,
    either,
    set_sentence,
    unlike_sentence,
)
from tumor_space.sessions import LIFETIME, MOST, Sessions


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.874, "87 %"), (0.9999, "more than 99 %"), (0.0001, "less than 1 %"), (0.5, "50 %")],
)
def test_a_probability_is_never_certain(share: float, words: str) -> None:
    assert percent(share) == words


def test_a_set_is_said_in_words() -> None:
    assert either(["glioma", "notumor", "pituitary"]) == "glioma, no tumor or pituitary tumor"
    two = set_sentence(["glioma", "meningioma"], 0.95, 4)
    assert two == "Glioma or meningioma; the set holds the truth at least 95 times in 100."
    assert "any of the 4 classes" in set_sentence(["a", "b", "c", "d"], 0.95, 4)
    assert set_sentence(["glioma"], 0.9, 4).startswith("Glioma alone")
    assert set_sentence(["glioma"], 0.9, 4).endswith("90 times in 100.")


FAR = {"elsewhere": {"far": {"coverage": {"value": 0.937}}}}


def test_an_unlike_picture_is_said_to_be_so_with_what_was_measured() -> None:
    assert coverage_far_from_home(FAR) == 0.937
    assert coverage_far_from_home({}) is None
    assert "the set held the right class in 93 of 100 (measured on" in unlike_sentence(0.937)
    assert unlike_sentence(None).endswith("was not measured.")


@pytest.mark.parametrize(("unlike", "promised"), [(True, "93 times"), (False, "95 times")])
def test_no_set_promises_more_than_was_measured(unlike: bool, promised: str) -> None:
    revision: Any = {"revision": "abc"}
    served = Served(None, bundled.predictor(), "", FAR, revision)  # type: ignore[arg-type]
    picture = Slice(bundled.answer().prepared.pixels, "PNG", notes=("Read.",))
    answer = replace(bundled.answer(), unlike=unlike)
    told = as_prediction(served, Answered(picture, answer))
    assert promised in told["set_text"]
    assert told["notes"] == ([unlike_sentence(0.937)] if unlike else []) + ["Read."]
    refused = replace(answer, refusal="no", label=None, prediction_set=())
    assert as_prediction(served, Answered(picture, refused))["notes"] == ["Read."]


def test_a_coloured_file_is_refused_and_the_same_in_grey_is_not(tmp_path: Path) -> None:
    served = Served(None, bundled.predictor(), "", {}, {})  # type: ignore[arg-type,typeddict-item]
    grey = Image.fromarray(np.uint8(bundled.answer().prepared.pixels * 255))
    red = Image.merge("RGB", (grey, Image.new("L", grey.size), Image.new("L", grey.size)))
    for name, picture in (("grey.png", grey), ("red.png", red)):
        picture.save(tmp_path / name)
    assert answer_file(served, str(tmp_path / "grey.png"), 0).answer.refusal is None
    assert answer_file(served, str(tmp_path / "red.png"), 0).answer.refusal == COLOURED_PICTURE


def test_an_unknown_class_keeps_its_name() -> None:
    assert class_words("astrocytoma") == "astrocytoma"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("slice.png") == "slice.png"


def rows() -> list[BatchRow]:
    """An answer, a refusal and an error."""
    answered: Any = {
        "label": "glioma",
        "probabilities": {"glioma": 0.9, "notumor": 0.1},
        "prediction_set": ["glioma"],
        "refusal": None,
        "notes": [],
        "revision": {"revision": "abc"},
    }
    refused = answered | {"label": None, "prediction_set": [], "refusal": "Not a brain."}
    return [
        {"index": 0, "prediction": answered, "error": None},
        {"index": 1, "prediction": refused, "error": None},
        {"index": 2, "prediction": None, "error": "<b>No</b> picture."},
    ]


def test_many_slices_as_csv() -> None:
    table = list(csv.DictReader(io.StringIO(csv_text(["=a.png", "b.png", "c.txt"], rows()))))
    assert table[0]["file"] == "'=a.png"
    assert table[0]["answer"] == "glioma"
    assert table[0]["glioma"] == "0.9000"
    assert table[1]["refusal"] == "Not a brain."
    assert table[1]["glioma"] == ""
    assert table[2]["error"] == "<b>No</b> picture."


def test_what_came_from_outside_is_escaped_in_the_table() -> None:
    html = answers_html(["<script>", "b", "c"], rows())
    assert "<script>" not in html
    assert "&lt;b&gt;No&lt;/b&gt;" in html


@pytest.mark.parametrize(("count", "reason"), [(0, "No file"), (101, "101 files")])
def test_none_and_too_many_are_refused(count: int, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        check_count(count)


def test_figures_are_told_from_the_rest() -> None:
    section = {"accuracy": {"value": 0.9, "low": 0.8, "high": 1.0, "n": 5}, "bins": [1], "on": True}
    assert list(figures(section)) == ["accuracy"]
    assert figure(None) is None
    assert number(1234.0) == "1,234"
    assert number(0.9714) == "0.971"


def test_an_evaluation_without_sections_says_so() -> None:
    html = quality_html({})
    assert html.count("Not measured") >= 10
    assert "Not a diagnosis" in html


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_forgotten_with_time_with_number_and_when_asked() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    answer: Any = object()
    sessions.remember("page", answer)
    assert sessions.recall("page") is answer
    clock.now = LIFETIME + 1
    assert sessions.recall("page") is None
    for k in range(MOST + 1):
        sessions.remember(str(k), answer)
    assert sessions.recall("0") is None
    assert sessions.recall("1") is answer
    sessions.forget("1")
    assert sessions.recall("1") is None


def test_a_later_look_or_another_slice_takes_the_turn() -> None:
    sessions = Sessions()
    first = sessions.take_turn("page")
    assert sessions.has_turn("page", first)
    second = sessions.take_turn("page")
    assert not sessions.has_turn("page", first)
    assert sessions.has_turn("page", second)
    sessions.forget("page")
    assert not sessions.has_turn("page", second)
    assert sessions.take_turn("page") not in (first, second)


def test_an_upload_goes_with_its_folder_but_not_with_others(tmp_path: Path) -> None:
    alone, shared = tmp_path / "one" / "a", tmp_path / "two" / "b"
    for path in (alone, shared, shared.with_name("c")):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    delete_upload(str(alone))
    delete_upload(str(shared))
    delete_upload(str(shared))
    assert not alone.parent.exists()
    assert shared.with_name("c").exists()
    assert not shared.exists()
