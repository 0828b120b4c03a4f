"""The loan Space: load the checkpoint, build the page, launch it."""

import logging
from pathlib import Path

from loan_space.launch import launch
from loan_space.page import build
from shared.checkpoint.source import load_checkpoint

if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    logging.getLogger("shared").setLevel(logging.INFO)  # it says which checkpoint was loaded
    loaded = load_checkpoint(Path(__file__).parent, variable="LOAN_CHECKPOINT", task="loan")
    launch(build(loaded))
