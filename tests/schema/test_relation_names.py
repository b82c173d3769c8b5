"""The names of relations in random schemas: told apart, usable, and the same in whatever order the schema stands."""

from __future__ import annotations

import keyword
from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from noormme_py import names
from noormme_py.codec.row_model import RESERVED
from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.schema.model import Column, ForeignKey, Index, IndexColumn, Schema, Table
from noormme_py.schema.relations import Relations
from noormme_py.schema.types import affinity_of, kind_of

# Names that are meant to meet: as roles, singulars and plurals, as what is left of them in Python.
TABLES = [
    "user",
    "users",
    "Post",
    "posts",
    "user posts",
    "user_posts",
    "class",
    "copies",
    "posts_by_user",
    "é",
    '"',
    "1",
]
COLUMNS = [
    *("id", "user_id", "userId", "USER_ID2", "user", "users", "posts", "post_id", "copy_id", "class_id", "class"),
    *("a b", "a_b", "a b_id", "related_counts", "model_dump", "posts_by_user", "users_via_posts", "é_id", "1_id", '"'),
]


@st.composite
def tables(draw: st.DrawFn, name: str, all_names: list[str]) -> Table:
    columns = draw(st.lists(st.sampled_from(COLUMNS), min_size=2, max_size=7, unique_by=fold))
    some = st.lists(st.sampled_from(columns), min_size=1, max_size=2, unique=True).map(tuple)
    parents = st.sampled_from([*all_names, "nowhere"])
    keys = draw(st.lists(st.builds(ForeignKey, some, parents, st.just(())), max_size=5))
    unique = draw(st.lists(some, max_size=3))
    return Table(
        name,
        "table",
        tuple(
            Column(name, column, "INTEGER", affinity_of("INTEGER"), kind_of("INTEGER"), draw(st.booleans()))
            for column in columns
        ),
        draw(some),
        foreign_keys=tuple(keys),
        indexes=tuple(
            Index(f"{name} {place}", name, tuple(map(IndexColumn, found)), is_unique=True)
            for place, found in enumerate(unique)
        ),
    )


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    all_names = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=5, unique_by=fold))
    made = {name: draw(tables(name, all_names)) for name in all_names}
    return Schema(1, tuple(_with_parents(table, made) for table in made.values()))


def _with_parents(table: Table, made: dict[str, Table]) -> Table:
    """Lead foreign keys to the primary key where that has as many columns, else to nothing there is."""
    return replaced(
        table,
        foreign_keys=tuple(
            replaced(key, parent_columns=made[key.parent_table].primary_key)
            if key.parent_table in made and len(made[key.parent_table].primary_key) == len(key.columns)
            else replaced(key, parent_columns=_missing(len(key.columns)))
            for key in table.foreign_keys
        ),
    )


def _missing(count: int) -> tuple[str, ...]:
    return ("not there", "nor this")[:count]


@given(schemas())
def test_every_relation_has_a_name_of_its_own(schema: Schema) -> None:
    relations = Relations(schema, reserved=RESERVED)
    for table in schema:
        fields = names.attributes(table.column_names, RESERVED)
        for name, relation in relations.of(table.name).items():
            assert relation.name == name
            assert name.isidentifier()
            assert not keyword.iskeyword(name)
            assert not name.startswith("_")
            assert name not in RESERVED
            assert name not in fields.values()
            assert name not in table.column_names
        assert [*relations.of(table.name)] == sorted(relations.of(table.name))


@given(schemas())
def test_every_sound_key_is_a_relation_on_both_sides(schema: Schema) -> None:
    relations = Relations(schema, reserved=RESERVED)
    sound = {
        (table.name, key.columns, key.parent_table, key.parent_columns)
        for table in schema
        for key in table.foreign_keys
        if "not there" not in key.parent_columns and key.parent_columns
    }
    found = [relation for table in schema for relation in relations.of(table.name).values()]
    forward = Counter((r.table, r.columns, r.target, r.target_columns) for r in found if r.kind == "many to one")
    backward = Counter(
        (r.target, r.target_columns, r.table, r.columns) for r in found if r.kind in ("one to many", "one to one")
    )
    assert forward == backward == Counter(sound)


@given(schemas(), st.randoms(use_true_random=False))
def test_the_order_of_the_schema_decides_no_name(schema: Schema, random: Random) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(random.sample(items, len(items)))

    other = Schema(
        2,
        tuple(
            replaced(
                table,
                columns=shuffled(table.columns),
                foreign_keys=shuffled(table.foreign_keys),
                indexes=shuffled(table.indexes),
            )
            for table in random.sample(schema.tables, len(schema.tables))
        ),
    )
    one, two = Relations(schema, reserved=RESERVED), Relations(other, reserved=RESERVED)
    assert {table.name: dict(one.of(table.name)) for table in schema} == {
        table.name: dict(two.of(table.name)) for table in schema
    }
