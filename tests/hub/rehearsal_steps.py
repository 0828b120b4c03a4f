"""The steps of a release, as a maintainer types them; docs/release-rehearsal.md tells the same."""

from __future__ import annotations

from dataclasses import dataclass

SPACE = "loan"
WHO = "me"
MODELS = f"{WHO}/loan-models"
LIVE = f"{WHO}/loan"
SERVED = "http://127.0.0.1:8123"  # where docs/release-rehearsal.md has the server
PORT = "7870"  # and the folder's own app
REFUSED = 1
LAST = 34  # lines of a training


@dataclass(frozen=True)
class Step:
    """Something that a maintainer types.

    Attributes:
        name: of its place in docs/release-rehearsal.md.
        title: what it is for.
        typed: a line for the shell.
        code: how it should end.
        beside: another line that runs meanwhile: a server.
        lines: how much of the end of its output the page tells.
    """

    name: str
    title: str
    typed: str
    code: int = 0
    beside: str | None = None
    lines: int = 200

    @property
    def shown(self) -> str:
        """As it stands in a terminal."""
        first = f"$ ({self.beside}) &\n" if self.beside else ""
        return f"{first}$ {self.typed}".replace("$PORT", PORT)


def trained(checkpoint: str, *candidates: str) -> str:
    """The line that trains a recipe: two candidates, three folds, in about a minute."""
    out = f"runs/{candidates[0].replace(' ', '-')}"
    named = " ".join(f'--candidates "{name}"' for name in candidates)
    return (
        f"python -m training.loan.run --data runs/data --out {out} --checkpoint {checkpoint} "
        f"--folds 3 --repeats 1 {named}"
    )


NETWORK = "four small perceptrons"
FOLDER = "../loan-space"
SAID = "predict(api_name='/predict')['revision']"
ASK = f"from gradio_client import Client; print(Client('{{}}', verbose=False).{SAID})"
WORSE, BETTER = "runs/worse/checkpoint", "runs/better/checkpoint"
BUNDLED = f"spaces/{SPACE}/checkpoint"
DEPLOY = f"python spaces/deploy.py {SPACE} --to {LIVE}"

STEPS = (
    Step("data", "Simulated applicants", "python tests/hub/simulated_table.py runs/data"),
    Step("train", "Train a first model",
         trained(BUNDLED, "gradient boosting", NETWORK), lines=LAST),
    Step("commit-first", "Commit it", 'git commit --quiet --all --message "Loan: a first model"'),
    Step("dry-run", "See what a push would do",
         f"python -m training.push {BUNDLED} --repo {MODELS} --dry-run"),
    Step("push", "Push it", f"python -m training.push {BUNDLED} --repo {MODELS}"),
    Step("promote", "Promote it",
         f"python -m training.promote {SPACE} --revision v1 --repo {MODELS}"),
    Step("review", "What a reviewer sees", "git diff --stat && git diff --unified=0 | head -20"),
    Step("commit-promoted", "Commit it", 'git commit --quiet --all --message "Loan: v1 is live"'),
    Step("deploy-local", "The Space as a folder",
         f"python spaces/deploy.py {SPACE} --local {FOLDER}"),
    Step("ask-local", "Ask it", f'python -c "{ASK.format("http://127.0.0.1:$PORT")}"',
         beside=f"cd {FOLDER} && GRADIO_SERVER_PORT=$PORT exec python app.py"),
    Step("deploy", "Deploy it", DEPLOY),
    Step("train-worse", "Train a worse one",
         trained(WORSE, "logistic regression", NETWORK), lines=LAST),
    Step("push-worse", "Push it: refused",
         f"python -m training.push {WORSE} --repo {MODELS}", code=REFUSED),
    Step("train-better", "Train a better one",
         trained(BETTER, "random forest", NETWORK), lines=LAST),
    Step("push-better", "Push it", f"python -m training.push {BETTER} --repo {MODELS}"),
    Step("promote-better", "Promote and commit it",
         f"python -m training.promote {SPACE} --revision v2 && "
         'git commit --quiet --all --message "Loan: v2 is live"'),
    Step("deploy-better", "Deploy it", DEPLOY),
    Step("history", "The versions", f"python -m training.history {SPACE}"),
    Step("look", "What answers?", f"python spaces/look.py {SPACE} --at {LIVE}"),
    Step("rollback", "Roll back",
         f"python -m training.rollback {SPACE} && "
         'git commit --quiet --all --message "Loan: back to v1"'),
    Step("deploy-back", "Deploy that", DEPLOY),
    Step("look-back", "What answers?", f"python spaces/look.py {SPACE} --at {LIVE}"),
)  # fmt: skip
