"""An analysis for the eyes. Everything printed is a `Text`: rich reads no markup in the names of a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from noormme_py.amounts import duration, number, plural, size
from noormme_py.cli.escape import visible
from noormme_py.cli.findings_text import print_findings
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.optimize.recording.shape_text import shown_sql
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.suggestion import Figures, Suggestion

_MOST_STATEMENTS = 15
_MOST_SERVED = 5
_LONGEST_SQL = 100

_COLUMNS: tuple[tuple[str, Callable[[StatementRecord], int], Callable[[StatementRecord], str]], ...] = (
    ("runs", lambda one: one.count, lambda one: number(one.count)),
    ("total", lambda one: one.total_ns, lambda one: duration(one.total_ns)),
    ("mean", lambda one: one.total_ns, lambda one: duration(one.total_ns / max(one.count, 1))),
    ("p95", lambda one: one.quantile_ns(0.95), lambda one: duration(one.quantile_ns(0.95))),
    ("max", lambda one: one.max_ns, lambda one: duration(one.max_ns)),
    ("rows", lambda one: one.rows, lambda one: number(one.rows)),
)
"""The title of a column, what it is about (a column of zeros is left out), and how it is told."""


def print_analysis(console: Console, analysis: Analysis) -> None:
    """Print the verdict, the suggestions, the findings that they do not mend, the statements and the notes."""
    console.print(Text(visible(analysis.verdict), "bold"))
    print_suggestions(console, analysis.suggestions)
    if analysis.open_findings:
        console.print()
        print_findings(console, analysis.open_findings)
    if analysis.record.statements:
        console.print()
        console.print(_statements(analysis.record.statements))
        rest = len(analysis.record.statements) - _MOST_STATEMENTS
        if rest > 0:
            console.print(Text(f"… and {plural(rest, 'statement')} more: --html shows them", "dim"))
    print_notes(console, analysis)


def print_suggestions(console: Console, suggestions: Sequence[Suggestion]) -> None:
    """Print each suggestion: its SQL, why, and what it makes of the statements."""
    for one in suggestions:
        console.print()
        console.print(_one_line(one.ddl + ";", "bold cyan"))
        console.print(_one_line(f"  {one.reason}"))
        console.print(Text("  " + " · ".join(_facts(one)), "dim"))
        for served in one.served[:_MOST_SERVED]:
            console.print(_one_line(f"  {compared(served.before, served.after)}  {_short(served.sql)}", "green"))
        rest = len(one.served) - _MOST_SERVED
        if rest > 0:
            console.print(Text(f"  … and {plural(rest, 'statement')} more", "dim"))


def print_notes(console: Console, analysis: Analysis) -> None:
    """Print what limits the rest."""
    notes = [*analysis.notes, *(analysis.advice.notes if analysis.advice is not None else ())]
    if notes:
        console.print()
    for note in notes:
        console.print(_one_line(f"note: {note}", "dim"))


def compared(before: Figures, after: Figures) -> str:
    """Return before and after of one run: `12 ms → 41 µs (1.2 M → 620 steps)`."""
    told: list[str] = []
    if before.elapsed_ms is not None and after.elapsed_ms is not None:
        told.append(f"{duration(before.elapsed_ms * 1e6)} → {duration(after.elapsed_ms * 1e6)}")
    if before.steps is not None and after.steps is not None:
        steps = f"{number(before.steps)} → {number(after.steps)} steps"
        told.append(f"({steps})" if told else steps)
    return " ".join(told) or "another plan"


def _facts(one: Suggestion) -> Iterable[str]:
    yield f"{one.confidence} confidence"
    yield "measured on a private copy" if one.verification == "copy" else "by SQLite's planner"
    if one.gain_steps > 0:
        yield f"saves {number(one.gain_steps)} steps"
    if one.bytes is not None:
        yield size(one.bytes)
    if one.upkeep_entries:
        yield f"{number(one.upkeep_entries)} entries written"


def _statements(statements: Sequence[StatementRecord]) -> Grid:
    columns = [column for column in _COLUMNS if any(column[1](one) for one in statements)]
    grid = Grid(box=SIMPLE_HEAD, header_style="dim", show_edge=False)
    for title, _, _ in columns:
        grid.add_column(title, justify="right", no_wrap=True)
    grid.add_column("statement", overflow="fold")
    for one in statements[:_MOST_STATEMENTS]:
        text = Text(_short(one.sql))
        if one.call_site is not None:
            text.append(f"\nat {visible(one.call_site)}", "dim")
        grid.add_row(*(Text(told(one)) for _, _, told in columns), text)
    return grid


def _short(sql: str) -> str:
    text = visible(" ".join(shown_sql(sql[: _LONGEST_SQL * 20]).split()))
    return text if len(text) <= _LONGEST_SQL else text[:_LONGEST_SQL] + "…"


def _one_line(text: str, style: str = "") -> Text:
    return Text(visible(text), style)
