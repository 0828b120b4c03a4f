"""`spaces/look.py` says whether the locked model answers at a live Space."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub
from quick_builder import QuickBuilder, revision_of
from small_checkout import SPACE, Checkout, small_checkout

BUNDLED = {"source": "bundled", "repository": None, "revision": "b" * 64, "sha256": "b" * 64}
WHY = "The hub was refused: it cannot be reached."


@pytest.fixture
def live(hub: Hub, builder: QuickBuilder, tmp_path: Path) -> Checkout:
    """A checkout whose loan Space is live, with a published model."""
    found = small_checkout(tmp_path, hub)
    found.publish()
    assert found.deploy().returncode == 0
    return found


def locked(checkout: Checkout) -> dict[str, Any]:
    """The checkout's lock."""
    found: dict[str, Any] = json.loads(checkout.lock.read_text(encoding="utf-8"))
    return found


def test_the_locked_model_is_said_with_the_code_that_runs_it(live: Checkout) -> None:
    done = live.look()
    assert (done.returncode, done.stderr) == (0, "")
    commit, code = locked(live)["commit"][:12], live.git("rev-parse", "HEAD")[:12]
    assert done.stdout == (f"{SPACE} answers with the locked model, {commit} (hub), code {code}.\n")


def test_a_lock_that_was_promoted_but_not_deployed_is_a_failure(live: Checkout) -> None:
    old, new = locked(live)["commit"], live.publish("newer")
    done = live.look()
    assert done.returncode == 1
    assert done.stderr == (
        f"{SPACE} answers with {old[:12]} (hub), not with the locked {new[:12]}. The Space says: "
        f"It is the locked one. Deploy it: python spaces/deploy.py loan --to {SPACE}\n"
    )


def test_files_other_than_the_locked_ones_are_a_failure(
    live: Checkout, builder: QuickBuilder
) -> None:
    builder.answers = [{**revision_of(locked(live)), "sha256": "0" * 64}]
    assert live.look().returncode == 1


def test_a_space_that_takes_the_model_over_later_is_waited_for(
    live: Checkout, builder: QuickBuilder
) -> None:
    builder.answers = [BUNDLED, revision_of(locked(live))]
    assert live.look().returncode == 0


def test_a_space_that_stays_with_the_bundled_model_says_why(
    live: Checkout, builder: QuickBuilder
) -> None:
    builder.answers = [{**BUNDLED, "why": WHY}]
    done = live.look("--wait", "1")
    assert done.returncode == 1
    assert f"answers with {'b' * 12} (bundled), not with the locked" in done.stderr
    assert f"The Space says: {WHY}" in done.stderr


def test_a_space_that_sleeps_is_woken(live: Checkout, hub: Hub) -> None:
    hub.space(SPACE).stage = "SLEEPING"
    assert live.look().returncode == 0


@pytest.mark.parametrize("stage", ["PAUSED", "RUNTIME_ERROR"])
def test_a_space_that_is_off_or_broken_is_not_waited_for(
    live: Checkout, hub: Hub, stage: str
) -> None:
    hub.space(SPACE).stage = stage
    done = live.look()
    assert done.returncode == 1
    assert done.stderr.startswith(f"{SPACE} is {stage}, so nothing answers.")


def test_a_space_that_cannot_be_reached_is_said_when_patience_ends(
    live: Checkout, builder: QuickBuilder
) -> None:
    builder.close()
    done = live.look("--wait", "1")
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"{SPACE} does not answer after 1 s (RUNNING): its address cannot"
    )


def test_a_page_that_is_not_ours_is_said(live: Checkout, builder: QuickBuilder) -> None:
    builder.answers = [{"hello": "you"}]
    done = live.look("--wait", "1")
    assert done.returncode == 1
    assert "what its address answers is not what /model says." in done.stderr


def test_no_such_space_is_one_sentence(live: Checkout, hub: Hub) -> None:
    hub.delete(SPACE, "space")
    done = live.look()
    assert done.returncode == 1
    assert done.stderr.startswith(f"Could not find the Space ({SPACE})")
    assert len(done.stderr.splitlines()) == 1


def test_a_public_space_can_be_looked_at_without_a_token(live: Checkout, hub: Hub) -> None:
    assert Checkout(live.folder, hub, "").look().returncode == 0
