"""The fixed part of a repository: its columns, how they are decoded, and how values are encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from noormme_py.codec.decode import ResultColumn, RowDecoder, row_decoder
from noormme_py.codec.encode import encode_column
from noormme_py.codec.encode_rows import RowEncoder, row_encoder
from noormme_py.codec.kinds import Codec
from noormme_py.codec.plans import Plans
from noormme_py.codec.registry import Codecs
from noormme_py.codec.shapes import Shape, column_of
from noormme_py.errors import QueryError, ResultError
from noormme_py.names import fold, quote, suggest
from noormme_py.query import nodes
from noormme_py.query.statement import Cursor, Raw
from noormme_py.schema.model import Column, Table

R = TypeVar("R")

Key = object
"""A key: its one value, or a tuple or mapping of a composite key's values."""

COMPOUND = frozenset({tuple, list, dict})
"""The types of a key that is not one value."""

_MAX_ENCODERS = 256


class TablePlan(Generic[R]):
    """One table, one row shape, one set of codecs: everything that is decided before a call."""

    __slots__ = (
        "_attributes",
        "_codec_by_column",
        "_encoders",
        "_encoders_of_models",
        "all",
        "columns",
        "encode_key",
        "first",
        "items",
        "key_columns",
        "key_sql",
        "plans",
        "returning_sql",
        "row_type",
        "select_sql",
        "table",
    )

    def __init__(self, table: Table, codecs: Codecs, shape: Shape, plans: Plans) -> None:
        self.table = table
        self.plans = plans
        self.row_type: type[R] = shape.cls
        self._attributes = shape.attributes
        names = None if shape.fields is None else set(shape.fields)
        self.columns = tuple(c for c in table.visible_columns if names is None or c.name in names)
        if not self.columns:
            raise QueryError(f"no field of {shape.cls.__name__} is a column of {table.name!r}")
        results = [ResultColumn(c.name, codecs.of_column(c), f"{table.name}.{c.name}") for c in self.columns]
        decoder: RowDecoder[R] = row_decoder(results, shape)
        # What collects the first row of a cursor, and all of them.
        self.first: Callable[[Iterable[Sequence[Any]]], R | None] = decoder.first
        self.all: Callable[[Iterable[Sequence[Any]]], list[R]] = decoder.all
        self.items = tuple(nodes.Ref(column.name) for column in self.columns)
        columns_sql = ", ".join(quote(column.name) for column in self.columns)
        self.returning_sql = f" returning {columns_sql}"
        self.select_sql = f"select {columns_sql} from {quote(table.name)} where "
        self.key_columns = tuple(table.column(name) for name in table.primary_key)
        self.key_sql = " and ".join(f"{quote(column.name)} = ?" for column in self.key_columns)
        self._codec_by_column: dict[str, tuple[Column, Codec]] = {
            column.name: (column, codecs.of_column(column)) for column in table.columns
        }
        # By the names that are given, in a mapping or by a model: few in a program.
        self._encoders: dict[tuple[str, ...], RowEncoder] = {}
        self._encoders_of_models: dict[tuple[str, ...], RowEncoder] = {}
        has_one_key = len(self.key_columns) == 1
        self.encode_key = row_encoder([self.column(self.key_columns[0].name)]).encode if has_one_key else None

    def created(self, cursor: Cursor) -> R:
        """Collect the row that an INSERT gives back; raises ResultError when it inserted none."""
        row = self.first(cursor)
        if row is None:
            raise row_ignored(self.table.name)
        return row

    def encode(self, name: str, value: object) -> Raw:
        """Encode one value of a column by its name."""
        column, codec = self.column(name)
        return encode_column(column, value, codec)

    def column(self, name: str) -> tuple[Column, Codec]:
        """Return a column and its codec; raises ColumnNotFound with a suggestion."""
        found = self._codec_by_column.get(name)
        return found if found is not None else self._codec_by_column[self.table.column(name).name]

    def written(self, values: object) -> tuple[RowEncoder, list[Raw]]:
        """Encode a row's values; raises for unknown and generated columns and for values that do not fit."""
        mapping = values if type(values) is dict else mapping_of(values)
        is_named = mapping is values
        encoders = self._encoders if is_named else self._encoders_of_models
        encoder = encoders.get(tuple(mapping))
        if encoder is None:
            encoder = self._row_encoder(mapping, is_named=is_named)
            if len(encoders) >= _MAX_ENCODERS:
                encoders.clear()
            encoders[tuple(mapping)] = encoder
        return encoder, encoder.encode(mapping.values())

    def given(self, values: object) -> dict[str, object]:
        """Return the values of a row by name, as they are to be written."""
        mapping = mapping_of(values)
        if mapping is values:
            return dict(mapping)
        return {name: value for name, value in mapping.items() if self.column(name)[0].is_writable}

    def _row_encoder(self, names: Iterable[str], *, is_named: bool) -> RowEncoder:
        if not self.table.is_writable:
            raise QueryError(
                f"{self.table.name!r} is a view", hint="write to its tables, or give it INSTEAD OF triggers"
            )
        targets = [self._written_column(name, is_named=is_named) for name in names]
        seen: set[str] = set()
        for column in (target[0].name for target in targets if target is not None):
            if column in seen:
                # SQLite's names have no case: {"Name": …, "name": …} says one column twice.
                raise QueryError(f"the column {self.table.name}.{column} is given twice")
            seen.add(column)
        return row_encoder(targets)

    def _written_column(self, name: str, *, is_named: bool) -> tuple[Column, Codec] | None:
        """Return a column to be written, None for one to leave out; raises for all others."""
        column, codec = self.column(name)
        if column.is_writable:
            return column, codec
        if is_named:
            raise QueryError(
                f"the column {self.table.name}.{column.name} is generated and cannot be written",
                hint="leave it out; it comes back computed",
            )
        # A whole row given back as a model has them; a mapping names what it means.
        return None

    def key_values(self, key: Key) -> Sequence[Raw]:
        """Encode a key; raises QueryError when it does not fit the table's."""
        if self.encode_key is not None and type(key) not in COMPOUND:
            return self.encode_key((key,))
        columns = self.key_columns
        if not columns:
            raise QueryError(
                f"{self.table.kind} {self.table.name!r} has no primary key",
                hint="use find_one with conditions"
                + (", update_many or delete_many" if self.table.is_writable else ""),
            )
        return [
            encode_column(column, value, self.column(column.name)[1])
            for column, value in zip(columns, _parts(self.table, key), strict=True)
        ]

    def key_of(self, row: R) -> tuple[Raw, ...] | None:
        """Return the encoded key of a row, or None where the row does not have it."""
        if not self.key_columns:
            return None
        values: list[Raw] = []
        for column in self.key_columns:
            if isinstance(row, Mapping):
                if column.name not in row:
                    return None
                value = row[column.name]
            elif self._attributes is not None and column.name in self._attributes:
                value = getattr(row, self._attributes[column.name])
            else:
                return None
            values.append(encode_column(column, value, self.column(column.name)[1]))
        return tuple(values)


