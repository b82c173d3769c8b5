"""Keys, indexes and views are what SQLite's pragmas say, and not what a pattern finds in the DDL."""

from __future__ import annotations

import pytest

from noormme_py import Schema
from tests.introspect.driver import schema_of

_SCHEMA = """
create table "odd parents" ("the key" text primary key, other integer unique);
create table regions (country text, code integer, name text, primary key (code, country));
create table children (
    id integer primary key,
    note text default 'foreign key (x) references nowhere (y)', -- foreign key (x) references nowhere (y)
    implicit text references "odd parents",
    "explicit" integer constraint "its name" references [odd parents] (OTHER) on delete set null on update cascade,
    country text,
    code integer,
    foreign key (code, country) references Regions on delete cascade deferrable initially deferred,
    foreign key (country, code) references regions (country, code),
    unique (country, note),
    unique (note collate nocase)
);
create index by_expression on children (lower(note), code desc) where code > 0;
create view grown as select c.id, r.name as region from children c join regions r on r.code = c.code;
"""


@pytest.fixture(scope="module")
def schema() -> Schema:
    return schema_of(_SCHEMA)


def test_foreign_keys_have_their_columns_parents_and_actions(schema: Schema) -> None:
    found = {
        (key.columns, key.parent_table, key.parent_columns, key.on_delete, key.on_update)
        for key in schema.table("children").foreign_keys
    }
    assert found == {
        # Left out, the parent key is the primary key, which is not called "id".
        (("implicit",), "odd parents", ("the key",), "no action", "no action"),
        (("explicit",), "odd parents", ("other",), "set null", "cascade"),
        # Composites stay whole, in their order: that of the parent's key, which is not that of its columns.
        (("code", "country"), "regions", ("code", "country"), "cascade", "no action"),
        (("country", "code"), "regions", ("country", "code"), "no action", "no action"),
    }


def test_foreign_keys_have_the_names_the_ddl_gives_them(schema: Schema) -> None:
    keys = schema.table("children").foreign_keys
    assert {key.name for key in keys} == {"its name", None}
    (named,) = (key for key in keys if key.name)
    assert named.columns == ("explicit",)
    assert [key.columns for key in keys if key.is_initially_deferred] == [("code", "country")]
    assert sorted(key.columns for key in keys if key.is_implicit) == [("code", "country"), ("implicit",)]


def test_keys_in_comments_and_texts_are_none(schema: Schema) -> None:
    assert len(schema.table("children").foreign_keys) == 4
    assert schema.find_table("nowhere") is None
    assert all(key.parent_table != "nowhere" for table in schema for key in table.foreign_keys)


def test_the_indexes_of_constraints_have_their_columns(schema: Schema) -> None:
    automatic = {index.column_names for index in schema.table("children").indexes if index.is_automatic}
    assert automatic == {("country", "note"), ("note",)}
    (key,) = schema.table("regions").indexes
    assert (key.column_names, key.origin, key.is_unique) == (("code", "country"), "primary key", True)
    assert {index.column_names for index in schema.table("odd parents").indexes} == {("the key",), ("other",)}


def test_an_index_on_expressions_is_whole(schema: Schema) -> None:
    (index,) = (index for index in schema.table("children").indexes if index.name == "by_expression")
    assert [(column.name, column.expression, column.is_descending) for column in index.columns] == [
        (None, "lower(note)", False),
        ("code", None, True),
    ]
    assert index.where == "code > 0"


def test_views_are_listed_with_their_columns(schema: Schema) -> None:
    view = schema.table("grown")
    assert view.kind == "view"
    assert view.column_names == ("id", "region")
    assert schema.table_names() == ("children", "grown", "odd parents", "regions")
