"""The API: named endpoints, in this one place. Names, types and defaults are a recorded contract.

`/predict`, `/explain` and `/advise` have a keyword parameter for each field of the checkpoint.
Gradio reads the return types as they are, not as strings: this module must not postpone the
evaluation of annotations. Whoever adds an endpoint adds its function, a row to `TOLD`, which the
tab "Use it from code" shows, and a line to `SETTINGS`.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import gradio as gr

from loan_space.explanations import as_advice, as_explanation
from loan_space.many import ONE_AT_A_TIME, answer_table, result_file
from loan_space.schema import Advice, Explanation, FieldFacts, Model, Prediction, Schema
from loan_space.serving import Served, answer, as_prediction
from loan_space.wording import LIMITS, NOT_A_DECISION
from shared.checkpoint.asking import Waiting
from shared.errors import InputError
from shared.loan.fields.application import NOT_STATED
from shared.loan.fields.declared import FIELDS, Field, Fields
from shared.loan.fields.numbers import shown
from shared.loan.models.registry import MODELS
from shared.loan.table.reading import answers_suffix
from shared.loan.table.write import template
from shared.page.endpoints import file_path, plain_errors
from shared.page.schema import UploadedFile, explained_revision_of
from shared.page.waiting import not_ready, tell

Work = Callable[[Mapping[str, object]], Any]

CHEAP: dict[str, Any] = {"queue": False}  # all quick; many rows have a queue of their own
SETTINGS = {
    **dict.fromkeys(("predict", "explain", "advise"), CHEAP),
    "predict_csv": ONE_AT_A_TIME,
    **dict.fromkeys(("model", "schema"), CHEAP),
}
FOR_EACH = "each field below, all optional"
TOLD = (  # name, parameters and answers, as the page tells them
    ("/predict", FOR_EACH, "both answers with calibrated probabilities, agreement, revision"),
    ("/explain", FOR_EACH, "the same, and exact Shapley values of each field for both models"),
    ("/advise", FOR_EACH, "the same, and what would make both models approve"),
    ("/predict_csv", "file, reasons=False", "the table with answers; a bad row says why"),
    ("/model", "none", "both models, threshold, the recorded evaluation, revision"),
    ("/schema", "none", "the fields: names, types, ranges, choices, units; a CSV to fill in"),
)
WHO = (
    "Say whether an applicant would be eligible for a home loan, by two models that learnt from "
    "old decisions"
)
PREDICT = f"""{WHO}: classical machine learning and a neural network. Not a lending decision.

Both answers with calibrated probabilities, whether they agree, and the revision."""
EXPLAIN = f"""{WHO}, and why: exact Shapley values of every field for both. Not a lending decision.

The answers, what each field adds to each of them, and through which fields they differ."""
ADVISE = f"""{WHO}, and what would change their answers. Not a lending decision.

