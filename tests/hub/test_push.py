"""`python -m training.push`, as a maintainer types it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hub_emulator.server import Hub
from huggingface_hub import ModelCard
from release_checkpoints import write_loan
from release_runs import REPOSITORY, WHO, Bench, all_files, bench

__all__ = ["bench"]
BETTER = {"auc_ml": 0.02}
WORSE = {"auc_ml": -0.02, "brier_ann": 0.03}


def published(hub: Hub) -> dict[str, bytes]:
    """What the repository holds, without what the Hub makes itself."""
    return {k: v for k, v in hub.repo(REPOSITORY).files.items() if k != ".gitattributes"}


def test_a_push_is_one_commit_with_a_tag_and_the_same_again_is_none(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    folder = write_loan(tmp_path / "new", BETTER)
    before = all_files(bench.tree)
    first = bench.push(folder)
    repo = hub.repo(REPOSITORY)
    assert first.code == 0 and f"Published as v1 of {REPOSITORY}, commit {repo.head}" in first.out
    assert [commit.title[:19] for commit in repo.commits] == [
        "Checkpoint for loan",
        "initial commit",
    ]
    assert repo.tags.keys() == {"v1"} and repo.tags["v1"][0] == repo.head
    assert "AUC, machine learning 0.807 (0.767 to 0.844)" in repo.tags["v1"][1]
    assert not repo.private

    ours = all_files(folder)
    assert published(hub) == ours | {"README.md": published(hub)["README.md"]}
    for said in ("Checking the checkpoint", "Creating", f"Sending {len(ours)} files", "Tagging"):
        assert said in first.out
    check_page(published(hub))

    again = bench.push(folder)
    assert again.code == 0 and "Already published as v1" in again.out
    assert f"training.promote loan --revision v1 --repo {REPOSITORY}" in again.out
    assert len(repo.commits) == 2 and len(repo.tags) == 1
    assert all_files(bench.tree) == before
    token = bench.environment["HF_TOKEN"]
    assert token not in first.out + first.err + again.out + again.err


def check_page(files: dict[str, bytes]) -> None:
    """The card is a page of its own on the Hub."""
    card = ModelCard(files["README.md"].decode())
    assert card.data.license == "apache-2.0"
    shown = {result.metric_type: result.metric_value for result in card.data.eval_results or []}
    assert shown["auc_ml"] == pytest.approx(0.80653)
    assert f'snapshot_download("{REPOSITORY}")' in card.text and '"FOLDER' not in card.text
    for heading in ("## Use", "## Headline figures", "## Where the data comes from", "## Limits"):
        assert card.text.count(f"\n{heading}\n") == 1
    assert "](plots/roc.svg)" in card.text and "plots/roc.svg" in files


def test_a_worse_model_is_refused_with_the_table(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    told = bench.push(write_loan(tmp_path / "worse", WORSE))
    assert told.code == 1
    assert "AUC, machine learning; Brier score, the neural network" in told.err
    assert "--allow-regression REASON" in told.err and len(told.err.splitlines()) == 1
    assert re.search(r"AUC, machine learning .*0\.767 +0\.787 +-0\.02.*worse", told.out)
    assert hub.repositories == {}


def test_an_accepted_regression_stands_in_commit_and_card_and_stays_there(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    folder = write_loan(tmp_path / "worse", WORSE)
    assert bench.push(folder, "--allow-regression", "Fewer\nfields <are> asked").code == 0
    commit, card = hub.repo(REPOSITORY).commits[0], published(hub)["README.md"].decode()
    for text in (commit.description, card):
        assert "Accepted all the same: Fewer fields &lt;are> asked" in text
        assert "- AUC, machine learning: 0.787 before, 0.767 now" in text
    (tmp_path / "worse" / "README.md").write_text(card, encoding="utf-8")
    bench.make_live(folder, commit.oid)
    # It is live now, so it is not worse than what is live; its card still says what it was.
    again = bench.push(folder, "--allow-regression", "Fewer fields")
    assert "Already published as v1" in again.out and "It is live." in again.out
    assert len(hub.repo(REPOSITORY).commits) == 2


def test_a_dry_run_shows_everything_and_writes_nothing(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    assert bench.push(write_loan(tmp_path / "old")).code == 0
    new, before = write_loan(tmp_path / "new", BETTER), all_files(tmp_path)
    hub.asked.clear()
    told = bench.push(new, "--dry-run", HF_TOKEN="")
    assert told.code == 0 and told.err == ""
    size = (new / "draws.safetensors").stat().st_size
    assert f"  changed  {size:>12,}  draws.safetensors" in told.out
    assert "  same          180,904  ann.safetensors" in told.out
    assert f"  3 of {len(all_files(new))} change" in told.out
    assert "-| AUC, machine learning | 0.787 | 0.747 to 0.824 | 614 |" in told.out
    assert "+| AUC, machine learning | 0.807 | 0.767 to 0.844 | 614 |" in told.out
    assert "better" in told.out and "Nothing was written" in told.out
    assert {line.split()[0] for line in hub.asked} <= {"GET", "HEAD"} | paths_info(hub)
    assert len(hub.repo(REPOSITORY).commits) == 2
    assert all_files(tmp_path) == before


def paths_info(hub: Hub) -> set[str]:
    """POST, if nothing was posted but a question."""
    posted = [line for line in hub.asked if line.startswith("POST ")]
    return {"POST"} if all("/paths-info/" in line for line in posted) else set()


def test_a_dry_run_needs_no_repository_and_says_what_would_be_refused(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    told = bench.push(write_loan(tmp_path / "worse", WORSE), "--dry-run", HF_TOKEN="")
    assert told.code == 1 and "Worse than what is live" in told.err
    assert "added" in told.out and "+++ me/loan-models/README.md after the push" in told.out
    assert hub.repositories == {}


def test_a_private_repository_is_private_and_a_public_one_is_not_taken_for_it(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    folder = write_loan(tmp_path / "new", BETTER)
    hub.create(REPOSITORY)
    told = bench.push(folder, "--private")
    assert told.code == 1 and "is there already and public" in told.err
    hub.delete(REPOSITORY)
    assert bench.push(folder, "--private").code == 0
    assert hub.repo(REPOSITORY).private


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "arrives"),
    [("create_repo", True), ("commit", True), ("tag", False)],
)
def test_killed_anywhere_and_repeated_it_is_one_commit_and_one_tag(
    hub: Hub, bench: Bench, tmp_path: Path, step: str, arrives: bool
) -> None:
    folder = write_loan(tmp_path / "new", BETTER)
    process = bench.start("push", folder, "--repo", REPOSITORY)
    hub.before(step, process.kill)
    if not arrives:
        hub.cut(step)
    process.communicate(timeout=120)
    assert process.returncode < 0
    hub.heal()
    told = bench.push(folder)
    assert told.code == 0 and "ublished as v1" in told.out
    repo = hub.repo(REPOSITORY)
    assert len(repo.commits) == 2 and repo.tags["v1"][0] == repo.head
    assert all_files(folder).keys() == published(hub).keys()


@pytest.mark.parametrize(
    ("owner", "role", "words"),
    [
        (WHO, "", "There is no token. Make one"),
        (WHO, "expired", "expired or was revoked"),
        (WHO, "read", "may only read"),
        ("somebody-else", "write", "cannot write to 'somebody-else'"),
    ],
)
def test_a_token_that_will_not_do_is_said_before_any_work(
    hub: Hub, bench: Bench, tmp_path: Path, owner: str, role: str, words: str
) -> None:
    token = hub.user(WHO, role=role) if role else ""
    told = bench.run("push", tmp_path, "--repo", f"{owner}/x", HF_TOKEN=token, HF_DEBUG="1")
    assert told.code == 1 and words in told.err
    assert not token or token not in told.out + told.err
    assert "Traceback" not in told.err


def test_a_token_kept_by_signing_in_is_used(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    home = Path(bench.environment["HF_HOME"])
    home.mkdir()
    (home / "token").write_text(bench.environment["HF_TOKEN"], encoding="utf-8")
    told = bench.run("push", tmp_path / "none", "--repo", "me/x", HF_TOKEN="")
    assert "Signed in as me." in told.out
    assert told.code == 1 and "There is no checkpoint folder" in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x", "--repo", "no-owner"), "'no-owner' is not OWNER/NAME"),
        (("x", "--repo", "https://me:hf_secret123@host/x"), "is not OWNER/NAME"),
        (("x", "--repo", "me/x", "--allow-regression", " "), "wants a reason"),
        (("x",), "--repo"),
    ],
)
def test_a_command_line_without_sense_ends_with_2(
    bench: Bench, words: tuple[str, ...], said: str
) -> None:
    told = bench.run("push", *words)
    assert told.code == 2 and said in told.err and "hf_secret" not in told.err


def refused(bench: Bench, folder: Path) -> str:
    """The sentence of a push that is refused for the checkpoint's own sake."""
    told = bench.push(folder, "--dry-run")
    assert told.code == 1 and len(told.err.splitlines()) == 1, told
    return told.err


def test_a_checkpoint_that_is_not_sound_is_refused_by_name(bench: Bench, tmp_path: Path) -> None:
    folder = write_loan(tmp_path / "new")
    spoilt = folder / "ann.safetensors"
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"!")
    assert "ann.safetensors is not the file that was measured" in refused(bench, folder)
    spoilt.unlink()
    assert "lacks ann.safetensors" in refused(bench, folder)


def test_a_checkpoint_that_was_measured_on_other_rows_is_refused(
    bench: Bench, tmp_path: Path
) -> None:
    other = write_loan(tmp_path / "other", data="f" * 64)
    assert "measured on other data" in refused(bench, other)


def test_an_example_that_is_answered_otherwise_is_refused_by_its_caption(
    bench: Bench, tmp_path: Path
) -> None:
    folder = write_loan(tmp_path / "new")
    listing = folder / "examples" / "examples.json"
    examples = json.loads(listing.read_text(encoding="utf-8"))
    examples[0]["expected"]["ml"] = not examples[0]["expected"]["ml"]
    listing.write_text(json.dumps(examples), encoding="utf-8")
    assert "The example 'A clear yes' is answered" in refused(bench, folder)
