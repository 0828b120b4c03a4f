"""Does a Space on our Hub build, run, fail and end as one on the Hub does?"""

from __future__ import annotations

import threading
from importlib.metadata import version
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from huggingface_hub import CommitOperationAdd, HfApi, SpaceRuntime
from huggingface_hub.errors import HfHubHTTPError

from hub_emulator.server import Hub
from hub_emulator.space import Build

NAME = "somebody/space"
APP = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

try:
    import pytest
except ImportError:
    print("alone")


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(open("words").read().encode() + os.environ["GREETING"].encode())


from huggingface_hub import hf_hub_download

if pinned := os.environ["PINNED"]:
    print(hf_hub_download("somebody/model", "x", revision=pinned, local_files_only=True))
HTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
"""


@pytest.fixture
def api(hub: Hub) -> HfApi:
    """The client of somebody who has a Space."""
    client = HfApi(endpoint=hub.address, token=hub.user("somebody"))
    variables = [{"key": "GREETING", "value": "!"}, {"key": "PINNED", "value": ""}]
    client.create_repo(NAME, repo_type="space", space_sdk="gradio", space_variables=variables)
    return client


def card(preload: str = "") -> str:
    """A front matter that the Hub builds by."""
    more = f"preload_from_hub:\n- {preload}\n" if preload else ""
    return f"---\nsdk: gradio\nsdk_version: {version('gradio')}\n{more}---\n"


def put(api: HfApi, **files: str) -> str:
    """One commit of a small app, with some of its files different; its oid."""
    wanted = {"README.md": card(), "app.py": APP, "requirements.txt": "", "words": "one"}
    adds = [
        CommitOperationAdd(path, content.encode())
        for path, content in (wanted | {key.replace("_", "."): files[key] for key in files}).items()
    ]
    return api.create_commit(NAME, adds, commit_message="Deploy", repo_type="space").oid


def ended(api: HfApi) -> SpaceRuntime:
    """The runtime when nothing more is being built."""
    return api.wait_for_space(NAME, timeout=60, poll_interval=0.02)


def page(api: HfApi) -> str:
    """What the Space answers."""
    with urlopen(api.space_info(NAME).host, timeout=10) as answer:
        return answer.read().decode()


def log(api: HfApi, *, build: bool = False) -> str:
    """A log as the client reads it."""
    return "".join(api.fetch_space_logs(NAME, build=build))


def test_a_builder_moves_the_runtime(hub: Hub, api: HfApi) -> None:
    may_go_on = threading.Event()

    def builder(run: Build) -> None:
        run.log("build", "first\nsecond")
        may_go_on.wait()
        run.move("RUNNING")

    hub.builder = builder
    assert api.get_space_runtime(NAME).stage == "NO_APP_FILE"
    oid = put(api)
    assert api.get_space_runtime(NAME).stage == "BUILDING"
    may_go_on.set()
    runtime = ended(api)
    assert (runtime.stage, runtime.raw["sha"], runtime.hardware) == ("RUNNING", oid, "cpu-basic")
    assert log(api, build=True) == "first\nsecond\n"


def test_a_build_that_is_overtaken_changes_nothing(hub: Hub, api: HfApi) -> None:
    runs: list[Build] = []
    hub.builder = runs.append
    put(api)
    second = put(api, words="two")
    while len(runs) < 2:
        threading.Event().wait(0.01)
    early, late = sorted(runs, key=lambda run: run.number)
    late.move("RUNNING")
    early.move("BUILD_ERROR", "too late")
    runtime = api.get_space_runtime(NAME)
    assert (runtime.stage, runtime.raw["sha"]) == ("RUNNING", second)


def test_the_committed_folder_runs_with_only_what_it_asks_for(hub: Hub, api: HfApi) -> None:
    first = put(api)
    runtime = ended(api)
    assert (runtime.stage, runtime.raw["sha"]) == ("RUNNING", first)
    assert page(api) == "one!"
    assert log(api).startswith("alone\n")
    second = put(api, words="two")
    assert ended(api).raw["sha"] == second
    assert page(api) == "two!"


def test_the_version_before_answers_while_the_next_is_built(hub: Hub, api: HfApi) -> None:
    put(api)
    ended(api)
    hub.builder = None
    put(api, words="two")
    assert api.get_space_runtime(NAME).stage == "RUNNING_BUILDING"
    assert page(api) == "one!"


def test_what_is_to_be_preloaded_lies_in_the_spaces_cache(
    hub: Hub, api: HfApi, tmp_path: Path
) -> None:
    (tmp_path / "x").write_text("x", encoding="utf-8")
    pinned = hub.publish("somebody/model", tmp_path)
    api.add_space_variable(NAME, "PINNED", pinned)
    put(api, README_md=card(f"somebody/model x {pinned}"))
    assert ended(api).stage == "RUNNING"
    assert f"PRELOADED somebody/model {pinned}" in log(api, build=True)
    assert f"snapshots/{pinned}/x" in log(api)


@pytest.mark.parametrize(
    ("files", "stage", "where", "said"),
    [
        ({"README_md": "---\ntitle: no sdk\nsdk: gradio\n---\n"}, "CONFIG_ERROR", True, "sdk_vers"),
        ({"requirements_txt": "gradoi==6"}, "BUILD_ERROR", True, "found for gradoi==6"),
        ({"requirements_txt": "-e ."}, "BUILD_ERROR", True, "Invalid requirement: '-e .'"),
        ({"README_md": card("somebody/gone x 0000000")}, "BUILD_ERROR", True, "Could not preload"),
        ({"app_py": "print(1 / 0)"}, "RUNTIME_ERROR", False, "ZeroDivisionError"),
    ],
)
def test_what_cannot_run_says_why(
    hub: Hub, api: HfApi, files: dict[str, str], stage: str, where: bool, said: str
) -> None:
    put(api, **files)
    runtime = ended(api)
    assert runtime.stage == stage
    assert said in log(api, build=where)
    assert "sha" not in runtime.raw


def test_a_space_that_is_deleted_ends(hub: Hub, api: HfApi) -> None:
    put(api)
    ended(api)
    address, place = api.space_info(NAME).host, hub.space(NAME).place
    api.delete_repo(NAME, repo_type="space")
    with pytest.raises(URLError):
        urlopen(address, timeout=5)
    assert not place.exists()


def test_hardware_is_chosen_and_changed(hub: Hub, api: HfApi) -> None:
    hub.builder = None
    other = "somebody/other"
    api.create_repo(other, repo_type="space", space_sdk="gradio", space_hardware="zero-a10g")
    assert api.get_space_runtime(other).requested_hardware == "zero-a10g"
    assert api.request_space_hardware(other, "cpu-basic").requested_hardware == "cpu-basic"


def test_who_does_not_pay_gets_zero_gpu_only(hub: Hub, api: HfApi) -> None:
    hub.paid = False
    other = "somebody/other"
    with pytest.raises(HfHubHTTPError, match="requires a PRO subscription") as refused:
        api.create_repo(other, repo_type="space", space_sdk="gradio")
    assert refused.value.response.status_code == 402
    api.create_repo(other, repo_type="space", space_sdk="gradio", space_hardware="zero-a10g")
    assert api.space_info(other).runtime.requested_hardware == "zero-a10g"
