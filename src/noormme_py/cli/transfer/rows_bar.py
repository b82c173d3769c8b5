"""How far a move has come, for whoever waits: the table at work, rows, rows a second, and the time that is left."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from noormme_py.cli.escape import visible
from noormme_py.cli.terminal import progress as terminal
from noormme_py.postgres.progress import Listener
from noormme_py.postgres.progress import Progress as Told

_WORDS = {
    "looking": "Looking at",
    "copying": "Copying",
    "verifying": "Comparing",
    "finishing": "Indexing",
    "comparing": "Comparing",
    "writing": "Writing",
}


class _Rows(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        rate = f", {int(speed):,} a second" if speed else ""
        return Text(f"{int(task.completed):,} rows{rate}", "dim")


@contextmanager
def rows_bar() -> Generator[Listener]:
    """Show a bar while the block runs, and give it what to tell; nothing is shown where nobody looks."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), _Rows(), TimeRemainingColumn())
    with Progress(*columns, console=terminal(), transient=True) as bar:
        task = bar.add_task("Connecting", total=None)

        def tell(told: Told) -> None:
            place = "the schema" if told.table is None else visible(told.table)
            bar.update(
                task,
                description=f"{_WORDS[told.phase]} {place}",
                completed=told.rows,
                total=max(told.total_rows, told.rows) or None,
            )

        yield tell
