"""`noormme transfer validate URL FILE`: whether both sides hold the same."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from noormme_py.amounts import plural
from noormme_py.cli.complaint import complain
from noormme_py.cli.escape import visible
from noormme_py.cli.terminal import output
from noormme_py.cli.transfer.options import ExcludeOption, IncludeOption, JsonOption, SourceArgument, source_and_files
from noormme_py.cli.transfer.rows_bar import rows_bar
from noormme_py.client.sync_transfer import validate as compare
from noormme_py.errors import ConfigError, NoormmeError
from noormme_py.postgres.plain import to_plain
from noormme_py.postgres.validation.comparison import ColumnComparison, TableComparison, ValidationReport

FORMAT = 1
"""Raised when a key of the JSON is renamed or removed; new keys may come."""

FileArgument = Annotated[
    str | None, typer.Argument(metavar="FILE", help="The SQLite file that it was moved to.", show_default=False)
]
ReportOption = Annotated[
    str | None,
    typer.Option(
        "--report", metavar="FILE", help="The report of the move, where it is not beside the file.", show_default=False
    ),
]


def validate(
    source: SourceArgument,
    target: FileArgument = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    is_watching: Annotated[
        bool, typer.Option("--watch", help="Compare again and again, until Ctrl-C or --for is over.")
    ] = False,
    every_s: Annotated[float, typer.Option("--every", metavar="SECONDS", help="With --watch: the pause.")] = 60.0,
    for_s: Annotated[
        float | None, typer.Option("--for", metavar="SECONDS", help="With --watch: for how long.", show_default=False)
    ] = None,
    report: ReportOption = None,
    is_json: JsonOption = False,
) -> None:
    """Compare every value of both sides, and their keys; exit with 1 where they differ. Both are only read.

    With --watch and --json each comparison is a line.
    """
    was_equal = True
    try:
        if for_s is not None and not is_watching:
            raise ConfigError("--for goes with --watch")
        if every_s <= 0 or (for_s is not None and for_s <= 0):
            raise ConfigError("--every and --for are more than 0 seconds")
        url, file = source_and_files(source, target)
        end = None if for_s is None else time.monotonic() + for_s
        while True:
            with rows_bar() as tell:
                found = compare(url, file, include=include or (), exclude=exclude or (), report=report, progress=tell)
            was_equal = was_equal and found.is_equal
            if is_json:
                data = {"format": FORMAT, "is_equal": found.is_equal, **to_plain(found)}
                print(json.dumps(data, indent=None if is_watching else 2), flush=True)
            else:
                _print(output(), found)
            if not is_watching or (end is not None and time.monotonic() + every_s > end):
                break
            time.sleep(every_s)
    except NoormmeError as error:
        raise complain(error) from None
    except KeyboardInterrupt:
        # It is how watching is ended.
        if not is_watching:
            raise
    if not was_equal:
        raise typer.Exit(1)


def _print(console: Console, found: ValidationReport) -> None:
    rows, tables = f"{found.rows:,} rows", plural(len(found.tables), "table")
    if found.is_equal:
        said = f"{found.compared_at}: {tables} with {rows}: every value is the same."
        console.print(Text(visible(said), "bold green"))
    else:
        different = sum(not table.is_sound for table in found.tables)
        console.print(Text(f"{found.compared_at}: {different} of {tables} differ.", "bold red"))
    for table in found.tables:
        if not table.is_sound or table.rewritten or table.notes or table.orphans:
            _print_table(console, table)


def _print_table(console: Console, table: TableComparison) -> None:
    there, here = table.rows
    name = table.source if table.source.rpartition(".")[2] == table.target else f"{table.source} → {table.target}"
    rows = f"{there:,} rows" if there == here else f"{there:,} rows in PostgreSQL, {here:,} in SQLite"
    console.print()
    console.print(Text(visible(f"{name}: {rows}"), "" if table.is_sound else "red"))
    if table.differing:
        console.print(f"  {plural(table.differing, 'row')} {'differs' if table.differing == 1 else 'differ'}")
    for one in table.examples:
        where = ", ".join(one.key) or "(no primary key)"
        columns = f": {', '.join(one.columns)}" if one.columns else ""
        console.print(Text(visible(f"    {one.kind} {where}{columns}")))
    for column in table.columns:
        if not column.is_equal:
            console.print(Text(visible(f"  {column.target}: {_facts(column)}"), "dim"))
    for name in table.duplicates:
        console.print(Text(visible(f"  rows with the same key in SQLite: {name}"), "red"))
    if table.orphans:
        console.print(Text(f"  {plural(table.orphans, 'row')} without a parent in SQLite", "yellow"))
    if table.rewritten:
        names = ", ".join(table.rewritten)
        console.print(Text(visible(f"  written in another way, with the same meaning: {names}"), "dim"))
    for note in table.notes:
        console.print(Text(visible(f"  {note}"), "dim"))


def _facts(column: ColumnComparison) -> str:
    """Return what of a column can be told without showing its rows."""
    parts = [f"NULL {column.nulls[0]:,} times, and {column.nulls[1]:,} times"]
    for word, pair in (("lowest", column.lowest), ("highest", column.highest)):
        if pair is not None and pair[0] != pair[1]:
            parts.append(f"{word} {pair[0]}, and {pair[1]}")
    return "; ".join(parts)
