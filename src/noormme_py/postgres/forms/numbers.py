"""Integers, floats, decimals and booleans."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from noormme_py.postgres.form import Column, Form

EXACT_DIGITS = 15
"""A double holds every decimal of as many digits (DBL_DIG); SQLite's NUMERIC affinity makes doubles of fractions."""

NAN = "NaN"


def integer(declared: str) -> Form:
    """Return the form of int2, int4, int8 and oid. Texts become integers by the column's affinity."""
    return Form("integer", declared, "INTEGER", read="cast({} as text)")


def real(declared: str) -> Form:
    """Return the form of float4 and float8: the nearest double of PostgreSQL's text is the value itself."""
    return Form("real", declared, "REAL", store=_floats, render=_float_texts, canonical=_plain_floats, same=_same_float)


def _floats(column: Column) -> Column:
    # SQLite would make NULL of NaN, and has no negative zero where a column is REAL.
    return [None if v is None else v if v == NAN else float(v) + 0.0 for v in column]


def _plain_floats(column: Column) -> Column:
    # SQLite knows no negative zero.
    return [None if v is None else v if v == NAN else repr(float(v) + 0.0) for v in column]


def _float_texts(column: Column) -> Column:
    return [None if v is None else v if v.__class__ is str else repr(float(v)) for v in column]


def _same_float(text: str) -> str:
    try:
        return repr(float(text) + 0.0)
    except ValueError:
        return text


def same_decimal(text: str) -> str:
    """Return one text for all decimals of the same value."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return str(number)
    sign, digits, exponent = number.as_tuple()
    figures = "".join(map(str, digits)).lstrip("0")
    if not figures:
        return "0"
    plain = figures.rstrip("0")
    return f"{'-' if sign else ''}{plain}e{int(exponent) + len(figures) - len(plain)}"


def decimal(precision: int, scale: int) -> Form:
    """Return the form of numeric(p,s) where p digits are exact as a number: it sorts and adds as one."""
    pattern = f"%.{scale}f"
    zeros = f".{'0' * scale}" if scale else ""

    def text(value: object) -> str:
        # More digits than the column has, which an application wrote, are shown and not rounded away.
        if isinstance(value, float):
            written = pattern % value
            return written if float(written) == value else repr(value)
        return f"{value}{zeros}" if isinstance(value, int) else str(value)

    def render(column: Column) -> Column:
        return [None if v is None else text(v) for v in column]

    return Form(
        "decimal",
        f"DECIMAL({precision},{scale})",
        "TEXT",
        store=_floats,
        render=render,
        same=same_decimal,
        codec="decimal",
    )


DECIMAL_TEXT = Form("decimal text", "DECIMAL TEXT", "TEXT", same=same_decimal, codec="decimal")
"""Every digit is kept. As text it neither sorts nor compares as a number: `order_by(cast("total", "real"))`."""

MONEY = Form(
    "decimal text",
    "DECIMAL TEXT",
    "TEXT",
    select="{}::numeric",
    same=same_decimal,
    codec="decimal",
    carried="changed",
    note="kept as the exact amount, without the sign of the currency",
)


def _booleans(column: Column) -> Column:
    return [None if v is None else v == "t" for v in column]


def _boolean_texts(column: Column) -> Column:
    return [None if v is None else "t" if v == 1 else "f" if v == 0 else str(v) for v in column]


BOOLEAN = Form("boolean", "BOOLEAN", "INTEGER", store=_booleans, render=_boolean_texts, codec="bool")
