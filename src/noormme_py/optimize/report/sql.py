"""SQL and plans as the page shows them: keywords set off, each line of a plan marked by what it does."""

from __future__ import annotations

from noormme_py.optimize.recording.shape_text import shown_sql
from noormme_py.optimize.report.markup import Html, element, joined
from noormme_py.query.tokens import tokens

_KEYWORDS = frozenset(
    "ABORT ADD ALL ALTER AND AS ASC BETWEEN BY CASE CAST COLLATE CONFLICT CREATE CROSS DEFAULT DELETE DESC DISTINCT DO "
    "DROP ELSE END ESCAPE EXCEPT EXISTS FILTER FROM FULL GLOB GROUP HAVING IF IN INDEX INNER INSERT INTERSECT INTO IS "
    "ISNULL JOIN LEFT LIKE LIMIT MATCH NATURAL NOT NOTHING NOTNULL NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION "
    "PRAGMA RECURSIVE REINDEX REPLACE RETURNING RIGHT SELECT SET TABLE THEN UNION UNIQUE UPDATE USING VALUES VIEW WHEN "
    "WHERE WITH ANALYZE VACUUM".split()
)
_MARKS = {"string": "t", "number": "t", "blob": "t", "variable": "t"}
_LONGEST = 4_000


def statement(sql: str) -> Html:
    """Return a statement without what could be somebody's data."""
    return highlighted(shown_sql(_shortened(sql)))


def highlighted(sql: str) -> Html:
    """Return SQL with its keywords and literals set off."""
    pieces: list[Html | str] = []
    at = 0
    for token in tokens(sql):
        mark = "k" if token.keyword in _KEYWORDS else _MARKS.get(token.kind)
        if mark is not None:
            pieces += (sql[at : token.start], element("span", token.text, class_=mark))
            at = token.end
    return element("code", *pieces, sql[at:], class_="sql")


def block(sql: str) -> Html:
    """Return SQL to be copied as a whole: one click selects it."""
    return element("pre", joined(highlighted(sql)), class_="copy")


def one_line(sql: str, longest: int = 120) -> str:
    """Return a statement on one line, cut off where it is too long."""
    line = " ".join(shown_sql(_shortened(sql)).split())
    return line if len(line) <= longest else f"{line[:longest].rstrip()}…"


def plan(lines: tuple[str, ...]) -> Html:
    """Return the lines of a plan as a tree."""
    if not lines:
        return element("p", "no table is read", class_="quiet")
    return element("ul", *map(_plan_line, lines), class_="plan")


def _plan_line(line: str) -> Html:
    words = line.strip()
    depth = min((len(line) - len(line.lstrip())) // 2, 20)
    return element("li", element("span", words, class_=_kind_of(words)), style=f"--depth: {depth}")


def _kind_of(words: str) -> str:
    """What a line costs, at a glance: it looks up, it reads all, or it builds something first."""
    if "AUTOMATIC" in words or words.startswith("USE TEMP B-TREE"):
        return "builds"
    if words.startswith("SCAN"):
        return "looks-up" if "USING INDEX" in words or "COVERING INDEX" in words else "reads-all"
    return "looks-up" if words.startswith(("SEARCH", "MULTI-INDEX")) else "other"


def _shortened(sql: str) -> str:
    return sql if len(sql) <= _LONGEST else sql[:_LONGEST] + " …"
