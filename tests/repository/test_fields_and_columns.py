"""Which column a field of a row's model is read from."""

from __future__ import annotations

from noormme_py.codec.registry import Codecs
from noormme_py.codec.shapes import table_model, table_shape
from noormme_py.schema.model import Column, Table


def test_a_column_without_a_name_keeps_it() -> None:
    columns = (Column("t", "", "TEXT", "text", "str"), Column("t", "first name", "TEXT", "text", "str"))
    shape = table_shape(table_model(Table("t", "table", columns), Codecs()))
    assert shape.fields == {"": "column", "first name": "first_name"}
