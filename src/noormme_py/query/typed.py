"""Tables and columns as objects with types: what a module generated from a database declares."""

from __future__ import annotations

from functools import lru_cache
from inspect import get_annotations
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar, get_args, get_origin

from noormme_py.errors import CompileError
from noormme_py.query import nodes, operands
from noormme_py.query.expressions import Expression, T
from noormme_py.query.interning import interned
from noormme_py.query.operands import Operand

R = TypeVar("R")

_MAX_KEPT = 1024


class Col(Expression[T]):
    """A column of a table, `Col[int | None]("users", "age")`. Both names are exact: a dot in them is a dot."""

    __slots__ = ()
    node: nodes.Ref

    def __init__(self, table: str, column: str) -> None:
        super().__init__(_column(_exact(table), _exact(column)))

    def __eq__(self, other: T | Operand) -> Expression:  # type: ignore[override]
        if not isinstance(other, Col):
            return Expression(operands.comparison(self.node, "=", other))
        one, two = self.node, other.node
        return _equality(one.table, one.column, two.table, two.column)

    __hash__ = Expression.__hash__

    def as_(self, alias: str) -> Expression:
        """Return it under a name."""
        return _titled(self.node.table, self.node.column, _exact(alias))


class TableOf(Generic[R]):
    """A table whose rows are objects of the class R. A subclass declares it; it is used as that class.

    What it declares is a column of that name. An instance is the same table under another name, made by `as_`:

        class Users(TableOf[User]):
            __table__ = "users"
            id: Col[int]
            first_name = Col[str]("users", "first name")
    """

    __table__: ClassVar[str]
    __row__: ClassVar[Any]
    __source__: nodes.Node

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        table = _exact(getattr(cls, "__table__", None))
        cls.__source__ = _table(table)
        for name in get_annotations(cls):
            if not name.startswith("__") and name not in cls.__dict__:
                setattr(cls, name, Col(table, name))
        for base in cls.__mro__[1:]:
            for name, column in vars(base).items():
                # A column that is inherited is one of this table.
                if isinstance(column, Col) and name not in cls.__dict__:
                    setattr(cls, name, Col(table, column.node.column))
        for base in cls.__dict__.get("__orig_bases__", ()):
            if get_origin(base) is TableOf:
                (cls.__row__,) = get_args(base)
        if not isinstance(getattr(cls, "__row__", None), type):
            raise CompileError(
                f"the typed table {cls.__name__} does not say the class of its rows",
                hint=f"declare it so: class {cls.__name__}(TableOf[Row])",
            )

    def __init__(self, alias: str) -> None:
        cls = type(self)
        self.__source__ = _aliased(cls.__table__, _exact(alias))
        columns = {name: found for name in dir(cls) if isinstance(found := getattr(cls, name), Col)}
        vars(self).update({name: Col(alias, column.node.column) for name, column in columns.items()})

    @classmethod
    def as_(cls, alias: str) -> Self:
        """Return the table under another name, as a query needs it that meets the table twice."""
        table: Any = cls
        made: Self = _under(table, _exact(alias))
        return made


Tabled: TypeAlias = type[TableOf[R]] | TableOf[R]
"""A typed table, as itself or under an alias."""

AnySource: TypeAlias = str | Operand | Tabled[Any]
"""What can be selected from: `"users"`, `"users as u"`, a typed table, a query with an alias, a function."""


def row_of(source: object) -> Any:
    """Return the class of the rows of a typed table, None for any other source."""
    return getattr(source, "__row__", None)


@interned
def _column(table: str, column: str) -> nodes.Ref:
    return nodes.Ref(column, table)


@interned
def _equal(table: str | None, column: str, other_table: str | None, other: str) -> nodes.Binary:
    return nodes.Binary(nodes.Ref(column, table), "=", nodes.Ref(other, other_table))


@lru_cache(maxsize=_MAX_KEPT)
def _equality(table: str | None, column: str, other_table: str | None, other: str) -> Expression:
    return Expression(_equal(table, column, other_table, other))


@lru_cache(maxsize=_MAX_KEPT)
def _titled(table: str | None, column: str, alias: str) -> Expression:
    return Expression(_named(table, column, alias))


@interned
def _named(table: str | None, column: str, alias: str) -> nodes.Aliased:
    return nodes.Aliased(nodes.Ref(column, table), alias)


@interned
def _table(name: str) -> nodes.TableName:
    return nodes.TableName(name)


@interned
def _aliased(name: str, alias: str) -> nodes.Aliased:
    return nodes.Aliased(nodes.TableName(name), alias)


# A query says its aliases each time it is built.
@lru_cache(maxsize=_MAX_KEPT)
def _under(table: type[TableOf[Any]], alias: str) -> Any:
    return table(alias)


def _exact(name: object) -> str:
    if type(name) is not str:
        raise CompileError(f"a typed table and its columns are named by plain strings, not by {type(name).__name__}")
    return name
