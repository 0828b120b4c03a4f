"""The tumor Space: find the checkpoint, build the page, launch it."""

import logging
from pathlib import Path

from shared.checkpoint.loading import begin, open_or_wait

if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    logging.getLogger("shared").setLevel(logging.INFO)  # it says which checkpoint was loaded
    begun = begin(Path(__file__).parent, variable="TUMOR_CHECKPOINT", task="tumor")
    from tumor_space.launch import launch  # the Hub answers while these are imported
    from tumor_space.page import build, wait

    launch(open_or_wait(begun, build, wait))
