"""Names and words that nobody would choose, and how a test says a name exactly."""

from __future__ import annotations

from noormme_py import Expression
from noormme_py.query import nodes

PIECES = [
    *r"""' " "" ` [ ] ; -- /* */ \ ( ) , . ? ?1 :a @b $c {} {{ % _ *""".split(),
    *(" ", "\n", "\r", "\t", "\x1a", "\x7f", "\ufeff", "\u2028", "\u202e", "\x85", "\xa0"),
    *("select", "from", "order by", "null", "rowid", " as ", " AS\n", "excluded", "part", "x.y", "a"),
    *("ſ", "\u212a", "İ", "ı", "é", "e\u0301", "’", "＂", "＇", "；", "ｓelect", "🦀"),
    *("'; drop table sentinel; --", '"; drop table sentinel; --', "x') union select 1; --"),
]
NAMES = [*PIECES, '"quoted"', "'quoted'", "[quoted]", "`quoted`", "a as b", "a.b.c", "users", "x" * 10_000, '"' * 999]
ATTACKS = [
    "'; drop table sentinel; --",
    '"; drop table sentinel; --',
    "`; drop table sentinel",
    "]; drop table sentinel",
]
CLAUSES = [
    "x') union select 1; --",
    "x, (select id from sentinel) as y",
    "1 or 1=1",
    "id",
    "users.id",
    "id as x",
    "*",
    "users.*",
]
SHAPES = [
    "",
    "\0",
    "a\0b",
    "\n",
    "\r\n",
    "\ufeff",
    "\u202e",
    "\ud800",
    "x\udfffy",
    "ｓelect",
    "null",
    "--",
    "/*",
    "?1",
    ":a",
    "{}",
]
LONG = ["x" * 1_000_000, '"' * 1_000_000, " as " * 1_000, "x as " + "y" * 5_000]
TOKENS = [*ATTACKS, *CLAUSES, *SHAPES, *LONG]


def plain(name: str) -> Expression:
    """Return a column by its name alone, where a string with a dot would say a table."""
    return Expression(nodes.Ref(name))
