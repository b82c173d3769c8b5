"""Related rows are those that a join gives, row by row, in order, whatever the keys are made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Related, SyncNoormme
from noormme_py.errors import ResultError
from noormme_py.schema.relations import Relation
from tests.repository.every_relation import SCHEMA, Rows, all_rows, fill, joined


class Databases:
    """One file, open in the library and beside it."""

    def __init__(self, path: Path) -> None:
        self.plain = sqlite3.connect(path, isolation_level=None)
        self.plain.execute("pragma synchronous = off")
        self.plain.executescript(SCHEMA)
        self.db = SyncNoormme(path).initialize()
        self.tables = [table.name for table in self.db.schema]
        self.relations = {name: dict(self.db.catalog.relations.of(name)) for name in self.tables}

    def close(self) -> None:
        self.db.close()
        self.plain.close()

    def key_of(self, table: str, row: Any) -> tuple[Any, ...]:
        """Return what tells a row of a table from the others; no key of this schema is changed by its codec."""
        return tuple(getattr(row, name) for name in self.db.schema.table(table).primary_key)

    def expected(
        self, relation: Relation, row: Any, least: int = 0, order: str = "", limit: int | None = None
    ) -> list[tuple[Any, ...]]:
        """Return the keys of the rows that belong to a row."""
        owner = self.key_of(relation.table, row)
        return joined(self.plain, self.db.schema, relation, owner, least=least, order=order)[:limit]

    def check(self, relation: Relation, row: Any, expected: list[tuple[Any, ...]], by_key: dict[Any, Any]) -> list[Any]:
        """Check what one row was given, and return it as a list."""
        value = getattr(row, relation.name)
        found = value if relation.is_many else [] if value is None else [value]
        keys = [self.key_of(relation.target, one) for one in found]
        assert [*map(_typed, keys)] == [*map(_typed, expected)], relation
        # Decoded as it is when the table is read by itself.
        assert found == [by_key[_typed(key)] for key in keys]
        return [*found]

    def by_key(self, table: str) -> dict[Any, Any]:
        return {_typed(self.key_of(table, row)): row for row in self.db.get_repository(table).find_all()}


def _typed(key: tuple[Any, ...]) -> list[tuple[type, Any]] | tuple[Any, ...]:
    # 1 is no 1.0 and no True.
    return tuple((type(part), part) for part in key)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    found = Databases(tmp_path_factory.mktemp("relations") / "all.db")
    yield found
    found.close()


def test_every_kind_of_relation_is_there(both: Databases) -> None:
    found = [relation for by_name in both.relations.values() for relation in by_name.values()]
    assert {relation.kind for relation in found} == {"many to one", "one to one", "one to many", "many to many"}
    assert {relation.is_required for relation in found if relation.kind == "many to one"} == {True, False}
    # Two for each foreign key, and two for each table between two.
    assert len(found) == 2 * 17 + 2 * 2


@settings(max_examples=60)
@given(all_rows(), st.integers(0, 4), st.sampled_from(["", "n", "-n"]), st.none() | st.integers(0, 3))
def test_one_relation_of_all_rows(both: Databases, rows: Rows, least: int, order: str, limit: int | None) -> None:
    fill(both.plain, rows)
    said = f"b.n{' desc' if order == '-n' else ''}" if order else ""
    by_key = {table: both.by_key(table) for table in both.tables}
    for table, relations in both.relations.items():
        repository = both.db.get_repository(table)
        for name, relation in relations.items():
            where = None if relation.is_required else {"n__gte": least}
            many: dict[str, Any] = {"order_by": order or None, "limit": limit} if relation.is_many else {}
            counted = Related(name, where=where)
            found = repository.find_all(include=Related(name, where=where, **many), with_count=counted)
            assert found == [*by_key[table].values()]
            for row in found:
                expected = both.expected(relation, row, 0 if relation.is_required else least, said)
                if relation.is_many:
                    assert row.related_counts == {name: len(expected)}
                    expected = expected[:limit]
                else:
                    assert row.related_counts == {name: min(len(expected), 1)}
                both.check(relation, row, expected, by_key[relation.target])


@settings(max_examples=60)
@given(all_rows(), st.data())
def test_relations_of_relations(both: Databases, rows: Rows, data: st.DataObject) -> None:
    fill(both.plain, rows)
    table = start = data.draw(st.sampled_from([table for table in both.tables if both.relations[table]]))
    steps: list[Relation] = []
    for _ in range(data.draw(st.integers(1, 3))):
        step = both.relations[table][data.draw(st.sampled_from([*both.relations[table]]))]
        steps.append(step)
        table = step.target
    path = ".".join(step.name for step in steps)
    found = both.db.get_repository(start).find_all(include=path)
    for step in steps:
        by_key = both.by_key(step.target)
        found = [one for row in found for one in both.check(step, row, both.expected(step, row), by_key)]


@settings(max_examples=30)
@given(all_rows())
def test_many_relations_at_once(both: Databases, rows: Rows) -> None:
    fill(both.plain, rows)
    by_key = {table: both.by_key(table) for table in both.tables}
    for table, relations in both.relations.items():
        found = both.db.get_repository(table).find_all(include=[*relations], with_count=[*relations])
        for row in found:
            assert [*row.related_counts] == [*relations]
            for relation in relations.values():
                both.check(relation, row, both.expected(relation, row), by_key[relation.target])


def test_an_orphan_of_a_key_that_may_be_null_has_no_parent(both: Databases) -> None:
    fill(both.plain, {"posts": [], "people": [{"id": 1, "n": 0, "boss_id": 9}, {"id": 2, "n": 0, "boss_id": None}]})
    people = both.db.get_repository("people").find_all(include="boss", with_count="boss")
    assert [(row.boss, row.related_counts) for row in people] == [(None, {"boss": 0})] * 2


def test_an_orphan_of_a_key_that_cannot_be_null_is_told(both: Databases) -> None:
    fill(both.plain, {"people": [], "posts": [{"id": 1, "n": 0, "author_id": 9}]})
    posts = both.db.get_repository("posts")
    with pytest.raises(ResultError, match="'posts' refers to one of 'people' that is not there") as caught:
        posts.find_all(include="author")
    assert caught.value.hint is not None
    assert "foreign_key_check" in caught.value.hint
    # Without it, the row can be read and mended.
    assert posts.count() == len(posts.find_all(include="editor")) == 1
