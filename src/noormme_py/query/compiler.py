"""From nodes to SQL: text, the slots of its parameters, and the columns it gives. Pure."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from noormme_py.errors import CompileError
from noormme_py.frozen import frozen
from noormme_py.query import nodes, render_ddl, render_expressions, render_functions, render_queries
from noormme_py.query.infer import check_distinct
from noormme_py.query.scope import Outputs, Scope
from noormme_py.query.writer import MAX_LIST, Slot, Writer
from noormme_py.schema.model import Schema

__all__ = ["Compiled", "compile_definition", "compile_query", "render_ddl", "render_expressions", "render_functions"]


_NO_PLACES: Mapping[int, int] = {}


@frozen
class Compiled:
    """One SQL text. `outputs` is None when only the database knows what columns come back.

    `is_of_shape` says that a query of the same shape has the same text, whatever its data.
    """

    sql: str
    slots: tuple[Slot, ...]
    outputs: Outputs | None
    is_write: bool
    is_of_shape: bool = True

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of the placeholders, each once, in order of appearance."""
        return tuple(dict.fromkeys(slot.name for slot in self.slots if slot.name is not None))


def compile_query(
    query: nodes.Query,
    schema: Schema | None = None,
    *,
    max_list: int = MAX_LIST,
    places: Mapping[int, int] = _NO_PLACES,
) -> Compiled:
    """Compile a statement that reads or writes rows.

    With a schema every name is checked: TableNotFound, ColumnNotFound, or CompileError for one that
    is ambiguous. Without one, names are quoted as they are. `places` are those of the query's shape.
    """
    writer = Writer(schema, max_list=max_list, places=places)
    with _bounded_depth():
        writer.put(query)
        outputs = render_queries.returned_outputs(query, Scope(schema))
    if outputs is not None:
        check_distinct(outputs)
    is_write = not isinstance(query, nodes.Select)
    return Compiled(writer.sql, tuple(writer.slots), outputs, is_write, is_of_shape=not writer.has_literals)


def compile_fragment(fragment: nodes.Fragment, schema: Schema | None = None) -> tuple[str, tuple[Slot, ...]]:
    """Compile a statement that the caller wrote as SQL text with values between."""
    # No source is known here, so that column names are written unchecked; the text is the caller's.
    writer = Writer(None)
    writer.is_checked = schema is not None
    with _bounded_depth():
        writer.put(fragment)
    return writer.sql, tuple(writer.slots)


def compile_definition(definition: nodes.Node, schema: Schema | None = None) -> str:
    """Compile DDL, whose values are written as literals because SQLite takes no parameters there."""
    writer = Writer(schema, is_literal=True)
    with _bounded_depth():
        writer.put(definition)
    return writer.sql


@contextmanager
def _bounded_depth() -> Generator[None]:
    try:
        yield
    except RecursionError:
        raise CompileError("the query is nested too deeply") from None
