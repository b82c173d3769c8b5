"""What is read and written is told from the texts of statements."""

from __future__ import annotations

import pytest

from noormme_py.optimize.findings.traffic import traffic_of
from tests.optimize.indexed import indexed, record

SCHEMA = """
    create table users (id integer primary key, name, "set" int);
    create table "my posts" (id integer primary key, author int);
"""


def figures(sql: str, table: str) -> tuple[int, int, int, int, dict[str, int]]:
    with indexed(SCHEMA) as db:
        found = traffic_of(record((sql, 3)), db.schema)[table]
    return found.reads, found.inserts, found.deletes, found.updated, dict(found.updates)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select * from Users", (3, 0, 0, 0, {})),
        ('select 1 from "my posts" p join users u on u.id = p.author', (3, 0, 0, 0, {})),
        ("select 1 from t, main.users", (3, 0, 0, 0, {})),
        ("insert into users (name) values ('from users')", (0, 3, 0, 0, {})),
        ('insert into "users" values (?) on conflict (id) do update set name = 1 returning id', (0, 3, 0, 0, {})),
        ("replace into users values (1)", (0, 3, 3, 0, {})),
        ("insert or replace into main.users values (1)", (0, 3, 3, 0, {})),
        ("insert or ignore into users values (1)", (0, 3, 0, 0, {})),
        ("delete from users where id = 1", (0, 0, 3, 0, {})),
        ("update users set name = ? where id = ?", (0, 0, 0, 3, {"name": 3})),
        ('update or fail users set name = max(id, 2), "set" = 1', (0, 0, 0, 3, {"name": 3, "set": 3})),
        ("update users set (id, name) = (select author, id from x) where 1", (0, 0, 0, 3, {"id": 3, "name": 3})),
        ('update users set name = 1 returning id, "set" = 2', (0, 0, 0, 3, {"name": 3})),
        ("with d as (select 1) delete from users", (0, 0, 3, 0, {})),
        ("with d as (delete_) update users set name = 1", (0, 0, 0, 3, {"name": 3})),
        ('insert into "my posts" select id from users', (3, 0, 0, 0, {})),
        ("select 'from users'", (0, 0, 0, 0, {})),
        ("", (0, 0, 0, 0, {})),
        ("delete", (0, 0, 0, 0, {})),
        ("pragma table_info(users)", (0, 0, 0, 0, {})),
    ],
)
def test_a_statement_counts_for_the_tables_it_names(
    sql: str, expected: tuple[int, int, int, int, dict[str, int]]
) -> None:
    assert figures(sql, "users") == expected


def test_the_table_that_is_filled_from_another_is_written() -> None:
    assert figures('insert into "my posts" select id from users', "my posts") == (0, 3, 0, 0, {})
