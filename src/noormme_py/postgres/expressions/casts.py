"""Casts: PostgreSQL writes every one of them out, and most change nothing in how a value is kept."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, TypeAlias

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions import clock
from noormme_py.postgres.expressions.constants import constant
from noormme_py.postgres.expressions.term import (
    DIGITS,
    FLOATS,
    INTEGERS,
    TEXTS,
    Refused,
    Term,
    form_of,
    null,
    truth,
    value,
)
from noormme_py.postgres.expressions.translation import Translation
from noormme_py.postgres.expressions.type_names import TypeName, type_name

FLOATING: Final = "computed as floating-point numbers, of which about fifteen digits count"
NAN: Final = "a NaN counts as 0 where it is computed with"
HALVES: Final = "rounded as a floating-point number: a half may be rounded down"
UNREADABLE: Final = "a text that is no number counts as 0, where PostgreSQL raises an error"
ZONE: Final = "times of a day are those of UTC, where PostgreSQL takes the session's time zone"
INFINITY: Final = "infinite dates, and those before the year 1 or after 9999, become something else"
NO_BOOLEAN: Final = "a text that is no boolean is NULL, where PostgreSQL raises an error"
_TRUE = ("true", "t", "yes", "y", "on", "1")
_FALSE = ("false", "f", "no", "n", "off", "0")
_INTEGER_DIGITS: Final = {"bool": 1, "int2": 5, "int4": 10, "oid": 10, "int8": 19}
_ANY_TEXT = TEXTS | {"bpchar", "citext"}
_WORDS = ("date", "time", "timetz", "timestamp", "timestamptz")

_Cast: TypeAlias = Callable[[Translation, Term, TypeName], Term]


def cast_node(translation: Translation, node: Any) -> Term:
    """Translate a cast; that of a literal in quotes is the literal of the type."""
    wanted, inner = type_name(node.args["to"]), node.this
    if wanted.name.startswith("_") and isinstance(inner, exp.Array) and not inner.expressions:
        return Term("", wanted.name, "nested", "array", constant="{}")
    return cast(translation, translation.term(inner), wanted)


def cast(translation: Translation, term: Term, wanted: TypeName) -> Term:
    """Return the value as another type; raises Refused where SQLite would make something else of it."""
    if term.is_null:
        return null(wanted.name)
    if term.constant is not None:
        found = _of_constant(translation, term, wanted)
        if found is not None:
            return found
        term = replaced(term, constant=None)
    if term.type == wanted.name and wanted == TypeName(wanted.name):
        return term
    rule = _CASTS.get((_family(term), _family_of(wanted.name)))
    if rule is None or wanted.is_limited:
        raise Refused(f"a cast of {term.type} to {wanted.name} has no counterpart in SQLite")
    return rule(translation, term, wanted)


def retyped(translation: Translation, term: Term, wanted: TypeName) -> Term:
    """Return a literal whose type was left open as one of the type that its place asks for."""
    return cast(translation, term, wanted) if term.type == "unknown" else term


def exact_number(translation: Translation, term: Term) -> Term:
    """Return a number so that SQLite takes it for one, also where it is kept as text."""
    if term.form != "decimal text":
        return term
    if term.digits is None or term.digits > DIGITS:
        translation.note(FLOATING)
    return replaced(term, sql=f"CAST({term.sql} AS REAL)", form="decimal", is_compound=False, store=None, constant=None)


def digits_of(term: Term) -> int | None:
    """Return how many digits a number may have; None where that is not known."""
    return term.digits if term.digits is not None else _INTEGER_DIGITS.get(term.type)


def rounded(translation: Translation, term: Term, places: int) -> Term:
    """Return a numeric with no more places behind the point.

    Raises Refused where the double that stands for the decimal may lie on the other side of a half. A query shows that,
    and its rows can be compared; what is written is another thing.
    """
    if term.scale is not None and term.scale <= places:
        if term.constant is not None or term.scale == places:
            return term
        digits = None if term.digits is None else term.digits - term.scale + places
        # The text of a decimal has the digits that it has.
        return replaced(exact_number(translation, term), digits=digits, scale=places)
    if places and translation.place != "query":
        raise Refused("SQLite rounds to digits behind the point by the nearest double, and not by the decimal")
    if places:
        translation.note(HALVES)
    number = exact_number(translation, term)
    sql = f"round({number.sql}{f', {places}' if places else ''})"
    digits = None if term.digits is None or term.scale is None else term.digits - term.scale + 1 + places
    return replaced(value(sql, "numeric"), digits=digits, scale=places)


def _of_constant(translation: Translation, term: Term, wanted: TypeName) -> Term | None:
    """Return the literal of another type; None where the value has to be cast as any other."""
    text, source = term.constant or "", term.type
    if source in ("unknown", *_ANY_TEXT):
        if wanted.name in _WORDS:
            moment = clock.word(translation, text, wanted.name)
            if moment is not None and not wanted.is_limited:
                return moment
        return constant(text.rstrip(" ") if source == "bpchar" else text, wanted, translation.note)
    if source == "bool":
        said = {"int4": "1" if text == "t" else "0"}.get(wanted.name)
        if wanted.name in _ANY_TEXT:
            said = "true" if text == "t" else "false"
    elif source in INTEGERS | {"numeric"} and wanted.name in INTEGERS:
        said = str(Decimal(text).quantize(Decimal(1), ROUND_HALF_UP)) if len(text) < 25 else None
    elif source in INTEGERS | {"numeric"}:
        said = text if wanted.name in FLOATS | {"numeric", "money"} | _ANY_TEXT else None
    else:
        said = text if source == wanted.name or (source, wanted.name) == ("date", "timestamp") else None
    return None if said is None else constant(said, wanted, translation.note)


def _family(term: Term) -> str:
    return "enum" if term.kind == "enum" else _family_of(term.type)


def _family_of(type: str) -> str:
    return "integer" if type in INTEGERS else "float" if type in FLOATS else "text" if type in TEXTS else type


def _renamed(_: Translation, term: Term, wanted: TypeName) -> Term:
    """Keep the value: only PostgreSQL's name of its type changes."""
    if term.document is not None:
        raise Refused("what is inside of JSON has no text in SQLite that PostgreSQL would write")
    return replaced(term, type=wanted.name, form=form_of(wanted.name), kind="base", store=None)


