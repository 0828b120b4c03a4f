"""What goes wrong between this machine and the Hub: tried again, or one sentence that helps."""

from __future__ import annotations

import errno

import pytest
from hub_emulator.server import Hub
from huggingface_hub import HfApi
from huggingface_hub.errors import HTTPError

from shared.checkpoint.hub_errors import for_visitors
from shared.checkpoint.hub_retries import LONGEST_WAIT
from shared.errors import CheckpointError, PublishError
from training.release.commits import head_of
from training.release.hub import Repository, errors_in_words, request

NAME = "me/model"


@pytest.fixture
def model(hub: Hub) -> Repository:
    hub.create(NAME)
    return at(HfApi(endpoint=hub.address, token=hub.user("me")))


def at(api: HfApi) -> Repository:
    return Repository(NAME, api=api)


def head(model: Repository) -> str:
    newest = head_of(model)
    assert newest is not None
    return newest.commit


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every pause that was made, without making it."""
    pauses: list[float] = []
    monkeypatch.setattr("shared.checkpoint.hub_retries.pause", pauses.append)
    return pauses


def refusal(model: Repository) -> str:
    """The sentence that a question to the Hub ends in."""
    with pytest.raises(PublishError) as caught:
        head_of(model)
    return str(caught.value)


def test_a_hub_in_trouble_is_asked_again_after_growing_pauses(
    hub: Hub, model: Repository, waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    hub.fail("info", 503, times=3)
    assert head(model) == hub.repo(NAME).head
    assert waits == [1, 2, 4]
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 3 and "in trouble (503)" in said[0] and "again in 1 s" in said[0]


def test_a_hub_that_asks_to_wait_is_given_exactly_that(
    hub: Hub, model: Repository, waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    hub.fail("info", 429, headers={"Retry-After": "17"})
    assert head(model) == hub.repo(NAME).head
    assert waits == [17]
    said = capsys.readouterr().out.splitlines()
    assert "asks to wait (429)" in said[0] and "17 s" in said[0]


def test_the_other_way_of_asking_to_wait_is_understood(
    hub: Hub, model: Repository, waits: list[float]
) -> None:
    hub.fail("info", 429, headers={"RateLimit": '"api";r=0;t=23'})
    head_of(model)
    assert waits == [23]


def test_nobody_is_kept_waiting_for_an_hour(
    hub: Hub, model: Repository, waits: list[float]
) -> None:
    hub.fail("info", 429, times=0, headers={"Retry-After": str(LONGEST_WAIT + 1)})
    assert "slow down (429)" in refusal(model)
    assert waits == []


def test_a_connection_that_breaks_off_once_is_made_again(
    hub: Hub, model: Repository, waits: list[float]
) -> None:
    hub.cut("info")
    assert head(model) == hub.repo(NAME).head
    assert waits == [1]


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (401, "Invalid credentials in Authorization header", "Make one with write access"),
        (402, "Subscribe", "wants to be paid for it. It says: Subscribe."),
        (403, "Forbidden", "may not write there. It says: Forbidden. Use one of somebody"),
        (403, "Private repository storage limit reached", "has no room for it"),
        (404, "", "no such thing there"),
        (409, "Conflict", "Somebody else changed it at the same time"),
        (412, "A commit has happened since.", "Run the same command again"),
        (413, "Payload too large", "has no room for it. It says: Payload too large."),
        (500, "", "in trouble (500). Run the same command again"),
        (418, "Short and stout", "refused (418). It says: Short and stout."),
    ],
)
def test_each_answer_ends_in_a_sentence_that_says_what_to_do(
    hub: Hub, model: Repository, waits: list[float], status: int, message: str, words: str
) -> None:
    hub.fail("info", status, times=0, message=message)
    said = refusal(model)
    assert said.startswith("Could not look at the repository (me/model): ")
    assert words in said and "\n" not in said and "  " not in said


def test_a_connection_that_always_breaks_off_ends_in_a_sentence(
    hub: Hub, model: Repository, waits: list[float]
) -> None:
    hub.cut("info", times=0)
    assert "connection broke off. Run the same command again" in refusal(model)
    assert waits == [1, 2, 4]


def test_a_hub_that_does_not_answer_in_time_is_said_to_be_slow(
    hub: Hub, model: Repository, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.release.commits.PATIENCE", 0.2)
    hub.slow("info", 2)
    assert "did not answer in time" in refusal(model)
    assert waits == [1, 2, 4]


def test_without_a_network_the_address_is_named(waits: list[float]) -> None:
    assert "cannot be reached. Check the network" in refusal(at(HfApi("http://127.0.0.1:9")))


def test_without_dns_the_name_is_what_is_wrong(waits: list[float]) -> None:
    assert "cannot be resolved" in refusal(at(HfApi("http://hub.invalid")))


def test_a_page_that_is_not_the_hubs_is_said_to_be_none(
    model: Repository, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    def no_json() -> None:
        json.loads("<html>")

    with pytest.raises(PublishError, match="not the Hub's"):
        request(no_json, "ask", model)
    assert waits == [1, 2, 4]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk is full at a/file. Free some space"),
        (errno.EACCES, "Nothing can be read or written at a/file: Permission denied"),
        (errno.EROFS, "Nothing can be read or written at a/file: Read-only file system"),
        (errno.EIO, "Input/output error at a/file."),
    ],
)
def test_faults_of_the_disk_name_the_file(number: int, words: str) -> None:
    import os

    with (
        pytest.raises(PublishError, match="Could not fetch it") as caught,
        errors_in_words("fetch it", "x"),
    ):
        raise OSError(number, os.strerror(number), "a/file")
    assert words in str(caught.value)


def test_what_looks_like_a_token_is_never_repeated(
    hub: Hub, model: Repository, waits: list[float]
) -> None:
    token = str(model.api.token)
    hub.fail("info", 403, times=0, message=f"{token} may not; see https://me:{token}@host/x")
    said = refusal(model)
    assert token not in said and "<hidden> may not" in said


def test_our_own_errors_keep_their_words() -> None:
    with pytest.raises(CheckpointError, match="^as it is$"), errors_in_words("do it", "x"):
        raise CheckpointError("as it is")


def test_offline_by_choice_is_not_tried_again(waits: list[float]) -> None:
    from huggingface_hub.errors import OfflineModeIsEnabled

    def offline() -> None:
        raise OfflineModeIsEnabled("no")

    with pytest.raises(PublishError, match="HF_HUB_OFFLINE"):
        request(offline, "ask", Repository(NAME))
    assert waits == []


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (OSError("Consistency check failed: file should be of size 9 but has size 4"), 4),
        (RuntimeError("Data processing error: CAS service error"), 4),
        (OSError(errno.ENOSPC, "No space left on device", "a/file"), 1),
        (FileExistsError(errno.EEXIST, "File exists", "a/file"), 1),
        (ValueError("Invalid metadata in README.md."), 1),
    ],
)
def test_only_what_may_pass_is_tried_again(
    waits: list[float], error: Exception, tries: int
) -> None:
    begun = []

    def action() -> None:
        begun.append(1)
        raise error

    with pytest.raises(PublishError, match="Could not fetch it"):
        request(action, "fetch it", Repository(NAME))
    assert len(begun) == tries and waits == [1, 2, 4][: tries - 1]


def test_a_mistake_of_ours_is_neither_tried_again_nor_hidden(waits: list[float]) -> None:
    def action() -> None:
        raise AttributeError("mistake")

    with pytest.raises(AttributeError, match="mistake"):
        request(action, "fetch it", Repository(NAME))
    assert waits == []


def test_a_token_that_the_hub_does_not_know_is_what_is_wrong_even_with_a_public_model(
    hub: Hub, waits: list[float]
) -> None:
    hub.create(NAME)
    stale = at(HfApi(endpoint=hub.address, token="hf_" + "x" * 34))
    assert "does not know the token: it has expired or was revoked" in refusal(stale)
    # Some of the Hub's answers name the repository although the token is what is wrong.
    hub.fail("info", 401, times=0, message="Invalid username or password.", code="RepoNotFound")
    assert "does not know the token" in refusal(stale)
    with pytest.raises(HTTPError) as caught:
        stale.api.model_info(NAME)
    words = "it does not accept the token of this server, HF_TOKEN (HTTP 401)"
    assert for_visitors(caught.value, "model.onnx") == words
    stranger = at(HfApi(endpoint=hub.address, token=False))
    assert head_of(stranger) is None


def test_a_gated_model_is_said_to_be_gated(hub: Hub, model: Repository, waits: list[float]) -> None:
    hub.fail("info", 403, times=0, message="Ask for access", code="GatedRepo")
    assert "me/model is gated" in refusal(model)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Data processing error: CAS service error"),
        ConnectionError("Network error: 404 for x/api/models/me/x/xet-write-token/main"),
    ],
)
def test_xet_is_named_with_the_way_around_it(waits: list[float], error: Exception) -> None:
    def action() -> None:
        raise error

    with pytest.raises(PublishError, match="Xet, .* failed: .*HF_HUB_DISABLE_XET=1"):
        request(action, "send the files", Repository(NAME))
    assert waits == [1, 2, 4]
