"""A report: one document, rendered as HTML, as Markdown and as files with its plots."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from shared.loan.fields.declared import FIELDS
from shared.palette import PICTURE
from shared.report import loan, tumor
from shared.report.blocks import (
    NOT_MEASURED,
    Block,
    Change,
    Code,
    Facts,
    Folded,
    Heading,
    Headline,
    Label,
    Marked,
    Panel,
    Plot,
    Probability,
    Section,
    Table,
    Text,
    plots_of,
)
from shared.report.charts import confusion, intervals, reliability
from shared.report.figures import MINUS, Figure, flat, label_of, number
from shared.report.html import blocks_html, sections_html
from shared.report.markdown import blocks_markdown, sections_markdown, table_markdown
from shared.report.picture import picture, write_plots
from training.release.assembly import assets_of, shared_files

SPACES = Path(__file__).parents[2] / "spaces"
EVIL = "<img src=x onerror=alert(1)> | *a* `b` [c](d) _e_"
ROW = {EVIL: {"": Figure(0.5, 0.4, 0.6, 9)}}
BINS = [{"confidence": 0.25, "accuracy": 0.5, "n": 1200}]


def record(task: str) -> dict[str, Any]:
    text = (SPACES / task / "checkpoint" / "evaluation.json").read_text(encoding="utf-8")
    evaluation: dict[str, Any] = json.loads(text)
    return evaluation


def document(task: str) -> list[Section]:
    told = loan.sections(record(task), FIELDS) if task == "loan" else tumor.sections(record(task))
    return list(told)


def every_block(evil: str) -> list[Block]:
    cells = [
        Label(evil, evil),
        Change(Figure(0.1, 0.0, 0.2), evil),
        Code(evil),
        Marked(evil, "bad"),
        evil,
    ]
    plot = Plot("name", evil, [Panel(evil, intervals(evil, ROW, {"": evil}), evil)], {"ml": evil})
    return [
        Text(evil, lead=evil),
        Heading(evil),
        Table(evil, (evil,) * 5, [cells], sorts=True),
        Headline({evil: Figure(0.5)}),
        Facts({evil: evil}),
        Folded(evil, [plot]),
    ]


def test_whatever_a_report_says_is_text_on_a_page() -> None:
    html = sections_html([Section(EVIL, every_block(EVIL))])
    assert "<img" not in html
    assert html.count("&lt;img") > 15


def test_whatever_a_report_says_is_text_in_markdown() -> None:
    text = sections_markdown([Section(EVIL, every_block(EVIL))])
    without_code = re.sub(r"(?<!\\)`.*?`", "", text)  # where everything is shown as it is
    assert len(re.findall(r"(?<!\\)`.*?`", text)) == 1
    for markup in ("<img", r"\*a", r"`b", r"\]\(d\)", "_e"):
        assert re.search(rf"\\{markup}", without_code)
        assert not re.search(rf"(?<!\\){markup}", without_code), markup
    table = text.split("**\n\n")[1].split("\n\n")[0].splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {6}


def test_cells_say_what_they_hold() -> None:
    change = Change(Figure(-0.01, -0.02, 0.005), "may be luck")
    measured = Figure(0.5, 0.25, 0.75, 9)
    cells = [Label("AUC", "more is better"), measured, change, 1234, 0.12345, None, Code("a|b")]
    cells += [Marked("as here", "same"), Probability(0.123)]
    heads = [str(k) for k in range(len(cells))]
    html = blocks_html([Table("Caption", heads, [cells])])
    assert '<th scope="row">AUC<span class="soft meaning">more is better</span></th>' in html
    assert '<td>0.500 <span class="soft">(0.250 to 0.750)</span></td>' in html
    assert f'{MINUS}0.010 <span class="soft">({MINUS}0.020 to +0.005)</span> may be luck' in html
    assert "<td>1,234</td><td>0.123</td><td></td><td><code>a|b</code></td>" in html
    assert '<td class="same">as here</td><td data-sort="0.123000">12 %</td>' in html
    assert table_markdown(heads, [cells]).splitlines()[2] == (
        f"| AUC (more is better) | 0.500 (0.250 to 0.750) | {MINUS}0.010 ({MINUS}0.020 to +0.005) "
        "may be luck | 1,234 | 0.123 |  | `ab` | as here | 12 % |"
    )


def test_only_a_table_that_sorts_has_heads_to_press() -> None:
    for sorts in (True, False):
        html = blocks_html([Table("Answers", ("File", "Answer"), [("a.png", "glioma")], sorts)])
        assert ('<table class="many">' in html) is sorts
        assert html.count('<th scope="col"><button type="button">') == (2 if sorts else 0)


def test_numbers_have_a_true_minus_and_no_negative_zero() -> None:
    assert [number(value) for value in (1234.0, -0.0612, -0.0001, 1.0)] == [
        "1,234", f"{MINUS}0.061", "0.000", "1.000",
    ]  # fmt: skip


def test_figures_say_what_they_count() -> None:
    assert tumor.label("n") == "Slices"
    assert label_of("macro_f1") == "Macro F1"
    section = {"ml": {"n": 5, "auc": 0.5}, "n": 9, "seed": "x"}
    values = {label: figure.value for label, figure in flat(section, tumor.label)}
    assert values == {"Ml: slices": 5, "Ml: auc": 0.5, "Slices": 9}


def test_a_reliability_curve_says_what_came_true_of_what() -> None:
    drawn = reliability("Curve", "ml", BINS, "applicants", "approved").svg()
    assert "share that was approved" in drawn and "predicted probability" in drawn
    assert "predicted 0.25, approved 0.50, 1,200 applicants" in drawn
    told = blocks_html(tumor.calibration({"bins": [{"confidence": 0.5, "accuracy": 0.5, "n": 0}]}))
    assert "<svg" not in told


def test_a_confusion_matrix_shows_every_count_and_its_share() -> None:
    drawn = confusion("Matrix", ["a", "b c"], [[3, 1], [0, 0]]).svg()
    counts = re.findall(r'<text class="count"[^>]*>([^<]*)<', drawn)
    assert counts == ["3", "1", "0", "0"]
    assert "a: 1 of 4 were answered b c, 25.0%" in drawn


def test_a_section_that_was_not_measured_says_so() -> None:
    sections = [Section("First", [Text("3")]), Section("Second", [NOT_MEASURED])]
    html = sections_html(sections)
    assert "<h3>First</h3><p>3</p>" in html
    assert '<h3>Second</h3><p class="soft">Not measured' in html
    assert "## Second\n\nNot measured" in sections_markdown(sections)


def test_a_plot_may_have_something_in_its_place_on_a_page() -> None:
    plot = Plot("costs", "Costs", [Panel("", intervals("x", ROW, {"": ""}))])
    sections = [Section("All", [plot, Folded("More", [plot])])]
    assert sections_html(sections, {"costs": "<b>slider</b>"}).count("<b>slider</b>") == 2
    assert "<svg" in sections_html(sections)


@pytest.mark.parametrize("task", ["loan", "tumor"])
def test_page_and_card_tell_every_figure_of_the_document(task: str) -> None:
    told = document(task)
    html, text = sections_html(told), sections_markdown(told)
    tables = [block for section in told for block in section.blocks if isinstance(block, Table)]
    assert len(tables) > 5
    for table in tables:
        for row in table.rows:
            figures = [cell for cell in row if isinstance(cell, Figure)]
            assert all(number(f.value) in html and number(f.value) in text for f in figures)
    assert NOT_MEASURED.text not in html


@pytest.mark.parametrize("task", ["loan", "tumor"])
def test_the_bundled_card_and_plots_are_those_of_its_record(task: str, tmp_path: Path) -> None:
    folder, told = SPACES / task / "checkpoint", document(task)
    assert sections_markdown(told) in (folder / "README.md").read_text(encoding="utf-8")
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "old.svg").write_text("<svg/>", encoding="utf-8")
    write_plots(told, tmp_path)
    fresh, bundled = ({path.name: path.read_bytes() for path in (root / "plots").iterdir()}
                      for root in (tmp_path, folder))  # fmt: skip
    assert fresh == bundled


@pytest.mark.parametrize("task", ["loan", "tumor"])
def test_every_plot_is_a_file_of_its_own_that_needs_nothing_else(task: str) -> None:
    plots = [plot for section in document(task) for plot in plots_of(section.blocks)]
    assert len({plot.name for plot in plots}) == len(plots) > 5
    for plot in plots:
        drawn = picture(plot)
        root = ElementTree.fromstring(drawn)
        name = "{http://www.w3.org/2000/svg}"
        assert root.findtext(f"{name}title") == root.get("aria-label") == plot.title
        assert "var(" not in drawn and "url(" not in drawn and "href" not in drawn
        assert len(root.findall(f".//{name}text")) > 5


def luminance(colour: str) -> float:
    channels = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", sorted(set(PICTURE) - {"paper", "line"}))
def test_colours_of_files_stand_out_from_white_and_from_dark_pages(name: str) -> None:
    own = luminance(PICTURE[name]) + 0.05
    least = 4.2 if name.startswith("ink") else 3.0  # text, and what is drawn (WCAG 1.4.11)
    assert 1.05 / own > least
    assert own / (luminance("#0b0f19") + 0.05) > least


@pytest.mark.parametrize("task", ["loan", "tumor"])
def test_a_report_of_nothing_is_a_report_too(task: str) -> None:
    told = loan.sections({}, FIELDS) if task == "loan" else tumor.sections({})
    assert blocks_markdown([NOT_MEASURED]) * len(told) == "".join(
        blocks_markdown(section.blocks) for section in told
    )


@pytest.mark.parametrize(("task", "other"), [("loan", "tumor"), ("tumor", "loan")])
def test_a_deployed_space_gets_its_own_report_alone(task: str, other: str) -> None:
    reached = shared_files(list((SPACES / task / f"{task}_space").rglob("*.py")))
    names = {path.stem for path in reached if path.parent.name == "report"}
    assert {task, "blocks", "charts", "html"} <= names
    assert not {name for name in names if name.startswith(other)}
    assert not names & {"markdown", "picture"}  # of cards
    assert {"charts.css", "report.css"} <= {path.name for path in assets_of(reached)}


def test_the_tumor_report_leads_with_pictures_from_elsewhere() -> None:
    recorded = record("tumor")["elsewhere"]
    first = document("tumor")[0]
    assert first.title == "Pictures from elsewhere"
    grid = next(block for block in first.blocks if isinstance(block, Table))
    assert [row[0] for row in grid.rows][:2] == [
        f"All (n = {recorded['all']['n']})",
        f"Unlike those that it learned from (n = {recorded['far']['n']})",
    ]
    coverage = grid.heads.index("Coverage")
    assert grid.rows[1][coverage].value == recorded["far"]["coverage"]["value"]  # type: ignore[union-attr]
    captions = [block.caption for block in first.blocks if isinstance(block, Table)]
    assert captions[1:] == ["Tumor or not", "Called tumor, with the tumor covered", "Maps"]


def test_without_slices_from_elsewhere_the_report_says_so() -> None:
    without = {k: v for k, v in record("tumor").items() if k != "elsewhere"}
    assert tumor.sections(without)[0].blocks == (NOT_MEASURED,)


def test_what_was_measured_before_is_said_to_be_so() -> None:
    kept = {"kept": {"commit": "e27", "sections": ["leak", "audit"]}}
    facts = tumor.sections(kept)[-1].blocks[0]
    assert isinstance(facts, Facts)
    assert facts.rows["Measured before, not again"] == "leak, audit (code: e27)"
