"""Does our Hub go wrong as it is told to, and does the real client see it so?"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download
from huggingface_hub.errors import (
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from hub_emulator.server import Hub

NAME = "somebody/tumor"
WEIGHTS = bytes(range(256)) * 40  # 10,240 bytes, binary


@pytest.fixture
def head(hub: Hub, tmp_path: Path) -> str:
    """A repository with two files; its commit."""
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    return hub.publish(NAME, folder)


@pytest.fixture
def fetch(hub: Hub, head: str, tmp_path: Path) -> Callable[[str], bytes]:
    """Downloads a file through a cache."""

    def fetched(path: str) -> bytes:
        place = {"cache_dir": tmp_path / "cache", "endpoint": hub.address, "token": False}
        return Path(hf_hub_download(NAME, path, revision=head, **place)).read_bytes()

    return fetched


def write(api: HfApi, path: str, content: bytes, parent: str | None = None) -> str:
    """One commit of one file; its oid."""
    adds = [CommitOperationAdd(path, content)]
    return api.create_commit(NAME, adds, commit_message="One", parent_commit=parent).oid


def status_of(error: pytest.ExceptionInfo[HfHubHTTPError]) -> int:
    """The status that the client was answered with."""
    return error.value.response.status_code


def test_a_published_folder_is_one_commit_and_takes_the_place_of_all_files(
    hub: Hub, head: str, tmp_path: Path
) -> None:
    (tmp_path / "published" / "config.json").unlink()
    second = hub.publish(NAME, tmp_path / "published")
    repo = hub.repo(NAME)
    assert (repo.head, repo.commits[0].parent) == (second, head)
    assert set(repo.files) == {".gitattributes", "model.safetensors"}
    assert set(repo.commits[1].files) == {".gitattributes", "model.safetensors", "config.json"}


def test_what_was_downloaded_is_not_asked_for_again(
    hub: Hub, fetch: Callable[[str], bytes]
) -> None:
    assert fetch("model.safetensors") == WEIGHTS
    hub.asked.clear()
    assert fetch("model.safetensors") == WEIGHTS
    assert hub.asked == []


@pytest.mark.usefixtures("head")
def test_a_step_fails_as_often_as_it_is_told(hub: Hub, api: HfApi) -> None:
    hub.fail("info", 403, times=2, message="Not today.", code="Why")
    for _ in range(2):
        with pytest.raises(HfHubHTTPError, match="Not today") as refused:
            api.model_info(NAME)
        assert status_of(refused) == 403
        assert refused.value.response.headers["X-Error-Code"] == "Why"
    assert api.model_info(NAME).id == NAME


@pytest.mark.usefixtures("head")
def test_a_step_that_fails_for_good_is_healed(hub: Hub, api: HfApi) -> None:
    hub.fail("refs", 500, times=0)
    for _ in range(3):
        with pytest.raises(HfHubHTTPError):
            api.list_repo_refs(NAME)
    hub.heal()
    assert api.list_repo_refs(NAME).tags == []


@pytest.mark.usefixtures("head")
def test_retry_after_is_heard_by_the_client(hub: Hub, api: HfApi) -> None:
    hub.fail("tree", 429, headers={"Retry-After": "0"})
    assert len(list(api.list_repo_tree(NAME))) == 3
    assert len([line for line in hub.asked if "/tree/" in line]) == 2


def test_a_step_that_does_not_exist_is_a_mistake_in_the_test(hub: Hub) -> None:
    with pytest.raises(ValueError, match="no step 'comit'"):
        hub.fail("comit", 500)


def test_an_answer_cut_before_leaves_nothing_done(hub: Hub, api: HfApi, head: str) -> None:
    hub.cut("commit")
    with pytest.raises(Exception, match="disconnected"):
        write(api, "a.txt", b"a")
    assert hub.repo(NAME).head == head


def test_an_answer_cut_after_leaves_the_work_done(hub: Hub, api: HfApi, head: str) -> None:
    hub.cut("commit", when="after")
    with pytest.raises(Exception, match="disconnected"):
        write(api, "a.txt", b"a")
    assert hub.repo(NAME).commits[0].parent == head
    assert hub.repo(NAME).files["a.txt"] == b"a"


def test_a_download_cut_midway_goes_on_where_it_broke_off(
    hub: Hub, fetch: Callable[[str], bytes]
) -> None:
    hub.cut("resolve", when="midway")
    assert fetch("model.safetensors") == WEIGHTS
    assert [line.split()[0] for line in hub.asked] == ["HEAD", "GET", "GET"]


def test_a_spoilt_file_arrives_changed(hub: Hub, fetch: Callable[[str], bytes]) -> None:
    hub.spoil("model.safetensors", "changed")
    assert fetch("model.safetensors") == b"\x01" + WEIGHTS[1:]


def test_a_file_that_is_cut_never_arrives_whole(hub: Hub, head: str) -> None:
    hub.spoil("model.safetensors", "cut")
    address = f"{hub.address}/{NAME}/resolve/{head}/model.safetensors"
    with httpx.stream("GET", address) as answer:
        pieces = answer.iter_raw(chunk_size=5120)
        assert next(pieces) == WEIGHTS[:5120]
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(address, headers={"Range": "bytes=5120-"})


def test_a_slow_step_waits_before_it_answers(hub: Hub, api: HfApi) -> None:
    hub.slow("whoami", 0.3)
    start = time.monotonic()
    api.whoami()
    assert time.monotonic() - start >= 0.3


def test_a_slow_body_trickles(hub: Hub, head: str) -> None:
    hub.slow("resolve", 2, part="body")
    start, first = time.monotonic(), 0.0
    address = f"{hub.address}/{NAME}/resolve/{head}/model.safetensors"
    with httpx.stream("GET", address) as answer:
        for _ in answer.iter_raw():
            first = first or time.monotonic() - start
    assert first < 1
    assert time.monotonic() - start >= 2


def test_somebody_else_comes_in_between_once(
    hub: Hub, api: HfApi, head: str, tmp_path: Path
) -> None:
    (tmp_path / "published" / "config.json").write_text("[]", encoding="utf-8")
    hub.before("commit", lambda: hub.publish(NAME, tmp_path / "published"))
    with pytest.raises(HfHubHTTPError) as refused:
        write(api, "a.txt", b"a", parent=head)
    assert status_of(refused) == 412
    assert write(api, "a.txt", b"a", parent=hub.repo(NAME).head) == hub.repo(NAME).head


def test_a_forgotten_revision_is_not_found(hub: Hub, api: HfApi, head: str) -> None:
    api.create_tag(NAME, tag="v1")
    write(api, "a.txt", b"a")
    hub.repo(NAME).forget(head)
    for revision in (head, "v1"):
        with pytest.raises(RevisionNotFoundError):
            api.model_info(NAME, revision=revision)
    assert len(api.list_repo_commits(NAME)) == 2


def test_a_deleted_repository_is_not_found(
    hub: Hub, fetch: Callable[[str], bytes], tmp_path: Path
) -> None:
    hub.delete(NAME)
    with pytest.raises(RepositoryNotFoundError):
        fetch("config.json")
