"""From data to checkpoint: `python -m training.tumor.run --data DATA --out OUT --checkpoint DIR`.

Each stage is a command of its own and leaves files; a stage whose files are newer than what it
reads is skipped, and a fit that was broken off goes on, so the same command continues after a kill.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """A stage of the way.

    Attributes:
        module: to run with `python -m`.
        options: of its command line.
        reads, writes: files that it needs and leaves.
    """

    module: str
    options: list[str]
    reads: list[Path]
    writes: list[Path]

    @property
    def done(self) -> bool:
        """Whether all it writes is there and newer than all it reads."""
        if not all(path.exists() for path in self.writes):
            return False
        oldest = min(path.stat().st_mtime for path in self.writes)
        return all(path.stat().st_mtime <= oldest for path in self.reads if path.exists())


def stages(
    data: Path, out: Path, checkpoint: Path, seed: int, fit_options: list[str]
) -> list[Stage]:
    """All stages, in order."""
    paths = ["--data", str(data), "--out", str(out)]
    both = [*paths, "--checkpoint", str(checkpoint), "--seed", str(seed)]
    own = ["--checkpoint", str(checkpoint)]
    split, weights, sources = out / "split.json", out / "network.pt", out / "sources.json"
    audit = out / "audit.json"
    network, decision = checkpoint / "model.onnx", checkpoint / "decision.json"
    evaluation, examples = checkpoint / "evaluation.json", checkpoint / "examples" / "examples.json"
    card, lock = checkpoint / "README.md", checkpoint.parent / "checkpoint.json"
    measured = [network, decision, split, audit, sources]
    plots = checkpoint / "plots" / "confusion.svg"
    fit = ["--data", str(data), "--split", str(split), "--out", str(out), "--seed", str(seed)]
    return [
        Stage("training.tumor.audit", [*paths, "--seed", str(seed)], [], [audit]),
        Stage("training.tumor.split", [*paths, "--seed", str(seed)], [], [split]),
        Stage("training.tumor.fit", [*fit, *fit_options], [split], [weights]),
        Stage("training.tumor.sources", [*paths, "--seed", str(seed)], [split], [sources]),
        Stage("training.tumor.export", ["--out", str(out), *own], [weights], [network]),
        Stage("training.tumor.decide", both, [network, split], [decision]),
        Stage("training.tumor.evaluate", both, measured, [evaluation]),
        Stage("training.tumor.plots", own, [evaluation], [plots]),
        Stage("training.tumor.examples", ["--out", str(examples.parent)], [], [examples]),
        Stage("training.tumor.card", own, [evaluation], [card]),
        Stage("training.lock", [str(checkpoint)], [card, examples, plots, network], [lock]),
    ]


def run(stage: Stage) -> None:
    """Run a stage, or say that there is nothing to do.

    Raises:
        SystemExit: the stage failed; its own message has been shown.
    """
    if stage.done:
        print(f"{stage.module}: nothing new", flush=True)
        return
    print(f"{stage.module} ...", flush=True)
    started = time.monotonic()
    code = subprocess.run([sys.executable, "-m", stage.module, *stage.options]).returncode
    if code:
        raise SystemExit(f"{stage.module} ended with code {code}. Mend it and run this again.")
    print(f"{stage.module}: {time.monotonic() - started:.0f} s", flush=True)


def main() -> None:
    """Command line; options it does not know go to the fit stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Further options are those of training.tumor.fit."
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given, fit_options = parser.parse_known_args()
    for stage in stages(given.data, given.out, given.checkpoint, given.seed, fit_options):
        run(stage)


if __name__ == "__main__":
    main()
