"""May this token write there? Said before any work is done."""

from __future__ import annotations

import pytest
from hub_emulator.server import Hub
from huggingface_hub import HfApi

from shared.errors import PublishError
from training.release.hub import Repository, check_account


def at(hub: Hub, token: str, name: str) -> Repository:
    return Repository(name, api=HfApi(endpoint=hub.address, token=token))


def refusal(hub: Hub, token: str, repository: str = "me/model") -> str:
    with pytest.raises(PublishError) as caught:
        check_account(at(hub, token, repository))
    assert token not in str(caught.value)
    return str(caught.value)


def test_who_may_write_is_named(hub: Hub) -> None:
    token = hub.user("me", organisations=("team",))
    for repository in ("me/model", "team/model"):
        assert check_account(at(hub, token, repository)) == "me"


def test_an_expired_token_is_said_to_be_one(hub: Hub) -> None:
    assert "expired or was revoked" in refusal(hub, hub.user("me", role="expired"))


def test_a_token_that_may_only_read_is_refused_before_any_work(hub: Hub) -> None:
    said = refusal(hub, hub.user("me", role="read"))
    assert "may only read" in said and "Signed in as me" in said


def test_an_owner_that_is_somebody_else_is_refused_with_those_it_may_be(hub: Hub) -> None:
    token = hub.user("me", organisations=("team",))
    assert "me cannot write to 'you', only to me, team" in refusal(hub, token, "you/model")


def test_a_fine_grained_token_need_not_name_its_organisations(hub: Hub) -> None:
    token = hub.user("me", role="fineGrained", organisations=("team",))
    api = HfApi(endpoint=hub.address, token=token)
    assert api.whoami()["orgs"] == []
    assert check_account(at(hub, token, "team/model")) == "me"
    assert api.create_repo("team/model").repo_id == "team/model"
