"""What the tokens of a statement tell of its tables without a parser: their aliases, comparisons, the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from noormme_py.names import fold
from noormme_py.optimize.reading.access import Comparison, Key
from noormme_py.query.tokens import Token, tokens
from noormme_py.schema.model import Schema, Table

Asked = tuple[Comparison, str | None]
"""A comparison, and the constant that it is with."""

_BEFORE_TABLE = frozenset({"FROM", "JOIN", "UPDATE", ","})
_AFTER_TABLE = frozenset(
    "WHERE ON USING JOIN LEFT RIGHT FULL INNER CROSS NATURAL OUTER GROUP ORDER LIMIT SET UNION EXCEPT INTERSECT "
    "HAVING WINDOW INDEXED NOT RETURNING , ; ) (".split()
)
_AFTER_VALUE = frozenset("AND OR GROUP ORDER LIMIT HAVING UNION EXCEPT INTERSECT RETURNING WINDOW ) ;".split()) | {""}
_AFTER_ORDER = frozenset({"", ";", ")", "LIMIT", "WINDOW", "HAVING"})
_COMPARED: dict[str, Comparison] = {
    "=": "equal",
    "==": "equal",
    "IN": "in",
    "<": "range",
    "<=": "range",
    ">": "range",
    ">=": "range",
    "BETWEEN": "range",
    "LIKE": "prefix",
    "GLOB": "prefix",
}


@dataclass(slots=True)
class Told:
    """`asked` has the comparisons by the folded name of the column; `ordered` is the alias that `order` is of.

    `collations` are those that a comparison in the text could ask for: LIKE asks for NOCASE, GLOB for BINARY.
    """

    aliases: dict[str, Table] = field(default_factory=dict)
    collations: tuple[str, ...] = ()
    asked: dict[str, list[Asked]] = field(default_factory=dict)
    ordered: str | None = None
    order: tuple[Key, ...] = ()
    is_order_free: bool = False


def told(sql: str, schema: Schema) -> Told:
    """Return what the tokens of a text tell; of what is not plain, nothing."""
    stream = list(tokens(sql))
    rtrim = ("RTRIM",) if any(token.keyword == "RTRIM" for token in stream) else ()
    found = Told(collations=("BINARY", "NOCASE", *rtrim))
    for position, token in enumerate(stream):
        if _word(stream, position - 1) in _BEFORE_TABLE:
            _note_table(stream, position, schema, found)
        if token.kind in ("word", "quoted"):
            compared = _compared(stream, position + 1)
            if compared is not None:
                found.asked.setdefault(fold(token.identifier), []).append(compared)
    for words, is_free in ((("ORDER", "BY"), False), (("GROUP", "BY"), True)):
        _note_order(stream, words, is_free, found)
        if found.ordered is not None:
            break
    return found


def _note_table(stream: Sequence[Token], position: int, schema: Schema, found: Told) -> None:
    if _word(stream, position + 1) == ".":
        position += 2
    if position >= len(stream) or stream[position].kind not in ("word", "quoted"):
        return
    table = schema.find_table(stream[position].identifier)
    if table is None or table.kind != "table" or _word(stream, position + 1) == "(":
        return
    alias = table.name if stream[position].identifier != table.name else stream[position].identifier
    position += 1 + (_word(stream, position + 1) == "AS")
    if position < len(stream) and _word(stream, position) not in _AFTER_TABLE:
        alias = stream[position].identifier
    found.aliases.setdefault(alias, table)


def _compared(stream: Sequence[Token], position: int) -> Asked | None:
    if _word(stream, position) == "COLLATE":
        position += 2
    word = _word(stream, position)
    if (word == "IS" and _word(stream, position + 1) == "NULL") or word == "ISNULL":
        return "is null", None
    if [_word(stream, at) for at in range(position, position + 3)] == ["IS", "NOT", "NULL"] or word == "NOTNULL":
        return "is not null", None
    comparison = "equal" if word == "IS" and _word(stream, position + 1) != "NOT" else _COMPARED.get(word)
    if comparison is None:
        return None
    constant = stream[position + 1] if position + 1 < len(stream) else None
    is_constant = constant is not None and constant.kind in ("string", "number", "blob")
    is_alone = _word(stream, position + 2) in _AFTER_VALUE
    if constant is None or not is_constant or not is_alone or comparison in ("in", "prefix") or word == "BETWEEN":
        return comparison, None
    return comparison, constant.text


def _note_order(stream: Sequence[Token], words: tuple[str, str], is_free: bool, found: Told) -> None:
    starts = [at + 2 for at in range(len(stream)) if (_word(stream, at), _word(stream, at + 1)) == words]
    if len(starts) != 1:
        return
    at, keys, ordered = starts[0], list[Key](), set[str]()
    while True:
        named = _qualified(stream, at, found)
        if named is None:
            return
        alias, column, at = named
        ordered.add(alias)
        collation: str | None = None
        if _word(stream, at) == "COLLATE" and at + 1 < len(stream):
            collation, at = stream[at + 1].identifier.upper(), at + 2
            collation = None if found.aliases[alias].column(column).collation.upper() == collation else collation
        is_descending = _word(stream, at) == "DESC"
        at += _word(stream, at) in ("ASC", "DESC")
        keys.append(Key(column, is_descending=is_descending, collation=collation))
        if _word(stream, at) != ",":
            break
        at += 1
    if len(ordered) == 1 and (_word(stream, at) in _AFTER_ORDER or (is_free and _word(stream, at) == "ORDER")):
        found.ordered, found.order, found.is_order_free = ordered.pop(), tuple(dict.fromkeys(keys)), is_free


def _qualified(stream: Sequence[Token], at: int, found: Told) -> tuple[str, str, int] | None:
    """Return the alias and the column of a name at a position, and the position after it."""
    if at >= len(stream) or stream[at].kind not in ("word", "quoted"):
        return None
    if _word(stream, at + 1) == "." and at + 2 < len(stream):
        wanted = fold(stream[at].identifier)
        fitting = [(alias, table) for alias, table in found.aliases.items() if fold(alias) == wanted]
        at += 2
    else:
        fitting = list(found.aliases.items())
    name = stream[at].identifier
    having = [(alias, column) for alias, table in fitting if (column := table.find_column(name)) is not None]
    return (having[0][0], having[0][1].name, at + 1) if len(having) == 1 else None


def _word(stream: Sequence[Token], position: int) -> str:
    """Return the keyword at a position, "" beyond the end, and a space for what is none."""
    return (stream[position].keyword or " ") if 0 <= position < len(stream) else ""
