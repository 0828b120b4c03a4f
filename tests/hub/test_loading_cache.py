"""The cache of the Hub's client: half written, damaged, read-only, on a full disk, used by two."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hub_emulator.server import Hub
from loader import NOWHERE, REPOSITORY, Loader

from shared.checkpoint.contract import hash_folder

SMALL = 2**16  # bytes; the network is larger


def test_a_damaged_file_is_fetched_again(loader: Loader) -> None:
    loader.load()
    loader.cached("model.onnx").resolve().write_bytes(b"damaged")
    loaded = loader.load()
    assert loaded["source"] == "hub"
    assert hash_folder(Path(loaded["folder"])) == hash_folder(loader.published)


def test_a_damaged_file_without_the_hub_is_refused_by_name(loader: Loader) -> None:
    loader.load()
    loader.cached("model.onnx").resolve().write_bytes(b"damaged")
    loaded = loader.load(HF_ENDPOINT=NOWHERE)
    assert loaded["source"] == "bundled"
    assert "model.onnx is not the locked file" in loaded["why"]


def test_a_file_that_is_missing_without_the_hub_is_refused_by_name(loader: Loader) -> None:
    loader.load()
    loader.cached("model.onnx").unlink()
    loaded = loader.load(HF_ENDPOINT=NOWHERE)
    assert loaded["source"] == "bundled"
    assert "model.onnx is not there" in loaded["why"]


def test_after_a_killed_process_the_next_goes_on_with_what_is_whole(
    hub: Hub, loader: Loader
) -> None:
    hub.slow("resolve", 2, part="body")
    process = subprocess.Popen(loader.command(), env=loader.environment())
    whole = wait_until_half_done(loader.home)
    process.kill()
    process.wait()
    hub.heal()
    assert loader.load(HF_ENDPOINT=NOWHERE)["source"] == "bundled"
    hub.asked.clear()
    loaded = loader.load()
    assert loaded["source"] == "hub"
    assert hash_folder(Path(loaded["folder"])) == hash_folder(loader.published)
    again = [line for line in hub.asked if line.startswith("GET")]
    assert 0 < len(again) <= len(hash_folder(loader.published)) - whole


def wait_until_half_done(home: Path) -> int:
    """Return once some files are whole and others under way; how many are whole."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        whole = [path for path in home.rglob("snapshots/*/*") if path.is_file()]
        if whole and any(home.rglob("*.incomplete")):
            return len(whole)
        time.sleep(0.01)
    raise TimeoutError("No download was half done.")


def test_two_at_once_on_one_cache_both_get_all_of_it(hub: Hub, loader: Loader) -> None:
    hub.slow("resolve", 0.5, part="body")
    both = [
        subprocess.Popen(loader.command("later"), env=loader.environment(), stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all('"source": "hub"' in line for line in said)
    assert hash_folder(loader.cached("README.md").parent) == hash_folder(loader.published)
    assert not list(loader.home.rglob("*.incomplete"))


def test_a_cache_that_cannot_be_written_leaves_the_bundled_one(
    loader: Loader, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    loaded = loader.load(HF_HOME=str(tmp_path / "file" / "home"))
    assert loaded["source"] == "bundled"
    assert "cannot be written to the cache of this server" in loaded["why"]
    assert str(tmp_path) not in loaded["why"]


def test_a_read_only_cache_that_holds_everything_answers(loader: Loader) -> None:
    loader.load()
    with read_only(loader.home) as before:
        loaded = loader.load(before=before)
    assert (loaded["source"], loaded["revision"]) == ("hub", loader.commit)


def test_a_read_only_cache_that_holds_everything_answers_without_the_hub(loader: Loader) -> None:
    loader.load()
    with read_only(loader.home) as before:
        loaded = loader.load(before=before, HF_ENDPOINT=NOWHERE)
    assert (loaded["source"], loaded["revision"]) == ("cache", loader.commit)


@contextmanager
def read_only(folder: Path) -> Iterator[list[str]]:
    """What starts a command that cannot write to a folder: root is kept out by a mount alone."""
    if os.geteuid() != 0:
        folders = [folder, *(below for below in folder.rglob("*") if below.is_dir())]
        for path in folders:
            path.chmod(0o555)
        try:
            yield []
        finally:
            for path in folders:
                path.chmod(0o755)
        return
    mount = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}'"
    before = ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]
    if subprocess.run([*before, "true"], capture_output=True).returncode:
        pytest.skip("root may not mount here")
    yield before


def test_a_full_disk_leaves_the_bundled_one(loader: Loader) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL))

    loaded = loader.load(first=small_files)
    assert loaded["source"] == "bundled"
    assert "model.onnx does not fit on the disk of this server" in loaded["why"]
    assert loader.load()["source"] == "hub"  # once there is room


def test_what_was_published_meanwhile_does_not_replace_the_cached_copy(
    hub: Hub, loader: Loader
) -> None:
    loader.load()
    (loader.published / "model.onnx").write_bytes(b"a later network")
    hub.publish(REPOSITORY, loader.published)
    assert loader.load(HF_ENDPOINT=NOWHERE)["revision"] == loader.commit
