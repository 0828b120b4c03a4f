"""Every endpoint, the way a program calls it."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

LABELS = ["glioma", "meningioma", "notumor", "pituitary"]


def upload(http: httpx.Client, path: str) -> dict[str, Any]:
    """Upload as the curl snippet does."""
    with open(path, "rb") as file:
        sent = http.post("/upload", files={"files": file}).raise_for_status().json()[0]
    return {"path": sent, "meta": {"_type": "gradio.FileData"}}


def test_predict_answers(client: Client, example: str) -> None:
    answer = client.predict(image=handle_file(example), api_name="/predict")
    assert sorted(answer["probabilities"]) == LABELS
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert 0 <= answer["gate_score"] <= 1
    assert "Not a diagnosis" in answer["disclaimer"]
    likeliest = max(answer["probabilities"], key=answer["probabilities"].get)
    if answer["refusal"] is None:
        assert answer["label"] == likeliest == answer["prediction_set"][0]
        assert "95 times in 100" in answer["set_text"]
    else:
        assert answer["label"] is None
        assert answer["prediction_set"] == []


def test_predict_by_plain_http_is_the_same(
    client: Client, http: httpx.Client, example: str
) -> None:
    answer = client.predict(image=handle_file(example), api_name="/predict")
    reply = http.post("/run/predict", json={"data": [upload(http, example), 0]}).raise_for_status()
    assert reply.json()["data"][0] == answer


def test_every_answer_names_the_revision(client: Client, example: str) -> None:
    model = client.predict(api_name="/model")
    answer = client.predict(image=handle_file(example), api_name="/predict")
    why = model["revision"].pop("why")  # for those who ask what answers, not in every answer
    assert why.endswith(".")
    assert answer["revision"] == model["revision"]
    assert len(answer["revision"]["sha256"]) == 64


def test_model_tells_what_answers(client: Client) -> None:
    model = client.predict(api_name="/model")
    assert model["labels"] == LABELS
    assert model["label_texts"]["notumor"] == "no tumor"
    assert model["methods"] == ["gradcam", "integrated_gradients", "occlusion"]
    assert model["layers"]


@pytest.mark.parametrize(
    ("target", "against"), [(None, None), ("glioma", None), ("glioma", "pituitary")]
)
def test_explain_gives_map_and_picture(
    client: Client, example: str, target: str | None, against: str | None
) -> None:
    seen = client.predict(
        image=handle_file(example), target=target, against=against, api_name="/explain"
    )
    values = np.array(seen["map"]["values"])
    assert values.ndim == 2
    assert np.isfinite(values).all()
    assert seen["map"]["against"] == against
    assert seen["map"]["target"] == (target or seen["label"])
    assert seen["map"]["side"] > 0
    kind, picture = seen["overlay"].split(",", 1)
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(picture))).mode == "RGB"
    assert seen["evidence"] is None


def test_explain_says_the_same_class_as_predict(client: Client, example: str) -> None:
    answer = client.predict(image=handle_file(example), api_name="/predict")
    seen = client.predict(image=handle_file(example), api_name="/explain")
    assert {name: seen[name] for name in answer} == answer


def test_against_turned_around_is_the_negative(client: Client, example: str) -> None:
    pairs = (("glioma", "pituitary"), ("pituitary", "glioma"))
    one, other = (
        client.predict(image=handle_file(example), target=a, against=b, api_name="/explain")
        for a, b in pairs
    )
    assert np.allclose(one["map"]["values"], -np.array(other["map"]["values"]), atol=1e-5)


def test_evidence_is_given_when_asked_for(client: Client, example: str) -> None:
    seen = client.predict(
        image=handle_file(example), target="glioma", evidence=True, api_name="/explain"
    )
    assert seen["evidence"]["sentence"].endswith(".")


@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion"])
def test_slow_methods_give_maps_too(client: Client, example: str, method: str) -> None:
    seen = client.predict(
        image=handle_file(example), target="glioma", method=method, api_name="/explain"
    )
    assert seen["map"]["method"] == method
    assert np.ptp(seen["map"]["values"]) > 0


def test_batch_answers_in_order_and_survives_a_bad_file(
    client: Client, example: str, tmp_path: Path
) -> None:
    bad = tmp_path / "notes.txt"
    bad.write_text("not a picture")
    files = [handle_file(example), handle_file(str(bad)), handle_file(example)]
    rows = client.predict(images=files, api_name="/predict_batch")
    assert [row["index"] for row in rows] == [0, 1, 2]
    assert rows[1]["prediction"] is None
    assert "not a picture that can be read" in rows[1]["error"]
    assert rows[0]["error"] is None
    assert rows[0]["prediction"] == rows[2]["prediction"]
