"""The card on the Hub: training's own, made for a repository, and the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from release_checkpoints import ROOT, write_loan

from shared.errors import CheckpointError
from training.release.card import accepted_in, published_card

REASON = "## What got worse\n\nIt was accepted."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_loan(tmp_path / "loan")


def test_the_same_checkpoint_makes_the_same_card(folder: Path) -> None:
    card = str(published_card(folder, "me/loan", ""))
    assert card == str(published_card(folder, "me/loan", ""))
    ModelCard(card).save(folder / "README.md")  # as somebody does who pushes what was fetched
    assert str(published_card(folder, "me/loan", "")) == card
    moved = str(published_card(folder, "you/loan", ""))
    assert moved == card.replace("me/loan", "you/loan")


def test_what_was_accepted_stands_before_the_figures_and_is_found_again(folder: Path) -> None:
    card = published_card(folder, "me/loan", REASON)
    assert accepted_in(str(card)) == REASON
    assert card.text.index("What got worse") < card.text.index("## Headline figures")
    card.save(folder / "README.md")
    assert accepted_in(str(published_card(folder, "me/loan", ""))) == ""


def test_every_place_for_the_folder_in_the_code_is_filled(tmp_path: Path) -> None:
    for task in ("loan", "tumor"):
        text = published_card(ROOT / "spaces" / task / "checkpoint", "me/x", "").text
        code = "".join(text.split("```")[1::2])
        assert "FOLDER" not in code and 'snapshot_download("me/x")' in code
        assert text.count("## Where the data comes from") == 1
    assert 'f"local-dir:{folder}"' in code


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ("license: apache-2.0", "licence: none", "lacks license"),
        ("](plots/roc.svg)", "](plots/gone.svg)", "shows plots/gone.svg, which is not there"),
        ("model-index:\n- name:", "model-index:\n- nome:", "is not a model card"),
        ("language: en", "language: [", "is not a model card"),
    ],
)
def test_a_card_that_makes_no_page_is_refused(
    folder: Path, was: str, becomes: str, words: str
) -> None:
    card = folder / "README.md"
    text = card.read_text(encoding="utf-8")
    assert was in text
    card.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(CheckpointError, match=words):
        published_card(folder, "me/loan", "")


def test_a_card_of_other_figures_than_were_measured_is_refused(folder: Path) -> None:
    path = folder / "evaluation.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["headline"][0]["value"] = 0.9
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"evaluation\.json as 0\.9\. Make the card again"):
        published_card(folder, "me/loan", "")


def test_data_that_nobody_wrote_about_is_not_made_up(folder: Path) -> None:
    path = folder / "evaluation.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["data"]["sha256"] = "0" * 64
    path.write_text(json.dumps(record), encoding="utf-8")
    text = published_card(folder, "me/loan", "").text
    assert "Not recorded: it is none of the sets" in text
    assert "Dream Housing Finance loan prediction set, which" not in text
