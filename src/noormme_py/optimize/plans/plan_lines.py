"""One line of EXPLAIN QUERY PLAN. Its words differ by release, and a name in it may hold any of them.

What is not known is kept as text; see https://sqlite.org/eqp.html.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from noormme_py.frozen import frozen

PlanAction = Literal[
    "scan",
    "search",
    "virtual table",
    "constant rows",
    "temp b-tree",
    "subquery",
    "co-routine",
    "materialize",
    "compound",
    "multi-index or",
    "bloom filter",
    "in-operator",
    "recursive",
    "right join",
    "other",
]


@frozen
class PlanLine:
    """What one line says.

    `source` is what is read, by the name that the statement gives it: a table, its alias, a view or a subquery.
    `index` is None for the table itself and for one that SQLite makes for the run (`is_automatic`); `terms` are the
    conditions that a search goes by. `purpose` says what a temporary B-tree is for ("ORDER BY", "count(DISTINCT)").
    """

    action: PlanAction
    source: str | None = None
    index: str | None = None
    terms: tuple[str, ...] = ()
    purpose: str | None = None
    is_covering: bool = False
    is_automatic: bool = False
    is_correlated: bool = False


def line_of(detail: str, indexes: frozenset[str] = frozenset()) -> PlanLine:
    """Read a line; `indexes` are the names that can be meant, where they are known."""
    if detail.startswith(("SCAN ", "SEARCH ")):
        return _access(detail, indexes)
    for pattern, action in _lines():
        if found := pattern.fullmatch(detail):
            said = found.groupdict()
            return PlanLine(
                action,
                source=said.get("source"),
                index=said.get("index"),
                terms=_split(said.get("terms") or ""),
                purpose=said.get("purpose"),
                is_correlated="CORRELATED " in detail and action == "subquery",
            )
    return PlanLine("other")


def _access(detail: str, indexes: frozenset[str]) -> PlanLine:
    """Read a SCAN or a SEARCH; before 3.36 it says `SCAN TABLE t AS x`."""
    verb, _, rest = detail.partition(" ")
    if verb == "SCAN" and _constant().fullmatch(rest):
        return PlanLine("constant rows")
    for word in _LAST_WORDS:
        rest = rest.removesuffix(word)
    name, sign, module = rest.rpartition(" VIRTUAL TABLE INDEX ")
    if sign:
        return PlanLine("virtual table", _source(name), terms=(module,) if module.strip(": 0") else ())
    action: PlanAction = "scan" if verb == "SCAN" else "search"
    whole, (rest, terms) = rest, _with_terms(rest)
    for key in (" USING INTEGER PRIMARY KEY", " USING PRIMARY KEY"):
        if rest.endswith(key):
            return PlanLine(action, _source(rest.removesuffix(key)), terms=terms)
    made = _automatic().fullmatch(rest)
    if made is not None:
        return PlanLine(action, _source(made["source"]), terms=terms, is_covering=True, is_automatic=True)
    ways = [(rest[: at.start()], at["covering"] is not None, rest[at.end() :]) for at in _using().finditer(rest)]
    # The words may be a part of the source's name or of the index's: one that is known decides, else the last one.
    known = [way for way in ways if way[2] in indexes] or ways
    if not known:
        # Without an index there are no terms: it is a name that ends like some.
        return PlanLine(action, _source(whole))
    source, is_covering, index = known[-1]
    return PlanLine(action, _source(source), index, terms, is_covering=is_covering)


_LAST_WORDS = (" LEFT-JOIN", " EXISTS")


def _source(name: str) -> str:
    if not name.startswith(("TABLE ", "SUBQUERY ")):
        return name
    old = name.partition(" ")[2]
    return old.rpartition(" AS ")[2]


def _with_terms(text: str) -> tuple[str, tuple[str, ...]]:
    """Cut the terms in parentheses off the end, where there are any."""
    if not text.endswith(")"):
        return text, ()
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0:
            is_apart = text[at - 1 : at] == " "
            return (text[: at - 1], _split(text[at + 1 : -1])) if is_apart and at > 1 else (text, ())
    return text, ()


def _split(terms: str) -> tuple[str, ...]:
    return tuple(terms.split(" AND ")) if terms else ()


# Compiled when the first plan is read, and not with the import of the library.
@cache
def _constant() -> re.Pattern[str]:
    return re.compile(r"(?:\d+ )?CONSTANT ROWS?")


@cache
def _automatic() -> re.Pattern[str]:
    return re.compile(r"(?P<source>.*) USING AUTOMATIC (?:PARTIAL )?COVERING INDEX", re.DOTALL)


@cache
def _using() -> re.Pattern[str]:
    return re.compile(r" USING (?P<covering>COVERING )?INDEX ")


@cache
def _lines() -> tuple[tuple[re.Pattern[str], PlanAction], ...]:
    correlated = r"(?:EXECUTE )?(?:CORRELATED )?"
    texts: tuple[tuple[str, PlanAction], ...] = (
        (r"USE TEMP B-TREE FOR (?P<purpose>.*)", "temp b-tree"),
        (rf"{correlated}(?:SCALAR|LIST) SUBQUERY \S+|REUSE (?:LIST )?SUBQUERY \S+", "subquery"),
        (r"CO-ROUTINE (?P<source>.*)", "co-routine"),
        (r"MATERIALIZE (?P<source>.*)", "materialize"),
        (r"COMPOUND QUERY|COMPOUND SUBQUERIES .*|LEFT-MOST SUBQUERY|UNION ALL|LEFT|RIGHT", "compound"),
        (r"(?:UNION|INTERSECT|EXCEPT) USING TEMP B-TREE|MERGE \(.*\)", "compound"),
        (r"MULTI-INDEX OR|INDEX \d+", "multi-index or"),
        (r"BLOOM FILTER ON (?P<source>.*?)(?: \((?P<terms>.*)\))?", "bloom filter"),
        (r"USING INDEX (?P<index>.*) FOR IN-OPERATOR", "in-operator"),
        (r"USING ROWID SEARCH ON TABLE (?P<source>.*) FOR IN-OPERATOR", "in-operator"),
        (r"RECURSIVE STEP|SETUP", "recursive"),
        (r"RIGHT-JOIN (?P<source>.*)", "right join"),
    )
    return tuple((re.compile(text, re.DOTALL), action) for text, action in texts)
