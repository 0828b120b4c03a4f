"""The workflows of the project's host: valid, harmless, and about things that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from imports_of import ROOT, SPACES

WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
ON_THE_HUB = ("deploy", "live")
OFFICIAL = re.compile(r"actions/(checkout|setup-python)@v\d+")
TARGET = re.compile(r"^([a-z-]+):.*## ", re.M)


def read(name: str) -> dict[str, Any]:
    """A workflow."""
    workflow: dict[str, Any] = yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))
    return workflow


def job_of(name: str) -> dict[str, Any]:
    """Its only job."""
    (job,) = read(name)["jobs"].values()
    return dict(job)


def commands(name: str) -> list[str]:
    """What its steps run."""
    return [step["run"] for step in job_of(name)["steps"] if "run" in step]


def test_there_are_three() -> None:
    assert list(WORKFLOWS) == ["check", "deploy", "live"]


def test_they_are_what_the_host_understands() -> None:
    command = ["--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS.values())]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("check-jsonschema")), *command],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_check_runs_what_a_person_runs() -> None:
    targets = TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
    made = [line.split()[1:] for line in commands("check") if line.startswith("make ")]
    assert made == [["ci"]]
    assert {"check", "test", "ci"} <= set(targets)
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "make ci"


@pytest.mark.parametrize("name", ON_THE_HUB)
def test_scripts_and_spaces_exist(name: str) -> None:
    (script,) = re.findall(r"python (\S+\.py)", "\n".join(commands(name)))
    assert (ROOT / script).is_file()
    assert job_of(name)["strategy"]["matrix"]["space"] == list(SPACES)


@pytest.mark.parametrize("name", ON_THE_HUB)
def test_the_owner_comes_from_one_setting_without_which_nothing_is_done(name: str) -> None:
    job = job_of(name)
    assert job["env"]["HUB_OWNER"] == "${{ vars.HUB_OWNER }}"
    first, *others = job["steps"]
    assert first["if"] == "env.HUB_OWNER == ''"
    assert "HUB_OWNER" in first["run"]
    assert {step["if"] for step in others} == {"env.HUB_OWNER != ''"}


@pytest.mark.parametrize("name", ON_THE_HUB)
def test_only_the_last_step_sees_the_token(name: str) -> None:
    *others, last = job_of(name)["steps"]
    assert last["env"] == {"HF_TOKEN": "${{ secrets.HF_TOKEN }}"}
    assert "secrets." not in str([others, read(name).get("env"), job_of(name)["env"]])
    assert "secrets." not in WORKFLOWS["check"].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_address_and_no_owner_stand_in_it(name: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    assert not re.search(r"https?:|\.co\b|\.com\b|hf\.space|@[a-z]+\.[a-z]", text)
    assert re.findall(r'--(?:to|at) "?([^/" ]+)/', text) in ([], ["$HUB_OWNER"])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_it_may_only_read_and_comes_to_an_end(name: str) -> None:
    workflow, job = read(name), job_of(name)
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in job
    assert 0 < job["timeout-minutes"] <= 90
    assert workflow["concurrency"]["group"].startswith(name)
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert used
    assert [action for action in used if not OFFICIAL.fullmatch(action)] == []


def test_deploying_and_looking_need_nothing_but_the_hubs_client() -> None:
    # The workflows install no more than that.
    code = (
        "import sys; sys.path.insert(0, 'spaces'); import deploy, look\n"
        "print({'torch', 'gradio', 'numpy', 'onnxruntime'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
