"""One release from training to rollback, for a person to watch: `python tests/hub/rehearsal.py`.

In a copy of this checkout, on simulated applicants, against the Hub-compatible server of the tests.
The commands are those of docs/release-rehearsal.md; `--write docs/release-rehearsal.md` writes
commands and output into that page. Nothing of this checkout is changed otherwise.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# A script has only its own folder on the path.
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from hub_emulator.server import Hub, running_hub  # noqa: E402
from live_server import free_port  # noqa: E402
from rehearsal_page import write_page  # noqa: E402
from rehearsal_steps import PORT, SERVED, SPACE, STEPS, WHO, Step  # noqa: E402

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds for the folder's own app to start


@dataclass(frozen=True)
class Told:
    """A step that was taken: what it printed, and how long it took."""

    step: Step
    printed: str
    code: int
    seconds: float

    @property
    def end(self) -> str:
        """The end of what it printed, as much as the page tells."""
        lines = self.printed.splitlines()
        left_out = ["..."] if len(lines) > self.step.lines else []
        return "\n".join([*left_out, *lines[-self.step.lines :]])

    @property
    def as_expected(self) -> bool:
        """Whether it ended as the story says."""
        return self.code == self.step.code


@dataclass
class Stage:
    """Where the rehearsal takes place.

    Attributes:
        hub: the server.
        folder: the copy of the checkout.
        environment: of every command.
        shown: what stands in the story in place of this run's paths and addresses.
    """

    hub: Hub
    folder: Path
    environment: dict[str, str]
    shown: dict[str, str] = field(default_factory=dict)

    def plain(self, printed: str) -> str:
        """What was printed, without this run's paths and addresses."""
        for own, instead in self.shown.items():
            printed = printed.replace(own, instead)
        return printed


def copy_of_checkout(target: Path) -> None:
    """Clone this checkout, with what is not committed yet, as a commit of its own."""
    run_git(ROOT, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(target))
    changed = run_git(ROOT, "ls-files", "-z", "--modified", "--others", "--exclude-standard")
    for name in filter(None, changed.split("\0")):
        source, copy = ROOT / name, target / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        else:
            copy.unlink(missing_ok=True)
    for key, value in (("name", WHO), ("email", f"{WHO}@localhost")):
        run_git(target, "config", f"user.{key}", value)
    run_git(target, "add", "--all")
    run_git(target, "commit", "--quiet", "--allow-empty", "--message", "Before the rehearsal")


def run_git(where: Path, *words: str) -> str:
    """What a git command prints."""
    done = subprocess.run(["git", *words], cwd=where, check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def set_stage(folder: Path) -> Iterator[Stage]:
    """The server and the copy, ready for the first step."""
    copy, port = folder / "checkout", str(free_port())
    copy_of_checkout(copy)
    with running_hub() as hub:
        environment = hub.environment(hub.user(WHO, role="write"), folder / "home")
        environment |= {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
            # The copy's own code, which an editable install would not find.
            "PYTHONPATH": str(copy),
            "OMP_NUM_THREADS": "1",
            "PORT": port,
        }
        shown = {str(copy): ".", str(folder): "..", hub.address: SERVED, port: PORT}
        yield Stage(hub, copy, environment, shown)


def take(stage: Stage, step: Step) -> Told:
    """Take a step, as a person would in a shell."""
    started = time.monotonic()
    with beside(stage, step.beside):
        done = subprocess.run(
            ["bash", "-c", step.typed],
            cwd=stage.folder,
            env=stage.environment,
            capture_output=True,
            text=True,
        )
    printed = done.stdout + (done.stderr if done.returncode else "")
    seconds = time.monotonic() - started
    return Told(step, stage.plain(printed).rstrip(), done.returncode, seconds)


@contextmanager
def beside(stage: Stage, command: str | None) -> Iterator[None]:
    """A server that a step talks to, while the step is taken."""
    if command is None:
        yield
        return
    alone = {k: v for k, v in stage.environment.items() if k != "PYTHONPATH"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=stage.folder,
            env=alone,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(stage.environment["PORT"], process)
            yield
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def wait_for(port: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the page answers.

    Raises:
        RuntimeError: it ended, or took too long.
    """
    import httpx

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The Space on port {port} does not answer (ended: {process.poll()}).")


def rehearse(folder: Path, tell: Callable[[Told], None]) -> list[Told]:
    """Take every step; stop at the first that ends otherwise than the story says.

    Args:
        folder: an empty one.
        tell: called after each step.
    """
    story: list[Told] = []
    with set_stage(folder) as stage:
        for step in STEPS:
            story.append(take(stage, step))
            tell(story[-1])
            if not story[-1].as_expected:
                break
    return story


def print_told(told: Told) -> None:
    """Print a step as it would stand in a terminal."""
    print(f"\n== {told.step.title} ({told.seconds:.0f} s)\n{told.step.shown}")
    print(told.printed, flush=True)
    if not told.as_expected:
        print(f"-- ended with code {told.code}, not {told.step.code}", flush=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="a page with places for it")
    page = parser.parse_args().write
    print(f"A release of the {SPACE} models on simulated applicants. {len(STEPS)} steps ...")
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        story = rehearse(Path(folder), print_told)
    if not story[-1].as_expected:
        sys.exit(f"The rehearsal stopped at {story[-1].step.title!r}.")
    if page is not None:
        write_page(page, {told.step.name: (told.step.shown, told.end) for told in story})
        print(f"\n{page}: {len(story)} steps written")


if __name__ == "__main__":
    main()