The answers and at most three suggestions after which both models approve, or that none is within
reach."""


@dataclass(frozen=True)
class Endpoints:
    """The endpoints over one checkpoint."""

    served: Served

    def predict(self, values: Mapping[str, object]) -> Prediction:
        """Both answers for one applicant."""
        return as_prediction(self.served, answer(self.served, values))

    def explain(self, values: Mapping[str, object]) -> Explanation:
        """Both answers and why."""
        return as_explanation(self.served, answer(self.served, values))

    def advise(self, values: Mapping[str, object]) -> Advice:
        """Both answers and what would change them."""
        return as_advice(self.served, answer(self.served, values))

    def predict_csv(self, file: UploadedFile, reasons: bool = False) -> UploadedFile:
        """Answer for a table of applicants, CSV, Excel or Parquet, up to a million rows. Not a
        lending decision.

        Parameters:
            file: A column for each field, in any order; others come back as they are.
            reasons: Whether each row gets its reasons; for small tables only.

        Returns:
            A CSV, or Parquet for Parquet: all that was sent, then the answers; a bad row says what
            is wrong with it.
        """
        with plain_errors():
            path = Path(file_path(file, "file", "applicants.csv"))
            if not isinstance(reasons, bool):
                raise InputError(f"reasons is {shown(str(reasons))}; it must be true or false.")
            with result_file(answers_suffix(path)) as target:
                for _ in answer_table(self.served, path, target, with_reasons=reasons):
                    pass  # a program waits for the file
        return {"path": str(target), "meta": {"_type": "gradio.FileData"}}

    def schema(self) -> Schema:
        """Tell the fields of an application: names, types, ranges, choices, units.

        Returns:
            The fields in their order, and a CSV to fill in.
        """
        used = set(self.served.predictor.decision.used_fields)
        return {
            "fields": [field_facts(field, field in used) for field in self.served.fields],
            "csv_template": template(self.served.fields),
            "revision": self.served.revision,
        }

    def model(self) -> Model:
        """Tell what answers here: both models, the fields they use, the recorded evaluation, limits
        and the revision.

        Returns:
            Facts about the checkpoint that this server has loaded.
        """
        decision = self.served.predictor.decision
        return {
            "task": "eligibility for a home loan",
            "models": dict(zip(MODELS, decision.names, strict=True)),
            "threshold": decision.threshold,
            "fields": [field.name for field in decision.fields],
            "used": [field.name for field in decision.used_fields],
            "limits": f"{NOT_A_DECISION} {LIMITS}",
            "evaluation": self.served.evaluation or None,
            "revision": explained_revision_of(self.served.checkpoint),
        }


def field_facts(field: Field, used: bool) -> FieldFacts:
    """A field as `/schema` tells it."""
    number = field.kind == "number"
    return {
        "name": field.name,
        "column": field.column,
        "label": field.label,
        "help": field.help,
        "kind": field.kind,
        "unit": field.unit,
        "lowest": field.lowest if number else None,
        "highest": field.highest if number else None,
        "seen": list(field.seen) if field.seen else None,
        "choices": [{"value": choice.value, "label": choice.label} for choice in field.choices],
        "default": field.default,
        "change": field.change,
        "protected": field.protected,
        "used": used,
    }


def functions(fields: Fields, own: Endpoints | type[Endpoints]) -> dict[str, Callable[..., Any]]:
    """The function of each endpoint.

    Args:
        fields: of an application.
        own: the endpoints over a checkpoint, or their class while there is none.
    """
    of_fields = {
        "predict": (Prediction, PREDICT),
        "explain": (Explanation, EXPLAIN),
        "advise": (Advice, ADVISE),
    }
    calls = {
        name: endpoint(name, fields, getattr(own, name), returns, description)
        for name, (returns, description) in of_fields.items()
    }
    return calls | {name: getattr(own, name) for name in SETTINGS if name not in calls}


def register(served: Served) -> None:
    """Add the endpoints to the page that is being built."""
    for name, function in functions(served.fields, Endpoints(served)).items():
        gr.api(function, api_name=name, **SETTINGS[name])


def register_waiting(waiting: Waiting) -> None:
    """Add the same endpoints to the page that waits for its model, with the declared fields."""
    for name, function in functions(FIELDS, Endpoints).items():
        answer = tell if name == "model" else not_ready
        gr.api(answer(function, waiting), api_name=name, **SETTINGS[name])


def endpoint(name: str, fields: Fields, work: Work, returns: type, description: str) -> Work:
    """A function whose signature, annotations and docstring are made from the fields.

    Gradio reads names, types and defaults of an endpoint from its function; with the fields in a
    checkpoint they are only known once it has been loaded.

    Args:
        name: of the function.
        fields: a keyword parameter each; None, the default, is "not stated".
        work: takes the values by the name of their field.
        returns: the type of what it returns.
        description: the first lines of the docstring, and what it returns behind an empty line.
    """

    def call(*values: object) -> Any:
        with plain_errors():
            return work(dict(zip((field.name for field in fields), values, strict=True)))

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    hints = {field.name: annotation(field) for field in fields}
    parameters = [
        inspect.Parameter(key, kind, default=None, annotation=hint) for key, hint in hints.items()
    ]
    call.__name__ = call.__qualname__ = name
    call.__annotations__ = {**hints, "return": returns}
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        parameters, return_annotation=returns
    )
    call.__doc__ = docstring(fields, description)
    return call


def annotation(field: Field) -> Any:
    """The type of a field in the API."""
    if field.kind == "number":
        return float | None
    return Literal[field.values] | None


def docstring(fields: Fields, description: str) -> str:
    """What clients, the OpenAPI page and MCP tools show."""
    what, _, returned = description.partition("\n\n")
    lines = "\n".join(f"    {field.name}: {explained(field)}" for field in fields)
    on_one_line = " ".join(returned.split())  # Gradio puts a comma where a line ends
    return f"{what}\n\nParameters:\n{lines}\n\nReturns:\n    {on_one_line}"


def explained(field: Field) -> str:
    """A field in one sentence for a program."""
    values = accepted(field) if field.kind == "number" else f"one of {accepted(field)}"
    return f"{field.label}, {values}; None is {NOT_STATED}."


def accepted(field: Field) -> str:
    """What a field takes: a range with its unit, or its choices."""
    if field.kind == "number":
        return f"{field.lowest:,.0f} to {field.highest:,.0f} {field.unit}"
    return ", ".join(field.values)
