"""The clauses of a query by its text: what is selected, what it is ordered by, and the text with one thing changed.

Whatever is changed is for SQLite, or for seeing what a difference comes from; a text that is not understood is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from noormme_py.frozen import frozen
from noormme_py.names import quote
from noormme_py.postgres.workload.lexing import Token, tokens

_SET = frozenset({"UNION", "INTERSECT", "EXCEPT"})
_AFTER_ORDER = frozenset({"LIMIT", "OFFSET", "FETCH", "FOR"})
_AFTER_ITEMS = _SET | _AFTER_ORDER | {"FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "INTO"}
_FRAMES = frozenset({"ROWS", "RANGE", "GROUPS"})
_STRENGTHS = frozenset({"UPDATE", "SHARE", "NO", "KEY"})
_RESERVED = frozenset({"NULL", "TRUE", "FALSE"})


@frozen
class Span:
    """A part of the text, its tokens included."""

    start: int
    end: int


@frozen
class OrderKey:
    """What is sorted by: `text` without its direction, over `span` with it. `has_nulls` says that it tells of NULLs."""

    text: str
    span: Span
    is_descending: bool
    is_nulls_first: bool
    has_nulls: bool
    is_plain: bool = True


@frozen
class Clauses:
    """A query. `items` is what the outermost SELECT has, None where that is not one SELECT with a list.

    `order` is the outermost ORDER BY, `orders` are the keys of all, also those of windows. `limit` spans LIMIT and
    OFFSET, `lock` spans FOR UPDATE and its like.
    """

    sql: str
    items: tuple[Span, ...] | None
    order: tuple[OrderKey, ...]
    orders: tuple[OrderKey, ...]
    limit: Span | None
    lock: Span | None
    is_distinct: bool
    is_compound: bool


def clauses_of(sql: str) -> Clauses:
    """Return the clauses of a statement."""
    found = tokens(sql)
    depths = _depths(found)
    top = [position for position, depth in enumerate(depths) if not depth]
    heads = {position: found[position].keyword for position in top}
    is_compound = any(word in _SET for word in heads.values())
    order_at = next((p for p in reversed(top) if heads[p] == "ORDER" and _follows(found, p, "BY")), None)
    tail = order_at if order_at is not None else next(iter(top), 0)
    limit_at = next(
        (p for p in top if p >= tail and heads[p] in ("LIMIT", "OFFSET", "FETCH") and _is_clause(found, p)), None
    )
    lock_at = next((p for p in top if p >= tail and heads[p] == "FOR" and _is_strength(found, p)), None)
    limit = None
    if limit_at is not None:
        last = lock_at if lock_at is not None and lock_at > limit_at else len(found)
        limit = Span(found[limit_at].start, found[last - 1].end)
    lock = None
    if lock_at is not None:
        last = limit_at if limit_at is not None and limit_at > lock_at else len(found)
        lock = Span(found[lock_at].start, found[last - 1].end)
    items, is_distinct = _items(sql, found, depths)
    orders: list[OrderKey] = []
    order: tuple[OrderKey, ...] = ()
    for position, token in enumerate(found):
        if token.keyword == "ORDER" and _follows(found, position, "BY"):
            keys = _keys(sql, found, depths, position + 2)
            orders += keys
            if position == order_at:
                order = tuple(keys)
    return Clauses(sql, None if is_compound else items, order, tuple(orders), limit, lock, is_distinct, is_compound)


def with_names(clauses: Clauses, names: Sequence[str], wrong: Iterable[int]) -> str | None:
    """Return the text with names for those of its columns that have others, as PostgreSQL names them."""
    if clauses.items is None or len(clauses.items) != len(names):
        return None
    return _inserted(clauses.sql, [(clauses.items[place].end, f" AS {quote(names[place])}") for place in wrong])


def with_nulls(clauses: Clauses) -> str | None:
    """Return the text that says where NULLs come, as PostgreSQL does where nothing is said; None where all is said."""
    silent = [key for key in clauses.orders if not key.has_nulls and key.is_plain]
    if not silent:
        return None
    return _inserted(
        clauses.sql, [(key.span.end, f" NULLS {'FIRST' if key.is_descending else 'LAST'}") for key in silent]
    )


def with_keys(clauses: Clauses, texts: Mapping[int, str]) -> str | None:
    """Return the text with other keys in the outermost ORDER BY; None where one is told by its number."""
    wanted = [(clauses.order[place], text) for place, text in sorted(texts.items())]
    if not wanted or any(key.text.isdigit() for key, _ in wanted):
        return None
    parts: list[str] = []
    end = 0
    for key, text in wanted:
        parts += [clauses.sql[end : key.span.start], text]
        end = key.span.start + len(key.text)
    return "".join([*parts, clauses.sql[end:]])


def with_columns(clauses: Clauses, expressions: Sequence[str]) -> str | None:
    """Return the text with more columns at the end of those it has."""
    if not expressions:
        return clauses.sql
    if not clauses.items or clauses.is_distinct:
        return None
    named = "".join(f", {text} AS {quote(f'sort key {number}')}" for number, text in enumerate(expressions, 1))
    return _inserted(clauses.sql, [(clauses.items[-1].end, named)])


def without(sql: str, span: Span | None) -> str | None:
    """Return the text without a part of it; None where there is no such part."""
    return None if span is None else f"{sql[: span.start].rstrip()} {sql[span.end :].lstrip()}".strip()


def with_real_division(sql: str) -> str | None:
    """Return the text whose divisions have fractions; None where nothing is divided."""
    places = [(token.start, "* 1.0 ") for token in tokens(sql) if token.text == "/"]
    return _inserted(sql, places) if places else None


def with_escapes(sql: str) -> str:
    """Return the text where a backslash escapes in the patterns of LIKE, as it does in PostgreSQL."""
    found = tokens(sql)
    places: list[tuple[int, str]] = []
    for position, token in enumerate(found[:-1]):
        pattern = found[position + 1]
        if token.keyword == "LIKE" and pattern.kind == "string" and not _follows(found, position + 1, "ESCAPE"):
            places.append((pattern.end, " ESCAPE '\\'"))
    return _inserted(sql, places)


def has_word(sql: str, *words: str) -> bool:
    """Whether one of some words stands in the text, outside of quotes."""
    return any(token.keyword in words for token in tokens(sql))


def order_columns(clauses: Clauses, names: Sequence[str]) -> tuple[list[int], list[str]] | None:
    """Return where the keys of the outermost ORDER BY are among the columns, and the expressions that are not.

    Those stand behind the columns, in their order. None where a key cannot be placed.
    """
    items = clauses.items if clauses.items is not None and len(clauses.items) == len(names) else None
    texts = [_plain(clauses.sql[item.start : item.end]) for item in items or ()]
    places: list[int] = []
    more: list[str] = []
    for key in clauses.order:
        place = _place(key.text, names, texts)
        if place is None:
            place = len(names) + len(more)
            more.append(key.text)
        if place < 0:
            return None
        places.append(place)
    return places, more


def _place(text: str, names: Sequence[str], texts: Sequence[str]) -> int | None:
    if text.isdigit():
        return int(text[:6]) - 1 if 0 < int(text[:6]) <= len(names) else -1
    found = tokens(text)
    if len(found) == 1 and found[0].kind in ("word", "quoted") and found[0].identifier in names:
        return list(names).index(found[0].identifier)
    plain = _plain(text)
    return texts.index(plain) if plain in texts else None


def _plain(text: str) -> str:
    """Return the text as it is compared, without the name that an item is given."""
    words = [token.text if token.kind != "word" else token.text.lower() for token in tokens(text)]
    if len(words) > 2 and words[-2] == "as":
        words = words[:-2]
    return " ".join(words)


def _items(sql: str, found: list[Token], depths: list[int]) -> tuple[tuple[Span, ...] | None, bool]:
    select = next((p for p, token in enumerate(found) if token.keyword == "SELECT" and not depths[p]), None)
    if select is None:
        return None, False
    at, is_distinct = select + 1, False
    if at < len(found) and found[at].keyword in ("DISTINCT", "ALL"):
        is_distinct = found[at].keyword == "DISTINCT"
        at += 1
        if is_distinct and at < len(found) and found[at].keyword == "ON":
            # What DISTINCT ON gives is a row for each; more columns do not change which.
            is_distinct = False
            at = next((p + 1 for p in range(at, len(found)) if found[p].text == ")" and not depths[p]), at)
    spans: list[Span] = []
    begin = at
    while at <= len(found):
        token = found[at] if at < len(found) else None
        is_end = token is None or (not depths[at] and token.keyword in _AFTER_ITEMS and not _is_inner(found, at))
        if is_end or (token is not None and token.text == "," and not depths[at]):
            if at == begin or found[at - 1].text == "*":
                return None, is_distinct
            spans.append(Span(found[begin].start, found[at - 1].end))
            begin = at + 1
        if is_end:
            break
        at += 1
    return tuple(spans), is_distinct


def _is_inner(found: list[Token], at: int) -> bool:
    """Whether FROM belongs to `is distinct from`, or a word is the name that an item is given."""
    before = found[at - 1].keyword
    return (found[at].keyword == "FROM" and before == "DISTINCT") or before in ("AS", ".")


def _keys(sql: str, found: list[Token], depths: list[int], at: int) -> list[OrderKey]:
    """Return the keys of an ORDER BY that begin at a token."""
    keys: list[OrderKey] = []
    if at >= len(found):
        return keys
    depth, begin = depths[at] if found[at].text != "(" else depths[at - 1], at
    while at <= len(found):
        token = found[at] if at < len(found) else None
        is_over = token is None or depths[at] < depth or (token.text == ")" and depths[at] == depth - 1)
        is_over = is_over or (
            token is not None and depths[at] == depth and token.keyword in _AFTER_ORDER | _FRAMES | _SET
        )
        if is_over or (token is not None and token.text == "," and depths[at] == depth):
            if at > begin:
                keys.append(_key(sql, found[begin:at]))
            begin = at + 1
        if is_over:
            break
        at += 1
    return keys


def _key(sql: str, piece: list[Token]) -> OrderKey:
    words = [token.keyword for token in piece]
    end = len(piece)
    has_nulls = len(words) > 2 and words[-2] == "NULLS" and words[-1] in ("FIRST", "LAST")
    is_first = has_nulls and words[-1] == "FIRST"
    if has_nulls:
        end -= 2
    is_descending = words[end - 1] == "DESC" and end > 1
    if words[end - 1] in ("ASC", "DESC") and end > 1:
        end -= 1
    is_plain = "USING" not in words
    return OrderKey(
        sql[piece[0].start : piece[end - 1].end],
        Span(piece[0].start, piece[-1].end),
        is_descending,
        is_first if has_nulls else is_descending,
        has_nulls,
        is_plain,
    )


def _depths(found: list[Token]) -> list[int]:
    """Return how deep in parentheses each token is; both of a pair are as deep as what is around them."""
    depths: list[int] = []
    depth = 0
    for token in found:
        if token.text in (")", "]"):
            depth -= 1
        depths.append(depth)
        if token.text in ("(", "["):
            depth += 1
    return depths


def _follows(found: list[Token], at: int, word: str) -> bool:
    return at + 1 < len(found) and found[at + 1].keyword == word


def _is_clause(found: list[Token], at: int) -> bool:
    """Whether a word begins a clause, and is no name: `select t.limit`."""
    return at > 0 and found[at - 1].text not in (".", ",") and found[at - 1].keyword not in ("AS", "SELECT")


def _is_strength(found: list[Token], at: int) -> bool:
    return at + 1 < len(found) and found[at + 1].keyword in _STRENGTHS


def _inserted(sql: str, places: Iterable[tuple[int, str]]) -> str:
    parts: list[str] = []
    end = 0
    for at, text in sorted(places):
        parts += [sql[end:at], text]
        end = at
    return "".join([*parts, sql[end:]])
