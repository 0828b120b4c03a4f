"""Answer one table and print the peak memory of this process in MB: `SOURCE TARGET`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from loan_space.many import answer_table
from loan_space.serving import serve
from shared.checkpoint.loading import load_checkpoint

SPACE = Path(__file__).parents[2] / "spaces" / "loan"


def peak_mb() -> float:
    """From the system's own book: `ru_maxrss` of a child begins with the peak of its parent."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    if match is None:
        raise RuntimeError("The system does not tell the peak memory of a process.")
    return int(match[1]) / 1024


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    served = serve(load_checkpoint(SPACE, variable="LOAN_CHECKPOINT", task="loan"))
    for _ in answer_table(served, source, target, with_reasons=False):
        pass
    print(peak_mb())
