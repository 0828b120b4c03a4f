"""From data to checkpoint: `python -m training.tumor.run --data DATA --out OUT --checkpoint DIR`.

Stages meet in files (`training.stages`); a fit that was broken off goes on, so the same command
continues after a kill.
"""

from pathlib import Path

from training.stages import Stage, command_line, run_all


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
    evaluation, draws = checkpoint / "evaluation.json", checkpoint / "draws.safetensors"
    examples = checkpoint / "examples" / "examples.json"
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
        Stage("training.tumor.evaluate", both, measured, [evaluation, draws]),
        Stage("training.tumor.examples", ["--out", str(examples.parent)], [], [examples]),
        Stage("training.tumor.card", own, [evaluation], [card, plots]),
        Stage("training.lock", [str(checkpoint)], [card, draws, examples, plots, network], [lock]),
    ]


def main() -> None:
    """Command line; options it does not know go to the fit stage."""
    parser = command_line(__doc__, "data", "out", "checkpoint", "seed")
    parser.epilog = "Further options are those of training.tumor.fit."
    given, fit_options = parser.parse_known_args()
    run_all(stages(given.data, given.out, given.checkpoint, given.seed, fit_options))


if __name__ == "__main__":
    main()
