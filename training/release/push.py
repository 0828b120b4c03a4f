"""Publish a checkpoint: `python -m training.push runs/loan/checkpoint --repo OWNER/NAME`.

Refused when it is worse than what is live, or not sound. One commit, then a tag: v1, v2 ... Broken
off, the same command goes on; done already, it says so.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub.errors import HfHubHTTPError

from shared.checkpoint.contract import EVALUATION_FILE, read_json
from shared.checkpoint.hub_errors import status_of
from shared.errors import PublishError
from training.release.card import accepted_text
from training.release.commits import Head, head_of, put
from training.release.gate import check_gate, in_one_line, markdown
from training.release.hub import Repository, check_account, repository_name, request, run, say
from training.release.plan import TITLE, Plan, deletions, gate_table, make_plan, told
from training.release.versions import Version, tag_next

LIMIT = 1800.0  # seconds; a checkpoint is some megabytes


def push(folder: Path, repository: Repository, *, private: bool, reason: str) -> None:
    """Publish a checkpoint as the next version of a repository.

    Raises:
        CheckpointError, PublishError: it cannot be published, and why.
    """
    say(f"Signed in as {check_account(repository)}.")
    plan = make_plan(folder, repository, reason)
    say(gate_table(plan))
    if plan.published is not None:
        say_how_to_go_on(plan, plan.published, "Already published")
        return
    check_gate(plan.comparison, reason)
    if private and plan.head is not None and not plan.head.private:
        raise PublishError(
            f"{repository} is there already and public, and --private is for a new one. "
            "Make it private in its settings, or leave --private out."
        )
    if gone := deletions(plan):
        say(gone)
    say_how_to_go_on(plan, publish(plan, reason, private=private), "Published")


def say_how_to_go_on(plan: Plan, version: Version, done: str) -> None:
    """Say which version it is, and how to make it live."""
    repository, lock = plan.repository.name, plan.live.lock
    say(f"{done} as {version.name} of {repository}, commit {version.commit}.")
    if (lock.repository, lock.commit) == (repository, version.commit):
        say("It is live.")
        return
    named = "" if lock.repository == repository else f" --repo {repository}"
    say(f"To make it live: python -m training.promote {plan.task} --revision {version.name}{named}")


def rehearse(folder: Path, repository: Repository, *, reason: str) -> None:
    """Show what a push would do, and write nothing.

    Raises:
        CheckpointError, PublishError: it would be refused, and why.
    """
    plan = make_plan(folder, repository, reason)
    say(told(plan))
    if plan.published is not None:
        say_how_to_go_on(plan, plan.published, "Already published")
        return
    check_gate(plan.comparison, reason)
    new = "" if plan.head else f" {repository} would be created."
    say(f"Nothing was written: --dry-run.{new}")


def publish(plan: Plan, reason: str, *, private: bool) -> Version:
    """Make the commit and tag it; what an earlier try has done is not done again.

    Args:
        plan: what is to be done.
        reason: why figures that got worse are accepted; empty for no reason.
        private: a new repository is to be seen by its owner alone.

    Raises:
        PublishError: it did not work. The same push again goes on where this one was.
    """
    head = plan.head or _create(plan.repository, private)
    record = read_json(plan.folder / EVALUATION_FILE)
    accepted = accepted_text(plan.comparison, plan.live, reason)
    compared = f"Compared with {plan.live.words}:\n\n{markdown(plan.comparison)}"
    commit = put(
        plan.repository,
        plan.files,
        on=head,
        title=f"{TITLE}{plan.task}, made by code {str(record.get('commit'))[:12]}",
        description=accepted or compared,
    )
    say("Tagging it ...")
    return tag_next(plan.repository, commit, in_one_line(record["headline"]))


def _create(repository: Repository, private: bool) -> Head:
    """A new repository, with the first commit that the Hub itself makes."""
    say(f"Creating {repository}{', private' if private else ''} ...")

    def make() -> None:
        try:
            repository.api.create_repo(repository.name, private=private)
        except HfHubHTTPError as error:
            if status_of(error) != 409:  # it is there: by an earlier try whose answer was lost
                raise

    request(make, "create the repository", repository)
    head = head_of(repository)
    if head is None:
        raise PublishError(f"The Hub made no {repository}. Run the same command again.")
    if head.names:
        raise PublishError(
            f"Somebody else has made {repository} in the meantime, and its newest commit is "
            f"{head.commit}. Nothing was overwritten. Look at it, then run the command again."
        )
    return head


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="a folder")
    parser.add_argument("--repo", type=repository_name, required=True, metavar="OWNER/NAME")
    parser.add_argument("--private", action="store_true", help="for a new repository")
    parser.add_argument("--dry-run", action="store_true", help="show files, card and figures only")
    parser.add_argument(
        "--allow-regression",
        metavar="REASON",
        help="publish although figures got worse; the reason goes into commit and card",
    )
    chosen = parser.parse_args(arguments)
    if chosen.allow_regression is not None and not chosen.allow_regression.strip():
        parser.error("--allow-regression wants a reason")
    return chosen


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    chosen = options(arguments)
    repository = Repository(chosen.repo)
    folder, reason = chosen.checkpoint, chosen.allow_regression or ""
    if chosen.dry_run:
        run(lambda: rehearse(folder, repository, reason=reason), LIMIT)
    else:
        run(lambda: push(folder, repository, private=chosen.private, reason=reason), LIMIT)
