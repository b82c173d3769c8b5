"""Which form the values of a type take: of itself, or because somebody asked for another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from noormme_py.errors import ConfigError
from noormme_py.frozen import replaced
from noormme_py.names import suggest
from noormme_py.postgres.form import Form
from noormme_py.postgres.forms import chosen, numbers, texts, times
from noormme_py.postgres.literals.nested import nested_form
from noormme_py.postgres.model import PgType

_NO_MODIFIER = -1
# Length and precision are kept with the size of a header added (postgresql.org/docs/current/catalog-pg-attribute.html,
# `atttypmod`; VARHDRSZ in PostgreSQL's sources).
_HEADER = 4

_BY_NAME: dict[str, Form] = {
    "int2": numbers.integer("SMALLINT"),
    "int4": numbers.integer("INTEGER"),
    "int8": numbers.integer("BIGINT"),
    "oid": numbers.integer("INTEGER"),
    "float4": numbers.real("REAL"),
    "float8": numbers.real("DOUBLE PRECISION"),
    "money": numbers.MONEY,
    "bool": numbers.BOOLEAN,
    "text": texts.TEXT,
    "name": texts.TEXT,
    "char": texts.TEXT,
    "citext": texts.CITEXT,
    "xml": texts.XML,
    "json": texts.JSON,
    "jsonb": texts.JSONB,
    "uuid": texts.UUID,
    "bytea": texts.BYTES,
    "date": times.DATE,
    "time": times.TIME,
    "timetz": times.TIMETZ,
    "timestamp": times.TIMESTAMP,
    "timestamptz": times.TIMESTAMPTZ,
    "interval": times.INTERVAL,
}
_NESTED = frozenset({"array", "composite", "range", "multirange"})


def form_of(kind: PgType, modifier: int = _NO_MODIFIER, wanted: Mapping[str, str] | None = None) -> Form:
    """Return the form of a type with its modifier.

    `wanted` names other forms for types by their names, such as `{"numeric": "real"}`. Raises ConfigError for a form
    that there is not, or that the type cannot take.
    """
    if wanted and kind.name in wanted:
        return chosen.form(wanted[kind.name], kind, form_of(kind, modifier))
    if kind.kind == "domain" and kind.element is not None:
        return form_of(kind.element, kind.modifier, wanted)
    if kind.kind == "enum":
        return texts.ENUM
    if kind.kind in _NESTED or kind.name == "hstore":
        return nested_form(kind, lambda part: form_of(part).same)
    if made := _BY_MODIFIER.get(kind.name):
        return made(modifier)
    return _BY_NAME.get(kind.name) or texts.as_written(kind.name)


def in_strict_table(form: Form) -> Form:
    """Return a form as a STRICT table can have it: a number that only NUMERIC affinity would keep becomes text."""
    return numbers.DECIMAL_TEXT if form.name == "decimal" else form


def check_wanted(wanted: Mapping[str, str], known: set[str]) -> None:
    """Raise ConfigError where a form is wanted for a type that no column has."""
    for name in wanted:
        if name not in known:
            raise ConfigError(f"no column has the type {name[:100]!r}", hint=suggest(name, known))


def _numeric(modifier: int) -> Form:
    if modifier == _NO_MODIFIER:
        return numbers.DECIMAL_TEXT
    precision, scale = (modifier - _HEADER) >> 16, (modifier - _HEADER) & 0x7FF
    # Eleven bits with a sign: since PostgreSQL 15 a scale may be negative.
    scale = (scale ^ 1024) - 1024
    if precision > numbers.EXACT_DIGITS or not 0 <= scale <= precision:
        return numbers.DECIMAL_TEXT
    return numbers.decimal(precision, scale)


def _limit(modifier: int) -> int | None:
    return None if modifier == _NO_MODIFIER else modifier - _HEADER


def _bits(modifier: int) -> Form:
    return replaced(texts.TEXT, carried="changed", note="kept as text of the digits 0 and 1")


_BY_MODIFIER: dict[str, Callable[[int], Form]] = {
    "numeric": _numeric,
    "varchar": lambda modifier: texts.varchar(_limit(modifier)),
    "bpchar": lambda modifier: texts.TEXT if modifier == _NO_MODIFIER else texts.char(modifier - _HEADER),
    "bit": _bits,
    "varbit": _bits,
}