def _call(template: str, *notes: str) -> _Cast:
    def rule(translation: Translation, term: Term, wanted: TypeName) -> Term:
        for note in notes:
            translation.note(note)
        return value(template.format(term.sql), wanted.name, of=[term])

    return rule


def _joined(template: str, *notes: str) -> _Cast:
    def rule(translation: Translation, term: Term, wanted: TypeName) -> Term:
        for note in notes:
            translation.note(note)
        return value(template.format(term.operand), wanted.name, of=[term], is_compound=True)

    return rule


def _integer_to_numeric(_: Translation, term: Term, wanted: TypeName) -> Term:
    return replaced(term, type="numeric", form="decimal", digits=digits_of(term), scale=0, store=None)


def _integer_to_boolean(_: Translation, term: Term, wanted: TypeName) -> Term:
    return truth(f"{term.operand} <> 0")


def _numeric_to_integer(translation: Translation, term: Term, wanted: TypeName) -> Term:
    number = exact_number(translation, term)
    return value(f"CAST(round({number.sql}) AS INTEGER)", wanted.name)


def _numeric_to_numeric(translation: Translation, term: Term, wanted: TypeName) -> Term:
    return term if wanted.scale is None else rounded(translation, term, wanted.scale)


def _numeric_to_float(translation: Translation, term: Term, wanted: TypeName) -> Term:
    translation.note(NAN)
    return value(f"CAST({term.sql} AS REAL)", wanted.name)


def _numeric_to_text(translation: Translation, term: Term, wanted: TypeName) -> Term:
    if term.form == "decimal text":
        found = replaced(term, type=wanted.name, form=form_of(wanted.name), store=None, digits=None, scale=None)
    elif term.scale is not None and term.digits is not None and term.digits <= DIGITS:
        translation.note(NAN)
        # printf() takes NULL for 0.
        written = f"printf('%.{term.scale}f', {term.sql})"
        found = value(f"CASE WHEN {term.operand} IS NOT NULL THEN {written} END", wanted.name)
    else:
        raise Refused("how many digits PostgreSQL would write of a number is not known")
    return _shortened(found, wanted)


def _float_to_float(_: Translation, term: Term, wanted: TypeName) -> Term:
    if wanted.name == "float4":
        raise Refused("SQLite has no numbers of single precision")
    # The kept value is the text of a float4, which is another double: comparisons look at that.
    return term


def _float_to_numeric(translation: Translation, term: Term, wanted: TypeName) -> Term:
    translation.note(FLOATING)
    number = replaced(term, type="numeric", form="decimal", digits=None, scale=None, store=None)
    return number if wanted.scale is None else rounded(translation, number, wanted.scale)


def _text_to_text(_: Translation, term: Term, wanted: TypeName) -> Term:
    if wanted.name == "name":
        raise Refused("a name would be cut")
    if term.type == "bpchar":
        term = value(f"rtrim({term.sql}, ' ')", "text", of=[term])
    return _shortened(replaced(term, type=wanted.name, form=form_of(wanted.name), store=None), wanted)


def _to_char(_: Translation, term: Term, wanted: TypeName) -> Term:
    if wanted.length is not None:
        raise Refused("SQLite does not fill texts up with spaces")
    return replaced(term, type="bpchar", form="char", store=None)


