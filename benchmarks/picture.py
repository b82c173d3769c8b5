"""The results as a picture: a panel of bars for each work, drawn as SVG text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

WIDTH = 500
LABEL = 230
BAR = 170
LINE = 18
HEAD = 34
GAP = 22
COLUMNS = 2

STYLE = """
svg { background: #fff; }
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; font-size: 13px; }
.note { fill: #57606a; font-size: 11px; }
.bar { fill: #afb8c1; }
.ours { fill: #0969da; }
.unit { fill: #57606a; }
""".strip()


def draw(report: dict[str, Any], ours: frozenset[str]) -> str:
    """Return the picture of a report in its JSON form. Bars are linear, each panel to its own longest bar."""
    panels = [(work, list(_bars(found))) for work, found in report["works"].items()]
    panels = [(work, bars) for work, bars in panels if bars]
    parts: list[str] = []
    top = 0
    for start in range(0, len(panels), COLUMNS):
        row = panels[start : start + COLUMNS]
        for column, (work, bars) in enumerate(row):
            parts += _panel(report, work, bars, column * (WIDTH + GAP), top, ours)
        top += HEAD + LINE * max(len(bars) for _, bars in row) + GAP
    about = report["conditions"]
    where = "one core" if about["pinned"] else "not pinned"
    note = ", ".join(
        [
            "medians, shorter is better, in brackets the ratio to sqlite3 by hand",
            *(str(about[name]) for name in ("python", "system")),
            f"SQLite {about['sqlite']}, {about['cores']} cores, {where}, {about['when'][:10]}",
        ]
    )
    parts.append(f'<text class="note" x="0" y="{top + 4}">{escape(note)}</text>')
    width = COLUMNS * WIDTH + (COLUMNS - 1) * GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -8 {width + 24} {top + 24}" width="{width + 24}" '
        f'role="img" aria-label="Benchmark results">\n<style>{STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _bars(found: dict[str, Any]) -> Iterator[tuple[str, float, float | None]]:
    measured = {peer: o for peer, o in found["peers"].items() if o["median"] is not None}
    for peer in sorted(measured, key=lambda name: measured[name]["median"]):
        yield peer, measured[peer]["median"], measured[peer]["ratio"]


def _panel(
    report: dict[str, Any],
    work: str,
    bars: list[tuple[str, float, float | None]],
    left: int,
    top: int,
    ours: frozenset[str],
) -> Iterator[str]:
    found = report["works"][work]
    yield f'<text class="title" x="{left}" y="{top + 16}">{escape(found["title"])} [{found["unit"]}]</text>'
    longest = max(median for _, median, _ in bars)
    for index, (peer, median, ratio) in enumerate(bars):
        y = top + HEAD + index * LINE
        kind = "ours" if peer in ours else "unit" if peer == report["unit_of_ratios"] else ""
        length = max(1.0, median / longest * BAR)
        said = _figure(median) + ("" if ratio is None else f" ({_figure(ratio)}×)")
        yield f'<text x="{left + LABEL - 6}" y="{y + 4}" text-anchor="end">{escape(report["peers"][peer])}</text>'
        yield f'<rect class="bar {kind}" x="{left + LABEL}" y="{y - 6}" width="{length:.1f}" height="12"/>'
        yield f'<text class="note" x="{left + LABEL + length + 4:.1f}" y="{y + 4}">{said}</text>'


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
