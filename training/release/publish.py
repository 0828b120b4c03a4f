"""Put a planned push on the Hub: repository, one commit, a tag."""

from __future__ import annotations

from typing import Any

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from shared.checkpoint.contract import EVALUATION_FILE, read_json
from training.hub.causes import status_of
from training.hub.commits import put
from training.hub.errors import PublishError, Say, patiently
from training.hub.repository import OF_THE_HUB, Target, head_of, remote_files
from training.hub.versions import Version, tag_next
from training.release.accepted import accepted_text
from training.release.gate import markdown
from training.release.plan import Plan


def publish(api: HfApi, plan: Plan, reason: str, *, private: bool, say: Say) -> Version:
    """Make the commit and tag it; what an earlier try has done is not done again.

    Args:
        api: of the Hub.
        plan: what is to be done.
        reason: why figures that got worse are accepted; empty for no reason.
        private: a new repository is to be seen by its owner alone.
        say: is told of each stage and each wait.

    Raises:
        PublishError: it did not work. The same push again goes on where this one was.
    """
    parent = plan.head or create(api, plan.target, private, say)
    found = read_json(plan.folder / EVALUATION_FILE)
    commit = put(
        api,
        plan.target,
        plan.files,
        parent=parent,
        title=f"Checkpoint for {plan.task}, made by code {str(found.get('commit'))[:12]}",
        description=description(plan, reason),
        say=say,
    )
    say("Tagging it ...")
    return tag_next(api, plan.target.repository, commit, in_one_line(found["headline"]), say)


def create(api: HfApi, target: Target, private: bool, say: Say) -> str:
    """A new repository's first commit, which the Hub itself makes.

    Raises:
        PublishError: the Hub refused; or somebody else has made one of that name meanwhile and
            put something into it.
    """
    say(f"Creating {target.repository}{', private' if private else ''} ...")

    def make() -> None:
        try:
            api.create_repo(target.repository, private=private, repo_type=target.repo_type)
        except HfHubHTTPError as error:
            if status_of(error) != 409:  # it is there: by an earlier try whose answer was lost
                raise

    patiently(make, "create the repository", target.repository, say)
    head = head_of(api, target, say)
    if head is None:
        raise PublishError(f"The Hub made no {target.repository}. Run the same command again.")
    if set(remote_files(api, target, head, say)) - {OF_THE_HUB}:
        raise PublishError(
            f"Somebody else has made {target.repository} in the meantime, and its newest commit is "
            f"{head}. Nothing was overwritten. Look at it, then run the command again."
        )
    return head


def check_privacy(api: HfApi, target: Target, say: Say) -> None:
    """Refuse to put into a public repository what was meant for a private one.

    Raises:
        PublishError: there is a public repository of that name.
    """
    found = patiently(
        lambda: api.repo_info(target.repository, repo_type=target.repo_type),
        "look at the repository", target.repository, say,
    )  # fmt: skip
    if not found.private:
        raise PublishError(
            f"{target.repository} is there already and public, and --private is for a new one. "
            "Make it private in its settings, or leave --private out."
        )


def description(plan: Plan, reason: str) -> str:
    """What the commit says: the figures beside those of what was live, and a reason if any."""
    accepted = accepted_text(plan.comparison, plan.live, reason)
    return accepted or f"Compared with {plan.live.words}:\n\n{markdown(plan.comparison)}"


def in_one_line(headline: list[dict[str, Any]]) -> str:
    """The headline figures for the message of a tag."""
    return "; ".join(
        f"{row['label']} {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        for row in headline
    )
