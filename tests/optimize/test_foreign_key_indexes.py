"""Which indexes the rows that refer to another one are found by."""

from __future__ import annotations

import pytest

from noormme_py.optimize.advice.foreign_key_indexes import finds_any_children, finds_children
from noormme_py.optimize.advice.index_spec import IndexSpec, spec_of
from noormme_py.optimize.reading.access import Key
from noormme_py.schema.model import Schema
from tests.optimize.indexed import indexed

SCHEMA = """
    create table parents (a text collate nocase, b integer, primary key (a, b));
    create table children (
        id integer primary key, a text collate nocase, b integer, c text,
        foreign key (a, b) references parents (a, b)
    );
"""


def schema_of(script: str) -> Schema:
    with indexed(script) as db:
        return db.schema


@pytest.mark.parametrize(
    ("index", "is_found"),
    [
        ("(a, b)", True),
        ("(b, a)", True),
        ("(a, b, c)", True),
        ("(a)", False),
        ("(a, c, b)", False),
        ("(a collate binary, b)", False),
        ("(b, lower(a))", False),
        ("(a, b) where a is not null", True),
        ('(a, b) where "B" notnull', True),
        ("(a, b) where c is not null", False),
        ("(a, b) where b > 0", False),
    ],
)
def test_an_index_of_the_key_in_the_parents_collation_finds_them(index: str, is_found: bool) -> None:
    schema = schema_of(f"{SCHEMA}; create index i on children {index};")
    child = schema.table("children")
    (key,) = child.foreign_keys
    (known,) = child.indexes
    assert finds_children(spec_of(known), key, child, schema) is is_found
    assert finds_any_children(spec_of(known), child, schema) is is_found
    assert not finds_children(IndexSpec("parents", spec_of(known).keys), key, child, schema)


def test_an_index_that_could_be_has_the_collations_of_its_columns() -> None:
    schema = schema_of(SCHEMA)
    child = schema.table("children")
    assert finds_any_children(IndexSpec("Children", (Key("A"), Key("b"))), child, schema)
    assert not finds_any_children(IndexSpec("children", (Key("a", collation="BINARY"), Key("b"))), child, schema)


def test_of_a_parent_that_is_not_there_the_columns_alone_count() -> None:
    schema = schema_of("create table children (a references parents (a), b); create index i on children (a)")
    child = schema.table("children")
    (known,) = child.indexes
    assert finds_any_children(spec_of(known), child, schema)
    assert not finds_any_children(IndexSpec("children", (Key("b"),)), child, schema)
