"""Publish a checkpoint: `python -m training.push runs/loan/checkpoint --repo OWNER/NAME`.

Refused when it is worse than what is live, or not sound. One commit, then a tag: v1, v2 ... Broken
off, the same command goes on; done already, it says so.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from huggingface_hub import HfApi

from training.hub.account import check_account
from training.hub.repository import repository_name
from training.hub.versions import Version
from training.release import command
from training.release.accepted import check_gate
from training.release.command import say
from training.release.plan import Plan, make_plan
from training.release.publish import check_privacy, publish
from training.release.shown import gate_table, whole


def push(folder: Path, repository: str, *, private: bool, reason: str) -> None:
    """Publish a checkpoint as the next version of a repository.

    Raises:
        CheckpointError, PublishError: it cannot be published, and why.
    """
    api = HfApi()
    say(f"Signed in as {check_account(api, repository, say)}.")
    plan = make_plan(folder, repository, reason, api, say)
    say(gate_table(plan))
    if plan.published is not None:
        tell_of(plan, plan.published, "Already published")
        return
    check_gate(plan.comparison, reason)
    if private and plan.head is not None:
        check_privacy(api, plan.target, say)
    made = publish(api, plan, reason, private=private, say=say)
    tell_of(plan, made, "Published")


def tell_of(plan: Plan, version: Version, done: str) -> None:
    """Say which version it is, and how to make it live."""
    repository, lock = plan.target.repository, plan.live.lock
    say(f"{done} as {version.name} of {repository}, commit {version.commit}.")
    if (lock.repository, lock.commit) == (repository, version.commit):
        say("It is live.")
        return
    named = "" if lock.repository == repository else f" --repo {repository}"
    say(f"To make it live: python -m training.promote {plan.task} --revision {version.name}{named}")


def rehearse(folder: Path, repository: str, *, reason: str) -> None:
    """Show what a push would do, and write nothing.

    Raises:
        CheckpointError, PublishError: it would be refused, and why.
    """
    plan = make_plan(folder, repository, reason, HfApi(), say)
    say(whole(plan))
    if plan.published is not None:
        tell_of(plan, plan.published, "Already published")
        return
    check_gate(plan.comparison, reason)
    new = "" if plan.head else f" {repository} would be created."
    say(f"Nothing was written: --dry-run.{new}")


def options() -> argparse.Namespace:
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
    found = parser.parse_args()
    if found.allow_regression is not None and not found.allow_regression.strip():
        parser.error("--allow-regression wants a reason")
    return found


def main() -> None:
    """Command line."""
    said = options()
    reason = said.allow_regression or ""
    if said.dry_run:
        command.run(lambda: rehearse(said.checkpoint, said.repo, reason=reason))
    else:
        command.run(lambda: push(said.checkpoint, said.repo, private=said.private, reason=reason))


if __name__ == "__main__":
    main()
