"""Whatever a schema holds, its module compiles, and its rows are those that a plain database makes."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py.cli.generate import ASYNC
from noormme_py.codec.registry import Codecs
from noormme_py.codec.shapes import table_model
from noormme_py.codegen.drift import differences
from noormme_py.codegen.plan import planned
from noormme_py.codegen.render import module_text
from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.query.nodes import Ref
from noormme_py.schema.model import Column, Schema, Table
from tests.codegen.modules import imported
from tests.codegen.test_use import columns_of
from tests.introspect.driver import schema_of
from tests.introspect.random_schema import Made, schemas
from tests.query.hostile import PIECES

WORDS = "int str list Any Literal Users user users User id class self Database TableOf datetime date x X _ __x".split()
NAMES = (
    st.lists(st.sampled_from([*PIECES, *WORDS]) | st.text(max_size=3), min_size=1, max_size=3)
    .map("".join)
    .filter(lambda name: name and "\0" not in name and name.isprintable() and not fold(name).startswith("sqlite_"))
)


@st.composite
def hostile_schemas(draw: st.DrawFn) -> Schema:
    """Return a schema of columns without much to them, and of names that nobody would choose."""
    tables = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=fold)):
        columns = draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=fold))
        made = [Column(name, column, "", "blob", draw(st.sampled_from(["int", "date", "any"]))) for column in columns]
        tables.append(Table(name, "table", tuple(made), primary_key=tuple(columns[: draw(st.integers(0, 2))])))
    return Schema(1, tuple(tables))


def check(schema: Schema) -> None:
    text = module_text(planned(schema, ASYNC))
    ast.parse(text)
    turned = replaced(schema, tables=schema.tables[::-1])
    assert module_text(planned(turned, ASYNC)) == text
    assert differences(text, text) == []
    with tempfile.TemporaryDirectory() as folder, imported(text, Path(folder), "random_db") as module:
        for table in schema:
            row = module.Database.row_types[table.name]
            assert columns_of(row) == columns_of(table_model(table, Codecs()))
        shown = {cls.__table__: cls for cls in vars(module).values() if "__table__" in getattr(cls, "__dict__", {})}
        assert shown.keys() == {table.name for table in schema}
        for table in schema:
            refs = {found.node for found in vars(shown[table.name]).values() if hasattr(found, "node")}
            assert refs == {Ref(column.name, table.name) for column in table.columns}


@settings(max_examples=25)
@given(schemas())
def test_any_schema_has_a_module(made: list[Made]) -> None:
    check(schema_of("".join(table.script for table in made)))


@settings(max_examples=50)
@given(hostile_schemas())
def test_any_names_have_a_module(schema: Schema) -> None:
    check(schema)
