"""A release on the real Hub, and nothing left of it: `make release-on-the-hub REPO=OWNER/NAME`.

Two versions of the loan models are pushed to a private repository that this makes, made live in a
copy of this checkout, rolled back and listed; then the repository is deleted. It takes the Hub's
own ways (Xet too), to see that what the tests take for the Hub is like it. The token is that of
HF_TOKEN or of `hf auth login`; it needs the right to write.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from huggingface_hub import HfApi, constants, get_token  # noqa: E402
from release_checkpoints import write_loan, write_tree  # noqa: E402
from release_runs import Bench  # noqa: E402

from training.release.hub import repository_name  # noqa: E402

FIGURE = {1: 0.02, 2: 0.04}  # by version: by how much the first headline figure is better


def release_on(api: HfApi, name: str, environment: Mapping[str, str], folder: Path) -> None:
    """Publish, promote, publish again, roll back, list; whatever happens, delete the repository.

    Args:
        api: of somebody who may write.
        name: of a repository that does not exist yet.
        environment: for the commands.
        folder: an empty one.

    Raises:
        SystemExit: the repository exists already.
        AssertionError: a command did not do what it should.
    """
    if api.repo_exists(name):
        raise SystemExit(f"{name} exists. Name one that does not: it is made here and deleted.")
    bench = Bench(write_tree(folder / "tree"), dict(environment), name)
    try:
        take_steps(bench, folder)
    finally:
        api.delete_repo(name, missing_ok=True)
        print(f"{name} is deleted.")


def take_steps(bench: Bench, folder: Path) -> None:
    """All commands of a release of two versions."""
    for number, better in FIGURE.items():
        pushed = bench.push(write_loan(folder / f"new-{number}", {"auc_ml": better}), "--private")
        assert pushed.code == 0 and f"Published as v{number}" in pushed.out, pushed
        print(bench.done("promote", "loan", "--revision", f"v{number}", "--repo", bench.repository))
        bench.commit(f"Live: v{number}")
    again = bench.push(folder / "new-1")
    assert "Already published as v1" in again.out, again
    second = bench.lock
    print(bench.done("rollback", "loan"))
    first = bench.lock
    values = [lock["headline"][0]["value"] for lock in (first, second)]
    assert (values, first["commit"] != second["commit"]) == ([0.80653, 0.82653], True), values
    listed = bench.done("history", "loan")
    assert f"{second['commit']}  newest" in listed and f"{first['commit']}  live" in listed, listed
    print(listed)


def main() -> None:
    """Command line."""
    name, token = repository_name(" ".join(sys.argv[1:])), get_token()
    if token is None:
        raise SystemExit("There is no token: `hf auth login`, or set HF_TOKEN.")
    with tempfile.TemporaryDirectory() as folder:
        mine = {"HF_ENDPOINT": constants.ENDPOINT, "HF_TOKEN": token, "HF_HOME": f"{folder}/home"}
        release_on(HfApi(token=token), name, {**os.environ, **mine}, Path(folder) / "work")
    print("The release went as it does against the tests' own server.")


if __name__ == "__main__":
    main()
