"""What a page costs, near the beginning and far from it: steps of SQLite's virtual machine, the same on any machine.

Run it with `python -m benchmarks.pages`. The very statements that the library ran are run once more and counted.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from noormme_py import SyncNoormme

ROWS = 200_000
PER_PAGE = 20
PAGES = (1, 10, 1000)

SCHEMA = """
create table events (
    id integer primary key,
    title text not null,
    created_at timestamp not null,
    seen_at timestamp
);
create index events_by_created_at on events (created_at, id);
create index events_by_seen_at on events (seen_at, id);
"""

ORDERS: dict[str, str | list[str]] = {
    "one column": "created_at",
    "mixed directions": ["-created_at", "id"],
    "nullable column": "seen_at",
}

Statements = list[tuple[str, Any]]


@dataclass(frozen=True)
class Cost:
    """What one page took."""

    order: str
    page: str
    statements: int
    steps: int


def event(number: int) -> tuple[int, str, str, str | None]:
    """Return a row: four have the same time, and every twentieth has not been seen, which is 500 pages of NULL."""
    place = number * 7919 % ROWS
    created = datetime(2025, 1, 1, microsecond=1) + timedelta(minutes=place // 4)
    seen = None if place % 20 == 0 else str(created + timedelta(days=place % 7))
    return number, f"Event {number}", str(created), seen


def fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
        connection.executemany("insert into events values (?, ?, ?, ?)", map(event, range(1, ROWS + 1)))
        connection.commit()
        connection.execute("analyze")


def steps(connection: sqlite3.Connection, statements: Statements) -> int:
    """Run statements and return how many steps they took."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.set_progress_handler(count, 1)
    for sql, parameters in statements:
        connection.execute(sql, parameters).fetchall()
    connection.set_progress_handler(None, 1)
    return taken


def told(db: SyncNoormme, read: Callable[[], Any]) -> tuple[Any, Statements]:
    """Read a page and return it with the statements that it took."""
    statements: Statements = []
    end = db.observe(lambda finished: statements.append((finished.sql, finished.parameters)))
    page = read()
    end()
    return page, [(sql, parameters) for sql, parameters in statements if sql.startswith("select")]


def costs(db: SyncNoormme, plain: sqlite3.Connection, name: str, order_by: str | Sequence[str]) -> list[Cost]:
    """Walk the pages of an order by cursor, then read the last of them by its number; both must have the same rows."""
    events = db.get_repository("events")
    found: list[Cost] = []
    cursor: str | None = None
    items: list[Any] = []
    for number in range(1, PAGES[-1] + 1):
        page, statements = told(db, partial(events.paginate_after, cursor, per_page=PER_PAGE, order_by=order_by))
        cursor, items = page.next_cursor, page.items
        if number in PAGES:
            found.append(Cost(name, f"after, page {number}", len(statements), steps(plain, statements)))
    page, statements = told(db, partial(events.paginate, PAGES[-1], PER_PAGE, order_by=order_by))
    if page.items != items:
        raise AssertionError(f"{name}: page {PAGES[-1]} is not the same by cursor and by number")
    found.append(Cost(name, f"by number, page {PAGES[-1]}", len(statements), steps(plain, statements)))
    return found


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "pages.db"
        fill(path)
        with SyncNoormme(path) as db, closing(sqlite3.connect(path)) as plain:
            print(f"{ROWS} rows, {PER_PAGE} a page; SQLite {sqlite3.sqlite_version}")
            print(f"{'order':<18}{'page':<22}{'statements':>11}{'steps':>9}{'to page 1':>11}")
            for name, order_by in ORDERS.items():
                found = costs(db, plain, name, order_by)
                for cost in found:
                    ratio = cost.steps / found[0].steps
                    print(f"{cost.order:<18}{cost.page:<22}{cost.statements:>11}{cost.steps:>9}{ratio:>11.2f}")


if __name__ == "__main__":
    main()
