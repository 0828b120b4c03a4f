"""Builds a Space from its committed files and runs it: a process with only what it asks for.

As on the Hub, Gradio comes from `sdk_version`, the rest from requirements.txt, and what
`preload_from_hub` names lies in the Space's own cache before it starts. Packages are not installed
but linked from this environment, so a Space whose requirements differ from it is not built, but
for torch, which is that of this environment whatever the Space asks for. There is no GPU: on
ZeroGPU hardware a Space runs as on a processor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from only_required import link_packages
from packaging.requirements import InvalidRequirement, Requirement

from hub_emulator.repos_api import front_matter
from hub_emulator.space import Build, Overtaken

PATIENCE = 120.0  # seconds that an app may take to start on a busy machine
OF_THE_HARDWARE = ("torch", "torchvision")  # ZeroGPU has older ones installed than we test with
PRELOAD = """
import json, sys
from huggingface_hub import hf_hub_download, snapshot_download

for line in json.loads(sys.argv[1]):
    name, files, revision = (line.split() + ["", ""])[:3]
    if files:
        pinned = revision or None
        found = [hf_hub_download(name, each, revision=pinned) for each in files.split(",")]
    else:
        found = [snapshot_download(name)]
    print("--> PRELOADED", name, revision, *found, flush=True)
"""


class NotBuilt(Exception):
    """What ends a build.

    Args:
        stage: the Space stays in it.
        why: the error message that the Hub shows.
    """

    def __init__(self, stage: str, why: str) -> None:
        super().__init__(why)
        self.stage = stage


def build(run: Build) -> None:
    """Build a commit and run it until it is overtaken; a failure ends the version before, too."""
    try:
        run.log("build", f"===== Build of commit {run.commit.oid[:7]} =====")
        card = card_of(run)
        place = run.space.place / str(run.number)
        write_files(run.commit.files, place / "app")
        packages = install(run, card, place)
        preload(run, card, environment_of(run, place, packages, build_only=True), place)
        run.log("build", "--> DONE")
        serve(run, card, environment_of(run, place, packages), place)
    except NotBuilt as error:
        if error.stage != "RUNTIME_ERROR":  # its own output says why
            run.log("build", f"ERROR: {error}")
        run.replace_app()
        run.move(error.stage, str(error))
    except Overtaken:
        pass
    except Exception:  # a fault of this builder: a Space that stays BUILDING would hide it
        run.log("build", traceback.format_exc())
        run.move("BUILD_ERROR", "The builder of the tests failed; the build log says how.")


def card_of(run: Build) -> dict[str, Any]:
    """The front matter, if a Gradio app can be built by it."""
    card = front_matter(run.commit.files.get("README.md", b"").decode()) or {}
    if card.get("sdk") != "gradio" or "sdk_version" not in card:
        raise NotBuilt("CONFIG_ERROR", "Missing configuration in README: sdk, sdk_version")
    if card.get("app_file", "app.py") not in run.commit.files:
        raise NotBuilt("NO_APP_FILE", f"No application file: {card.get('app_file', 'app.py')}")
    return card


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """The committed files, in a folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def install(run: Build, card: Mapping[str, Any], place: Path) -> Path:
    """A folder with links to what the Space asks for, Gradio among it."""
    lines = run.commit.files.get("requirements.txt", b"").decode().splitlines()
    wanted = [line.split(" #")[0].strip() for line in lines if not line.strip().startswith("#")]
    wanted = [*filter(None, wanted), f"gradio[oauth,mcp]=={card['sdk_version']}"]
    run.log("build", f"--> RUN pip install {' '.join(wanted)}")
    for line in wanted:
        check_installed(line)
    return link_packages([*wanted, "spaces"], place / "packages")


def check_installed(line: str) -> None:
    """Refuse a requirement as pip does, if this environment does not have it."""
    try:
        requirement = Requirement(line)
    except InvalidRequirement as error:
        raise NotBuilt("BUILD_ERROR", f"Invalid requirement: {line!r}") from error
    if requirement.marker and not requirement.marker.evaluate():
        return
    why = f"No matching distribution found for {line}"
    try:
        installed = version(requirement.name)
    except PackageNotFoundError as error:
        raise NotBuilt("BUILD_ERROR", why) from error
    if requirement.name in OF_THE_HARDWARE:
        return
    if not requirement.specifier.contains(installed, prereleases=True):
        raise NotBuilt("BUILD_ERROR", f"{why} (from versions: {installed})")


def environment_of(
    run: Build, place: Path, packages: Path, *, build_only: bool = False
) -> dict[str, str]:
    """The variables of the Space's processes; its own secrets are not there while it is built."""
    space, strange = run.space, ("HF_", "PYTHON", "GRADIO", "TUMOR_", "LOAN_")
    owner, name = space.repo.name.split("/")
    (place / "home").mkdir(exist_ok=True)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(strange)}
    variables |= {"HOME": str(place / "home"), "HF_HOME": str(place / "home" / "huggingface")}
    variables |= {
        "HF_ENDPOINT": space.hub,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    variables |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "PYTHONUNBUFFERED": "1"}
    variables |= {"PYTHONPATH": str(packages), "GRADIO_SERVER_PORT": space.host.rsplit(":", 1)[1]}
    variables |= {"GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_TEMP_DIR": str(place / "uploads")}
    variables |= {
        "SYSTEM": "spaces",
        "SPACE_ID": space.repo.name,
        "SPACE_HOST": space.host.split("//")[1],
    }
    variables |= {"SPACE_AUTHOR_NAME": owner, "SPACE_REPO_NAME": name}
    return variables if build_only else variables | space.variables | space.secrets


def preload(
    run: Build, card: Mapping[str, Any], environment: Mapping[str, str], place: Path
) -> None:
    """Fetch what `preload_from_hub` names, as anybody: a build has no token."""
    lines = card.get("preload_from_hub") or []
    if not lines:
        return
    command = [sys.executable, "-S", "-c", PRELOAD, json.dumps(lines)]
    process = run.start(command, place, environment)
    for line in process.stdout or ():
        run.log("build", line)
    if process.wait():
        raise NotBuilt("BUILD_ERROR", f"Could not preload {', '.join(map(str, lines))}")


def serve(run: Build, card: Mapping[str, Any], environment: Mapping[str, str], place: Path) -> None:
    """Start the app in place of the version before, and stay until it ends."""
    run.replace_app()
    run.move("APP_STARTING")
    command = [sys.executable, "-S", card.get("app_file", "app.py")]
    process = run.space.app = run.start(command, place / "app", environment)
    watch = threading.Thread(target=announce, args=(run, process), daemon=True)
    watch.start()
    for line in process.stdout or ():
        run.log("run", line)
    said = "".join(line for _, line in run.space.logs["run"][-5:])
    raise NotBuilt("RUNTIME_ERROR", f"Exit code: {process.wait()}. Reason: {said}")


def announce(run: Build, process: subprocess.Popen[str]) -> None:
    """RUNNING as soon as the page answers; RUNTIME_ERROR when that takes too long."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and run.current:
        if answers(run.space.host):
            run.move("RUNNING")
            return
        if time.monotonic() > end:
            run.move("RUNTIME_ERROR", "Workload was not healthy after launch: timed out")
            return
        time.sleep(0.1)


def answers(address: str) -> bool:
    """Whether a page is there."""
    try:
        with urlopen(address, timeout=5):
            return True
    except OSError:
        return False
