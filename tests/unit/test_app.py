"""An app.py only wires."""

import ast

import pytest
from imports_of import ROOT


@pytest.mark.parametrize("app", sorted(ROOT.glob("spaces/*/app.py")), ids=lambda p: p.parent.name)
def test_app_has_fifteen_lines_and_defines_nothing(app):
    source = app.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 15
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try)
    assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
