"""The fit stage as a maintainer runs it: it repeats, and goes on after a kill."""

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


def start(data, out):
    options = [word for name, value in OPTIONS.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "training.tumor.fit", "--data", data, "--split",
               data / "split.json", "--out", out, *options]  # fmt: skip
    return subprocess.Popen(
        list(map(str, command)),
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
    first, second = (torch.load(o / "network.pt", weights_only=True) for o in (broken, whole))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert "epoch 3 of 3, 64 px" in shown and "step" in shown

    changed = dict(OPTIONS, seed=6)
    assert refused_with(data, broken, changed).startswith("ValueError")


def refused_with(data, out, options):
    """The last line of a run whose folder belongs to other settings."""
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "training.tumor.fit", "--data", data, "--split",
               data / "split.json", "--out", out, *words]  # fmt: skip
    done = subprocess.run(list(map(str, command)), cwd=out.parent, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]
