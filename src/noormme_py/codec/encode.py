"""From a compiled query's slots to the parameters that SQLite is given. All faults are EncodeError."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

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

    __slots__ = ("_has_names", "_slots")

    def __init__(self, slots: tuple[Slot, ...], codecs: Codecs) -> None:
        self._has_names = any(slot.name is not None for slot in slots)
        self._slots = [(slot, slot.source, codecs.of(slot.type)) for slot in slots]

    def __call__(self, data: Sequence[object] = (), named: Mapping[str, object] | None = None) -> list[Raw]:
        """Encode the data of a query of this shape, and the values of its placeholders."""
        given: Mapping[str, object] = {} if named is None else named
        if given or self._has_names:
            _check_names(tuple(slot for slot, _, _ in self._slots), given)
        parameters: list[Raw] = []
        for slot, source, codec in self._slots:
            if source is not None:
                value = data[source]
            elif slot.name is not None:
                value = given[slot.name]
            else:
                value = slot.value
            parameters.append(encode_as(slot, value, codec))
        return parameters


def encode_as(slot: Slot, value: object, codec: Codec | None) -> Raw:
    """Encode one value for its slot by a codec."""
    if slot.is_list:
        return _encode_list(slot, value, codec)
    if value is None:
        return None
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


def _check_names(slots: tuple[Slot, ...], given: Mapping[str, object]) -> None:
    wanted = {slot.name for slot in slots if slot.name is not None}
    for name in given:
        if name not in wanted:
            raise QueryError(f"the query has no placeholder {name!r}", hint=suggest(name, wanted))
    missing = sorted(wanted - given.keys())
    if missing:
        raise QueryError("no value is given for " + ", ".join(map(repr, missing)))


def _label(type_: Type) -> str:
    return f"{type_.table}.{type_.name}" if isinstance(type_, Column) else "a value"
