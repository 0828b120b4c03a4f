"""The mark for ZeroGPU, the way on without a GPU, and the choice of the device."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
import torch
from simulated_applicants import LINE, applicants, learnt_from

from shared.device import best_device
from shared.errors import InputError
from shared.loan.fields.declared import FIELDS
from shared.loan.why.integrated_gradients import answers_at, positions
from shared.page.gpu import marked, steps_with_cpu_fallback, with_cpu_fallback
from training.loan.ann import Settings, fit_ann

MARKED = "from shared.page.gpu import marked; print(marked(print, seconds=1) is print)"
PACKAGE = """
def GPU(duration):
    return lambda work: lambda: (duration, work())
"""


def run(code: str, folder: Path) -> str:
    """What a process prints that finds packages in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def refuse() -> str:
    raise RuntimeError("no quota")


def done_here() -> str:
    return "here"


def test_without_the_package_the_mark_does_nothing(tmp_path: Path) -> None:
    assert run(MARKED, tmp_path) == "True"


def test_a_folder_named_spaces_is_not_taken_for_the_package(tmp_path: Path) -> None:
    (tmp_path / "spaces").mkdir()
    assert run(f"import spaces; {MARKED}", tmp_path) == "True"


def test_with_the_package_the_work_is_marked_for_so_many_seconds(tmp_path: Path) -> None:
    (tmp_path / "spaces.py").write_text(PACKAGE, encoding="utf-8")
    code = "from shared.page.gpu import marked; print(marked(lambda: 'done', seconds=7)())"
    assert run(code, tmp_path) == "(7, 'done')"


def test_what_the_gpu_refuses_is_done_here(caplog: pytest.LogCaptureFixture) -> None:
    assert with_cpu_fallback(refuse, done_here) == "here"
    assert caplog.messages == ["no GPU for this (RuntimeError: no quota), so the processor does it"]
    assert with_cpu_fallback(lambda: "there", done_here) == "there"


def test_what_cannot_be_done_anywhere_is_not_done_twice() -> None:
    def wrong() -> str:
        raise InputError("no such class")

    with pytest.raises(InputError, match="no such class"):
        with_cpu_fallback(wrong, done_here)


def test_steps_that_break_off_begin_again_here() -> None:
    def there() -> Generator[float, None, str]:
        yield 0.5
        raise RuntimeError("the process was ended")

    def here() -> Generator[float, None, str]:
        yield 0.0
        yield 0.6
        return "here"

    values: list[float | str] = []

    def collect() -> Generator[float, None, None]:
        values.append((yield from steps_with_cpu_fallback(there, here)))

    assert list(collect()) == [0.5, 0.0, 0.6]
    assert values == ["here"]


def test_steps_that_nobody_waits_for_are_ended_and_not_begun_here() -> None:
    ended = []

    def there() -> Generator[float, None, str]:
        try:
            yield 0.5
        finally:
            ended.append("there")
        return "there"

    def here() -> Generator[float, None, str]:
        raise AssertionError("begun here")
        yield 0.0

    steps = steps_with_cpu_fallback(there, here)
    next(steps)
    steps.close()
    assert ended == ["there"]


def test_without_a_gpu_the_processor_is_the_best_device() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    threads = torch.get_num_threads()
    assert best_device() == "cpu"
    assert torch.get_num_threads() == threads


def test_nothing_of_the_loan_network_stays_behind_on_another_device() -> None:
    # A meta tensor has no numbers; PyTorch refuses to mix it with those of the processor.
    seen, approved = learnt_from(FIELDS)
    network = fit_ann(seen, approved.astype(np.float64), Settings(members=2, steps=2), seed=0)
    place = torch.from_numpy(positions(FIELDS, applicants(FIELDS, 3))).to("meta")
    answers = answers_at(network, LINE, FIELDS, place)
    assert (answers.device.type, answers.shape) == ("meta", (3,))


def test_the_mark_does_nothing_to_work_here() -> None:
    assert marked(done_here, seconds=1) is done_here
