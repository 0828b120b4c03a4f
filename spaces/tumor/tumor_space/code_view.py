"""The tab "Use it from code" of this Space: its snippets and endpoints."""

import gradio as gr

from shared.page import code_view
from shared.tumor.methods import DEFAULT
from tumor_space.serving import Served

PYTHON = """\
from gradio_client import Client, handle_file

client = Client("{address}")
answer = client.predict(image=handle_file("slice.png"), api_name="/predict")
print(answer["label_text"], answer["probabilities"], answer["prediction_set"])

# where it looked: raw numbers, a picture, and how far to trust it
seen = client.predict(image=handle_file("slice.png"), evidence=True, api_name="/explain")
print(seen["map"]["values"], seen["evidence"])
"""
JAVASCRIPT = """\
import {{ Client, handle_file }} from "@gradio/client";

const client = await Client.connect("{address}");
const image = handle_file("https://example.org/slice.png");
const {{ data }} = await client.predict("/predict", {{ image }});
console.log(data[0].label_text, data[0].probabilities, data[0].prediction_set);
"""
CURL = """\
FILE=$(curl -s -F files=@slice.png {address}/gradio_api/upload | cut -d'"' -f2)
curl -s {address}/gradio_api/run/predict -H 'Content-Type: application/json' \\
  -d '{{"data": [{{"path": "'$FILE'", "meta": {{"_type": "gradio.FileData"}}}}, 0]}}'
"""
SNIPPETS = {"Python": PYTHON, "JavaScript": JAVASCRIPT, "curl": CURL}
EXPLAIN_PARAMETERS = (
    f'image, target=None, against=None, layer=None, method="{DEFAULT}", evidence=False, frame=0'
)
TOLD = (  # name, parameters and answers
    ("/predict", "image, frame=0", "class, calibrated probabilities, set, refusal, revision"),
    (
        "/explain",
        EXPLAIN_PARAMETERS,
        "the same, and the raw map, a picture of it, the outline, and its evidence if asked",
    ),
    ("/predict_batch", "images", "a row for each file; a bad file is a row with its error"),
    ("/model", "none", "labels, layers, methods, the recorded evaluation, revision"),
)


def build(served: Served, blocks: gr.Blocks) -> None:
    """Lay out the tab."""
    endpoints = code_view.endpoints_html(TOLD, "", "A file that cannot be used")
    code_view.build(blocks, served.checkpoint.revision, SNIPPETS, endpoints)
