"""The loan Space itself, deployed, built and run by our Hub, with the model that its lock names."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradio_client import Client
from hub_emulator.server import Hub
from live_server import SPACES
from loan_checkpoint import simulated
from small_checkout import MODEL, SPACE, small_checkout

from shared.checkpoint.lock import lock_of, write_lock


@pytest.mark.slow
def test_a_deployed_space_answers_with_the_locked_model(hub: Hub, tmp_path: Path) -> None:
    checkout, bundled = small_checkout(tmp_path, hub), SPACES / "loan" / "checkpoint"
    commit = hub.publish(MODEL, bundled)
    write_lock(lock_of(bundled, repository=MODEL, commit=commit), checkout.lock)
    checkout.commit("Promote")
    done = checkout.deploy("--without-checkpoint", "--hardware", "zero-a10g", "--wait", "300")
    assert done.code == 0, done.out + done.err
    space = hub.space(SPACE)
    assert any("PRELOADED" in line for _, line in space.logs["build"])
    assert "checkpoint/ml.onnx" not in hub.repo(SPACE, "space").commits[0].files
    client = Client(space.host, verbose=False)
    answer = client.predict(**simulated(approved=True)[0], api_name="/predict")
    assert (answer["revision"]["repository"], answer["revision"]["revision"]) == (MODEL, commit)
    assert answer["revision"]["source"] in ("hub", "cache")
