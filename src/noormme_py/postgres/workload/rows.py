"""The values of both sides in texts that are the same for the same values, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from noormme_py.postgres.form import Column, Form
from noormme_py.postgres.forms.numbers import same_decimal

_NUMBERS = frozenset({"integer", "real", "decimal", "decimal text"})
_KEPT_AS: dict[str, tuple[str, frozenset[type]]] = {
    "integer": ("integers", frozenset({int})),
    "real": ("floats", frozenset({float})),
    "decimal": ("decimals", frozenset({int, float})),
    "decimal text": ("decimals", frozenset({str})),
    "boolean": ("booleans", frozenset({int})),
    "blob": ("bytes", frozenset({bytes})),
}
_COMES_AS: dict[type, str] = {int: "integers", float: "floats", str: "text", bytes: "bytes"}


def is_number(form: Form) -> bool:
    """Whether values of the form are compared as numbers."""
    return form.name in _NUMBERS


def comparable(form: Form, there: Column, here: Column, digits: int | None = None) -> tuple[Column, Column]:
    """Return a column of PostgreSQL's texts and one of SQLite's values as texts that can be compared.

    A double is compared as one, so that 0.1 is 0.1; everything else to its last digit. `digits` is how many of a
    number count, None for all of them.
    """
    if digits is not None:
        return nearly(form, there, digits), nearly(form, rendered(form, here), digits)
    if is_number(form):
        if form.name == "real" or any(value.__class__ is float for value in here):
            return _doubles(there), _doubles(here)
        return _decimals(there), _decimals(here)
    return meant(form, there), meant(form, rendered(form, here))


def rendered(form: Form, stored: Column) -> Column:
    """Return PostgreSQL's texts of SQLite's values; what is no value of the form is told as it is."""
    if form.render is None:
        return [None if value is None else _text(value) for value in stored]
    try:
        return form.render(stored)
    except (ValueError, TypeError, AttributeError, OverflowError, KeyError):
        return [_rendered(form, value) for value in stored]


def meant(form: Form, texts: Column) -> Column:
    """Return one text for all texts that mean the same value."""
    # Of a query's answer an application sees the padding too.
    same = None if form.name == "char" else form.same
    return [None if text is None else str(text) if same is None else same(str(text)) for text in texts]


def nearly(form: Form, texts: Column, digits: int) -> Column:
    """Return one text for all texts that mean the same value, of numbers for all that agree in so many digits."""
    if form.name == "integer":
        return _decimals(texts)
    return rounded(texts, digits) if is_number(form) else meant(form, texts)


def rounded(column: Column, digits: int) -> Column:
    """Return numbers with so many digits, as texts."""
    return [None if value is None else _rounded(value, digits) for value in column]


def other_kinds(form: Form, here: Column) -> str | None:
    """Return how values come where PostgreSQL gives others, such as "floats instead of decimals"; None for the same."""
    wanted, kinds = _KEPT_AS.get(form.name, ("text", frozenset({str})))
    if form.name not in _KEPT_AS and form.strict != "TEXT":
        return None
    others = {value.__class__ for value in here} - kinds - {type(None)}
    if not others:
        return None
    told = " and ".join(sorted(_COMES_AS.get(kind, "other values") for kind in others))
    return f"{told} instead of {wanted}"


def rows_of(columns: Sequence[Column]) -> list[tuple[Any, ...]]:
    """Return the rows of some columns."""
    return list(zip(*columns, strict=True))


def _text(value: object) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _rendered(form: Form, value: Any) -> Any:
    if form.render is None or value is None:
        return value
    try:
        return form.render([value])[0]
    except (ValueError, TypeError, AttributeError, OverflowError, KeyError):
        return _text(value)


def _doubles(column: Column) -> Column:
    return [None if value is None else _double(value) for value in column]


def _double(value: object) -> str:
    try:
        # SQLite knows no negative zero.
        return repr(float(str(value)) + 0.0)
    except ValueError:
        return str(value)


def _decimals(column: Column) -> Column:
    return [None if value is None else same_decimal(str(value)) for value in column]


def _rounded(value: object, digits: int) -> str:
    try:
        return f"{float(str(value)):.{digits}g}"
    except ValueError:
        return str(value)
