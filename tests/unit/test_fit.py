"""The fit stage: it repeats, and goes on after it was broken off or killed."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from PIL import Image
from stages_here import run_here

from training.stages import Stage
from training.tumor import fit

OPTIONS = {
    "size": 64,
    "small-size": 48,
    "small-epochs": 1,
    "epochs": 3,
    "batch-size": 8,
    "freeze": 2,
    "seed": 5,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Heads with and without a bright disc, and a split of them."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:96, 0:96]
    files = []
    for name in ("glioma", "notumor"):
        (root / "training" / name).mkdir(parents=True)
        for k in range(16):
            pixels = np.where(np.hypot(y - 48, x - 48) < 40, 110.0, 0.0)
            if name == "glioma":
                pixels[np.hypot(y - rng.integers(30, 66), x - rng.integers(30, 66)) < 9] = 250
            pixels += rng.normal(0, 6, pixels.shape)
            Image.fromarray(np.uint8(np.clip(pixels, 0, 255))).save(
                root / "training" / name / f"{k}.png"
            )
            files.append(f"{name}/{k}.png")
    rows = ["file,label,x_center,y_center,width,height"]
    rows += [f"{f},glioma,0.5,0.5,0.3,0.3" for f in files[:4]]
    (root / "training_boxes.csv").write_text("\n".join(rows) + "\n")
    parts = {"fit": files[:12] + files[16:28], "validation": files[12:16] + files[28:]}
    (root / "split.json").write_text(json.dumps({"parts": parts}))
    return root


def words(data, out, options=OPTIONS):
    """The command line of a fit."""
    paths = ["--data", data, "--split", data / "split.json", "--out", out]
    return [*map(str, paths), *(f"--{name}={value}" for name, value in options.items())]


def start(data, out):
    return subprocess.Popen(
        [sys.executable, "-m", "training.tumor.fit", *words(data, out)],
        cwd=out.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process):
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors[-2000:]
    return errors


def history(out):
    path = out / "history.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def same_weights(*folders):
    first, second = (torch.load(out / "network.pt", weights_only=True) for out in folders)
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.fixture
def one_thread():
    """Sums in one order, so that a run repeats to the last bit."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_a_run_that_was_broken_off_goes_on_to_the_same_weights(
    data, tmp_path, monkeypatch, one_thread, capfd
):
    whole, broken = tmp_path / "whole", tmp_path / "broken"

    def here(out, options=OPTIONS):
        run_here(Stage("training.tumor.fit", words(data, out, options), [], []))

    saved = fit.save

    def save_and_break_off(run, settings, path):
        saved(run, settings, path)
        if run.epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fit, "save", save_and_break_off)
        with pytest.raises(KeyboardInterrupt):
            here(broken)
    assert len(history(broken)) == 2 and not (broken / "network.pt").exists()
    here(broken)
    capfd.readouterr()
    here(whole)
    shown = capfd.readouterr().err
    assert history(broken) == history(whole) and len(history(whole)) == 3
    assert same_weights(broken, whole)
    assert "epoch 3 of 3, 64 px" in shown and "step" in shown
    with pytest.raises(ValueError, match="belongs to a run with other settings"):
        here(broken, dict(OPTIONS, seed=6))


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_metrics_and_weights(data, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    process = start(data, broken)
    while not (broken / "fit-state.pt").exists():
        assert process.poll() is None, process.communicate()[1][-2000:]
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 1 <= len(history(broken)) < 3 and not (broken / "network.pt").exists()

    finish(start(data, broken))
    shown = finish(start(data, whole))

    assert history(broken) == history(whole) and len(history(whole)) == 3
    assert same_weights(broken, whole)
    assert "epoch 3 of 3, 64 px" in shown and "step" in shown

    changed = dict(OPTIONS, seed=6)
    assert refused_with(data, broken, changed).startswith("ValueError")


def refused_with(data, out, options):
    """The last line of a run whose folder belongs to other settings."""
    command = [sys.executable, "-m", "training.tumor.fit", *words(data, out, options)]
    done = subprocess.run(command, cwd=out.parent, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]
