"""The tab "Use it from code" of this Space: its snippets and endpoints, made from the fields."""

import json

import gradio as gr

from loan_space.api import TOLD, accepted
from loan_space.serving import Served
from shared.loan.fields.declared import Fields
from shared.loan.models.registry import MODELS
from shared.page import code_view
from shared.report.blocks import Code, Table
from shared.report.html import table_html

PYTHON = """\
from gradio_client import Client, handle_file

client = Client("{{address}}")
applicant = dict({keywords})
answer = client.predict(**applicant, api_name="/predict")
print(answer["text"], {answers})

# why, and what would change it
print(client.predict(**applicant, api_name="/explain")["reasons"])
print(client.predict(**applicant, api_name="/advise")["suggestions"])

# a table: CSV, Excel or Parquet
print(client.predict(file=handle_file("applicants.csv"), api_name="/predict_csv"))
"""
JAVASCRIPT = """\
import {{{{ Client }}}} from "@gradio/client";

const client = await Client.connect("{{address}}");
const {{{{ data }}}} = await client.predict("/predict", {values});
console.log(data[0].text, {answers});
"""
CURL = """\
curl -s {{address}}/gradio_api/run/predict -H 'Content-Type: application/json' \\
  -d '{body}'
"""


def build(served: Served, blocks: gr.Blocks) -> None:
    """Lay out the tab."""
    fields = served.fields
    code_view.build(blocks, served.checkpoint.revision, snippets(fields), endpoints_html(fields))


def snippets(fields: Fields) -> dict[str, str]:
    """Code by language, with the form's defaults as the applicant."""
    values = {field.name: field.default for field in fields if field.default is not None}
    keywords = "".join(f"\n    {name}={json.dumps(value)}," for name, value in values.items())
    whole = [field.default for field in fields]
    return {
        "Python": PYTHON.format(
            keywords=f"{keywords}\n",
            answers=", ".join(f'answer["models"]["{key}"]' for key in MODELS),
        ),
        "JavaScript": JAVASCRIPT.format(
            values=_doubled(json.dumps(values, indent=2)),
            answers=", ".join(f"data[0].models.{key}" for key in MODELS),
        ),
        "curl": CURL.format(body=_doubled(json.dumps({"data": whole}))),
    }


def _doubled(text: str) -> str:
    """Braces doubled, so that a template keeps them."""
    return text.replace("{", "{{").replace("}", "}}")


def endpoints_html(fields: Fields) -> str:
    """The endpoints and the fields as tables, with `{address}` in them."""
    rows = [(Code(field.name), field.column, accepted(field)) for field in fields]
    table = table_html(Table("Fields", ("Name", "Column in a CSV", "Values"), rows))
    told = f"<h3>Fields</h3>{table}<p>Every field may be left out; it is then “not stated”.</p>"
    return code_view.endpoints_html(TOLD, told, "A value that its field cannot have")
