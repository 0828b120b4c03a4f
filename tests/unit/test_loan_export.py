"""Every pipeline says the same in `ml.skops` and in `ml.onnx`, and nothing is unpickled."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from shared.loan.models.ml import approval, open_model
from training.loan import fit as export
from training.loan.candidates import PIPELINES
from training.loan.fit import SKOPS_FILE, export_pipeline


def rows(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(150, 4)).astype(np.float32)


@pytest.mark.parametrize("name", PIPELINES)
def test_both_forms_answer_as_the_pipeline_does(name: str, tmp_path: Path) -> None:
    seen, unseen = rows(0), rows(1)
    model = PIPELINES[name](0).fit(seen, (seen[:, 0] + seen[:, 1] * seen[:, 2] > 0).astype(int))
    wanted = model.predict_proba(unseen)[:, 1]
    trusted = export_pipeline(model, seen, tmp_path)
    loaded = skops.io.load(tmp_path / SKOPS_FILE, trusted=trusted)
    assert (loaded.predict_proba(unseen)[:, 1] == wanted).all()
    assert np.abs(approval(open_model(tmp_path), unseen) - wanted).max() < 1e-5


def test_what_must_be_trusted_is_named_and_no_file_is_a_pickle(tmp_path: Path) -> None:
    seen = rows(0)
    model = PIPELINES["random forest"](0).fit(seen, (seen[:, 0] > 0).astype(int))
    assert export_pipeline(model, seen, tmp_path) == ["sklearn.tree._tree.Tree"]
    with ZipFile(tmp_path / SKOPS_FILE) as archive:
        assert {Path(name).suffix for name in archive.namelist()} <= {".json", ".npy"}


def test_two_forms_that_differ_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = rows(0)
    model = LogisticRegression().fit(seen, (seen[:, 0] > 0).astype(int))
    monkeypatch.setattr(export, "approval", lambda ml, features: approval(ml, features) + 1e-3)
    with pytest.raises(RuntimeError, match=r"differ by 0\.001"):
        export_pipeline(model, seen, tmp_path)
