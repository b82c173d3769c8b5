"""What a page costs where an index fits its order: a page far behind costs what the first one costs."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme, col
from noormme_py.query.statement import Operation, Statement
from noormme_py.repository.pages import CursorPage

ROWS = 20_000
SCHEMA = f"""
create table events (id integer primary key, kind text not null, score integer, at integer not null);
insert into events (kind, score, at)
with recursive n (i) as (select 1 union all select i + 1 from n where i < {ROWS})
select 'k' || (i % 7), case when i % 2 then i % 500 end, i from n;
create index by_at on events (at);
create index by_score on events (score, kind);
create index by_kind on events (kind, at desc);
create index by_falling_score on events (score desc, at);
"""


@dataclass
class Cost:
    """What an operation asked of SQLite."""

    steps: int = 0
    plans: list[str] = field(default_factory=list)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(tmp_path / "events.db") as database:
        await database.execute_script(SCHEMA)
        await database.execute("analyze")
        yield database


def run(path: Path, operation: Operation[CursorPage[Any]]) -> tuple[CursorPage[Any], Cost]:
    """Drive an operation on a connection of its own, and count."""
    cost = Cost()

    def step() -> int:
        cost.steps += 1
        return 0

    connection = sqlite3.connect(path, isolation_level=None, cached_statements=0)
    try:
        answer: Any = None
        while True:
            request = operation.send(answer)
            answer = None
            if isinstance(request, Statement):
                plan = connection.execute(f"explain query plan {request.sql}", request.parameters)
                cost.plans += [row[3] for row in plan]
                connection.set_progress_handler(step, 1)
                answer = request.collect(connection.execute(request.sql, request.parameters))
                connection.set_progress_handler(None, 1)
    except StopIteration as stop:
        return stop.value, cost
    finally:
        connection.close()


@pytest.mark.parametrize(
    "order",
    [
        None,
        "-id",
        "at",
        ["-at", "-id"],
        ["score", "kind"],
        ["-score", "-kind", "-id"],
        ["kind", "-at"],
        ["-kind", "at", "-id"],
        [col("score").asc(nulls="last"), "kind"],
        ["-score", "at"],
    ],
    ids=range(10),
)
async def test_a_page_far_behind_costs_what_the_first_one_costs(db: Noormme, tmp_path: Path, order: Any) -> None:
    pages = db.catalog.table("events").pages
    path = tmp_path / "events.db"
    _, cheap = run(path, pages.after(None, None, order, 20))
    for behind in (9_000, 19_500):
        far, _ = run(path, pages.after(None, None, order, behind))
        page, cost = run(path, pages.after(far.next_cursor, None, order, 20))
        assert len(page.items) == 20
        assert cost.steps < 4 * cheap.steps
        assert [plan for plan in cost.plans if not plan.startswith("SEARCH")] == []


async def test_counting_steps_tells_a_search_from_a_scan(db: Noormme, tmp_path: Path) -> None:
    pages = db.catalog.table("events").pages
    path = tmp_path / "events.db"
    _, cheap = run(path, pages.after(None, None, "at", 20))
    _, dear = run(path, pages.after(None, None, "-kind", 20))
    assert dear.steps > 100 * cheap.steps
