"""A version's files from the Hub, each checked against the hash that the Hub itself gives."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import HfApi

from shared.checkpoint.contract import EVALUATION_FILE
from training.hub.commits import changes
from training.hub.errors import PublishError, Say, patiently
from training.hub.repository import Target, remote_files


def fetch(api: HfApi, repository: str, commit: str, say: Say) -> Path:
    """The folder of all files of a commit, through the client's cache.

    Args:
        api, repository: where.
        commit: 40 hex digits.
        say: is told of each stage and each wait.

    Raises:
        PublishError: the Hub does not give them, or what arrives is not what it has.
    """
    target = Target(repository, "model")
    names = sorted(remote_files(api, target, commit, say))
    if EVALUATION_FILE not in names:
        raise PublishError(f"{repository} at {commit[:12]} holds no checkpoint: name another.")
    say(f"Fetching {repository} at {commit[:12]}: {len(names)} files ...")
    folder = Path(
        patiently(
            lambda: api.snapshot_download(repository, revision=commit),
            "fetch the files", repository, say,
        )
    )  # fmt: skip
    if damaged := spoilt(api, target, folder, commit, names, say):
        for name in damaged:
            fetch_again(api, repository, commit, name, say)
        damaged = spoilt(api, target, folder, commit, names, say)
    if damaged:
        raise PublishError(
            f"{damaged[0]} does not arrive as {repository} has it at {commit[:12]}: its hash is "
            "another. Check the connection and the disk, then run the same command again."
        )
    return folder


def spoilt(
    api: HfApi, target: Target, folder: Path, commit: str, names: list[str], say: Say
) -> list[str]:
    """Files that are missing here, or are not what the Hub has."""
    here = {name: folder / name for name in names if (folder / name).is_file()}
    return [each.path for each in changes(api, target, here, commit, say)]


def fetch_again(api: HfApi, repository: str, commit: str, name: str, say: Say) -> None:
    """Fetch a file past the cache."""
    say(f"{name} is damaged in the cache or was on the way. Fetching it again ...")
    patiently(
        lambda: api.hf_hub_download(repository, name, revision=commit, force_download=True),
        f"fetch {name}", repository, say,
    )  # fmt: skip
