"""One commit, on the head that was looked at, and never a second one for the same files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hub_client import without_pauses
from hub_emulator.server import Hub
from huggingface_hub import HfApi

from shared.errors import PublishError
from training.release.commits import Change, changes, head_of, put
from training.release.hub import Repository
from training.release.versions import tag_next, versions

NAME = "me/model"
SEEN = {"README.md": b"---\nlicense: mit\n---\n# A model\n", "weights.safetensors": b"\0" * 2000}
SENT = ("preupload", "lfs_batch", "lfs_upload", "lfs_verify", "validate_yaml", "commit")


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    without_pauses(monkeypatch)


@pytest.fixture
def model(hub: Hub) -> Repository:
    hub.create(NAME)
    return Repository(NAME, api=HfApi(endpoint=hub.address, token=hub.user("me")))


def put_all(model: Repository, files: dict[str, Path | bytes]) -> str:
    """Put files on the head."""
    head = head_of(model)
    assert head is not None
    return put(model, files, on=head, title="T", description="D")


def stored(hub: Hub) -> dict[str, bytes]:
    """What the repository holds, without what the Hub makes itself."""
    return {k: v for k, v in hub.repo(NAME).files.items() if k != ".gitattributes"}


def test_files_come_and_go_in_one_commit(hub: Hub, model: Repository, tmp_path: Path) -> None:
    put_all(model, {**SEEN, "old.json": b"{}"})
    (tmp_path / "new.bin").write_bytes(b"\1" * 3000)
    files = {"README.md": b"---\nlicense: mit\n---\n# Changed\n", "new.bin": tmp_path / "new.bin"}
    made = put_all(model, files)
    assert stored(hub) == {"README.md": files["README.md"], "new.bin": b"\1" * 3000}
    commits = hub.repo(NAME).commits
    assert [commit.title for commit in commits] == ["T", "T", "initial commit"]
    assert commits[0].oid == made and commits[0].description == "D"


def test_what_would_change_is_told_without_downloading(hub: Hub, model: Repository) -> None:
    put_all(model, {**SEEN, "old.json": b"{}"})
    hub.asked.clear()
    head = head_of(model)
    assert head is not None
    todo = changes({**SEEN, "README.md": b"x", "a": b"12"}, head.files)
    assert todo == (
        Change("README.md", "changed", 1),
        Change("a", "added", 2),
        Change("old.json", "deleted", 0),
    )
    assert not [line for line in hub.asked if "/resolve/" in line]


def test_the_same_files_again_make_no_commit(hub: Hub, model: Repository) -> None:
    made = put_all(model, SEEN)
    hub.asked.clear()
    assert put_all(model, SEEN) == made
    assert not [line for line in hub.asked if line.startswith("POST")]


def test_an_answer_that_is_lost_after_the_commit_is_found_again(
    hub: Hub, model: Repository
) -> None:
    hub.cut("commit", when="after")
    made = put_all(model, SEEN)
    assert made == hub.repo(NAME).head
    assert len(hub.repo(NAME).commits) == 2


def test_a_commit_that_did_not_arrive_is_made_again(hub: Hub, model: Repository) -> None:
    hub.cut("commit", when="before")
    put_all(model, SEEN)
    assert stored(hub) == SEEN and len(hub.repo(NAME).commits) == 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("step", [*SENT, "info", "tree"])
def test_a_hub_in_trouble_at_any_step_is_asked_again(
    hub: Hub, model: Repository, step: str, status: int
) -> None:
    hub.fail(step, status, times=2, headers={"Retry-After": "1"})
    put_all(model, SEEN)
    assert stored(hub) == SEEN and len(hub.repo(NAME).commits) == 2


def test_somebody_elses_commit_in_between_is_named_and_not_overwritten(
    hub: Hub, model: Repository, tmp_path: Path
) -> None:
    (tmp_path / "theirs.json").write_text("{}", encoding="utf-8")
    hub.before("commit", lambda: hub.publish(NAME, tmp_path))
    with pytest.raises(PublishError, match="Somebody else changed me/model") as caught:
        put_all(model, SEEN)
    head = hub.repo(NAME).head
    assert head in str(caught.value) and "Nothing was overwritten" in str(caught.value)
    assert stored(hub) == {"theirs.json": b"{}"}


def test_the_same_files_by_somebody_else_in_between_are_as_good(
    hub: Hub, model: Repository, tmp_path: Path
) -> None:
    for name, content in SEEN.items():
        (tmp_path / name).write_bytes(content)
    hub.before("commit", lambda: hub.publish(NAME, tmp_path))
    assert put_all(model, SEEN) == hub.repo(NAME).head
    assert len(hub.repo(NAME).commits) == 2


@pytest.mark.parametrize("status", [409, 412])
def test_a_conflict_without_a_new_head_leaves_everything_as_it_was(
    hub: Hub, model: Repository, status: int
) -> None:
    hub.fail("commit", status, times=0)
    with pytest.raises(PublishError, match="at the same time"):
        put_all(model, SEEN)
    assert stored(hub) == {}


def test_a_full_store_leaves_everything_as_it_was(hub: Hub, model: Repository) -> None:
    hub.quota = 1000
    with pytest.raises(PublishError, match="no room for it"):
        put_all(model, SEEN)
    assert stored(hub) == {}


def test_a_card_that_the_hub_refuses_is_refused_with_its_words(hub: Hub, model: Repository) -> None:
    with pytest.raises(PublishError, match="Failed to parse YAML"):
        put_all(model, {"README.md": b"---\n: [\n---\n"})
    assert stored(hub) == {}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", SENT)
def test_broken_off_anywhere_and_repeated_it_is_one_commit(
    hub: Hub, model: Repository, step: str, when: str
) -> None:
    start = hub.repo(NAME).head
    hub.cut(step, times=0, when=when)
    try:
        put_all(model, SEEN)
    except PublishError:
        assert stored(hub) == {}  # half a model is never there
    hub.heal()
    made = put_all(model, SEEN)
    assert stored(hub) == SEEN
    assert [commit.oid for commit in hub.repo(NAME).commits] == [made, start]


def test_versions_are_counted_from_the_tags(hub: Hub, model: Repository) -> None:
    first, second = put_all(model, {"a": b"1"}), put_all(model, {"a": b"2"})
    model.api.create_tag(NAME, tag="draft", revision=first)
    assert tag_next(model, first, "good").name == "v1"
    assert tag_next(model, second, "better").name == "v2"
    assert tag_next(model, first, "again").name == "v1"
    assert [(version.name, version.commit) for version in versions(model)] == [
        ("v1", first),
        ("v2", second),
    ]
    assert hub.repo(NAME).tags["v1"] == (first, "good")


def test_a_tag_whose_answer_is_lost_is_not_made_twice(hub: Hub, model: Repository) -> None:
    made = put_all(model, {"a": b"1"})
    hub.cut("tag", when="after")
    assert tag_next(model, made, "good").name == "v1"
    assert hub.repo(NAME).tags == {"v1": (made, "good")}


def test_a_number_that_somebody_takes_meanwhile_is_left_to_them(
    hub: Hub, model: Repository
) -> None:
    first, second = put_all(model, {"a": b"1"}), put_all(model, {"a": b"2"})
    tags = hub.repo(NAME).tags
    hub.before("tag", lambda: tags.update(v1=(first, "theirs")))
    assert tag_next(model, second, "ours").name == "v2"
    assert tags == {"v1": (first, "theirs"), "v2": (second, "ours")}


def test_a_repository_that_cannot_be_seen_has_no_head(hub: Hub, model: Repository) -> None:
    assert head_of(replace(model, name="me/other")) is None
    hub.create("you/secret", private=True)
    assert head_of(replace(model, name="you/secret")) is None
    stranger = HfApi(endpoint=hub.address, token=False)
    assert head_of(Repository("me/other", api=stranger)) is None