def _shortened(term: Term, wanted: TypeName) -> Term:
    if wanted.length is None:
        return term
    return replaced(value(f"substr({term.sql}, 1, {wanted.length})", wanted.name, of=[term]))


def _text_to_number(kind: str) -> _Cast:
    def rule(translation: Translation, term: Term, wanted: TypeName) -> Term:
        if wanted.scale is not None or wanted.name == "float4":
            raise Refused(f"a cast of {term.type} to a limited {wanted.name} has no counterpart in SQLite")
        translation.note(UNREADABLE)
        if wanted.name == "numeric":
            translation.note(FLOATING)
        return value(f"CAST({term.sql} AS {kind})", wanted.name)

    return rule


def _text_to_boolean(translation: Translation, term: Term, wanted: TypeName) -> Term:
    translation.note(NO_BOOLEAN)
    # What JSON has as true is 1 when it is taken out.
    said = f"lower(trim(CAST({term.sql} AS TEXT)))"
    true, false = (", ".join(f"'{word}'" for word in words) for words in (_TRUE, _FALSE))
    return value(f"CASE WHEN {said} IN ({true}) THEN 1 WHEN {said} IN ({false}) THEN 0 END", "bool")


def _json_to_text(_: Translation, term: Term, wanted: TypeName) -> Term:
    return _shortened(_renamed(_, term, wanted), wanted)


def _json_to_number(kind: str) -> _Cast:
    def rule(translation: Translation, term: Term, wanted: TypeName) -> Term:
        if wanted.scale is not None or wanted.name == "float4" or term.document is None:
            raise Refused(f"a cast of {term.type} to {wanted.name} has no counterpart in SQLite")
        translation.note(UNREADABLE)
        return value(f"CAST({term.sql} AS {kind})", wanted.name)

    return rule


_BOOLEAN_TEXT = "CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
_CASTS: Final[dict[tuple[str, str], _Cast]] = {
    ("integer", "integer"): _renamed,
    ("integer", "numeric"): _integer_to_numeric,
    ("integer", "float"): _call("CAST({} AS REAL)"),
    ("integer", "text"): lambda _, term, wanted: _shortened(_call("CAST({} AS TEXT)")(_, term, wanted), wanted),
    ("integer", "bool"): _integer_to_boolean,
    ("bool", "integer"): _renamed,
    ("bool", "text"): lambda _, term, wanted: _shortened(_call(_BOOLEAN_TEXT)(_, term, wanted), wanted),
    ("numeric", "integer"): _numeric_to_integer,
    ("numeric", "numeric"): _numeric_to_numeric,
    ("numeric", "float"): _numeric_to_float,
    ("numeric", "text"): _numeric_to_text,
    ("money", "numeric"): lambda _, term, wanted: replaced(term, type="numeric", store=None),
    ("float", "float"): _float_to_float,
    ("float", "numeric"): _float_to_numeric,
    **{(source, "text"): _text_to_text for source in ("text", "bpchar", "citext")},
    **{(source, "citext"): _text_to_text for source in ("text", "bpchar", "citext")},
    ("text", "bpchar"): _to_char,
    ("bpchar", "bpchar"): _to_char,
    ("text", "bool"): _text_to_boolean,
    ("text", "integer"): _text_to_number("INTEGER"),
    ("text", "float"): _text_to_number("REAL"),
    ("text", "numeric"): _text_to_number("REAL"),
    ("enum", "text"): _renamed,
    ("uuid", "text"): _renamed,
    ("date", "text"): _renamed,
    ("xml", "text"): _renamed,
    ("json", "text"): _json_to_text,
    ("jsonb", "text"): _json_to_text,
    ("jsonb", "float"): _json_to_number("REAL"),
    ("jsonb", "numeric"): _json_to_number("REAL"),
    ("date", "timestamp"): _joined("{} || ' 00:00:00'", INFINITY),
    ("date", "timestamptz"): _joined("{} || ' 00:00:00+00:00'", INFINITY, ZONE),
    ("timestamp", "date"): _call("substr({}, 1, 10)", INFINITY),
    ("timestamp", "time"): _call("substr({}, 12)", INFINITY),
    ("timestamp", "timestamptz"): _joined("{} || '+00:00'", INFINITY, ZONE),
}


def _of_aware(translation: Translation, term: Term, wanted: TypeName) -> Term:
    """Cast a moment: which day and hour it is depends on the time zone."""
    if clock.is_now(term):
        return clock.now(translation, wanted.name)
    translation.note(ZONE)
    translation.note(INFINITY)
    if wanted.name == "date":
        return value(f"substr({term.sql}, 1, 10)", "date")
    without = f"substr({term.sql}, 1, length({term.sql}) - 6)"
    return value(without if wanted.name == "timestamp" else f"substr({without}, 12)", wanted.name)


_CASTS.update({("timestamptz", name): _of_aware for name in ("date", "time", "timestamp")})
