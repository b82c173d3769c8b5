"""The report as a browser shows it: whole on any width, legible by day and by night, and loading nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.page import html_report
from tests.optimize.analyses import HOSTILE_NAME, SHOP, hostile
from tests.optimize.chromium import DARK, LIGHT, Seen, contrast, seen

TEXTS = (
    ".verdict", ".quiet", ".eyebrow", ".k", ".t", ".chip.high", ".chip.medium", ".severity.high", ".severity.medium",
    ".severity.low", ".severity.info", ".cost", "a", ".first h2", ".first a", "th", ".plan", "footer",
)  # fmt: skip


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("analysis", [SHOP, hostile()], ids=["shop", "hostile"])
def test_nothing_stands_outside_of_the_page(tmp_path: Path, analysis: Analysis, width: int) -> None:
    found = seen(html_report(analysis), tmp_path, width=width)
    assert found.width == width
    assert found.scroll_width <= width
    assert found.outside == 0


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return seen(html_report(SHOP), tmp_path_factory.mktemp("shop"), width=1280)


def test_what_is_to_be_done_is_on_the_page(found: Seen) -> None:
    first = SHOP.suggestions[0]
    assert found.blocks == [first.ddl, *(one.ddl for one in SHOP.suggestions)]
    assert found.headings[:3] == ["shop.db", f"Create the index {first.index}", "What the suggestions save"]
    assert SHOP.verdict in found.text
    for one in SHOP.findings:
        assert one.title in found.text
        assert one.evidence in found.text
    assert "SCAN o" in found.text


def test_the_bars_are_seen_and_tell_their_amounts(tmp_path: Path) -> None:
    found = seen(html_report(SHOP), tmp_path, width=1280)
    lengths = {
        kind: [right - left for name, left, right, _ in found.bars if name == kind] for kind in ("before", "now")
    }
    assert len(lengths["before"]) == 3
    assert len(lengths["now"]) == len(SHOP.record.statements)
    assert all(right - left >= 1 and height >= 8 for _, left, right, height in found.bars)
    assert lengths["now"] == sorted(lengths["now"], reverse=True)
    times = [one.total_ns for one in SHOP.record.statements]
    assert lengths["now"][1] / lengths["now"][0] == pytest.approx(times[1] / times[0], rel=0.02)


def test_nothing_is_loaded_and_nothing_of_a_name_is_obeyed(tmp_path: Path) -> None:
    found = seen(html_report(hostile()), tmp_path, width=1280)
    assert found.loaded == []
    assert found.foreign == 0
    assert "<script>alert(1)</script>" in found.text
    assert HOSTILE_NAME.isprintable() or HOSTILE_NAME not in found.text


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["by day", "by night"])
def test_every_text_is_legible(tmp_path: Path, scheme: int) -> None:
    found = seen(html_report(SHOP), tmp_path, width=1280, scheme=scheme, selectors=TEXTS)
    assert {name: round(contrast(pair), 1) for name, pair in found.colours.items() if contrast(pair) < 4.5} == {}
    ground = found.colours["footer"][1]
    assert (ground == "rgb(18, 21, 24)") == (scheme == DARK)
