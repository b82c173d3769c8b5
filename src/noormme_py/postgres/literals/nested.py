"""The forms of types that have parts: they are kept as JSON, parts inside of parts in any combination.

Arrays are lists, rows of a composite type are objects by the names of the fields, ranges are
`{"lower": 1, "upper": 5, "bounds": "[)"}` or `{"empty": true}`, multiranges lists of those, and hstore is an object of
strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from noormme_py.postgres.form import Column, Form, each
from noormme_py.postgres.literals.array_shape import array_shape, run_inside
from noormme_py.postgres.literals.composites import composite_text, parse_composite
from noormme_py.postgres.literals.hstore import hstore_text, in_order, parse_hstore
from noormme_py.postgres.literals.leaves import TEXT, Same, leaf
from noormme_py.postgres.literals.range_shape import Step, multirange_shape, next_date, next_integer, range_shape
from noormme_py.postgres.literals.shape import Shape, part, read, string, written
from noormme_py.postgres.model import PgType

SameOf: TypeAlias = Callable[[PgType], Same | None]
"""What makes one text of all that mean the same value of a type without parts; None where a text means only itself."""

_HSTORE = "hstore"
# Their ranges have a canonical function (postgresql.org/docs/current/rangetypes.html, "Discrete Range Types").
_STEPS: dict[str, Step] = {"int4range": next_integer, "int8range": next_integer, "daterange": next_date}
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_QUOTING = str.maketrans("", "", '"\\')


def is_nested(kind: PgType) -> bool:
    """Tell whether the type, or the one below a domain, has parts that are kept as JSON."""
    kind = _below_domains(kind)
    return kind.kind in ("array", "composite", "range", "multirange") or kind.name == _HSTORE


def nested_form(kind: PgType, same_of: SameOf | None = None) -> Form:
    """Return the form of an array, a composite type, a range, a multirange, hstore, or a domain over one of them.

    `same_of` is asked about the types without parts that there are inside. Both converters raise ValueError.
    """
    kind = _below_domains(kind)
    shape = _shape(kind, same_of)
    run = _shape(kind.element, same_of).run if kind.kind == "array" and kind.element else None

    def render(stored: Any) -> str | None:
        # Numbers, the most of what arrays hold, need not be read one by one.
        if run and (inner := run_inside(stored, "[", "]", run)):
            return f"{{{inner}}}"
        try:
            text = part(read(stored), shape)
        except RecursionError:
            raise ValueError("the JSON goes too deep") from None
        # JSON can escape what PostgreSQL's text cannot hold.
        if text is not None and "\\u" in stored and _UNWRITABLE.search(text):
            raise ValueError("PostgreSQL has no text with such a character")
        return text

    def same(text: str) -> str:
        try:
            return shape.same(text)
        except ValueError:
            return text

    return Form(
        name=kind.name if kind.kind == "base" else kind.kind,
        declared="JSON TEXT",
        strict="TEXT",
        store=each(shape.store),
        render=each(render),
        canonical=_with_plain_quotes(shape) if shape.has_spaces else None,
        same=same,
        codec="json",
        carried="changed",
        note="kept as JSON",
    )


def _below_domains(kind: PgType) -> PgType:
    while kind.kind == "domain" and kind.element is not None:
        kind = kind.element
    return kind


def _with_plain_quotes(shape: Shape) -> Callable[[Column], Column]:
    """Return what leaves out quotes that only the server's locale asked for.

    On macOS the bytes of `à` hold what `isspace` calls a space, and PostgreSQL puts the word in quotes there. The text
    that is compared must differ in quotes alone, or a value that was read wrongly would go unseen.
    """

    def plain(text: str) -> str:
        if text.isascii():
            return text
        made = part(read(shape.store(text)), shape)
        return made if made and made.translate(_QUOTING) == text.translate(_QUOTING) else text

    return each(plain)


def _shape(kind: PgType, same_of: SameOf | None) -> Shape:
    if kind.kind in ("base", "enum"):
        if kind.name == _HSTORE:
            return _hstore_shape()
        return leaf(kind, same_of(kind) if same_of else None)
    if kind.kind == "composite":
        return _composite_shape([(field.name, _shape(field.type, same_of)) for field in kind.fields])
    if kind.element is None:
        raise ValueError(f"the type {kind.name!r} has no element")
    inner = _shape(kind.element, same_of)
    if kind.kind == "array":
        return array_shape(inner, kind.element.delimiter)
    if kind.kind == "range":
        return range_shape(inner, _STEPS.get(kind.name) if kind.schema == "pg_catalog" else None)
    if kind.kind == "multirange":
        return multirange_shape(inner)
    return inner


def _composite_shape(fields: list[tuple[str, Shape]]) -> Shape:
    names = {name for name, _ in fields}
    openings = [(f"{string(name)}:", shape.store) for name, shape in fields]

    def values_of(text: str) -> list[str | None]:
        values = parse_composite(text)
        # `()` is a row of no fields as well as one of one NULL.
        if not fields and values == [None]:
            return []
        if len(values) != len(fields):
            raise ValueError("a row has not as many values as its type has fields")
        return values

    def store(text: str) -> str:
        parts = [
            opening + ("null" if value is None else to_json(value))
            for value, (opening, to_json) in zip(values_of(text), openings, strict=True)
        ]
        return "{" + ",".join(parts) + "}"

    def render(value: Any) -> str:
        if value.__class__ is not dict or not value.keys() <= names:
            raise ValueError("a row is an object by the names of its fields")
        return composite_text([part(value.get(name), shape) for name, shape in fields])

    def same(text: str) -> str:
        pairs = zip(values_of(text), fields, strict=True)
        return composite_text([None if value is None else shape.same(value) for value, (_, shape) in pairs])

    return Shape(store, render, same, has_spaces=True)


def _hstore_shape() -> Shape:
    def store(text: str) -> str:
        return written(parse_hstore(text))

    def render(value: Any) -> str:
        if value.__class__ is not dict:
            raise ValueError("an hstore is an object of strings")
        return hstore_text({key: part(inner, TEXT) for key, inner in value.items()})

    def same(text: str) -> str:
        return hstore_text(in_order(parse_hstore(text)))

    return Shape(store, render, same)
