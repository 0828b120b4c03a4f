"""From data to checkpoint: `python -m training.loan.run --data DATA --out OUT --checkpoint DIR`.

Stages meet in files (`training.stages`); nested, learning and compare go on fold by fold, so the
same command continues after a kill.
"""

import json
from pathlib import Path

from training.stages import Stage, command_line, run_all

OPTIONS = "options.json"  # what the nested stage was last asked for


def stages(
    data: Path, out: Path, checkpoint: Path, seed: int, nested_options: list[str]
) -> list[Stage]:
    """All stages, in order."""
    paths = ["--data", str(data), "--out", str(out)]
    seeded, own = ["--seed", str(seed)], ["--checkpoint", str(checkpoint)]
    nested = [*paths, *seeded, *nested_options]
    answers, learning, compare = (
        out / f"{name}.json" for name in ("out_of_fold", "learning", "compare")
    )
    decision = checkpoint / "decision.json"
    evaluation, draws = checkpoint / "evaluation.json", checkpoint / "draws.safetensors"
    models = [
        checkpoint / name
        for name in ("ml.skops", "ml.onnx", "ann.safetensors", "population.safetensors")
    ]
    examples, plots = checkpoint / "examples" / "examples.json", checkpoint / "plots" / "roc.svg"
    card, lock = checkpoint / "README.md", checkpoint.parent / "checkpoint.json"
    measured = [answers, learning, compare, decision]
    fitted = [*models, checkpoint / "config.json", decision]
    locked = [*fitted, evaluation, draws, examples, plots, card]
    return [
        Stage("training.loan.nested", nested, [out / OPTIONS], [answers]),
        Stage("training.loan.learning", paths, [answers], [learning]),
        Stage("training.loan.compare", paths, [answers], [compare]),
        Stage("training.loan.fit", [*paths, *own, *seeded], [answers], fitted),
        Stage("training.loan.evaluate", [*paths, *own, *seeded], measured, [evaluation, draws]),
        Stage("training.loan.examples", own, [decision, *models], [examples]),
        Stage("training.loan.card", own, [evaluation, decision], [card, plots]),
        Stage("training.lock", [str(checkpoint)], locked, [lock]),
    ]


def note_options(out: Path, seed: int, nested_options: list[str]) -> None:
    """Leave what the nested stage was asked for as a file, so that other words start it anew."""
    path, asked = out / OPTIONS, {"seed": seed, "options": nested_options}
    before = json.loads(path.read_text("utf-8")) if path.exists() else {"seed": 0, "options": []}
    if before != asked:
        out.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asked) + "\n", encoding="utf-8")


def main() -> None:
    """Command line; options it does not know go to the nested stage."""
    parser = command_line(__doc__, "data", "out", "checkpoint", "seed")
    parser.epilog = "Further options are those of training.loan.nested."
    parser.add_argument("--again", action="append", default=[], metavar="STAGE",
                        help="a stage to run even if it has nothing new to read")  # fmt: skip
    parser.add_argument("--without", action="append", default=[], metavar="STAGE",
                        help="a stage to leave out")  # fmt: skip
    given, nested_options = parser.parse_known_args()
    every = stages(given.data, given.out, given.checkpoint, given.seed, nested_options)
    unknown = {*given.again, *given.without} - {stage.name for stage in every}
    if unknown:
        known = ", ".join(stage.name for stage in every)
        raise SystemExit(f"There is no stage {', '.join(sorted(unknown))}; there are {known}.")
    note_options(given.out, given.seed, nested_options)
    run_all([stage for stage in every if stage.name not in given.without], given.again)


if __name__ == "__main__":
    main()
