"""The libraries of the second opinions: not at the start, once, and nobody sees them half there."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from loan_checkpoint import CHECKPOINT
from loan_served import LOADED, answered, by_income, served_by

from loan_space import page
from loan_space.applicant import second_opinions
from loan_space.applicant.second_opinions import Method, opinions_html, warm_up

PREPARED = """
import os, sys, threading
from pathlib import Path
from loan_space.applicant.second_opinions import warm_up
from loan_space.page import build
from shared.checkpoint.source import LoadedCheckpoint

def priority():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

def told():
    heavy = {"captum", "sklearn", "skops", "torch"}
    print(sorted(heavy & set(sys.modules)), priority() - at_first)

at_first = priority()
loaded = LoadedCheckpoint(Path(sys.argv[1]), "folder", "", "", None, "")
build(loaded)
told()
thread = threading.Thread(target=warm_up, args=(loaded,))
thread.start()
thread.join()
told()
"""


class Slow:
    """A method that is prepared as long as nobody lets it go, and notes how it is called."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.inside = self.most_inside = 0
        self.prepared = False

    def prepare(self, folder: Path) -> None:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.begun.set()
        assert self.go_on.wait(10)
        self.inside -= 1
        self.prepared = True

    def html(self, served: Any, applicant: Any) -> str:
        return f"prepared: {self.prepared}"


def test_who_asks_meanwhile_waits_and_prepares_nothing_twice_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Slow()
    monkeypatch.setattr(second_opinions, "METHODS", (Method(slow.prepare, slow.html),))
    served = served_by(by_income)
    served.predictor.folder = LOADED.folder
    with ThreadPoolExecutor(2) as pool:
        warming = pool.submit(warm_up, LOADED)
        assert slow.begun.wait(10)
        asked = pool.submit(opinions_html, served, answered(served))
        time.sleep(0.1)
        assert not asked.done()
        slow.go_on.set()
        assert asked.result(10) == '<div class="opinions">prepared: True</div>'
        warming.result(10)
    assert slow.most_inside == 1


def test_all_libraries_are_there_after_the_warm_up_and_none_before_it() -> None:
    """Nor does the priority of the threads that answer change."""
    done = subprocess.run(
        [sys.executable, "-c", PREPARED, str(CHECKPOINT)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    before, after = done.stdout.splitlines()
    assert before == "[] 0"
    assert after == "['captum', 'sklearn', 'skops', 'torch'] 0"


def test_the_space_is_warmed_up_when_it_is_launched(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(page.page, "launch", lambda opened, **settings: asked.update(settings))
    opened: Any = object()
    page.launch(opened)
    assert asked["warm_up"] is warm_up
