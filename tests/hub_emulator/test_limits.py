"""Does our Hub refuse what the Hub refuses: who may write, how much, and what must be whole?"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError

from hub_emulator.server import Hub

NAME = "somebody/tumor"
WEIGHTS = bytes(range(256)) * 40  # 10,240 bytes, binary


@pytest.fixture
def head(hub: Hub, tmp_path: Path) -> str:
    """A repository with one file that LFS keeps; its commit."""
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS)
    return hub.publish(NAME, tmp_path)


def write(api: HfApi, path: str, content: bytes) -> str:
    """One commit of one file; its oid."""
    return api.create_commit(NAME, [CommitOperationAdd(path, content)], commit_message="One").oid


def status_of(error: pytest.ExceptionInfo[HfHubHTTPError]) -> int:
    """The status that the client was answered with."""
    return error.value.response.status_code


def test_beyond_the_quota_nothing_is_stored(hub: Hub, api: HfApi, head: str) -> None:
    hub.quota = len(WEIGHTS) + 100
    write(api, "small.bin", b"\0" * 100)
    with pytest.raises(HfHubHTTPError, match="unlock more storage") as refused:
        write(api, "large.bin", b"\0" * 101)
    assert status_of(refused) == 403
    assert "large.bin" not in hub.repo(NAME).files
    assert hub.repo(NAME).commits[1].oid == head


def test_an_upload_that_was_broken_off_is_not_sent_twice(hub: Hub, api: HfApi, head: str) -> None:
    hub.fail("commit", 400)
    with pytest.raises(BadRequestError):
        write(api, "large.bin", b"\0" * 100)
    write(api, "large.bin", b"\0" * 100)
    assert len([line for line in hub.asked if line.startswith("PUT ")]) == 1


def test_an_upload_whose_bytes_changed_on_the_way_is_refused(hub: Hub, head: str) -> None:
    address = f"{hub.address}/{NAME}.git/storage/{'0' * 64}/3"
    assert httpx.put(address, content=b"abc").status_code == 400


def test_a_commit_cannot_point_to_what_was_not_uploaded(hub: Hub, api: HfApi, head: str) -> None:
    lines = '{"key": "header", "value": {"summary": "x"}}\n{"key": "lfsFile", "value": '
    lines += f'{{"path": "a.bin", "algo": "sha256", "oid": "{"0" * 64}", "size": 3}}}}\n'
    signed = {"Authorization": f"Bearer {api.token}"}
    address = f"{hub.address}/api/models/{NAME}/commit/main"
    assert httpx.post(address, content=lines, headers=signed).status_code == 400
    assert hub.repo(NAME).head == head


@pytest.mark.usefixtures("head")
@pytest.mark.parametrize(
    ("user", "role", "status"),
    [("somebody", "read", 403), ("other", "write", 403), ("somebody", "expired", 401)],
)
def test_only_a_token_that_may_write_there_writes(
    hub: Hub, user: str, role: str, status: int
) -> None:
    with pytest.raises(HfHubHTTPError) as refused:
        write(HfApi(endpoint=hub.address, token=hub.user(user, role)), "a.txt", b"a")
    assert status_of(refused) == status


def test_a_member_of_an_organisation_writes_there(hub: Hub) -> None:
    api = HfApi(endpoint=hub.address, token=hub.user("somebody", organisations=("team",)))
    assert [organisation["name"] for organisation in api.whoami()["orgs"]] == ["team"]
    assert api.create_repo("team/tumor").repo_id == "team/tumor"


@pytest.mark.usefixtures("head")
def test_a_long_tree_comes_in_pages(hub: Hub, api: HfApi) -> None:
    hub.page = 1
    assert len(list(api.list_repo_tree(NAME, recursive=True))) == 2
    assert len([line for line in hub.asked if "/tree/" in line]) == 2
