"""A schema for the eyes. Everything printed is a `Text`: rich reads no markup in the names of a database."""

from __future__ import annotations

import sys
from itertools import chain

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from noormme_py.cli import schema_words as words
from noormme_py.cli.escape import escaped
from noormme_py.schema.model import Schema, Table

# Wide enough that no line is broken where a program reads.
_WIDTH_OF_A_PIPE = 100_000


def print_schema(shown: Schema, whole: Schema) -> None:
    """Print the tables of `shown`; what refers to them is looked up in the whole schema."""
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE
    console = Console(width=width, markup=False, emoji=False, highlight=False)
    if not shown.tables:
        console.print(Text("The database has no tables and no views."))
    for number, table in enumerate(shown):
        if number:
            console.print()
        _print_table(console, table, whole)
    if shown.notes:
        console.print()
        console.print(_section("notes", list(map(escaped, shown.notes))))


def _print_table(console: Console, table: Table, schema: Schema) -> None:
    console.print(Text.assemble((escaped(table.name), "bold cyan"), "  ", (words.kind_of(table), "dim")))
    if table.columns:
        console.print(_columns(table))
    sections = {
        "foreign keys": list(map(words.foreign_key, table.foreign_keys)),
        "referred to by": words.referring_to(schema, table),
        "indexes": list(map(words.index, table.indexes)),
        "checks": list(map(words.check, table.checks)),
        "triggers": list(chain.from_iterable(map(words.trigger, table.triggers))),
    }
    for title, lines in sections.items():
        if lines:
            console.print(_section(title, lines))


def _columns(table: Table) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, header_style="dim", show_edge=False)
    for title in ("column", "type", "null", "default", "key", ""):
        grid.add_column(title, overflow="fold")
    for column in table.columns:
        grid.add_row(
            Text(escaped(column.name)),
            Text(escaped(column.declared_type)),
            Text("" if column.is_nullable else "not null"),
            Text("" if column.default is None else escaped(column.default)),
            Text(words.key_marks(table, column), "green"),
            Text(words.rest_of(table, column), "dim"),
        )
    return grid


def _section(title: str, lines: list[str]) -> Grid:
    grid = Grid.grid(padding=(0, 1))
    grid.add_column(width=14, no_wrap=True)
    grid.add_column(overflow="fold")
    for number, line in enumerate(lines):
        grid.add_row(Text("" if number else title, "dim"), Text(line))
    return grid
