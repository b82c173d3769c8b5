"""The writer that nodes are rendered with, and the table of render functions by node kind."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from noormme_py.errors import CompileError
from noormme_py.frozen import frozen
from noormme_py.names import quote
from noormme_py.query import nodes
from noormme_py.query.scope import Scope, Type
from noormme_py.schema.model import Schema

N = TypeVar("N", bound=nodes.Node)

MAX_LIST = 1000
"""How many values an IN list binds one by one; a longer one is bound as a single JSON array."""


_NO_PLACES: Mapping[int, int] = {}


@frozen
class Slot:
    """One `?` of the SQL text: its value and the type it is encoded as.

    A slot with a `name` takes its value when a prepared query is run; one with a `source` takes it from
    that place among the data of a query of the same shape. A list is bound as JSON text.
    A value that is written must be read back equal; one that is compared may be of a related type.
    """

    value: object
    type: Type = None
    name: str | None = None
    is_list: bool = False
    is_written: bool = False
    source: int | None = None


class Writer:
    """Collects SQL text and slots; knows the scope at the place being written."""

    __slots__ = ("has_literals", "is_checked", "is_literal", "max_list", "parts", "places", "scope", "slots")

    def __init__(
        self,
        schema: Schema | None,
        *,
        is_literal: bool = False,
        max_list: int = MAX_LIST,
        places: Mapping[int, int] = _NO_PLACES,
    ) -> None:
        self.places = places
        self.has_literals = False
        self.is_checked = schema is not None
        self.parts: list[str] = []
        self.slots: list[Slot] = []
        self.scope = Scope(schema)
        self.is_literal = is_literal
        self.max_list = max_list

    @property
    def sql(self) -> str:
        return "".join(self.parts)

    def put(self, *items: str | nodes.Node) -> None:
        """Write SQL text as it is, and nodes rendered."""
        for item in items:
            if isinstance(item, str):
                self.parts.append(item)
            else:
                _RENDERERS[type(item)](self, item)

    def name(self, name: str) -> None:
        """Write a quoted identifier."""
        self.parts.append(quote(name))

    def unsure_name(self, name: str) -> None:
        """Write the name of a column that may not be there.

        SQLite takes an unknown name in double quotes for a string (sqlite.org/quirks.html); one in
        backticks is always a name, and an error when there is no such column.
        """
        quote(name)
        self.parts.append("`" + name.replace("`", "``") + "`")

    def names(self, names: Sequence[str]) -> None:
        """Write a list of quoted identifiers."""
        self.parts.append(", ".join(map(quote, names)))

    def separated(self, separator: str, items: Sequence[nodes.Node]) -> None:
        """Write nodes with a separator between them."""
        for index, item in enumerate(items):
            if index:
                self.parts.append(separator)
            self.put(item)

    def value(self, node: nodes.Node, like: Type, *, is_written: bool = False) -> None:
        """Write a node; data is encoded as the type of what it meets."""
        match node:
            case nodes.Value(value):
                self.bind(Slot(value, like, is_written=is_written, source=self.places.get(id(node))))
            case nodes.Param(name):
                self.bind(Slot(None, like, name, is_written=is_written))
            case _:
                self.put(node)

    def bind(self, slot: Slot) -> None:
        """Write the placeholder of a slot; in DDL, which takes no parameters, the literal."""
        if self.is_literal:
            self.has_literals = True
            self.parts.append(literal(slot))
        else:
            self.parts.append("?")
            self.slots.append(slot)

    @contextmanager
    def as_literals(self) -> Generator[None]:
        """Write values as literals where SQLite has to see them when it prepares the statement."""
        outer, self.is_literal = self.is_literal, True
        try:
            yield
        finally:
            self.is_literal = outer

    @contextmanager
    def within(self, scope: Scope) -> Generator[None]:
        """Write with other names visible."""
        outer, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = outer


_RENDERERS: dict[type[nodes.Node], Callable[[Writer, Any], None]] = {}


def renders(kind: type[N]) -> Callable[[Callable[[Writer, N], None]], Callable[[Writer, N], None]]:
    """Register the function that renders a node kind."""

    def register(render: Callable[[Writer, N], None]) -> Callable[[Writer, N], None]:
        _RENDERERS[kind] = render
        return render

    return register


def literal(slot: Slot) -> str:
    """Return a value as a SQL literal, for the places where SQLite takes no parameters."""
    match slot.value:
        case _ if slot.name is not None:
            raise CompileError(f"SQLite takes no placeholder here ({slot.name!r})")
        case None:
            return "null"
        case bool() as value:
            return "1" if value else "0"
        # Enums and the like say something of their own as text; the number itself is meant.
        case int() as value if -(2**63) <= value < 2**63:
            return int.__repr__(value)
        case float() as value if value == value and abs(value) != float("inf"):
            return float.__repr__(value)
        case bytes() as value:
            return f"x'{value.hex()}'"
        case str() as value:
            return text_literal(value)
        case value:
            raise CompileError(
                f"a {type(value).__name__} of this value has no SQL literal",
                hint="where SQLite takes no parameters, give None, bool, 64-bit int, finite float, str or bytes",
            )


def text_literal(text: str) -> str:
    """Return a string as a SQL text literal, exactly."""
    if "\0" in text:
        raise CompileError("a SQL text literal cannot hold a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CompileError("a SQL text literal cannot hold a lone surrogate") from None
    return "'" + text.replace("'", "''") + "'"
