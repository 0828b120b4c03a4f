"""A deploy that meets trouble: a slow build, no token, a Hub that breaks off, no log."""

from __future__ import annotations

import pytest
from hub_emulator.quick_builder import QuickBuilder
from hub_emulator.server import Hub
from small_checkout import SPACE, Checkout, checkout

__all__ = ["checkout"]
SOME_COMMIT = "f" * 40


def test_a_build_that_takes_too_long_is_said(hub: Hub, checkout: Checkout) -> None:
    hub.builder = None
    done = checkout.deploy("--wait", "1")
    assert done.code == 1
    head = hub.repo(SPACE, "space").head
    assert done.err.startswith(f"{SPACE} does not run {head[:12]} after 1 s (BUILDING).")


def test_a_private_space_is_asked_with_the_token_and_a_public_one_without(
    builder: QuickBuilder, checkout: Checkout
) -> None:
    assert checkout.deploy("--private").code == 0
    assert builder.asked == [f"Bearer {checkout.token}"]
    checkout.hub.repo(SPACE, "space").private = False
    assert checkout.deploy().code == 0
    assert builder.asked[1:] == [None]


@pytest.mark.parametrize("commit", ["v1", SOME_COMMIT])
def test_a_way_back_to_no_commit_is_refused(hub: Hub, checkout: Checkout, commit: str) -> None:
    checkout.deploy()
    head = hub.repo(SPACE, "space").head
    done = checkout.deploy("--back-to", commit)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert hub.repo(SPACE, "space").head == head


def test_without_a_token_nothing_is_begun(hub: Hub, checkout: Checkout) -> None:
    stranger = Checkout(checkout.folder, hub, "")
    done = stranger.deploy()
    assert done.code == 1
    assert done.err.startswith("There is no token.")
    assert hub.asked == []


def test_a_hub_in_trouble_while_it_builds_is_asked_again(hub: Hub, checkout: Checkout) -> None:
    hub.fail("runtime", 503, times=2)
    done = checkout.deploy()
    assert done.code == 0, done.err
    assert done.out.count("Could not ask for its state") == 2


def test_a_space_whose_making_was_not_answered_is_made_once(hub: Hub, checkout: Checkout) -> None:
    hub.cut("create_repo", when="after")
    done = checkout.deploy()
    assert done.code == 0, done.err
    assert len(hub.repo(SPACE, "space").commits) == 2


def test_a_log_that_cannot_be_had_hides_nothing_else(
    hub: Hub, builder: QuickBuilder, checkout: Checkout
) -> None:
    checkout.deploy()
    good = hub.repo(SPACE, "space").head
    (checkout.folder / "spaces" / "loan" / "app.py").write_text("import tea", encoding="utf-8")
    builder.breaks = "BUILD_ERROR"
    hub.fail("logs", 403, times=0)
    done = checkout.deploy()
    assert done.code == 1
    assert done.err == f"{SPACE} does not run: BUILD_ERROR. The Hub says: It broke.\n"
    assert "The build log cannot be had" in done.out
    assert f"--back-to {good}" in done.out
