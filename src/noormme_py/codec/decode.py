"""Row decoders: code generated once for a list of columns and a shape, then run for every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from noormme_py.codec.kinds import Codec, decode_bool, decode_float
from noormme_py.codec.shapes import Shape, check_columns
from noormme_py.errors import DecodeError, NoormmeError
from noormme_py.frozen import frozen

R = TypeVar("R")


@frozen
class ResultColumn:
    """One column of a result: its name, its codec, and the `table.column` to name in an error."""

    name: str
    codec: Codec | None = None
    label: str = ""


@frozen
class RowDecoder(Generic[R]):
    """Makes objects of raw rows, of the first one or of all; raises DecodeError naming the column, never the value.

    Both take a cursor or a list of rows. Faults of the cursor itself pass through.
    """

    first: Callable[[Iterable[Sequence[Any]]], R | None]
    all: Callable[[Iterable[Sequence[Any]]], list[R]]


def row_decoder(columns: Sequence[ResultColumn], shape: Shape) -> RowDecoder[Any]:
    """Generate the decoder; raises QueryError when the columns do not fill the shape."""
    check_columns(shape, [column.name for column in columns])
    namespace: dict[str, Any] = {"cls": shape.cls, "bools": {None: None, 0: False, 1: True}}
    values = [_value(index, column, namespace) for index, column in enumerate(columns)]
    statements, made = _maker(columns, values, shape, namespace)
    targets = "".join(f"c{index}, " for index in range(len(columns)))
    namespace["explain"] = lambda fault, row: _explain(fault, row, columns, shape)
    # The generated text holds positions and the repr of names only: nothing in it is SQL or input.
    source = f"""
def first(rows):
    for row in rows:
        try:
            {targets} = row
            {statements}
            return {made}
        except Exception as fault:
            raise explain(fault, row) from None
    return None

def all(rows):
    found = []
    append = found.append
    for row in rows:
        try:
            {targets} = row
            {statements}
            append({made})
        except Exception as fault:
            raise explain(fault, row) from None
    return found
"""
    exec(compile(source, "<row decoder>", "exec"), namespace)
    return RowDecoder(namespace["first"], namespace["all"])


def scalar_decoder(column: ResultColumn) -> RowDecoder[Any]:
    """Return the decoder that gives the first column alone."""
    decode = column.codec.decode if column.codec is not None else None

    def one(row: Sequence[Any]) -> Any:
        if decode is None or row[0] is None:
            return row[0]
        try:
            return decode(row[0])
        except Exception as fault:
            raise _fault(column, fault, row[0]) from None

    return RowDecoder(lambda rows: next((one(row) for row in rows), None), lambda rows: [one(row) for row in rows])


def _value(index: int, column: ResultColumn, namespace: dict[str, Any]) -> str:
    """Return the expression that decodes the column c<index>."""
    decode = column.codec.decode if column.codec is not None else None
    if decode is None:
        return f"c{index}"
    if decode is decode_bool:
        return f"bools[c{index}]"
    if decode is decode_float:
        return f"float(c{index}) if c{index}.__class__ is int else c{index}"
    namespace[f"d{index}"] = decode
    return f"None if c{index} is None else d{index}(c{index})"


def _maker(
    columns: Sequence[ResultColumn], values: list[str], shape: Shape, namespace: dict[str, Any]
) -> tuple[str, str]:
    """Return the statement and the expression that make one object of the columns c0, c1, …"""
    wanted = [
        (shape.fields[column.name] if shape.fields is not None else column.name, value)
        for column, value in zip(columns, values, strict=True)
        if shape.fields is None or column.name in shape.fields
    ]
    pairs = "{" + ", ".join(f"{name!r}: {value}" for name, value in wanted) + "}"
    match shape.kind:
        case "dict":
            return "pass", pairs
        case "dataclass" if not all(name.isidentifier() for name, _ in wanted):
            return "pass", f"cls(**{pairs})"
        case "dataclass" if _is_only_assigned(shape.cls, {name for name, _ in wanted}):
            # What its own __init__ would do, without the call.
            namespace["new"] = object.__new__
            return "model = new(cls); " + "; ".join(f"model.{name} = {value}" for name, value in wanted), "model"
        case "dataclass":
            return "pass", f"cls({', '.join(f'{name}={value}' for name, value in wanted)})"
        case "validated model":
            namespace["validate"] = shape.cls.model_validate
            return "pass", f"validate({pairs})"
        case "trusted model":
            # Values from a codec need no second validation, and `model_construct` takes six times as long.
            namespace["new"] = object.__new__
            namespace["fill"] = BaseModel.__dict__["__dict__"].__set__
            return f"model = new(cls); fill(model, {pairs})", "model"


def _is_only_assigned(cls: Any, names: set[str]) -> bool:
    """Whether the `__init__` of a dataclass is the one that was made for it, and only assigns these fields."""
    own = cls.__dict__
    parameters = own.get("__dataclass_params__")
    is_made = parameters is not None and parameters.init and not parameters.frozen
    is_plain = cls.__new__ is object.__new__ and not hasattr(cls, "__post_init__")
    return is_made and is_plain and {field.name for field in fields(cls)} == names and all(f.init for f in fields(cls))


def _explain(fault: Exception, row: Sequence[Any], columns: Sequence[ResultColumn], shape: Shape) -> NoormmeError:
    """Find the column whose value cannot be decoded."""
    if len(row) != len(columns):
        return DecodeError(f"the row has {len(row)} columns, {len(columns)} are expected")
    for column, stored in zip(columns, row, strict=True):
        decode = column.codec.decode if column.codec is not None else None
        if decode is None or stored is None:
            continue
        try:
            decode(stored)
        except Exception as found:
            return _fault(column, found, stored)
    if isinstance(fault, ValidationError):
        # Only the field: what comes behind it in `loc` may be a key out of the stored JSON.
        errors = fault.errors(include_input=False)
        where = ", ".join(dict.fromkeys(f"{(error['loc'] or ('row',))[0]} ({error['type']})" for error in errors))
        return DecodeError(f"a row does not validate as {shape.cls.__name__}: {where}")
    return DecodeError(f"a row cannot be made into {shape.cls.__name__}: {type(fault).__name__}")


def _fault(column: ResultColumn, fault: Exception, stored: object) -> DecodeError:
    kind = column.codec.name if column.codec is not None else "value"
    return DecodeError(
        f"{column.label or column.name}: the stored {_STORAGE.get(type(stored), 'value')} is not a {kind}"
        f" ({type(fault).__name__})",
        hint="give the column the codec of what it really holds: codecs={'table.column': …}",
    )


_STORAGE: dict[type, str] = {int: "INTEGER", float: "REAL", str: "TEXT", bytes: "BLOB"}