def mapping_of(values: object) -> Mapping[str, object]:
    """Return a row given as a mapping, a pydantic model or a dataclass instance, by column name.

    Of a model only the fields that were set are taken, so that defaults stay the database's.
    """
    if type(values) is dict or isinstance(values, Mapping):
        return values
    if isinstance(values, BaseModel):
        model = type(values)
        return {
            column_of(name, field): getattr(values, name)
            for name, field in model.model_fields.items()
            if name in values.model_fields_set
        }
    if is_dataclass(values) and not isinstance(values, type):
        return {field.name: getattr(values, field.name) for field in fields(values)}
    raise QueryError(f"a row is given as a mapping or a model, not as {type(values).__name__}")


def rows_of(rows: Iterable[object]) -> list[object]:
    """Return the rows of a bulk write; raises QueryError for a single row given by mistake."""
    if isinstance(rows, Mapping | BaseModel | str | bytes):
        raise QueryError("a list of rows is expected, not one row", hint="use create() or upsert() for one")
    if not isinstance(rows, Iterable):
        raise QueryError(f"a list of rows is expected, not {type(rows).__name__}")
    return list(rows)


def row_ignored(table: str) -> ResultError:
    """Return the error for a row that SQLite passed over without an error of its own."""
    return ResultError(
        f"the database ignored the row for {table!r}: nothing was written",
        hint="ON CONFLICT IGNORE in the table's definition or raise(ignore) in a trigger does that",
    )


def _parts(table: Table, key: Key) -> Sequence[object]:
    names = table.primary_key
    if isinstance(key, Mapping):
        known = {fold(name) for name in names}
        given: dict[str, object] = {}
        for name, value in key.items():
            folded = fold(name) if isinstance(name, str) else ""
            if folded not in known:
                raise QueryError(
                    f"{str(name)[:100]!r} is no part of the key of {table.name!r}",
                    hint=suggest(str(name), names),
                )
            if folded in given:
                raise QueryError(f"the key of {table.name!r} is given {str(name)[:100]!r} twice")
            given[folded] = value
        if len(given) != len(names):
            raise QueryError(f"the key of {table.name!r} is {', '.join(names)}")
        return [given[fold(name)] for name in names]
    if len(names) == 1:
        if isinstance(key, tuple | list):
            raise QueryError(f"the key of {table.name!r} is one value, {names[0]!r}")
        return [key]
    if not isinstance(key, tuple) or len(key) != len(names):
        raise QueryError(
            f"the key of {table.name!r} has {len(names)} parts",
            hint=f"give a tuple ({', '.join(names)}) or a mapping",
        )
    return key
