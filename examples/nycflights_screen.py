"""What the tour looks like in a terminal."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import datetime
from itertools import groupby
from time import perf_counter
from typing import TypeVar

from nycflights_recorder import RecordedNoormme
from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from noormme_py import Noormme
from noormme_py.errors import NoormmeError

T = TypeVar("T")

Scene = Callable[[Noormme], Awaitable[object]]

ROWS_SHOWN = 5
NAME = r'(?:"\w+"\.)?"\w+"'
LONG_LIST = re.compile(f"({NAME}, {NAME}), (?:{NAME}, ){{3,}}({NAME})")
INDENT = (0, 0, 0, 3)


class Screen:
    """Prints the tour step by step."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._number = 0

    def title(self, text: str) -> None:
        self._console.print()
        self._console.rule(Text(text, "bold"), align="left", style="dim")

    def say(self, text: str) -> None:
        self._console.print(Padding(Text(text), INDENT, expand=False))

    def done(self, text: str, elapsed_s: float) -> None:
        """Say what was done and how long it took."""
        self._console.print(
            Padding(Text.assemble(("✓ ", "green"), text, (f"  {duration(elapsed_s)}", "cyan")), INDENT, expand=False)
        )

    @contextmanager
    def progress(self, total: int) -> Generator[Callable[[str, int], None]]:
        """Show a bar while the block runs; it gives what is called with a table and further rows of it."""
        columns = (TextColumn("   {task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task("", total=total)
            yield lambda table, rows: bar.update(task, description=table, advance=rows)

    async def play(self, db: RecordedNoormme, scene: Scene) -> None:
        """Run a scene; show its code, the SQL it came to, its result and its time."""
        self._number += 1
        self.title(f"{self._number}. {title_of(scene)}")
        self._code(body_of(scene), "python")
        db.take_record()
        started = perf_counter()
        result = await scene(db)
        elapsed_s = perf_counter() - started
        self._record(db.take_record())
        self._result(result)
        self.done("done in", elapsed_s)

    def table(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Show rows that have the same keys, the first few of them."""
        shown = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for name, value in rows[0].items():
            shown.add_column(Text(name), justify="right" if isinstance(value, int | float) else "left")
        for row in rows[:ROWS_SHOWN]:
            shown.add_row(*(Text(readable(value)) for value in row.values()))
        self._console.print(Padding(shown, INDENT, expand=False))
        if len(rows) > ROWS_SHOWN:
            self.say(f"… and {len(rows) - ROWS_SHOWN:,} more")

    def _record(self, record: list[str]) -> None:
        if record:
            self._console.print()
        for sql, same in groupby(record):
            times = len(list(same))
            self._code(shortened(sql) + (f"\n-- {times:,} times" if times > 1 else ""), "sql")

    def _code(self, code: str, language: str) -> None:
        shown = Syntax(code, language, theme="ansi_dark", background_color="default", word_wrap=True)
        self._console.print(Padding(shown, INDENT, expand=False))

    def _result(self, result: object) -> None:
        if isinstance(result, list) and result:
            self.table([row_of(row) for row in result])
        elif isinstance(result, NoormmeError):
            self.say(f"\n{type(result).__name__}: {result.message}\n  hint: {result.hint}\n")
        else:
            row = row_of(result)
            self.say(f"\n{'  '.join(f'{name}={value}' for name, value in row.items()) or result}\n")


def row_of(value: object) -> Mapping[str, object]:
    """Return a row of any shape as a mapping; of what is no row, an empty one."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, BaseModel):
        return dict(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return {}


def title_of(function: Callable[..., object]) -> str:
    """Return the first line of a function's docstring, as a title."""
    return (inspect.getdoc(function) or "").partition("\n")[0].rstrip(".")


def body_of(function: Callable[..., object]) -> str:
    """Return the source of a function without its first line and its docstring."""
    lines = inspect.getsource(function).splitlines()
    end_of_docstring = next(number for number, line in enumerate(lines) if line.endswith('"""'))
    return textwrap.dedent("\n".join(lines[end_of_docstring + 1 :]))


def shortened(sql: str) -> str:
    """Return a statement with its long lists of columns cut short."""
    return LONG_LIST.sub(r"\1, /* … */ \2", sql)


def readable(value: object) -> str:
    """Return the value of a table's cell, a time to the minute."""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def duration(elapsed_s: float) -> str:
    """Return a time in the unit that fits."""
    return f"{elapsed_s:.1f} s" if elapsed_s >= 1 else f"{elapsed_s * 1000:.1f} ms"
