"""A checkpoint with one field more is served as it is: form, API and tables know the field."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from live_server import Server, running_here
from loan_checkpoint import CHECKPOINT, predictor
from loan_tables import HEADER, ROW, lines, row
from safetensors.numpy import load_file, save_file

from shared.loan.fields.declared import Field, as_json
from shared.loan.models.decision import DECISION_FILE
from shared.loan.models.predictor import POPULATION_FILE

SAVINGS = Field(
    "savings", "Savings", "Savings of the applicant", "What lies in the bank.", "number",
    unit="thousand", default=10, highest=5000, step=5,
)  # fmt: skip


def with_savings(folder: Path) -> Path:
    """A copy of the checkpoint whose applicants have savings, which neither model uses."""
    shutil.copytree(CHECKPOINT, folder)
    decision = json.loads((folder / DECISION_FILE).read_text(encoding="utf-8"))
    decision["fields"] += as_json((SAVINGS,))
    (folder / DECISION_FILE).write_text(json.dumps(decision), encoding="utf-8")
    people = load_file(folder / POPULATION_FILE)
    savings = np.full((len(people["table"]), 1), 10, dtype=people["table"].dtype)
    people["table"] = np.concatenate([people["table"], savings], axis=1)
    save_file(people, folder / POPULATION_FILE)
    return folder


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The loan Space with that checkpoint."""
    folder = tmp_path_factory.mktemp("twelve")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOAN_CHECKPOINT", str(with_savings(folder / "checkpoint")))
        with running_here(folder, "loan") as running:
            yield running


@pytest.fixture(scope="module")
def client(twelve: Server) -> Client:
    return Client(twelve.address, verbose=False)


def test_the_form_shows_it(twelve: Server) -> None:
    config = httpx.get(f"{twelve.address}/config").json()
    (form,) = (
        part["props"]["html_template"]
        for part in config["components"]
        if "loan-form" in (part["props"].get("elem_classes") or [])
    )
    assert form.count('class="field ') == len(predictor().decision.fields) + 1
    assert 'id="f-savings"' in form
    assert "What lies in the bank." in form


def test_schema_and_model_tell_it(client: Client) -> None:
    schema = client.predict(api_name="/schema")
    told = schema["fields"][-1]
    assert (told["name"], told["unit"], told["highest"]) == ("savings", "thousand", 5000)
    assert told["used"] is False
    assert schema["csv_template"].splitlines()[0].endswith(",Savings")
    assert client.predict(api_name="/model")["fields"][-1] == "savings"


def test_predict_and_explain_take_it_and_check_it(client: Client) -> None:
    answer = client.predict(savings=70, api_name="/predict")
    assert answer["models"] == client.predict(api_name="/predict")["models"]
    last = client.predict(savings=70, api_name="/explain")["contributions"][-1]
    assert (last["field"], last["value"], last["ml"]) == ("savings", "70 thousand", 0)
    with pytest.raises(AppError, match="Savings of the applicant is -1"):
        client.predict(savings=-1, api_name="/predict")


def test_a_table_needs_its_column(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "applicants.csv"
    path.write_text(lines(row()))
    with pytest.raises(AppError, match="Savings"):
        client.predict(file=handle_file(str(path)), api_name="/predict_csv")
    path.write_text(",".join([*HEADER, "savings"]) + "\n" + ",".join([*ROW.values(), "much"]))
    result = client.predict(file=handle_file(str(path)), api_name="/predict_csv")
    assert 'savings is ""much""' in Path(result).read_text(encoding="utf-8-sig")
