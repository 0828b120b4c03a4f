"""The tumor Space: load the checkpoint, build the page, launch it."""

import logging
from pathlib import Path

from shared.checkpoint.source import load_checkpoint
from tumor_space.launch import launch
from tumor_space.page import build

if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    logging.getLogger("shared").setLevel(logging.INFO)  # it says which checkpoint was loaded
    loaded = load_checkpoint(Path(__file__).parent, variable="TUMOR_CHECKPOINT", task="tumor")
    launch(build(loaded), loaded)
