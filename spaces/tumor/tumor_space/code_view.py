"""The tab "Use it from code" of this Space: its snippets and endpoints."""

from __future__ import annotations

import gradio as gr

from shared.page import code_view
from shared.page.html import asset
from shared.tumor.methods import DEFAULT
from tumor_space.serving import Served
from tumor_space.slice_controls import ASSETS

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


def build(served: Served, blocks: gr.Blocks) -> None:
    """Lay out the tab."""
    endpoints = asset(ASSETS, "endpoints.html").replace("{method}", DEFAULT)
    code_view.build(blocks, served.checkpoint.revision, SNIPPETS, endpoints)
