"""The columns of a table that its options give a meaning: the one that counts changes, the one that marks deletions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from noormme_py.codec.encode import encode_column
from noormme_py.codec.kinds import Codec
from noormme_py.codec.registry import Codecs
from noormme_py.errors import ConfigError, EncodeError
from noormme_py.frozen import frozen, replaced
from noormme_py.names import quote
from noormme_py.query import nodes
from noormme_py.query.statement import Raw
from noormme_py.repository.options import TableOptions
from noormme_py.schema.model import Column, Table

_SOME_TIME = datetime(2001, 2, 3, 4, 5, 6, 789_123, tzinfo=UTC)
# What a codec of times may want: aware or not, and no finer than its unit.
_FORMS: tuple[Callable[[datetime], datetime], ...] = (
    lambda time: time,
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000),
    lambda time: time.replace(microsecond=0),
    lambda time: time.replace(tzinfo=None),
    lambda time: time.replace(microsecond=0, tzinfo=None),
)


@frozen
class SoftDelete:
    """How rows are marked as deleted: `stamp` gives the mark of this moment, `unmarked` is what a live row has."""

    column: Column
    stamp: Callable[[], Raw]
    unmarked: Raw

    @property
    def live_sql(self) -> str:
        return f" and {quote(self.column.name)} {'is null' if self.unmarked is None else '= 0'}"

    @property
    def marked_sql(self) -> str:
        return f" and {quote(self.column.name)} {'is not null' if self.unmarked is None else '<> 0'}"

    @property
    def restore_sql(self) -> str:
        return f"{quote(self.column.name)} = {'null' if self.unmarked is None else '0'}"

    def live(self, table: str) -> nodes.Node:
        """Return the condition of rows that are not marked, of a table or its alias in a query."""
        column = nodes.Ref(self.column.name, table)
        if self.unmarked is None:
            return nodes.Binary(column, "is", nodes.Null())
        return nodes.Binary(column, "=", nodes.Fragment(("0",)))


@frozen
class RowMarks:
    """The columns with a meaning. `sees_deleted` says that marked rows are treated like others."""

    version: Column | None = None
    soft_delete: SoftDelete | None = None
    sees_deleted: bool = False

    @classmethod
    def of(cls, table: Table, options: TableOptions | None, codecs: Codecs) -> RowMarks:
        """Return what the options say; raises ColumnNotFound, or ConfigError for a column that does not serve."""
        if options is None:
            return cls()
        return cls(_version(table, options.version), _soft_delete(table, options.soft_delete, codecs))

    def seeing_deleted(self) -> RowMarks:
        """Return them for a look at all rows."""
        return replaced(self, sees_deleted=True)

    @property
    def hidden(self) -> SoftDelete | None:
        """How rows are marked that are not to be seen."""
        return None if self.sees_deleted else self.soft_delete

    @property
    def live_sql(self) -> str:
        """What a WHERE clause says beside the key."""
        return "" if self.hidden is None else self.hidden.live_sql

    @property
    def counting_sql(self) -> str:
        """What a SET clause says beside its columns."""
        if self.version is None:
            return ""
        name = quote(self.version.name)
        return f", {name} = {name} + 1"

    @property
    def counting(self) -> tuple[tuple[str, nodes.Node], ...]:
        """The same as an assignment."""
        if self.version is None:
            return ()
        name = self.version.name
        return ((name, nodes.Binary(nodes.Ref(name), "+", nodes.Value(1))),)


def _version(table: Table, name: str | None) -> Column | None:
    if name is None:
        return None
    column = table.column(name)
    is_key = column.name in table.primary_key
    if column.affinity != "integer" or column.is_nullable or not column.is_writable or is_key:
        raise ConfigError(
            f"tables: {table.name}.{column.name} cannot count versions",
            hint="a version is an INTEGER NOT NULL column of its own, best with DEFAULT 1",
        )
    return column


def _soft_delete(table: Table, name: str | None, codecs: Codecs) -> SoftDelete | None:
    if name is None:
        return None
    column = table.column(name)
    codec = codecs.of_column(column)
    if column.is_writable and column.name not in table.primary_key:
        if codec.python is datetime and column.is_nullable:
            form = _form(column, codec)
            return SoftDelete(column, lambda: encode_column(column, form(datetime.now(UTC)), codec), None)
        if codec.python in (bool, int) and not column.is_nullable:
            return SoftDelete(column, lambda: 1, 0)
    raise ConfigError(
        f"tables: {table.name}.{column.name} cannot mark deleted rows",
        hint="that takes a datetime column that may be NULL, or a boolean or integer column that is NOT NULL",
    )


def _form(column: Column, codec: Codec) -> Callable[[datetime], datetime]:
    """Return what gives a time in UTC as the codec takes it."""
    for form in _FORMS:
        try:
            encode_column(column, form(_SOME_TIME), codec)
        except EncodeError:
            continue
        return form
    raise ConfigError(f"tables: the codec of {column.table}.{column.name} takes no time of this moment")
