"""Row encoders: code generated once for a list of columns, then run for every row that is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noormme_py.codec.encode import encode_column, guarded
from noormme_py.codec.kinds import Codec, encode_bool, encode_datetime, encode_float, encode_int, encode_str
from noormme_py.query.statement import Raw
from noormme_py.schema.model import Column

# What most values of a codec look like, and what such a value `v` is written as; all others go to the codec.
_USUAL: dict[Callable[[Any], Raw], tuple[str, str]] = {
    encode_bool: ("{v}.__class__ is bool", "+{v}"),
    encode_datetime: ("{v}.__class__ is datetime and {v}.tzinfo is None", "{v}.isoformat(' ')"),
    encode_float: ("{v}.__class__ is float and {v} == {v}", "{v}"),
    encode_int: ("{v}.__class__ is int and -0x8000000000000000 <= {v} <= 0x7FFFFFFFFFFFFFFF", "{v}"),
    encode_str: ("{v}.__class__ is str and {v}.isascii()", "{v}"),
}


@dataclass(frozen=True, slots=True, eq=False)
class RowEncoder:
    """The columns that a row writes, and what encodes its values; raises EncodeError naming the column."""

    columns: tuple[str, ...]
    encode: Callable[[Iterable[object]], list[Raw]]


def row_encoder(written: Sequence[tuple[Column, Codec] | None]) -> RowEncoder:
    """Generate the encoder for values in this order; a value that is not to be written has None for its column."""
    namespace: dict[str, Any] = {"datetime": datetime}
    encoded: list[str] = []
    for index, target in enumerate(written):
        if target is None:
            continue
        column, codec = target
        namespace[f"e{index}"] = value_encoder(column, codec)
        value = f"v{index}"
        slow = f"e{index}({value})"
        condition, quick = _USUAL.get(codec.encode, ("", ""))
        encoded.append(f"{quick} if {condition} else {slow}".format(v=value) if condition else slow)
    targets = "".join(f"v{index}, " for index in range(len(written)))
    # The generated text holds positions only: nothing in it is SQL or input.
    source = f"def encode(values):\n    [{targets}] = values\n    return [{', '.join(encoded)}]\n"
    exec(compile(source, "<row encoder>", "exec"), namespace)
    return RowEncoder(tuple(target[0].name for target in written if target is not None), namespace["encode"])


def value_encoder(column: Column, codec: Codec) -> Callable[[object], Raw]:
    """Return what encodes a value of one column, None as NULL; raises EncodeError."""
    return guarded(codec.encode, lambda value: encode_column(column, value, codec))
