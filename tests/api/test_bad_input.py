"""What cannot be answered gives an error that says why, and the server goes on."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image


def picture_bytes(width: int, height: int) -> bytes:
    """A noisy PNG."""
    pixels = np.random.default_rng(1).integers(0, 256, (height, width), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG whose header promises 20,000 x 20,000 pixels; there is nothing behind it."""
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    return buffer.getvalue()


BAD = {
    "text": (b"hello, this is not a picture", "not a picture that can be read"),
    "empty": (b"", "empty"),
    "truncated": (picture_bytes(200, 200)[:4000], "cut short"),
    "one pixel": (picture_bytes(1, 1), "1 x 1"),
    "bomb": (bomb(), "too large|20000 x 20000"),
    "damaged DICOM": (b"\0" * 128 + b"DICM" + b"\0" * 40, "DICOM"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_an_error_that_says_why(
    client: Client, example: str, tmp_path: Path, kind: str
) -> None:
    content, reason = BAD[kind]
    path = tmp_path / "slice.png"
    path.write_bytes(content)
    with pytest.raises(AppError, match=reason):
        client.predict(image=handle_file(str(path)), api_name="/predict")
    assert client.predict(image=handle_file(example), api_name="/predict")["probabilities"]


@pytest.mark.parametrize("name", ["target", "against", "layer", "method"])
def test_an_unknown_choice_is_named(client: Client, example: str, name: str) -> None:
    asked = {"target": "glioma", name: "astrocytoma"}
    with pytest.raises(AppError, match="astrocytoma"):
        client.predict(image=handle_file(example), api_name="/explain", **asked)


def test_a_frame_that_is_not_there_is_named(client: Client, example: str) -> None:
    with pytest.raises(AppError, match="no frame 7"):
        client.predict(image=handle_file(example), frame=7, api_name="/predict")


def test_a_path_in_place_of_a_file_is_refused(client: Client) -> None:
    with pytest.raises(AppError, match="must be a file"):
        client.predict(image="slice.png", api_name="/predict")


def test_too_many_and_none_are_refused(client: Client) -> None:
    with pytest.raises(AppError, match="No file"):
        client.predict(images=[], api_name="/predict_batch")
    with pytest.raises(AppError, match="101 files"):
        client.predict(images=["x"] * 101, api_name="/predict_batch")


def test_a_file_of_the_server_is_not_read(http: httpx.Client, server: Any) -> None:
    stolen = {"path": str(server.log), "meta": {"_type": "gradio.FileData"}}
    reply = http.post("/run/predict", json={"data": [stolen, 0]})
    assert reply.status_code == 500
    assert "begin with" not in reply.text


def test_a_huge_upload_is_refused_by_its_size(http: httpx.Client) -> None:
    reply = http.post("/upload", files={"files": ("slice.png", io.BytesIO(bytes(140 * 2**20)))})
    assert reply.status_code == 413


def test_nothing_of_a_visitor_is_in_the_log(client: Client, server: Any, tmp_path: Path) -> None:
    path = tmp_path / "patient-smith.png"
    path.write_bytes(b"hello")
    before = server.log.read_text(encoding="utf-8")
    with pytest.raises(AppError):
        client.predict(image=handle_file(str(path)), api_name="/predict")
    assert server.log.read_text(encoding="utf-8") == before
