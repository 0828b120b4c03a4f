"""Does our Hub answer the real client as the Hub does? Tests with `somewhere` can ask the Hub."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import httpx
import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    hf_hub_download,
    snapshot_download,
)
from huggingface_hub.errors import (
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from hub_emulator.somewhere import Somewhere

WEIGHTS = bytes(range(256)) * 40  # 10,240 bytes, binary
CARD = b"---\nlicense: apache-2.0\ntags:\n- mri\n---\n# A card\n"
FILES = {"README.md": CARD, "model.safetensors": WEIGHTS, "plots/roc.svg": b"<svg/>"}


def put(api: HfApi, name: str, files: dict[str, bytes], *, parent: str | None = None) -> str:
    """One commit; its oid."""
    adds = [CommitOperationAdd(path, content) for path, content in files.items()]
    done = api.create_commit(name, adds, commit_message="A title", parent_commit=parent)
    return done.oid


@pytest.fixture
def name(somewhere: Somewhere) -> str:
    """A public model repository with one commit of FILES."""
    name = somewhere.repository("model")
    somewhere.api.create_repo(name, private=False)
    put(somewhere.api, name, FILES)
    return name


def test_a_token_tells_its_user_and_its_role(somewhere: Somewhere) -> None:
    told = somewhere.api.whoami()
    assert told["name"] == somewhere.user
    assert told["auth"]["accessToken"]["role"] in ("write", "fineGrained")


def test_a_wrong_token_is_refused(somewhere: Somewhere) -> None:
    with pytest.raises(HfHubHTTPError) as refused:
        HfApi(endpoint=somewhere.endpoint, token="hf_" + "x" * 34).whoami()
    assert refused.value.response.status_code == 401


def test_a_new_repository_has_the_hubs_own_first_commit(somewhere: Somewhere) -> None:
    name = somewhere.repository("new")
    url = somewhere.api.create_repo(name)
    assert url == f"{somewhere.endpoint}/{name}"
    (first,) = somewhere.api.list_repo_commits(name)
    assert first.title == "initial commit"
    assert somewhere.api.list_repo_files(name) == [".gitattributes"]


def test_a_repository_that_exists_is_a_conflict(somewhere: Somewhere, name: str) -> None:
    with pytest.raises(HfHubHTTPError) as refused:
        somewhere.api.create_repo(name)
    assert refused.value.response.status_code == 409
    assert somewhere.api.create_repo(name, exist_ok=True).repo_id == name


def test_a_commit_tells_files_as_git_and_lfs_know_them(somewhere: Somewhere, name: str) -> None:
    files = {entry.path: entry for entry in somewhere.api.list_repo_tree(name, recursive=True)}
    assert set(files) == {".gitattributes", "plots", *FILES}
    svg = subprocess.run(["git", "hash-object", "--stdin"], input=b"<svg/>", capture_output=True)
    assert files["plots/roc.svg"].blob_id == svg.stdout.decode().strip()
    assert files["plots/roc.svg"].lfs is None
    lfs = files["model.safetensors"].lfs
    assert (lfs.size, lfs.sha256) == (10_240, hashlib.sha256(WEIGHTS).hexdigest())
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{lfs.sha256}\nsize 10240\n"
    assert lfs.pointer_size == len(pointer)


def test_info_tells_head_files_and_card(somewhere: Somewhere, name: str) -> None:
    info = somewhere.api.model_info(name, files_metadata=True)
    assert info.sha == somewhere.api.list_repo_commits(name)[0].commit_id
    assert {entry.rfilename: entry.size for entry in info.siblings}["model.safetensors"] == 10_240
    assert info.card_data.license == "apache-2.0"
    assert "mri" in info.tags


def test_asked_for_paths_those_that_are_missing_are_left_out(
    somewhere: Somewhere, name: str
) -> None:
    entries = somewhere.api.get_paths_info(name, ["README.md", "plots", "nothing.txt"])
    assert [entry.path for entry in entries] == ["README.md", "plots"]


def test_what_has_not_changed_makes_no_commit(somewhere: Somewhere, name: str) -> None:
    head = somewhere.api.model_info(name).sha
    assert put(somewhere.api, name, FILES) == head
    assert len(somewhere.api.list_repo_commits(name)) == 2


def test_a_commit_on_an_old_parent_changes_nothing(somewhere: Somewhere, name: str) -> None:
    api = somewhere.api
    before = api.list_repo_commits(name)
    with pytest.raises(HfHubHTTPError, match="A commit has happened since") as refused:
        put(api, name, {"plots/roc.svg": b"<svg>2</svg>"}, parent=before[1].commit_id)
    assert refused.value.response.status_code == 412
    assert api.list_repo_commits(name) == before


def test_adds_and_deletes_are_one_commit(somewhere: Somewhere, name: str) -> None:
    changes = [CommitOperationDelete("plots/"), CommitOperationAdd("new.txt", b"new")]
    done = somewhere.api.create_commit(
        name, changes, commit_message="Both", commit_description="Why."
    )
    newest = somewhere.api.list_repo_commits(name)[0]
    assert (newest.commit_id, newest.title, newest.message) == (done.oid, "Both", "Why.")
    assert set(somewhere.api.list_repo_files(name)) == {
        *(".gitattributes", "README.md", "model.safetensors", "new.txt")
    }


def test_to_delete_what_is_not_there_is_refused(somewhere: Somewhere, name: str) -> None:
    with pytest.raises(RemoteEntryNotFoundError):
        somewhere.api.delete_file("nothing.txt", name)


def test_a_tag_names_a_commit_once(somewhere: Somewhere, name: str) -> None:
    api, head = somewhere.api, somewhere.api.model_info(name).sha
    api.create_tag(name, tag="v1", tag_message="The first")
    put(api, name, {"plots/roc.svg": b"<svg>2</svg>"})
    assert [(tag.name, tag.target_commit) for tag in api.list_repo_refs(name).tags] == [
        ("v1", head)
    ]
    assert api.model_info(name, revision="v1").sha == head
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_tag(name, tag="v1")
    assert refused.value.response.status_code == 409
    with pytest.raises(RevisionNotFoundError):
        api.create_tag(name, tag="v2", revision="0" * 40)
    api.delete_tag(name, tag="v1")
    assert api.list_repo_refs(name).tags == []
    with pytest.raises(RevisionNotFoundError):
        api.delete_tag(name, tag="v1")


def test_a_file_comes_with_its_etag_and_in_parts(somewhere: Somewhere, name: str) -> None:
    address = f"{somewhere.endpoint}/{name}/resolve/main/plots/roc.svg"
    whole = httpx.get(address, follow_redirects=True)
    assert whole.content == b"<svg/>"
    assert whole.headers["ETag"].strip('W/"') == hashlib.sha1(b"blob 6\0<svg/>").hexdigest()
    assert whole.headers["X-Repo-Commit"] == somewhere.api.model_info(name).sha
    weights = f"{somewhere.endpoint}/{name}/resolve/main/model.safetensors"
    asked = {"Range": "bytes=10-19"}
    part = httpx.get(weights, headers=asked, follow_redirects=True)
    assert (part.status_code, part.content) == (206, WEIGHTS[10:20])
    assert part.headers["Content-Range"] == "bytes 10-19/10240"


def test_a_snapshot_is_what_was_committed(somewhere: Somewhere, name: str, tmp_path: Path) -> None:
    folder = Path(snapshot_download(name, cache_dir=tmp_path, endpoint=somewhere.endpoint))
    assert {path: (folder / path).read_bytes() for path in FILES} == FILES


def test_missing_files_and_revisions_have_their_own_errors(
    somewhere: Somewhere, name: str, tmp_path: Path
) -> None:
    place = {"endpoint": somewhere.endpoint, "cache_dir": tmp_path}
    with pytest.raises(RemoteEntryNotFoundError):
        hf_hub_download(name, "nothing.txt", **place)
    with pytest.raises(RevisionNotFoundError):
        hf_hub_download(name, "README.md", revision="0" * 40, **place)


def test_a_private_repository_is_not_there_for_strangers(somewhere: Somewhere) -> None:
    name = somewhere.repository("private")
    somewhere.api.create_repo(name, private=True)
    assert somewhere.api.model_info(name).private
    with pytest.raises(RepositoryNotFoundError) as refused:
        HfApi(endpoint=somewhere.endpoint, token=False).model_info(name)
    assert refused.value.response.status_code == 401


def test_nobody_writes_under_a_strangers_name(somewhere: Somewhere) -> None:
    with pytest.raises(HfHubHTTPError, match="don't have the rights") as refused:
        somewhere.api.create_repo("huggingface/test-not-ours")
    assert refused.value.response.status_code == 403


def test_a_card_that_cannot_be_read_is_refused(somewhere: Somewhere, name: str) -> None:
    with pytest.raises(ValueError, match="Invalid metadata in README.md"):
        put(somewhere.api, name, {"README.md": b"---\ntags: [unclosed\n---\n"})
