"""Does our Hub refuse what the Hub refuses: who may write, how much, and what must be whole?"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import BadRequestError, GatedRepoError, HfHubHTTPError

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


def test_a_large_file_goes_up_in_parts(hub: Hub, api: HfApi, head: str) -> None:
    hub.part = 4000
    content = WEIGHTS[::-1]
    write(api, "large.bin", content)
    assert len([line for line in hub.asked if line.startswith("PUT ")]) == 3
    assert hub.repo(NAME).files["large.bin"] == content


def test_parts_that_are_not_the_file_are_refused(hub: Hub, head: str) -> None:
    address = f"{hub.address}/{NAME}.git/parts/{'0' * 64}"
    etag = httpx.put(f"{address}/1", content=b"abc").headers["ETag"]
    told = {"oid": "0" * 64, "parts": [{"partNumber": 1, "etag": etag}]}
    assert httpx.post(address, json=told).status_code == 400


def test_a_gated_repository_shows_itself_but_gives_its_files_to_those_let_in(
    hub: Hub, api: HfApi, head: str, tmp_path: Path
) -> None:
    hub.repo(NAME).gated = "manual"
    stranger, guest = (HfApi(hub.address, token=hub.user(name)) for name in ("stranger", "guest"))
    hub.repo(NAME).let_in.add("guest")
    nobody = HfApi(hub.address, token=False)
    assert nobody.model_info(NAME).gated == "manual"
    for who, status in ((nobody, 401), (stranger, 403)):
        with pytest.raises(GatedRepoError) as refused:
            who.hf_hub_download(NAME, "model.safetensors", local_dir=tmp_path / "got")
        assert status_of(refused) == status
    guest.hf_hub_download(NAME, "model.safetensors", local_dir=tmp_path / "got")


def test_the_old_name_of_a_repository_leads_to_the_new_one(
    hub: Hub, api: HfApi, head: str, tmp_path: Path
) -> None:
    hub.rename(NAME, "somebody/renamed")
    assert api.model_info(NAME).id == "somebody/renamed"
    path = api.hf_hub_download(NAME, "model.safetensors", local_dir=tmp_path / "got")
    assert Path(path).read_bytes() == WEIGHTS


def test_a_card_that_is_not_in_order_cannot_be_committed(hub: Hub, api: HfApi) -> None:
    api.create_repo("somebody/space", repo_type="space", space_sdk="gradio")
    page = b"---\nsdk: gradio\ncolorFrom: mauve\n---\n"
    address = f"{hub.address}/api/spaces/somebody/space/commit/main"
    content = base64.b64encode(page).decode()
    lines = [
        {"key": "header", "value": {"summary": "x"}},
        {"key": "file", "value": {"path": "README.md", "content": content, "encoding": "base64"}},
    ]
    body = "\n".join(map(json.dumps, lines))
    headers = {"Authorization": f"Bearer {api.token}"}
    refused = httpx.post(address, content=body, headers=headers)
    assert refused.status_code == 400 and "colorFrom" in refused.json()["error"]
