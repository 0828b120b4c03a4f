"""Can a person start the Hub of the tests, and end it?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from huggingface_hub import HfApi


def test_a_person_is_served_until_they_end_it() -> None:
    command = [sys.executable, str(Path(__file__).parent / "serve.py"), "--user", "ada"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        _, *lines = [serving.stdout.readline() for _ in range(4)]
        given = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        assert set(given) == {"HF_ENDPOINT", "HF_TOKEN", "HF_HUB_DISABLE_XET"}
        api = HfApi(endpoint=given["HF_ENDPOINT"], token=given["HF_TOKEN"])
        assert api.whoami()["name"] == "ada"
        serving.terminate()
        assert serving.wait(timeout=10) == 0
