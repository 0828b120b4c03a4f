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
ON_THE_HUB = {"deploy": "HF_TOKEN", "live": "HF_READ_TOKEN"}  # and the secret of each
PINNED = re.compile(r"uses: actions/(checkout|setup-python)@[0-9a-f]{40} # v\d+\.\d+\.\d+")
TARGET = re.compile(r"^([a-z-]+):.*## ", re.M)
TOOLS = Path(sys.executable).parent


def read(name: str) -> dict[str, Any]:
    """A workflow."""
    workflow: dict[str, Any] = yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))
    return workflow


def jobs_of(name: str) -> dict[str, dict[str, Any]]:
    """Its jobs, but for what another workflow does."""
    return {key: job for key, job in read(name)["jobs"].items() if "uses" not in job}


def job_of(name: str) -> dict[str, Any]:
    """The job that does its work."""
    *_, last = jobs_of(name).values()
    return last


def commands(name: str) -> list[str]:
    """What its steps run."""
    return [step["run"] for step in job_of(name)["steps"] if "run" in step]


def test_there_are_three() -> None:
    assert list(WORKFLOWS) == ["check", "deploy", "live"]


def told_by(tool: str, *words: str) -> str:
    """What a tool has to say against the workflows; empty for nothing."""
    command = [str(TOOLS / tool), *words, *map(str, WORKFLOWS.values())]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""


def test_they_are_what_the_host_understands() -> None:
    assert told_by("check-jsonschema", "--builtin-schema", "vendor.github-workflows") == ""


def test_they_hold_nothing_that_an_attacker_could_use() -> None:
    assert told_by("zizmor", "--offline", "--quiet", "--no-progress") == ""


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
    job, jobs = job_of(name), read(name)["jobs"]
    assert job["env"]["HUB_OWNER"] == "${{ vars.HUB_OWNER }}"
    assert jobs["nothing"]["if"] == "vars.HUB_OWNER == ''"
    assert "HUB_OWNER" in jobs["nothing"]["steps"][0]["run"]
    first = (
        jobs["check"] if name == "deploy" else job
    )  # what needs a job that is not run is not run
    assert first["if"] == "vars.HUB_OWNER != ''"


def test_deploying_waits_for_green_checks_and_for_approval_and_names_the_hardware() -> None:
    jobs = read("deploy")["jobs"]
    assert jobs["check"]["uses"] == "./.github/workflows/check.yml"
    assert "workflow_call" in read("check")[True]  # YAML takes the key `on` for a truth value
    assert jobs["deploy"]["needs"] == "check"
    assert jobs["deploy"]["environment"] == "hub"
    assert jobs["deploy"]["env"]["HUB_HARDWARE"] == "${{ vars.HUB_HARDWARE || 'zero-a10g' }}"
    assert commands("deploy")[-1].endswith('--hardware "$HUB_HARDWARE"')


@pytest.mark.parametrize(("name", "secret"), ON_THE_HUB.items())
def test_only_the_last_step_sees_the_token(name: str, secret: str) -> None:
    *_, last = job_of(name)["steps"]
    assert last["env"] == {"HF_TOKEN": f"${{{{ secrets.{secret} }}}}"}
    assert WORKFLOWS[name].read_text(encoding="utf-8").count("secrets.") == 1


def test_a_pull_request_reaches_no_secret() -> None:
    assert "secrets" not in WORKFLOWS["check"].read_text(encoding="utf-8")
    assert "pull_request_target" not in "".join(map(str, map(read, WORKFLOWS)))
    assert all(set(read(name)[True]).isdisjoint({"pull_request"}) for name in ON_THE_HUB)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_address_and_no_owner_stand_in_it(name: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    assert not re.search(r"https?:|\.co\b|\.com\b|hf\.space|@[a-z]+\.[a-z]", text)
    assert re.findall(r'--(?:to|at) "?([^/" ]+)/', text) in ([], ["$HUB_OWNER"])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_it_may_only_read_and_comes_to_an_end(name: str) -> None:
    workflow = read(name)
    assert workflow["permissions"] == {}
    assert job_of(name)["permissions"] == {"contents": "read"}
    for job in jobs_of(name).values():
        assert job.get("permissions", {}) in ({}, {"contents": "read"})
        assert 0 < job["timeout-minutes"] <= 90
    assert workflow["concurrency"]["group"].startswith(name)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_an_official_one_at_a_commit(name: str) -> None:
    lines = WORKFLOWS[name].read_text(encoding="utf-8").splitlines()
    used = [line.strip(" -") for line in lines if "uses: " in line and "./" not in line]
    assert len(used) == 2
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_python_is_one_that_the_lock_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'requires-python = ">=3.11"' in text
    assert "sys.version_info < (3, 11)" in (ROOT / "Makefile").read_text(encoding="utf-8")


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
