"""Which codec a type has: the column's override, else the kind of its declared type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import TypeAlias
from uuid import UUID

from noormme_py.codec.kinds import Codec, codec_for, codec_names, enum_codec
from noormme_py.errors import ConfigError
from noormme_py.names import fold, suggest
from noormme_py.query.scope import Type
from noormme_py.schema.model import Column, Schema

CodecChoice: TypeAlias = Codec | str | type
"""A codec, the name of one ("json", "unixepoch"), a Python type, or an Enum class."""

_NAME_OF_TYPE: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    Decimal: "decimal",
    date: "date",
    time: "time",
    datetime: "datetime",
    timedelta: "timedelta",
    UUID: "uuid",
    dict: "json",
    list: "json",
    object: "any",
}


class Codecs:
    """The codecs of one database: overrides by `table.column`, then the schema's kinds."""

    __slots__ = ("_choices", "_names")

    def __init__(self, overrides: Mapping[str, CodecChoice] | None = None) -> None:
        self._choices: dict[str, CodecChoice] = {}
        self._names = dict(overrides or {})
        for name, choice in self._names.items():
            table, dot, column = name.rpartition(".")
            if not (dot and table and column):
                raise ConfigError(f"codecs: {name[:100]!r} is not a table.column")
            _check(name, choice)
            self._choices[fold(name)] = choice

    def of(self, type_: Type) -> Codec | None:
        """Return the codec of a type, or None where a value is handed on as it is."""
        if isinstance(type_, Column):
            return self.of_column(type_)
        return None if type_ is None else codec_for(type_)

    def of_column(self, column: Column) -> Codec:
        """Return the codec of a column."""
        choice = self._choices.get(fold(f"{column.table}.{column.name}")) if self._choices else None
        if isinstance(choice, Codec):
            return choice
        if isinstance(choice, type) and issubclass(choice, Enum):
            return enum_codec(choice)
        name = column.kind if choice is None else _NAME_OF_TYPE[choice] if isinstance(choice, type) else choice
        return codec_for(name, column.affinity, column.declared_type)

    def unknown_tables(self, schema: Schema) -> list[str]:
        """Return the overrides of tables that are not there; raises ColumnNotFound for a column that is not."""
        missing = []
        for name in self._names:
            table_name, _, column = name.rpartition(".")
            table = schema.find_table(table_name)
            if table is None:
                missing.append(name)
            else:
                table.column(column)
        return missing


def _check(name: str, choice: CodecChoice) -> None:
    if isinstance(choice, Codec) or (isinstance(choice, type) and issubclass(choice, Enum)):
        return
    if isinstance(choice, str):
        if choice in codec_names():
            return
        raise ConfigError(
            f"codecs: there is no codec {choice[:40]!r} for {name!r}", hint=suggest(choice, codec_names())
        )
    if choice not in _NAME_OF_TYPE:
        raise ConfigError(
            f"codecs: {getattr(choice, '__name__', choice)!r} has no codec", hint="give a Codec of your own"
        )
