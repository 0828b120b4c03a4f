"""One commit, on the head that was looked at, and never a second one for the same files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hub_client import without_pauses
from hub_server import Hub
from huggingface_hub import HfApi

from training.hub.commits import Change, Target, changes, head_of, put
from training.hub.errors import PublishError
from training.hub.versions import tag_next, versions

MODEL = Target("me/model", "model")
SEEN = {"README.md": b"---\nlicense: mit\n---\n# A model\n", "weights.safetensors": b"\0" * 2000}
SENT = ("preupload", "lfs_batch", "lfs_upload", "lfs_verify", "validate_yaml", "commit")


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    without_pauses(monkeypatch)


@pytest.fixture
def api(hub: Hub) -> HfApi:
    hub.create(MODEL.repository)
    return HfApi(endpoint=hub.address, token=hub.user("me"))


def silent(_: str) -> None:
    pass


def put_all(api: HfApi, files: dict[str, Path | bytes], parent: str | None = None) -> str:
    """Put files on the head, or on another parent."""
    parent = parent or head_of(api, MODEL)
    assert parent is not None
    return put(api, MODEL, files, parent=parent, title="T", description="D", say=silent)


def stored(hub: Hub) -> dict[str, bytes]:
    """What the repository holds, without what the Hub makes itself."""
    return {k: v for k, v in hub.repo(MODEL.repository).files.items() if k != ".gitattributes"}


def test_files_come_and_go_in_one_commit(hub: Hub, api: HfApi, tmp_path: Path) -> None:
    put_all(api, {**SEEN, "old.json": b"{}"})
    (tmp_path / "new.bin").write_bytes(b"\1" * 3000)
    files = {"README.md": b"---\nlicense: mit\n---\n# Changed\n", "new.bin": tmp_path / "new.bin"}
    made = put_all(api, files)
    assert stored(hub) == {"README.md": files["README.md"], "new.bin": b"\1" * 3000}
    commits = hub.repo(MODEL.repository).commits
    assert [each.title for each in commits] == ["T", "T", "initial commit"]
    assert commits[0].oid == made and commits[0].description == "D"


def test_what_would_change_is_told_without_downloading(hub: Hub, api: HfApi) -> None:
    put_all(api, {**SEEN, "old.json": b"{}"})
    hub.asked.clear()
    found = changes(api, MODEL, {**SEEN, "README.md": b"x", "a": b"12"}, head_of(api, MODEL))
    assert found == (
        Change("README.md", "changed", 1),
        Change("a", "added", 2),
        Change("old.json", "deleted", 0),
    )
    assert not [line for line in hub.asked if "/resolve/" in line]


def test_the_same_files_again_make_no_commit(hub: Hub, api: HfApi) -> None:
    made = put_all(api, SEEN)
    hub.asked.clear()
    assert put_all(api, SEEN) == made
    assert not [line for line in hub.asked if line.startswith("POST")]


def test_an_answer_that_is_lost_after_the_commit_is_found_again(hub: Hub, api: HfApi) -> None:
    hub.cut("commit", when="after")
    made = put_all(api, SEEN)
    assert made == hub.repo(MODEL.repository).head
    assert len(hub.repo(MODEL.repository).commits) == 2


def test_a_commit_that_did_not_arrive_is_made_again(hub: Hub, api: HfApi) -> None:
    hub.cut("commit", when="before")
    put_all(api, SEEN)
    assert stored(hub) == SEEN and len(hub.repo(MODEL.repository).commits) == 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("step", [*SENT, "info", "tree"])
def test_a_hub_in_trouble_at_any_step_is_asked_again(
    hub: Hub, api: HfApi, step: str, status: int
) -> None:
    hub.fail(step, status, times=2, headers={"Retry-After": "1"})
    put_all(api, SEEN)
    assert stored(hub) == SEEN and len(hub.repo(MODEL.repository).commits) == 2


def test_somebody_elses_commit_in_between_is_named_and_not_overwritten(
    hub: Hub, api: HfApi, tmp_path: Path
) -> None:
    (tmp_path / "theirs.json").write_text("{}", encoding="utf-8")
    hub.before("commit", lambda: hub.publish(MODEL.repository, tmp_path))
    with pytest.raises(PublishError, match="Somebody else changed me/model") as caught:
        put_all(api, SEEN)
    head = hub.repo(MODEL.repository).head
    assert head in str(caught.value) and "Nothing was overwritten" in str(caught.value)
    assert stored(hub) == {"theirs.json": b"{}"}


def test_the_same_files_by_somebody_else_in_between_are_as_good(
    hub: Hub, api: HfApi, tmp_path: Path
) -> None:
    for name, content in SEEN.items():
        (tmp_path / name).write_bytes(content)
    hub.before("commit", lambda: hub.publish(MODEL.repository, tmp_path))
    assert put_all(api, SEEN) == hub.repo(MODEL.repository).head
    assert len(hub.repo(MODEL.repository).commits) == 2


@pytest.mark.parametrize("status", [409, 412])
def test_a_conflict_without_a_new_head_leaves_everything_as_it_was(
    hub: Hub, api: HfApi, status: int
) -> None:
    hub.fail("commit", status, times=0)
    with pytest.raises(PublishError, match="at the same time"):
        put_all(api, SEEN)
    assert stored(hub) == {}


def test_a_full_store_leaves_everything_as_it_was(hub: Hub, api: HfApi) -> None:
    hub.quota = 1000
    with pytest.raises(PublishError, match="no room for it"):
        put_all(api, SEEN)
    assert stored(hub) == {}


def test_a_card_that_the_hub_refuses_is_refused_with_its_words(hub: Hub, api: HfApi) -> None:
    with pytest.raises(PublishError, match="Failed to parse YAML"):
        put_all(api, {"README.md": b"---\n: [\n---\n"})
    assert stored(hub) == {}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", SENT)
def test_broken_off_anywhere_and_repeated_it_is_one_commit(
    hub: Hub, api: HfApi, step: str, when: str
) -> None:
    start = head_of(api, MODEL)
    hub.cut(step, times=0, when=when)
    try:
        put_all(api, SEEN)
    except PublishError:
        assert stored(hub) == {}  # half a model is never there
    hub.heal()
    made = put_all(api, SEEN)
    assert stored(hub) == SEEN
    assert [each.oid for each in hub.repo(MODEL.repository).commits] == [made, start]


def test_versions_are_counted_from_the_tags(hub: Hub, api: HfApi) -> None:
    first, second = put_all(api, {"a": b"1"}), put_all(api, {"a": b"2"})
    api.create_tag(MODEL.repository, tag="draft", revision=first)
    assert tag_next(api, MODEL.repository, first, "good").name == "v1"
    assert tag_next(api, MODEL.repository, second, "better").name == "v2"
    assert tag_next(api, MODEL.repository, first, "again").name == "v1"
    assert [(each.name, each.commit) for each in versions(api, MODEL.repository)] == [
        ("v1", first),
        ("v2", second),
    ]
    assert hub.repo(MODEL.repository).tags["v1"] == (first, "good")


def test_a_tag_whose_answer_is_lost_is_not_made_twice(hub: Hub, api: HfApi) -> None:
    made = put_all(api, {"a": b"1"})
    hub.cut("tag", when="after")
    assert tag_next(api, MODEL.repository, made, "good").name == "v1"
    assert hub.repo(MODEL.repository).tags == {"v1": (made, "good")}


def test_a_number_that_somebody_takes_meanwhile_is_left_to_them(hub: Hub, api: HfApi) -> None:
    first, second = put_all(api, {"a": b"1"}), put_all(api, {"a": b"2"})
    tags = hub.repo(MODEL.repository).tags
    hub.before("tag", lambda: tags.update(v1=(first, "theirs")))
    assert tag_next(api, MODEL.repository, second, "ours").name == "v2"
    assert tags == {"v1": (first, "theirs"), "v2": (second, "ours")}


def test_a_repository_that_cannot_be_seen_has_no_head(hub: Hub, api: HfApi) -> None:
    assert head_of(api, Target("me/other", "model")) is None
    hub.create("you/secret", private=True)
    assert head_of(api, Target("you/secret", "model")) is None
    assert head_of(HfApi(endpoint=hub.address, token=False), Target("me/other", "model")) is None
