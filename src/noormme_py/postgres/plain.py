"""Frozen values as JSON has them, and back: what comes from a file is not believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """Return a value with frozen ones as dicts by their fields, and tuples as lists, at any depth."""
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    if hasattr(type(value), "__match_args__") and not isinstance(value, str | int | float):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
    return value


def from_plain(kind: type[T], plain: object) -> T:
    """Return the frozen value that `to_plain` gave; keys that it does not know are passed over.

    Raises ValueError, with the place in it, for what is missing or of another type than the field says.
    """
    return cast("T", _read(kind, plain, kind.__name__))


def _read(kind: Any, plain: Any, place: str) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if plain is None and NoneType in parts:
            return None
        [some] = [part for part in parts if part is not NoneType]
        return _read(some, plain, place)
    if origin is Literal:
        if isinstance(plain, str) and plain in parts:
            return plain
    elif origin is tuple:
        if isinstance(plain, list):
            return _read_tuple(parts, plain, place)
    elif hasattr(kind, "__match_args__"):
        if isinstance(plain, Mapping):
            return _read_fields(kind, plain, place)
    elif kind is float:
        # JSON has one kind of number.
        if type(plain) in (int, float):
            return plain
    elif type(plain) is kind:
        return plain
    raise ValueError(f"{place} is not what it can be")


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _read_tuple(parts: tuple[Any, ...], plain: list[Any], place: str) -> tuple[Any, ...]:
    if parts[-1] is Ellipsis:
        return tuple(_read(parts[0], one, place) for one in plain)
    if len(parts) != len(plain):
        raise ValueError(f"{place} has another length")
    return tuple(_read(part, one, place) for part, one in zip(parts, plain, strict=True))


def _read_fields(kind: Any, plain: Mapping[str, Any], place: str) -> Any:
    hints = _hints(kind)
    found: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in plain:
            found[field.name] = _read(hints[field.name], plain[field.name], f"{place}.{field.name}")
        elif field.default is MISSING:
            raise ValueError(f"{place} has no {field.name}")
    return kind(**found)
