"""The API: named endpoints, in this one place. Names, types and defaults are a recorded contract.

`/predict`, `/explain` and `/advise` have a keyword parameter for each field of the checkpoint.
Gradio reads the return types as they are, not as strings: this module must not postpone the
evaluation of annotations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from loan_space import advising, endpoint, many, reasons
from loan_space.many_view import ONE_AT_A_TIME, result_file
from loan_space.schema import Advice, Explanation, FieldFacts, Model, Prediction, Schema
from loan_space.serving import Served, answer, as_prediction
from loan_space.wording import LIMITS, NOT_A_DECISION
from shared.errors import InputError
from shared.loan.fields.declared import Field
from shared.loan.fields.numbers import shown
from shared.loan.models.registry import MODELS
from shared.loan.table.reading import answers_suffix
from shared.loan.table.write import template
from shared.page.calls import file_path, plain_errors
from shared.page.schema import UploadedFile, explained_revision_of

CHEAP: dict[str, Any] = {"queue": False}  # all quick; many rows have a queue of their own
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
        answered = answer(self.served, values)
        found = reasons.contributions_of(self.served, answered.application.row)
        return reasons.as_explanation(self.served, answered, found)

    def advise(self, values: Mapping[str, object]) -> Advice:
        """Both answers and what would change them."""
        return advising.as_advice(self.served, answer(self.served, values))

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
                for _ in many.answer_table(self.served, path, target, with_reasons=reasons):
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
        "choices": [{"value": each.value, "label": each.label} for each in field.choices],
        "default": field.default,
        "change": field.change,
        "protected": field.protected,
        "used": used,
    }


def register(served: Served) -> None:
    """Add the endpoints to the page that is being built."""
    own = Endpoints(served)
    for name, work, returns, description in (
        ("predict", own.predict, Prediction, PREDICT),
        ("explain", own.explain, Explanation, EXPLAIN),
        ("advise", own.advise, Advice, ADVISE),
    ):
        made = endpoint.endpoint(name, served.fields, work, returns, description)
        gr.api(made, api_name=name, **CHEAP)
    gr.api(own.predict_csv, api_name="predict_csv", **ONE_AT_A_TIME)
    gr.api(own.model, api_name="model", **CHEAP)
    gr.api(own.schema, api_name="schema", **CHEAP)
