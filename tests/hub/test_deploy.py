"""One command puts a Space up, waits, and looks; another one puts the version before back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hub_emulator.quick_builder import QuickBuilder, revision_of
from hub_emulator.repos_api import PAID
from hub_emulator.server import Hub
from small_checkout import MODEL, SPACE, Checkout, checkout

__all__ = ["checkout"]

SOME_COMMIT = "f" * 40


def files_of(hub: Hub) -> dict[str, bytes]:
    """What the Space holds, but for what the Hub itself put there."""
    files = dict(hub.repo(SPACE, "space").commits[0].files)
    files.pop(".gitattributes", None)
    return files


def test_a_new_space_is_made_put_up_in_one_commit_and_answers(
    hub: Hub, checkout: Checkout, tmp_path: Path
) -> None:
    commit = checkout.publish()
    done = checkout.deploy("--hardware", "zero-a10g")
    assert (done.code, done.err) == (0, "")
    assert f"{SPACE} does not exist yet. It will be made, on zero-a10g." in done.out
    assert done.out.endswith(
        f"{SPACE} answers with the locked model, {commit[:12]} (hub), "
        f"code {checkout.git('rev-parse', 'HEAD')[:12]}.\n"
    )
    assert hub.space(SPACE).hardware == "zero-a10g"
    assert "  + app.py  1 file, " in done.out
    assert "  + loan_space/  " in done.out
    assert len(hub.repo(SPACE, "space").commits) == 2  # the first is the Hub's own
    checkout.run("deploy", "loan", "--local", str(tmp_path / "folder"))
    local = {
        path.relative_to(tmp_path / "folder").as_posix(): path.read_bytes()
        for path in (tmp_path / "folder").rglob("*")
        if path.is_file()
    }
    assert files_of(hub) == local
    assert f"{MODEL} README.md," in local["README.md"].decode()


def test_without_a_published_model_the_bundled_checkpoint_goes_along(
    hub: Hub, checkout: Checkout
) -> None:
    done = checkout.deploy()
    assert done.code == 0, done.err
    assert "Model: the bundled one, in checkpoint/; none has been published yet." in done.out
    assert "checkpoint/ml.onnx" in files_of(hub)
    assert "(bundled)" in done.out


def test_with_a_published_model_the_bundled_one_goes_along_unless_it_is_left_out(
    hub: Hub, checkout: Checkout
) -> None:
    checkout.publish()
    assert "with the bundled one in checkpoint/" in checkout.deploy().out
    assert "checkpoint/ml.onnx" in files_of(hub)
    assert "without the bundled one" in checkout.deploy("--without-checkpoint").out
    assert "checkpoint/ml.onnx" not in files_of(hub)


def test_a_space_that_could_never_answer_is_not_assembled(hub: Hub, checkout: Checkout) -> None:
    done = checkout.deploy("--without-checkpoint")
    assert done.code == 1
    assert "No loan model has been published" in done.err


def test_what_is_there_already_is_not_put_up_again(hub: Hub, checkout: Checkout) -> None:
    checkout.deploy()
    head = hub.repo(SPACE, "space").head
    done = checkout.deploy()
    assert done.code == 0, done.err
    assert f"{SPACE} holds these files already, at {head}." in done.out
    assert hub.repo(SPACE, "space").head == head


def test_changes_are_shown_and_only_they_are_put_up(hub: Hub, checkout: Checkout) -> None:
    checkout.deploy()
    (checkout.folder / "spaces" / "loan" / "app.py").write_text("# new", encoding="utf-8")
    (checkout.folder / "spaces" / "loan" / "loan_space" / "code_view.py").unlink()
    (checkout.folder / "spaces" / "loan" / "added.txt").write_text("12345", encoding="utf-8")
    checkout.commit("Changes")
    before = files_of(hub)
    done = checkout.deploy()
    lines = [line.strip() for line in done.out.splitlines()]
    assert {"+ added.txt  5 bytes", "~ app.py  5 bytes", "- loan_space/code_view.py"} <= set(lines)
    after = files_of(hub)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed >= {"SOURCE", "added.txt", "app.py", "loan_space/code_view.py"}
    assert not [name for name in changed if name.startswith("checkpoint")]


def test_a_dry_run_shows_all_and_changes_nothing(hub: Hub, checkout: Checkout) -> None:
    done = checkout.deploy("--dry-run")
    assert done.code == 0, done.err
    assert "  + app.py  " in done.out
    assert done.out.endswith("Nothing was put up (--dry-run).\n")
    assert ("space", SPACE) not in hub.repositories


def test_uncommitted_changes_are_said(checkout: Checkout) -> None:
    assert "no commit holds" not in checkout.deploy("--dry-run").out
    (checkout.folder / "spaces" / "loan" / "app.py").write_text("# new", encoding="utf-8")
    done = checkout.deploy("--dry-run")
    assert "spaces/ or shared/ has changes that no commit holds; SOURCE says so." in done.out


def test_hardware_that_wants_a_paid_plan_is_refused_with_what_is_free(
    hub: Hub, checkout: Checkout
) -> None:
    hub.paid = False
    done = checkout.deploy()
    assert done.code == 1
    assert done.err == (
        f"Could not make the Space ({SPACE}): The Hub wants to be paid for it. It says: {PAID}. "
        "That was for cpu-basic. --hardware zero-a10g is free for a personal account.\n"
    )
    assert checkout.deploy("--hardware", "zero-a10g").code == 0


def test_other_hardware_is_requested_once(hub: Hub, checkout: Checkout) -> None:
    checkout.deploy()
    assert "Hardware: cpu-basic -> t4-small" in checkout.deploy("--hardware", "t4-small").out
    assert hub.space(SPACE).hardware == "t4-small"
    assert "Hardware:" not in checkout.deploy("--hardware", "t4-small").out


@pytest.mark.parametrize(
    ("stage", "last"),
    [
        ("BUILD_ERROR", "The end of the build log:\n  Building"),
        ("RUNTIME_ERROR", "The end of the run log:\n  ImportError: no module named 'tea'\n"),
    ],
)
def test_a_failure_shows_the_log_and_the_way_back_which_works(
    hub: Hub, builder: QuickBuilder, checkout: Checkout, stage: str, last: str
) -> None:
    checkout.deploy()
    good, held = hub.repo(SPACE, "space").head, files_of(hub)
    (checkout.folder / "spaces" / "loan" / "app.py").write_text("import tea", encoding="utf-8")
    checkout.commit("A mistake")
    builder.breaks = stage
    done = checkout.deploy()
    assert done.code == 1
    assert done.err == f"{SPACE} does not run: {stage}. The Hub says: It broke.\n"
    assert last in done.out
    way_back = f"python spaces/deploy.py loan --to {SPACE} --back-to {good}"
    assert done.out.endswith(f"{way_back}\n")
    assert files_of(hub) != held
    builder.breaks = ""
    back = checkout.run("deploy", *way_back.split()[2:])
    assert back.code == 0, back.err
    assert files_of(hub) == held
    commits = hub.repo(SPACE, "space").commits
    assert (len(commits), commits[0].title) == (4, f"Back to {good[:12]}")


def test_after_two_failures_the_way_back_leads_past_both(
    hub: Hub, builder: QuickBuilder, checkout: Checkout
) -> None:
    checkout.deploy()
    good = hub.repo(SPACE, "space").head
    builder.breaks = "BUILD_ERROR"
    for mistake in ("import tea", "import coffee"):
        (checkout.folder / "spaces" / "loan" / "app.py").write_text(mistake, encoding="utf-8")
        done = checkout.deploy()
    bad = hub.repo(SPACE, "space").commits[1].oid
    said = done.out.split("The version before did not run either.")[1]
    assert f"--to {SPACE} --back-to COMMIT" in said
    assert good in said
    assert bad not in said


def test_the_way_back_brings_the_model_of_that_time(hub: Hub, checkout: Checkout) -> None:
    first = checkout.publish("first")
    checkout.deploy()
    good = hub.repo(SPACE, "space").head
    checkout.publish("second")
    checkout.deploy()
    done = checkout.deploy("--back-to", good)
    assert done.code == 0, done.err
    assert f"the locked model, {first[:12]} (hub)" in done.out


def test_another_model_that_answers_is_a_failure(builder: QuickBuilder, checkout: Checkout) -> None:
    commit = checkout.publish()
    lock = json.loads(checkout.lock.read_text(encoding="utf-8"))
    builder.answers = [{**revision_of(lock), "revision": SOME_COMMIT}]
    done = checkout.deploy()
    assert done.code == 1
    assert f"answers with {SOME_COMMIT[:12]} (hub), not with the locked {commit[:12]}." in (
        done.err
    )
    assert "There is no version before this one." in done.out


def test_somebody_elses_commit_in_between_is_not_overwritten(hub: Hub, checkout: Checkout) -> None:
    checkout.deploy()
    (checkout.folder / "spaces" / "loan" / "app.py").write_text("# mine", encoding="utf-8")
    theirs = checkout.folder.parent / "theirs"
    theirs.mkdir()
    (theirs / "app.py").write_text("# theirs", encoding="utf-8")
    hub.before("commit", lambda: hub.publish(SPACE, theirs, "space"))
    done = checkout.deploy()
    assert done.code == 1
    assert "Nothing was overwritten" in done.err
    assert files_of(hub)["app.py"] == b"# theirs"


def test_a_space_that_was_not_deployed_from_here_is_left_alone(
    hub: Hub, checkout: Checkout
) -> None:
    theirs = checkout.folder.parent / "theirs"
    theirs.mkdir()
    (theirs / "app.py").touch()
    hub.publish(SPACE, theirs, "space")
    done = checkout.deploy()
    assert done.code == 1
    assert "was not deployed from here: it has no SOURCE or no checkpoint.json." in done.err
    assert list(files_of(hub)) == ["app.py"]


def test_one_of_our_spaces_is_not_put_over_the_other(checkout: Checkout) -> None:
    checkout.deploy()
    done = checkout.deploy(name="tumor")
    assert done.code == 1
    assert done.err == (f"{SPACE} holds the loan Space, not the tumor Space. Name another one.\n")


def test_a_locked_model_that_is_not_on_the_hub_stops_before_anything_is_made(
    hub: Hub, checkout: Checkout
) -> None:
    commit = checkout.publish()
    hub.delete(MODEL)
    done = checkout.deploy()
    assert done.code == 1
    assert done.err.startswith(f"Could not find the locked model at {commit} ({MODEL})")
    assert ("space", SPACE) not in hub.repositories


@pytest.mark.parametrize("which", ["private", "gated"])
def test_a_model_that_not_everybody_may_read_is_not_brought_along_by_the_build(
    hub: Hub, checkout: Checkout, which: str
) -> None:
    checkout.publish()
    repo = hub.repo(MODEL)
    repo.private, repo.gated = which == "private", "auto" if which == "gated" else ""
    done = checkout.deploy()
    assert done.code == 0, done.err
    assert f"{MODEL} is {which}, and the Hub builds without a token" in done.out
    assert "enter it as HF_TOKEN in the Space's settings, under Variables and secrets." in done.out
    readme = files_of(hub)["README.md"].decode()
    assert f"models:\n- {MODEL}\n" in readme
    assert "preload_from_hub" not in readme


def test_a_space_that_has_another_name_now_is_said_to_have_it(hub: Hub, checkout: Checkout) -> None:
    assert checkout.deploy().code == 0
    hub.rename(SPACE, "somebody/moved", "space")
    done = checkout.deploy()
    assert done.code == 1
    assert done.err == f"{SPACE} is called somebody/moved now. Use that name.\n"
