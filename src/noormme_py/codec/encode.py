"""From a compiled query's slots to the parameters that SQLite is given. All faults are EncodeError."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from noormme_py.codec.kinds import Codec, encode_untyped
from noormme_py.codec.registry import Codecs
from noormme_py.errors import EncodeError, QueryError
from noormme_py.names import suggest
from noormme_py.query.scope import Type
from noormme_py.query.statement import Raw
from noormme_py.query.writer import Slot
from noormme_py.schema.model import Column


class Binder:
    """Encodes the parameters of one SQL text: what is looked up by slot is looked up once."""

    __slots__ = ("_names", "_slots")

    def __init__(self, slots: tuple[Slot, ...], codecs: Codecs) -> None:
        self._names = frozenset(slot.name for slot in slots if slot.name is not None)
        self._slots = [(slot, slot.source, _encoder(slot, codecs.of(slot.type))) for slot in slots]

    def __call__(self, data: Sequence[object] = (), named: Mapping[str, object] | None = None) -> list[Raw]:
        """Encode the data of a query of this shape, and the values of its placeholders."""
        given: Mapping[str, object] = {} if named is None else named
        if given.keys() != self._names:
            self._check_names(given)
        parameters: list[Raw] = []
        for slot, source, encode in self._slots:
            if source is not None:
                value = data[source]
            elif slot.name is not None:
                value = given[slot.name]
            else:
                value = slot.value
            parameters.append(encode(value))
        return parameters

    def _check_names(self, given: Mapping[str, object]) -> None:
        for name in given:
            if name not in self._names:
                raise QueryError(f"the query has no placeholder {name!r}", hint=suggest(name, self._names))
        missing = sorted(self._names - given.keys())
        raise QueryError("no value is given for " + ", ".join(map(repr, missing)))


def _encoder(slot: Slot, codec: Codec | None) -> Callable[[object], Raw]:
    """Return what encodes the values of one slot."""
    if slot.is_list:
        return lambda values: _encode_list(slot, values, codec)
    usual = encode_untyped if codec is None else codec.encode
    return guarded(usual, lambda value: encode_as(slot, value, codec))


def guarded(usual: Callable[[Any], Raw], otherwise: Callable[[object], Raw]) -> Callable[[object], Raw]:
    """Return what encodes a value as usual, None as NULL; what is refused goes the other way."""

    def encoded(value: object) -> Raw:
        if value is None:
            return None
        try:
            return usual(value)
        except (ValueError, TypeError):
            return otherwise(value)

    return encoded


def encode_as(slot: Slot, value: object, codec: Codec | None) -> Raw:
    """Encode one value that is not None for its slot by a codec."""
    try:
        return encode_value(value, codec, is_written=slot.is_written)
    except (ValueError, TypeError) as fault:
        raise EncodeError(f"{_label(slot.type)}: {fault}") from None


def encode_column(column: Column, value: object, codec: Codec) -> Raw:
    """Encode one value that is to be written to a column."""
    if value is None:
        return None
    try:
        return codec.encode(value)
    except (ValueError, TypeError) as fault:
        raise EncodeError(f"{_label(column)}: {fault}") from None


def encode_value(value: object, codec: Codec | None, *, is_written: bool) -> Raw:
    """Encode a value that is not None; raises ValueError or TypeError."""
    if codec is None:
        return encode_untyped(value)
    if is_written or not codec.comparable:
        return codec.encode(value)
    try:
        return codec.encode(value)
    except (ValueError, TypeError):
        if isinstance(value, codec.comparable) and not isinstance(value, bool):
            return encode_untyped(value)
        raise


def _encode_list(slot: Slot, values: object, codec: Codec | None) -> str:
    if not isinstance(values, list | tuple | set | frozenset | range):
        raise EncodeError(f"{_label(slot.type)}: a list is expected, not {type(values).__name__}")
    encoded = []
    for value in values:
        if value is None:
            raise EncodeError(f"{_label(slot.type)}: a list cannot hold None", hint="ask for NULL with is_null()")
        try:
            raw = encode_value(value, codec, is_written=False)
        except (ValueError, TypeError) as fault:
            raise EncodeError(f"{_label(slot.type)}: {fault}") from None
        # SQLite's JSON cuts a text off at a NUL, and does not promise the last digit of a float.
        if not isinstance(raw, int | str) or (isinstance(raw, str) and "\0" in raw):
            raise EncodeError(
                f"{_label(slot.type)}: a list this long can hold whole numbers and text without NUL only",
                hint="put the values into a table and join it",
            )
        encoded.append(raw)
    return json.dumps(encoded, ensure_ascii=False)


def _label(type_: Type) -> str:
    return f"{type_.table}.{type_.name}" if isinstance(type_, Column) else "a value"
