"""Which codec a type has: the column's override, else the kind of its declared type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache, partial
from typing import TypeAlias
from uuid import UUID

from noormme_py.codec.affinity import held_to
from noormme_py.codec.kinds import Codec, codec_for, codec_names, encode_any, enum_codec
from noormme_py.codec.own import own_codec
from noormme_py.errors import ConfigError
from noormme_py.names import fold, suggest
from noormme_py.query.scope import OneOf, Type
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
        if overrides is not None and not isinstance(overrides, Mapping):
            raise ConfigError(
                f"codecs are a mapping of table.column to a codec, not {type(overrides).__name__}",
                hint='codecs={"users.settings": "json"}',
            )
        self._choices: dict[str, Callable[[Column], Codec]] = {}
        self._names = tuple(overrides or ())
        for name, choice in (overrides or {}).items():
            table, dot, column = name.rpartition(".") if isinstance(name, str) else ("", "", "")
            if not (dot and table and column):
                raise ConfigError(f"codecs: {str(name)[:100]!r} is not a table.column")
            self._choices[fold(name)] = _chosen(name, choice)

    def of(self, type_: Type) -> Codec | None:
        """Return the codec of a type, or None where a value is handed on as it is."""
        if isinstance(type_, Column):
            return self.of_column(type_)
        if isinstance(type_, OneOf):
            return _common([self.of(single) for single in type_.types])
        return None if type_ is None else codec_for(type_)

    def of_column(self, column: Column) -> Codec:
        """Return the codec of a column."""
        chosen = self._choices.get(fold(f"{column.table}.{column.name}")) if self._choices else None
        return _of_kind(column.kind, column) if chosen is None else chosen(column)

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


def merged(
    settled: Mapping[str, CodecChoice], further: Mapping[str, CodecChoice] | None
) -> Mapping[str, CodecChoice] | None:
    """Return both; raises ConfigError for a column whose codec is settled already."""
    if not settled or not isinstance(further, Mapping):
        return further or settled
    known = set(map(fold, settled))
    for name in further:
        if isinstance(name, str) and fold(name) in known:
            raise ConfigError(
                f"codecs: {name[:100]!r} is settled by the class of the database",
                hint="its types rest on that: generate the module again with another --codec",
            )
    return {**settled, **further}


def _common(codecs: Sequence[Codec | None]) -> Codec | None:
    """Return the first of the codecs when all of them read alike: nothing is guessed of a mixture."""
    first, *others = codecs
    if first is None or any(c is None or (c.name, c.decode) != (first.name, first.decode) for c in others):
        return None
    return first


def _chosen(name: str, choice: CodecChoice) -> Callable[[Column], Codec]:
    """Return what gives a column the codec that was chosen for it; raises ConfigError."""
    if isinstance(choice, Codec):
        own = own_codec(choice)
        return lambda _: own
    if isinstance(choice, type) and issubclass(choice, Enum):
        _check_values(name, choice)
        members = _enum_codec(choice)
        return lambda column: held_to(members, "any", column.affinity)
    if isinstance(choice, str):
        if choice not in codec_names():
            raise ConfigError(
                f"codecs: there is no codec {choice[:40]!r} for {name!r}", hint=suggest(choice, codec_names())
            )
        return partial(_of_kind, choice)
    if not isinstance(choice, type) or choice not in _NAME_OF_TYPE:
        raise ConfigError(
            f"codecs: {getattr(choice, '__name__', choice)!r} has no codec", hint="give a Codec of your own"
        )
    return partial(_of_kind, _NAME_OF_TYPE[choice])


# One codec for all the columns of an enum, so that they are seen to be read alike.
_enum_codec = lru_cache(maxsize=1024)(enum_codec)


def _of_kind(kind: str, column: Column) -> Codec:
    return held_to(codec_for(kind, column.affinity, column.declared_type), kind, column.affinity)


def _check_values(name: str, kind: type[Enum]) -> None:
    for member in kind:
        try:
            encode_any(member.value)
        except (ValueError, TypeError) as fault:
            raise ConfigError(f"codecs: {kind.__name__}.{member.name} cannot be stored in {name!r}: {fault}") from None
