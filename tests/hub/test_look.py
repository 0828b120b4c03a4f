"""`spaces/look.py` says whether the locked model answers at a live Space."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hub_emulator.quick_builder import QuickBuilder, revision_of
from hub_emulator.server import Hub
from small_checkout import SPACE, Checkout, small_checkout

BUNDLED = {"source": "bundled", "repository": None, "revision": "b" * 64, "sha256": "b" * 64}
WHY = "The hub was refused: it cannot be reached."


@pytest.fixture
def live(hub: Hub, builder: QuickBuilder, tmp_path: Path) -> Checkout:
    """A checkout whose loan Space is live, with a published model."""
    checkout = small_checkout(tmp_path, hub)
    checkout.publish()
    assert checkout.deploy().code == 0
    return checkout


def locked(checkout: Checkout) -> dict[str, Any]:
    """The checkout's lock."""
    lock: dict[str, Any] = json.loads(checkout.lock.read_text(encoding="utf-8"))
    return lock


def test_the_locked_model_is_said_with_the_code_that_runs_it(live: Checkout) -> None:
    done = live.look()
    assert (done.code, done.err) == (0, "")
    commit, code = locked(live)["commit"][:12], live.git("rev-parse", "HEAD")[:12]
    assert done.out == (
        "(Gives up after 6 minutes.)\n"
        f"{SPACE} answers with the locked model, {commit} (hub), code {code}.\n"
    )


def test_a_lock_that_was_promoted_but_not_deployed_is_a_failure(live: Checkout) -> None:
    old, new = locked(live)["commit"], live.publish("newer")
    done = live.look()
    assert done.code == 1
    assert done.err == (
        f"{SPACE} answers with {old[:12]} (hub), not with the locked {new[:12]}. The Space says: "
        f"It is the locked one. Deploy it: python spaces/deploy.py loan --to {SPACE}\n"
    )


def test_files_other_than_the_locked_ones_are_a_failure(
    live: Checkout, builder: QuickBuilder
) -> None:
    builder.answers = [{**revision_of(locked(live)), "sha256": "0" * 64}]
    assert live.look().code == 1


@pytest.mark.parametrize("before", ["bundled", "waiting"])
def test_a_space_that_takes_the_model_over_later_is_waited_for(
    live: Checkout, builder: QuickBuilder, before: str
) -> None:
    builder.answers = [{**BUNDLED, "source": before}, revision_of(locked(live))]
    assert live.look().code == 0


def test_a_space_that_stays_with_the_bundled_model_says_why(
    live: Checkout, builder: QuickBuilder
) -> None:
    builder.answers = [{**BUNDLED, "why": WHY}]
    done = live.look("--wait", "1")
    assert done.code == 1
    assert f"answers with {'b' * 12} (bundled), not with the locked" in done.err
    assert f"The Space says: {WHY}" in done.err


def test_a_space_that_has_no_model_yet_says_why(live: Checkout, builder: QuickBuilder) -> None:
    waiting = {**revision_of(locked(live)), "source": "waiting", "why": WHY}
    builder.answers = [waiting]
    done = live.look("--wait", "1")
    assert done.code == 1
    assert "(waiting), not with the locked" in done.err
    assert f"The Space says: {WHY}" in done.err


def test_a_space_that_sleeps_is_woken(live: Checkout, hub: Hub) -> None:
    hub.space(SPACE).stage = "SLEEPING"
    assert live.look().code == 0


@pytest.mark.parametrize("stage", ["PAUSED", "RUNTIME_ERROR"])
def test_a_space_that_is_off_or_broken_is_not_waited_for(
    live: Checkout, hub: Hub, stage: str
) -> None:
    hub.space(SPACE).stage = stage
    done = live.look()
    assert done.code == 1
    assert done.err.startswith(f"{SPACE} is {stage}, so nothing answers.")


def test_a_space_that_cannot_be_reached_is_said_when_patience_ends(
    live: Checkout, builder: QuickBuilder
) -> None:
    builder.close()
    done = live.look("--wait", "1")
    assert done.code == 1
    assert done.err.startswith(f"{SPACE} does not answer after 1 s (RUNNING): its address cannot")


def test_a_page_that_is_not_ours_is_said(live: Checkout, builder: QuickBuilder) -> None:
    builder.answers = [{"hello": "you"}]
    done = live.look("--wait", "1")
    assert done.code == 1
    assert "what its address answers is not what /model says." in done.err


def test_no_such_space_is_one_sentence(live: Checkout, hub: Hub) -> None:
    hub.delete(SPACE, "space")
    done = live.look()
    assert done.code == 1
    assert done.err.startswith(f"Could not find the Space ({SPACE})")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["no-owner", "https://me:hf_secret123@host/loan", "me/loan/x"])
def test_what_is_not_the_name_of_a_space_is_wrong_use(tmp_path: Path, hub: Hub, name: str) -> None:
    done = Checkout(tmp_path, hub, "").run("look", "loan", "--at", name)
    assert (done.code, done.out) == (2, "")
    assert "is not OWNER/NAME" in done.err and "hf_secret" not in done.err


def test_a_public_space_can_be_looked_at_without_a_token(live: Checkout, hub: Hub) -> None:
    assert Checkout(live.folder, hub, "").look().code == 0
