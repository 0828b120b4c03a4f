"""One release as a whole: what answers follows what was promoted, forwards and backwards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rehearsal import ROOT, Told, print_told, rehearse
from rehearsal_page import commands_of, write_page
from rehearsal_steps import STEPS, Step

PAGE = ROOT / "docs" / "release-rehearsal.md"
COMMIT = re.compile(r"[0-9a-f]{40}")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """Every step, taken; what each printed is shown where a test fails."""
    taken = rehearse(tmp_path_factory.mktemp("rehearsal"), print_told)
    assert taken[-1].as_expected, taken[-1]
    return {told.step.name: told for told in taken}


@pytest.fixture(scope="module")
def published(story: dict[str, Told]) -> tuple[str, str]:
    """The commits of v1 and v2."""
    matches = [re.search(rf"Published as {tag} of .*commit ({COMMIT.pattern})", story[step].printed)
             for step, tag in (("push", "v1"), ("push-better", "v2"))]  # fmt: skip
    assert all(matches)
    return tuple(match[1] for match in matches if match)  # type: ignore[return-value]


@pytest.mark.slow
def test_every_step_was_taken(story: dict[str, Told]) -> None:
    assert list(story) == [step.name for step in STEPS]


@pytest.mark.slow
def test_a_dry_run_writes_nothing(story: dict[str, Told]) -> None:
    assert "Nothing was written" in story["dry-run"].printed
    assert "would be created" in story["dry-run"].printed


@pytest.mark.slow
def test_the_folder_answers_with_the_first_version(
    story: dict[str, Told], published: tuple[str, str]
) -> None:
    assert f"'revision': '{published[0]}'" in story["ask-local"].printed
    assert "'source': 'hub'" in story["ask-local"].printed


@pytest.mark.slow
def test_a_worse_model_is_refused_with_its_figures(story: dict[str, Told]) -> None:
    said = story["push-worse"].printed
    assert re.search(r"AUC, machine learning .* worse$", said, re.MULTILINE)
    assert "Nothing was published" in said
    assert "v2" not in said


@pytest.mark.slow
def test_what_answers_follows_what_was_promoted(
    story: dict[str, Told], published: tuple[str, str]
) -> None:
    first, second = (commit[:12] for commit in published)
    for step, commit in (("deploy", first), ("deploy-better", second), ("look", second),
                         ("deploy-back", first), ("look-back", first)):  # fmt: skip
        assert f"answers with the locked model, {commit}" in story[step].printed, step


@pytest.mark.slow
def test_a_promotion_changes_the_lock_alone(story: dict[str, Told]) -> None:
    assert "1 file changed" in story["review"].printed
    assert "spaces/loan/checkpoint.json" in story["review"].printed


def test_the_page_tells_the_commands_that_were_taken() -> None:
    assert commands_of(PAGE) == {step.name: step.shown for step in STEPS}


def test_a_page_gets_what_was_printed(tmp_path: Path) -> None:
    page, told = tmp_path / "page.md", Told(Step("one", "One", "echo a"), "a\nb\nc", 0, 0.1)
    page.write_text("Before\n<!-- told:one -->\nold\n<!-- /told:one -->\nAfter\n", encoding="utf-8")
    write_page(page, {"one": (told.step.shown, told.end)})
    assert page.read_text(encoding="utf-8") == (
        "Before\n<!-- told:one -->\n```console\n$ echo a\na\nb\nc\n```\n<!-- /told:one -->\nAfter\n"
    )
    assert commands_of(page) == {"one": "$ echo a"}


def test_long_output_is_told_from_its_end() -> None:
    told = Told(Step("one", "One", "seq 3", lines=2), "1\n2\n3", 0, 0.1)
    assert told.end == "...\n2\n3"
