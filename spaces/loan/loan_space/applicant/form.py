"""The form and the examples above it: one control for the whole application, made from the fields.

Gradio's number component cannot be both dragged and left empty, and eleven components would be
eleven round trips. This is one control: plain HTML inputs, which phones and screen readers know.
It fires `input` while somebody drags or types and `release` when they stop.
"""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from loan_space import ASSETS
from shared.checkpoint.contract import read_examples
from shared.loan.fields.application import NOT_STATED
from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import typed
from shared.page.gradio_internals import GradioModel, receive_as
from shared.page.html import SHORT, asset, scripted

STEPS = 1000  # positions of a slider; its scale is logarithmic


class SentForm(GradioModel):
    """What the form sends: texts by field, "" for none, and which was changed last, "" for all."""

    values: dict[str, Any]
    changed: str = ""


def application_form(fields: Fields, used: Fields, revision: str) -> gr.HTML:
    """The form for all fields; those that the models do not use are folded away."""
    control = scripted(
        form_html(fields, used), asset(ASSETS, "form.js"), "loan-form", revision=revision[:SHORT]
    )
    receive_as(control, SentForm)
    return control


def form_html(fields: Fields, used: Fields) -> str:
    """The HTML of the form, with the fields' defaults in it."""
    asked = "".join(_field(field) for field in fields if field in used)
    left_out = [field for field in fields if field not in used]
    return (
        '<form class="application" aria-label="The applicant" novalidate>'
        f'<div class="fields">{asked}</div>{_left_out(left_out)}'
        '<p class="form-buttons"><button type="button" class="quiet" data-do="link">Copy link to '
        'this applicant</button><button type="button" class="quiet" data-do="print">Print</button>'
        '<button type="reset" class="quiet">Start over</button></p>'
        '<p class="form-status" role="status" aria-live="polite"></p></form>'
    )


def _left_out(fields: list[Field]) -> str:
    if not fields:
        return ""
    names = ", ".join(field.label for field in fields)
    return (
        f'<details class="left-out"><summary>Left out by the models: {escape(names.lower())}'
        "</summary><p>The models do not use these fields: a change of them changes no answer. How "
        "the answers still differ between such groups is shown under “How good is it?”.</p>"
        f'<div class="fields">{"".join(_field(field) for field in fields)}</div></details>'
    )


def _field(field: Field) -> str:
    return _number(field) if field.kind == "number" else _choice(field)


def _number(field: Field) -> str:
    name, label = escape(field.name), escape(field.label)
    low, high = field.seen or (field.lowest, field.highest)
    value = as_sent({field.name: field.default})[field.name]
    return (
        f'<div class="field number" data-name="{name}"><label for="f-{name}">{label} '
        f'<span class="unit">{escape(field.unit)}</span></label>'
        f'<div class="pair"><input id="f-{name}" type="text" inputmode="decimal" '
        f'autocomplete="off" value="{value}" placeholder="{NOT_STATED}" '
        f'aria-describedby="h-{name}"><input type="range" min="0" max="{STEPS}" '
        f'data-low="{low:g}" data-high="{high:g}" data-step="{field.step:g}" '
        f'aria-label="{label}, slider"></div><p class="help" id="h-{name}">{escape(field.help)}</p>'
        "</div>"
    )


def _choice(field: Field) -> str:
    name = escape(field.name)
    choices = [(choice.value, choice.label) for choice in field.choices]
    pills = "".join(
        f'<label><input type="radio" name="{name}" value="{escape(value)}"'
        f"{' checked' if value == (field.default or '') else ''}><span>{escape(label)}</span>"
        "</label>"
        for value, label in [*choices, ("", NOT_STATED.capitalize())]
    )
    return (
        f'<fieldset class="field choice" data-name="{name}" aria-describedby="h-{name}"><legend>'
        f'{escape(field.label)}</legend><div class="pills">{pills}</div>'
        f'<p class="help" id="h-{name}">{escape(field.help)}</p></fieldset>'
    )


def examples_html(checkpoint: Path) -> str:
    """The examples of the checkpoint as buttons that fill in the form; empty when it has none."""
    examples = read_examples(checkpoint)
    if not examples:
        return ""
    buttons = "".join(
        '<li><button type="button" class="quiet" '
        f'data-values="{escape(json.dumps(as_sent(example["values"])))}" '
        # What fits on a button is the caption up to its colon.
        f'title="{escape(example["caption"])}">{escape(example["caption"].split(":")[0])}</button>'
        "</li>"
        for example in examples
    )
    return (
        '<section class="loan-examples"><h2>Examples</h2>'
        f'<ul>{buttons}</ul><p class="soft">Simulated applicants; none of them exists.</p>'
        "</section>"
    )


def as_sent(values: Mapping[str, float | str | None]) -> dict[str, str]:
    """Values as the form writes them: plain text, empty for "not stated"."""
    return {
        name: "" if value is None else value if isinstance(value, str) else typed(value)
        for name, value in values.items()
    }
