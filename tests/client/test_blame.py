"""What a violated constraint is blamed on, where SQLite's message leaves it open."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from noormme_py import Noormme
from noormme_py.errors import CheckViolation, ConstraintError, ForeignKeyViolation

SCHEMA = """
create table clubs (id integer primary key, code text unique, up integer references clubs);
create table members (club integer not null references clubs, age int check (age > 0));
create table visits (club integer references clubs, day text references days);
create table days (day text primary key, n int);
create table log (line text, n int constraint few check (n < 3), day text references days);
create table quiet (id integer primary key, n int check ("n" > 0));
create trigger quiet_in after insert on quiet begin
    insert into log (n, day) values (new.n, case new.id when 9 then 'x' end);
end;
create table "my.tab" ("a.b" int unique, "c, d" int not null default 0, unique ("a.b", "c, d"));
create table my (n int);
insert into clubs values (1, 'a', null), (2, 'b', null);
insert into members values (1, 5);
insert into "my.tab" values (1, 1);
"""


@pytest.fixture
async def db() -> AsyncGenerator[Noormme]:
    async with Noormme(":memory:") as database:
        await database.execute_script(SCHEMA)
        yield database


async def blamed(db: Noormme, sql: str) -> ConstraintError:
    with pytest.raises(ConstraintError) as refused:
        await db.execute(sql)
    return refused.value


@pytest.mark.parametrize(
    ("sql", "table", "columns", "hinted"),
    [
        ("insert into members values (9, 5)", "members", ("club",), "no such parent row: members (club) → clubs"),
        ("with x as (select id from days, clubs) insert into members values (9, 5)", "members", ("club",), "→ clubs"),
        ("update members set club = 9 where age = 5", "members", ("club",), "members (club) → clubs"),
        ("insert into visits values (9, null)", "visits", (), "no parent row: visits (club) → clubs; visits (day)"),
        ("update visits set day = 'x'", "visits", ("day",), "no such parent row: visits (day) → days"),
        ("delete from clubs where id = 1", "clubs", (), "members (club) → clubs; visits (club) → clubs"),
        ("update clubs set id = 7 where id = 1", "clubs", (), "members (club) → clubs"),
        ("update clubs set up = 9 where id = 1", "clubs", ("up",), "clubs (up) → clubs"),
        ("insert or replace into clubs values (7, 'a', null)", "clubs", (), "members (club) → clubs"),
        ("insert into quiet values (9, 1)", None, (), None),
    ],
)
async def test_a_foreign_key(
    db: Noormme, sql: str, table: str | None, columns: tuple[str, ...], hinted: str | None
) -> None:
    await db.execute("insert into visits values (null, null)")
    fault = await blamed(db, sql)
    assert isinstance(fault, ForeignKeyViolation)
    assert (fault.table, fault.columns) == (table, columns)
    assert hinted is None if fault.hint is None else hinted is not None and hinted in fault.hint


async def test_a_table_whose_trigger_may_be_at_fault_is_not_blamed(db: Noormme) -> None:
    await db.execute_script("create trigger m after insert on members begin insert into log (day) values ('x'); end")
    fault = await blamed(db, "insert into members values (1, 5)")
    assert (fault.table, fault.columns) == (None, ())
    assert "or a trigger" in str(fault.hint)


@pytest.mark.parametrize(
    ("sql", "table", "columns"),
    [
        ("insert into members values (1, 0)", "members", ("age",)),
        ("with members as (select 5 as n) insert into log (n) select n from members", "log", ("n",)),
        ("insert into quiet values (1, 0)", "quiet", ("n",)),
        ("insert into quiet values (1, 5)", "log", ("n",)),
    ],
)
async def test_a_check(db: Noormme, sql: str, table: str, columns: tuple[str, ...]) -> None:
    fault = await blamed(db, sql)
    assert isinstance(fault, CheckViolation)
    assert (fault.table, fault.columns) == (table, columns)


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ('insert into "my.tab" values (1, 2)', ("a.b",)),
        ('insert into "my.tab" values (2, null)', ("c, d",)),
    ],
)
async def test_names_with_dots(db: Noormme, sql: str, columns: tuple[str, ...]) -> None:
    fault = await blamed(db, sql)
    assert (fault.table, fault.columns) == ("my.tab", columns)
