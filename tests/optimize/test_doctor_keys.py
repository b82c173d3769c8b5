"""What the doctor says of keys, and of numbers for rows that run out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.optimize.examined import SOUND, database, found, one

LAST = 2**63 - 1
PAIRS = "create table t (id integer primary key, a, b, unique (a, b))"
PLAIN = "create table t (id integer primary key)"
COUNTED = "create table t (id integer primary key autoincrement)"


def test_a_table_without_a_key_is_told(tmp_path: Path) -> None:
    assert found(database(tmp_path / "sound.db", SOUND), "no-primary-key") == []
    path = database(
        tmp_path / "shop.db", "create table t (x); create view v as select 1; create table k (a primary key)"
    )
    assert one(found(path, "no-primary-key")).subject == "t"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("create table t (a text primary key, b)", [("t (a)", "low")]),
        ("create table t (a text primary key, b); insert into t values (null, 1)", [("t (a)", "medium")]),
        ("create table t (a int, b int, primary key (a, b)); insert into t values (1, null)", [("t (a, b)", "medium")]),
        ("create table t (a text not null primary key, b)", []),
        ("create table t (a text primary key, b) without rowid", []),
        ("create table t (a text primary key, b int) strict", []),
        ("create table t (a integer primary key, b)", []),
        (
            "create table t (id integer primary key, a, b, unique (a, b)); insert into t values (1, 1, null)",
            [("t (a, b)", "info")],
        ),
        (f"{PAIRS}; insert into t values (1, 1, 1)", []),
        ("create table t (id integer primary key, a unique); insert into t values (1, null), (2, null)", []),
    ],
)
def test_a_key_that_lets_null_in_is_told(tmp_path: Path, script: str, told: list[tuple[str, str]]) -> None:
    path = database(tmp_path / "shop.db", script)
    assert [(finding.subject, finding.severity) for finding in found(path, "nullable-key")] == told


@pytest.mark.parametrize(
    ("script", "severity"),
    [
        (f"{PLAIN}; insert into t values ({LAST})", "medium"),
        (f"{COUNTED}; insert into t values ({LAST})", "high"),
        (
            f"create table t (id integer primary key autoincrement); insert into t values ({LAST}); delete from t",
            "high",
        ),
        (f"{PLAIN}; insert into t values ({LAST - 10})", "medium"),
        (f"{PLAIN}; insert into t values ({LAST // 2})", None),
        (f"{PLAIN}; insert into t values ({LAST}); delete from t", None),
        (f"create table t (id int primary key); insert into t values ({LAST})", None),
    ],
)
def test_numbers_that_run_out_are_told(tmp_path: Path, script: str, severity: str | None) -> None:
    path = database(tmp_path / "shop.db", script)
    assert [finding.severity for finding in found(path, "rowids-end")] == [severity] * (severity is not None)
