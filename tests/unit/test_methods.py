"""The registry of explanation methods: one entry is all that a new method needs."""

from __future__ import annotations

import ast
from typing import get_args

import bundled
import numpy as np
import pytest
from imports_of import PACKAGES, modules

from shared.tumor import classes, heatmap, methods
from shared.tumor.attribution import Output, Steps
from shared.tumor.heatmap import INPUT
from shared.tumor.methods import DEFAULT, METHODS, REGISTRY, InputMethod, explain_in_steps, finished
from tumor_space import api, schema

NAMES_STAND_IN = {methods.__file__, heatmap.__file__, classes.__file__}
AREA = [*modules(PACKAGES["shared"] / "tumor"), *modules(PACKAGES["tumor_space"])]
WITHOUT_GRADIENT = pytest.mark.parametrize("needs_gradient", [False, True])


def literals(source: str) -> set[str]:
    """All strings of a module that are one word."""
    nodes = ast.walk(ast.parse(source))
    return {node.value for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip


def test_names_are_told_apart_and_the_default_answers_at_once() -> None:
    assert len(METHODS) == len({method.title for method in REGISTRY}) == len(REGISTRY)
    assert not METHODS[DEFAULT].slow


@WITHOUT_GRADIENT
def test_an_entry_is_all_that_a_new_method_needs(
    monkeypatch: pytest.MonkeyPatch, needs_gradient: bool
) -> None:
    seen = []

    def steps(output: Output, pixels: object) -> Steps:
        seen.append(output(pixels).tolist())  # type: ignore[arg-type]
        yield 0.5
        return np.full((2, 2), 7, np.float32), None

    method = InputMethod("new", "New", "soon", steps, needs_gradient)
    monkeypatch.setitem(METHODS, "new", method)
    asked = {"target": "glioma", "against": "pituitary", "method": "new"}
    heatmap = finished(explain_in_steps(bundled.predictor(), bundled.answer(), **asked))
    assert (heatmap.method, heatmap.target, heatmap.against) == ("new", "glioma", "pituitary")
    assert (heatmap.layer, heatmap.values.tolist()) == (INPUT, [[7, 7], [7, 7]])
    logits = dict(zip(bundled.predictor().labels, bundled.answer().logits.tolist(), strict=True))
    assert seen == [[pytest.approx(logits["glioma"] - logits["pituitary"], abs=1e-3)]]


def test_the_schema_and_the_docstrings_of_the_api_follow_the_registry() -> None:
    assert get_args(schema.MethodName) == tuple(METHODS)
    told = api.Endpoints.explain.__doc__ or ""
    for name in (*METHODS, *classes.CLASS_WORDS):
        assert name in told


@pytest.mark.parametrize("path", AREA, ids=lambda path: path.name)
def test_names_of_methods_and_classes_stand_in_one_place(path) -> None:  # type: ignore[no-untyped-def]
    names = {*METHODS, *classes.CLASS_WORDS}
    strays = literals(path.read_text(encoding="utf-8")) & names
    assert not strays or str(path) in NAMES_STAND_IN, f"{path.name} names {strays}"


def test_an_unknown_class_keeps_its_label() -> None:
    words = classes.texts_of(["notumor", "astrocytoma"])
    assert words == {"notumor": "no tumor", "astrocytoma": "astrocytoma"}
