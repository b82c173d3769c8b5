"""Foreign keys that cannot arrive as they were: they are left out and told of, and no write fails by them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py.transfer import transfer, validate
from tests.postgres.database import Database
from tests.postgres.test_move import fate


def written(path: Path, sql: str) -> None:
    """Write as an application does that has foreign keys turned on."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma foreign_keys = on")
        connection.execute(sql)
        connection.commit()


async def test_a_key_whose_parent_is_not_unique_in_sqlite_is_left_out(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table parents (id int primary key, n numeric unique, a int, b int, unique (a, b));"
        "create table children (id serial primary key, n numeric references parents (n),"
        " a int, b int, parent_id int references parents, foreign key (b, a) references parents (b, a));"
        "insert into parents values (1, 0.1, 1, 2), (2, 0.10000000000000000001, 3, 4);"
        "insert into children (n, a, b, parent_id) values (0.1, 1, 2, 1)"
    )
    target = tmp_path / "app.db"
    report = await transfer(pg.dsn, target, types={"numeric": "real"})
    left = fate(report, "foreign key", "public.children (children_n_fkey)")
    assert (left.outcome, left.text) == ("left out", "FOREIGN KEY (n) REFERENCES public.parents(n)")
    assert "parents (n) is not UNIQUE in SQLite" in str(left.note)
    written(target, "insert into children (n, a, b, parent_id) values (0.5, 3, 4, 2)")
    with pytest.raises(sqlite3.IntegrityError):
        written(target, "insert into children (a, b) values (5, 5)")
    with pytest.raises(sqlite3.IntegrityError):
        written(target, "insert into children (parent_id) values (9)")
    written(target, "delete from children where id = 2")
    compared = await validate(pg.dsn, target)
    assert [table.orphans for table in compared.tables] == [0, 0]


async def test_a_key_to_an_index_that_is_unique_without_a_constraint_stays(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        'create table parents (id int primary key, "Code" text); create unique index codes on parents ("Code");'
        'create table children (id int primary key, code text references parents ("Code"));'
        "insert into parents values (1, 'a'); insert into children values (1, 'a')"
    )
    report = await transfer(pg.dsn, tmp_path / "app.db", snake_case=True)
    assert fate(report, "foreign key", "public.children (children_code_fkey)").outcome == "exact"
    with pytest.raises(sqlite3.IntegrityError):
        written(tmp_path / "app.db", "insert into children values (2, 'b')")


async def test_what_partitions_have_is_told_with_the_table_in_sqlite(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        """
        create schema s; create table customers (id int primary key);
        create table s.ev (id int not null, customer_id int) partition by range (id);
        create table s."ev 1" partition of s.ev (primary key (id)) for values from (0) to (10);
        create table s.ev_2 partition of s.ev for values from (10) to (20);
        alter table s."ev 1" add constraint a foreign key (customer_id) references customers;
        alter table s.ev_2 add constraint b foreign key (customer_id) references customers;
        create table seen (id int primary key, ev_id int, constraint of_a_part foreign key (ev_id) references s."ev 1");
        insert into s.ev values (1, null), (11, null); insert into seen values (1, 1)
        """
    )
    report = await transfer(pg.dsn, tmp_path / "app.db")
    assert fate(report, "partition", "s.ev 1").note == "its rows are in s_ev"
    refers = fate(report, "foreign key", "public.seen (of_a_part)")
    assert (refers.outcome, refers.note) == ("left out", "it refers to the partition s.ev 1, which is a part of s.ev")
    alike = [one for one in report.fates if one.kind == "foreign key of each partition"]
    assert [(one.outcome, one.note) for one in alike] == [("changed", "the table has it once, as is said there")]
    # One of them is the table's, the other is told of.
    kept = next(one for one in report.fates if one.kind == "foreign key" and one.source.startswith("s.ev ("))
    assert {kept.source, alike[0].source} in ({"s.ev (a)", "s.ev_2.b"}, {"s.ev (b)", "s.ev 1.a"})
