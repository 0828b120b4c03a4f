"""The main tab: from a file to an answer, a map and its evidence."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from visit import answered, give, scored

PIXELS = "canvas => canvas.toDataURL()"


def test_a_file_is_answered_without_pressing_anything(page: Page, example: str) -> None:
    give(page, example)
    answered(page)
    panel = page.locator(".panel")
    expect(panel).to_contain_text("Not a diagnosis")
    expect(panel).to_contain_text("95 times in 100")
    expect(panel.locator(".bars li")).to_have_count(4)
    expect(page.locator(".stage-canvas")).to_have_attribute("aria-label", re.compile("likely"))


def test_the_evidence_follows_the_answer(page: Page, example: str) -> None:
    give(page, example)
    answered(page)
    expect(page.locator(".evidence:not(.waiting)")).to_contain_text("random", timeout=60_000)


def test_an_example_is_one_click(page: Page) -> None:
    page.locator(".example").first.click()
    answered(page)


def test_a_picture_can_be_pasted(page: Page, example: str) -> None:
    content = base64.b64encode(Path(example).read_bytes()).decode("ascii")
    page.evaluate(
        """content => {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
            document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        }""",
        content,
    )
    answered(page)


def test_a_picture_can_be_dropped(page: Page, example: str) -> None:
    content = base64.b64encode(Path(example).read_bytes()).decode("ascii")
    page.evaluate(
        """content => {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
            document.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
        }""",
        content,
    )
    answered(page)


def test_the_camera_takes_a_picture(page: Page) -> None:
    page.get_by_role("button", name="Use the camera").click()
    page.wait_for_function("document.querySelector('.zone-dialog video').videoWidth > 0")
    page.get_by_role("button", name="Take the picture").click()
    expect(page.locator(".panel .kicker")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("control", [".stage-opacity", ".stage-colours", ".stage-outline"])
def test_drawing_is_changed_without_a_round_trip(page: Page, example: str, control: str) -> None:
    give(page, example)
    answered(page)
    scored(page)
    before = page.locator(".stage-canvas").evaluate(PIXELS)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    if control == ".stage-opacity":
        page.locator(control).fill("100")
    elif control == ".stage-colours":
        page.locator(control).select_option("magma")
    else:
        page.locator(control).uncheck()
    page.wait_for_timeout(300)
    assert page.locator(".stage-canvas").evaluate(PIXELS) != before
    assert [url for url in requests if "heartbeat" not in url] == []


def test_a_bad_file_is_a_sentence_and_the_page_goes_on(
    page: Page, example: str, tmp_path: Path
) -> None:
    bad = tmp_path / "notes.txt"
    bad.write_text("no picture at all")
    give(page, str(bad))
    expect(
        page.get_by_role("alert").filter(has_text="not a picture that can be read")
    ).to_be_visible(timeout=30_000)
    expect(page.locator(".stage")).to_be_hidden()
    give(page, example)
    answered(page)


def test_another_class_gives_another_map(page: Page, example: str) -> None:
    give(page, example)
    answered(page)
    scored(page)
    caption = page.locator(".stage-caption")
    page.get_by_role("button", name="More: another").click()
    page.get_by_label("Where does it look for").click()
    page.get_by_role("option", name="meningioma").click()
    expect(caption).to_contain_text("meningioma", timeout=30_000)


def test_nothing_stays_on_the_server(page: Page, example: str, server: Any) -> None:
    before = {path for path in server.uploads.rglob("*") if path.is_file()}
    give(page, example)
    answered(page)
    left = {path for path in server.uploads.rglob("*") if path.is_file()} - before
    assert left == set()


def test_how_it_decided_is_shown_and_a_channel_is_drawn(page: Page, example: str) -> None:
    give(page, example)
    steps = page.locator(".steps")
    expect(steps).to_contain_text("From sums to an answer", timeout=60_000)
    before = page.locator(".stage-canvas").evaluate(PIXELS)
    steps.locator(".tile").first.click()
    expect(page.locator(".stage-caption")).to_contain_text("Channel")
    assert page.locator(".stage-canvas").evaluate(PIXELS) != before


def test_a_slow_method_shows_progress_and_can_be_stopped(page: Page, example: str) -> None:
    give(page, example)
    answered(page)
    scored(page)
    page.get_by_role("button", name="More: another").click()
    page.get_by_label("Occlusion").click()  # the slowest: on a fast machine another is soon done
    page.get_by_role("button", name="Stop").click(timeout=60_000)
    expect(page.locator(".evidence")).to_contain_text("Stopped")
    page.get_by_label("Integrated Gradients").click()
    expect(page.locator(".stage-caption")).to_contain_text("Integrated", timeout=120_000)


def test_a_frame_of_a_file_with_several_can_be_chosen(page: Page, tmp_path: Path) -> None:
    frames = [Image.new("L", (64, 64), shade) for shade in (40, 90, 140)]
    path = tmp_path / "frames.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    give(page, str(path))
    chooser = page.locator(".zone-frame-number")
    expect(chooser).to_be_visible(timeout=30_000)
    expect(page.locator(".zone-frame-count")).to_have_text("of 3")
    before = page.locator(".stage-canvas").evaluate(PIXELS)
    chooser.fill("3")
    chooser.press("Enter")
    expect(page.locator(".notes")).to_contain_text("frame 2", timeout=30_000)
    assert page.locator(".stage-canvas").evaluate(PIXELS) != before
