"""What is created is what is discovered, whatever it is called and however it is written."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from noormme_py.frozen import replaced
from noormme_py.introspect.discover import discover
from noormme_py.query.tokens import split_script
from noormme_py.schema.types import affinity_of
from tests.introspect.driver import database, run
from tests.introspect.random_schema import Made, schemas


@given(schemas())
def test_a_random_schema_is_discovered_as_it_was_made(made: list[Made]) -> None:
    connection = database("".join(one.script for one in made))
    schema = run(connection, discover())
    texts = dict(connection.execute("select name, sql from sqlite_schema where type = 'table'").fetchall())
    connection.close()
    assert list(schema.table_names()) == sorted(one.table.name for one in made)
    for one in made:
        found = schema.table(one.table.name)
        written = tuple(index for index in found.indexes if not index.is_automatic)
        assert replaced(found, indexes=written) == replaced(one.table, sql=texts[found.name])
        assert {index.column_names for index in found.indexes if index.is_automatic} == one.unique_keys


@given(schemas())
def test_a_random_script_is_split_into_the_statements_that_sqlite_runs(made: list[Made]) -> None:
    script = "".join(one.script for one in made)
    whole = database(script)
    parts = database()
    for statement in split_script(script):
        parts.execute(statement)
    query = "select type, name, tbl_name, sql from sqlite_schema order by rowid"
    assert parts.execute(query).fetchall() == whole.execute(query).fetchall()
    whole.close()
    parts.close()


WORDS = st.sampled_from("int char clob text blob real floa doub any num ıNT ſTEXT x point date".split(" "))


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", " ", "a"]), st.booleans()), min_size=1, max_size=3))
def test_the_affinity_of_a_type_is_the_one_that_sqlite_gives_it(
    words: list[tuple[str, str, bool]],
) -> None:
    declared = "".join((word.upper() if is_upper else word) + gap for word, gap, is_upper in words).strip()
    connection = sqlite3.connect(":memory:")
    connection.execute(f'create table t(a "{declared}")')
    # A table made from a select has the affinities of its columns for their types.
    connection.execute("create table s as select a from t")
    ((affinity,),) = connection.execute("select type from pragma_table_info('s')").fetchall()
    connection.close()
    names = {"INT": "integer", "TEXT": "text", "NUM": "numeric", "REAL": "real", "": "blob"}
    assert affinity_of(declared) == names[affinity]
