"""A survey for the eyes. Everything printed is a `Text`: rich reads no markup in the names of a database."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from noormme_py.amounts import duration, number, size
from noormme_py.cli.escape import visible
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.survey.survey import Advice, Survey
from noormme_py.postgres.survey.survey_text import outcomes, rows_told, verdict
from noormme_py.postgres.survey.workload import Workload

_MOST_TABLES = 10
_MOST_TYPES = 20
_MOST_FATES = 15
_MOST_NAMES = 5
_MOST_STATEMENTS = 10
_LONGEST_SQL = 160


def print_survey(console: Console, survey: Survey) -> None:
    """Print what is there and what to decide first, then tables, types, what differs, and how it is used."""
    console.print(_text(verdict(survey), "bold"))
    told = (
        f"{survey.database} on PostgreSQL {survey.server_version}",
        size(survey.bytes),
        survey.encoding,
        f"collation {survey.collation}",
    )
    console.print(_text(" · ".join(told), "dim"))
    console.print(_text(f"Things of the schema: {outcomes(survey)}."))
    if survey.is_quick:
        console.print(_text("No rows were read (--quick): what their values are like is not known.", "yellow"))
    if survey.advice:
        _headline(console, "Before the move")
        for one in survey.advice:
            _print_advice(console, one)
    _print_tables(console, survey)
    _print_types(console, survey)
    _print_fates(console, "Left out", survey.fates_of("left out"))
    # Columns stand with their types.
    _print_fates(console, "Changed", [fate for fate in survey.fates_of("changed") if fate.kind != "column"])
    _print_workload(console, survey.workload)


def _print_advice(console: Console, one: Advice) -> None:
    text = Text.assemble((visible(one.title), "yellow"), f". {visible(one.detail)}")
    # What is left out is listed below, with the reasons.
    for name in () if one.kinds else one.names[:_MOST_NAMES]:
        text.append(f"\n{visible(name)}", "cyan")
    rest = len(one.names) - _MOST_NAMES
    if rest > 0 and not one.kinds:
        text.append(f"\n… and {rest:,} more", "dim")
    for number_of_line, line in enumerate(text.wrap(console, console.width - 2)):
        line.rstrip()
        console.print(Text.assemble("  " if number_of_line else ("! ", "yellow"), line))


def _print_tables(console: Console, survey: Survey) -> None:
    if not survey.tables:
        return
    _headline(console, "Tables, the largest first")
    grid = _grid(("table", "left"), ("rows", "right"), ("size", "right"), ("largest row", "right"), ("columns", "left"))
    for table in survey.tables[:_MOST_TABLES]:
        changed = sum(column.outcome == "changed" for column in table.columns)
        columns = f"{len(table.columns)}" + (f", {changed} changed" if changed else "")
        largest = "" if table.largest_row_bytes is None else size(table.largest_row_bytes)
        name = _text(table.source)
        if table.unread is not None:
            name.append("\ncannot be read", "red")
        grid.add_row(name, rows_told(table), size(table.bytes), largest, columns)
    console.print(grid)
    _print_rest(console, len(survey.tables) - _MOST_TABLES)


def _print_types(console: Console, survey: Survey) -> None:
    if not survey.types:
        return
    _headline(console, "Types")
    grid = _grid(("PostgreSQL", "left"), ("SQLite", "left"), ("columns", "right"), ("what changes", "left"))
    # What changes is what somebody looks for.
    ordered = sorted(survey.types, key=lambda one: one.note is None)
    for one in ordered[:_MOST_TYPES]:
        grid.add_row(_text(one.type), _text(one.declared), f"{one.columns:,}", _text(one.note or ""))
    console.print(grid)
    _print_rest(console, len(ordered) - _MOST_TYPES)


def _print_fates(console: Console, title: str, fates: Sequence[Fate]) -> None:
    if not fates:
        return
    _headline(console, title)
    alike: dict[tuple[str, str], list[str]] = {}
    for fate in fates:
        alike.setdefault((fate.kind, fate.note or ""), []).append(fate.source)
    grid = _grid(("what", "left"), ("PostgreSQL", "left"), ("in SQLite", "left"))
    for (kind, note), names in list(alike.items())[:_MOST_FATES]:
        rest = len(names) - _MOST_NAMES
        shown = Text("\n").join(map(_text, names[:_MOST_NAMES]))
        if rest > 0:
            shown.append(f"\n… and {rest:,} more", "dim")
        grid.add_row(_text(kind, "dim"), shown, _text(note))
    console.print(grid)
    _print_rest(console, len(alike) - _MOST_FATES)


def _print_workload(console: Console, workload: Workload) -> None:
    if workload.statements:
        _headline(console, "Statements, by the time they took in all")
        grid = _grid(
            ("calls", "right"), ("total", "right"), ("mean", "right"), ("rows", "right"), ("statement", "left")
        )
        for one in workload.statements[:_MOST_STATEMENTS]:
            total, mean = duration(one.total_ms * 1e6), duration(one.mean_ms * 1e6)
            grid.add_row(number(one.calls), total, mean, number(one.rows), _short(one.sql))
        console.print(grid)
        _print_rest(console, len(workload.statements) - _MOST_STATEMENTS)
    busy = [use for use in workload.tables if use.read_rows or use.written_rows]
    if busy:
        _headline(console, "Busy tables")
        if workload.since is not None and workload.writes_per_s is not None:
            said = f"Since {workload.since[:10]}; {number(workload.writes_per_s)} rows were written per second."
            console.print(_text(said, "dim"))
        grid = _grid(
            ("table", "left"), ("rows read", "right"), ("written", "right"), ("scans", "right"), ("by index", "right")
        )
        for use in busy[:_MOST_TABLES]:
            counts = (use.read_rows, use.written_rows, use.sequential_scans, use.index_scans)
            grid.add_row(_text(use.table), *map(number, counts))
        console.print(grid)
        _print_rest(console, len(busy) - _MOST_TABLES)
    if workload.notes:
        console.print()
    for note in workload.notes:
        console.print(_text(f"note: {note}", "dim"))


def _grid(*columns: tuple[str, str]) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, header_style="dim", show_edge=False)
    for title, side in columns:
        if side == "right":
            grid.add_column(title, justify="right", no_wrap=True)
        else:
            grid.add_column(title, overflow="fold")
    return grid


def _headline(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, "bold"))


def _print_rest(console: Console, rest: int) -> None:
    if rest > 0:
        console.print(Text(f" … and {rest:,} more", "dim"))


def _short(sql: str) -> Text:
    text = visible(" ".join(sql.split()))
    return Text(text if len(text) <= _LONGEST_SQL else text[:_LONGEST_SQL] + "…")


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style)
