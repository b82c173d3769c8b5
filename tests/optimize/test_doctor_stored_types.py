"""What the doctor says of values that are not stored as their columns say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.optimize.examined import database, found, one


def told(path: Path, column: str, *values: str, options: str = "") -> list[str]:
    rows = ", ".join(f"({value})" for value in values)
    script = f'create table t (id integer primary key, "a b" {column}) {options}; insert into t ("a b") values {rows};'
    return [finding.severity for finding in found(database(path / "shop.db", script), "stored-types")]


@pytest.mark.parametrize("column", ["integer", "boolean", "decimal(10, 2)", "real", "numeric"])
def test_text_among_numbers_is_told(tmp_path: Path, column: str) -> None:
    assert told(tmp_path, column, "1", "'many'", "null") == ["medium"]


@pytest.mark.parametrize("column", ["integer", "boolean", "decimal(10, 2)", "real", "numeric", "", "blob", "json"])
def test_numbers_and_null_are_not_spoken_of(tmp_path: Path, column: str) -> None:
    assert told(tmp_path, column, "1", "2.5", "null") == []


@pytest.mark.parametrize(
    "values",
    [
        ("'2026-01-05 09:30:00'", "'2026-01-05T09:30:00'"),
        ("'2026-01-05 09:30:00'", "1767605400"),
        ("'2026-01-05T09:30:00'", "1767605400.5"),
    ],
)
def test_times_written_in_several_ways_are_told(tmp_path: Path, values: tuple[str, ...]) -> None:
    assert told(tmp_path, "timestamp", *values) == ["medium"]


@pytest.mark.parametrize(
    "values",
    [
        ("'2026-01-05 09:30:00'", "'2026-01-06 09:30:00'", "null"),
        ("'2026-01-05'", "'2026-01-06'"),
        ("1767605400", "1767605401"),
    ],
)
def test_times_written_in_one_way_are_not_spoken_of(tmp_path: Path, values: tuple[str, ...]) -> None:
    assert told(tmp_path, "timestamp", *values) == []


def test_text_that_is_all_numbers_is_for_information(tmp_path: Path) -> None:
    numbers = [f"'{number}'" for number in range(30)]
    assert told(tmp_path, "text", *numbers) == ["info"]


@pytest.mark.parametrize("other", ["'007'", "'ten'", "'1.50'", "''", "x'31'"])
def test_one_text_that_is_no_number_is_enough_for_text(tmp_path: Path, other: str) -> None:
    assert told(tmp_path, "text", *(f"'{number}'" for number in range(30)), other) == []


def test_few_numbers_in_text_tell_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, "text", "'1'", "'2'") == []


@pytest.mark.parametrize("key", ["id integer primary key", "id int"])
def test_both_ends_of_a_long_table_are_looked_at_and_the_middle_is_not(tmp_path: Path, key: str) -> None:
    script = f"""
        create table t ({key}, n integer);
        with recursive i (i) as (select 1 union all select i + 1 from i where i < 5000)
        insert into t select i, i from i;
    """
    for place, count in ((1, 1), (5000, 1), (2500, 0)):
        path = database(tmp_path / f"{place}.db", f"{script} update t set n = 'many' where id = {place};")
        assert len(found(path, "stored-types")) == count


def test_a_table_whose_rowid_cannot_be_named_is_looked_at(tmp_path: Path) -> None:
    for options in ("", "without rowid"):
        script = f"create table t (rowid text primary key, n integer) {options}; insert into t values ('a', 'many');"
        path = database(tmp_path / f"{options}.db", script)
        assert one(found(path, "stored-types")).subject == "t.n"


def test_the_values_themselves_are_never_told(tmp_path: Path) -> None:
    script = "create table t (id integer primary key, n integer); insert into t (n) values ('s3cret'), (4711);"
    finding = one(found(database(tmp_path / "shop.db", script), "stored-types"))
    assert "s3cret" not in repr(finding)
    assert "4711" not in repr(finding)


def test_what_the_schema_forbids_or_computes_is_not_looked_at(tmp_path: Path) -> None:
    script = """
        create table t (id integer primary key, n integer, g integer as (n || 'x')) ;
        insert into t (n) values (1);
        create table s (id integer primary key, n any) strict;
        insert into s (n) values (1), ('x');
    """
    assert found(database(tmp_path / "shop.db", script), "stored-types") == []
