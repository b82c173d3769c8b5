"""What a suggestion says of itself, measured again on a fresh copy without any of the advisor's code."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from noormme_py import SyncNoormme
from noormme_py.errors import ConfigError, QueryError
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.suggestion import Suggestion
from tests.optimize.advising import NUMBERS, advice, asked, file_of

SHOP = f"""
    create table customers (id integer primary key, email text not null, country text);
    create table orders (
        id integer primary key, customer_id integer not null references customers, status text, placed_at integer
    );
    create table items (
        order_id integer not null references orders on delete cascade, product text, amount integer
    );
    create index by_country on customers (country);
    create index by_country_and_mail on customers (country, email);
    {NUMBERS.format(3_000)} insert into customers select i, 'c' || i || '@example.org', 'country ' || (i % 20) from n;
    {NUMBERS.format(12_000)}
    insert into orders select i, i * 7919 % 3000 + 1, iif(i % 50 = 0, 'open', 'closed'), i from n;
    {NUMBERS.format(30_000)} insert into items select i * 31 % 12000 + 1, 'product ' || (i % 500), i % 9 from n;
"""
STATEMENTS = [
    asked("select * from orders where customer_id = ? order by placed_at desc limit 5", [17], [40], count=4_000),
    asked("select sum(amount) from items where order_id = ?", [100], [7_000], count=9_000),
    asked("select o.id, i.product from orders o join items i on i.order_id = o.id where o.customer_id = ?", [17]),
    asked("select c.email from customers c where lower(c.email) = ?", ["c7@example.org"], count=2_000),
    asked("select id from orders where status = 'open' and placed_at > ?", [11_000], count=800),
    asked("delete from orders where id = ?", [100], count=300, rows=300),
    asked("insert into items values (?, ?, ?)", [1, "x", 1], count=2_000, rows=2_000),
    asked("select count(*) from customers where country = ?", ["country 7"]),
]


def steps(connection: sqlite3.Connection, sql: str, parameters: Any) -> int:
    calls = 0

    def count() -> int:
        nonlocal calls
        calls += 1
        return 0

    connection.execute("savepoint s")
    connection.set_progress_handler(count, 1)
    connection.execute(sql, parameters).fetchall()
    connection.set_progress_handler(None, 0)
    connection.execute("rollback to s")
    connection.execute("release s")
    return calls


def opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=0)
    connection.execute("pragma foreign_keys = on")
    return connection


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return file_of(tmp_path_factory.mktemp("shop"), SHOP)


@pytest.fixture(scope="module")
def suggestions(shop: Path) -> tuple[Suggestion, ...]:
    return advice(shop, STATEMENTS).suggestions


@pytest.mark.parametrize("is_analyzed", [False, True])
def test_every_claim_holds_on_a_fresh_copy(
    shop: Path, suggestions: tuple[Suggestion, ...], tmp_path: Path, is_analyzed: bool
) -> None:
    copy = Path(shutil.copy(shop, tmp_path / "copy.db"))
    samples = {statement.sql: statement.samples for statement in STATEMENTS}
    created = [suggestion for suggestion in suggestions if suggestion.action == "create"]
    assert len(created) >= 4
    with closing(opened(copy)) as connection:
        for suggestion in suggestions:
            connection.execute(suggestion.ddl)
        if is_analyzed:
            connection.execute("analyze")
        for suggestion in created:
            assert suggestion.served
            for served in suggestion.served:
                after = [steps(connection, served.sql, each) for each in samples[served.sql]]
                assert served.after.steps is not None
                assert sum(after) / len(after) == pytest.approx(served.after.steps, rel=0.05, abs=150)
                lines = [
                    row[3] for row in connection.execute(f"explain query plan {served.sql}", samples[served.sql][0])
                ]
                is_in_plan = any(suggestion.index in line for line in lines)
                assert is_in_plan or served.sql.startswith("delete")
        for suggestion in created:
            connection.execute(suggestion.undo)
            for served in suggestion.served:
                before = [steps(connection, served.sql, each) for each in samples[served.sql]]
                assert served.before.steps is not None
                assert served.after.steps is not None
                assert sum(before) / len(before) > served.after.steps
                if is_analyzed:
                    # Without statistics the planner may do worse still.
                    assert sum(before) / len(before) == pytest.approx(served.before.steps, rel=0.05, abs=150)
            connection.execute(suggestion.ddl)
            if is_analyzed:
                connection.execute("analyze")


def test_no_statement_is_slower_with_the_advice(
    shop: Path, suggestions: tuple[Suggestion, ...], tmp_path: Path
) -> None:
    copy = Path(shutil.copy(shop, tmp_path / "copy.db"))
    with closing(opened(shop)) as before, closing(opened(copy)) as after:
        for suggestion in suggestions:
            after.execute(suggestion.ddl)
        for statement in STATEMENTS:
            for sample in statement.samples:
                allowed = steps(before, statement.sql, sample) * 1.1 + 500
                assert steps(after, statement.sql, sample) <= allowed


def test_the_size_is_that_of_the_index(shop: Path, suggestions: tuple[Suggestion, ...], tmp_path: Path) -> None:
    copy = Path(shutil.copy(shop, tmp_path / "copy.db"))
    with closing(opened(copy)) as connection:
        for suggestion in suggestions:
            if suggestion.action == "create":
                connection.execute(suggestion.ddl)
                sql = "select sum(pgsize) from dbstat where name = ?"
                (size,) = connection.execute(sql, (suggestion.index,)).fetchone()
                assert suggestion.bytes == pytest.approx(size, abs=4096)


def test_the_advice_is_followed_and_taken_back(shop: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(shop, tmp_path / "copy.db"))
    record = Record(tuple(STATEMENTS))
    with SyncNoormme(copy) as db:
        before = db.schema
        advised = db.optimizer.suggest(record)
        dry = db.optimizer.apply(advised)
        assert dry.is_dry_run
        assert db.refresh_schema() == before
        db.optimizer.undo(dry)

        applied = db.optimizer.apply(advised, dry_run=False)
        assert applied.statements == dry.statements == tuple(each.ddl for each in advised.suggestions)
        names = {index.name for table in db.schema for index in table.indexes}
        assert {each.index for each in advised.suggestions if each.action == "create"} <= names
        # Whoever follows the advice gets no more of it.
        assert db.optimizer.suggest(record).suggestions == ()
        compared = db.optimizer.after_apply(applied, record)
        assert not any(each.is_slower for each in compared)
        assert {each.sql for each in compared} >= {STATEMENTS[0].sql, STATEMENTS[1].sql, STATEMENTS[3].sql}

        kept = (copy.parent / ".noormme" / "copy.db.undo.sql").read_text("utf-8")
        assert kept.startswith("-- 20")
        assert [line for line in kept.splitlines() if line][1:] == [f"{undo};" for undo in applied.undo]
        db.optimizer.undo(applied)
        assert (copy.parent / ".noormme" / "copy.db.undo.sql").read_text("utf-8") == ""
        told = {table.name: sorted((index.name, index.columns) for index in table.indexes) for table in before}
        assert told == {
            table.name: sorted((index.name, index.columns) for index in table.indexes) for table in db.schema
        }


def test_nothing_of_it_is_done_when_a_part_cannot_be(shop: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(shop, tmp_path / "copy.db"))
    with SyncNoormme(copy) as db:
        advised = db.optimizer.suggest(Record(tuple(STATEMENTS)))
        last = next(each for each in reversed(advised.suggestions) if each.action == "create")
        db.execute(last.ddl)
        before = db.schema
        with pytest.raises(Exception, match="already exists"):
            db.optimizer.apply(advised, dry_run=False)
        assert db.refresh_schema().tables == before.tables


@pytest.mark.parametrize(
    "limits", [{"verify": "guess"}, {"budget_s": 0}, {"budget_s": -1}, {"max_indexes": -1}, {"max_bytes": -1}]
)
def test_limits_that_cannot_be_are_refused(shop: Path, limits: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        advice(shop, STATEMENTS, **limits)


def test_what_is_no_suggestion_is_not_applied(tmp_path: Path) -> None:
    with SyncNoormme(tmp_path / "a.db") as db, pytest.raises(QueryError):
        db.optimizer.apply(["drop table users"], dry_run=False)  # type: ignore[list-item]


def test_an_undo_that_cannot_be_kept_is_told_in_the_log(
    shop: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = Path(shutil.copy(shop, tmp_path / "copy.db"))
    (tmp_path / ".noormme").write_text("in the way")
    with SyncNoormme(copy) as db:
        advised = db.optimizer.suggest(Record(tuple(STATEMENTS)), max_indexes=1)
        assert len(db.optimizer.apply(advised, dry_run=False).statements) == len(advised.suggestions)
    assert "is not kept" in caplog.text
