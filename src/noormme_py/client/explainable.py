"""Which statements can be explained, for the client and the command line."""

from __future__ import annotations

from noormme_py.client.raw_sql import kind_of
from noormme_py.errors import QueryError
from noormme_py.query.tokens import main_verb, split_script

# What is none of these and no statement either is SQLite's to refuse: it says where the error is.
_WITHOUT_PLAN = frozenset({"CREATE", "DROP", "ALTER", "ANALYZE", "REINDEX", "EXPLAIN"})


def checked(sql: str) -> str:
    """Return the statement; raises QueryError for what has no plan, or would reach outside of a private copy."""
    if not isinstance(sql, str):
        raise QueryError(f"SQL is a str, not {type(sql).__name__}")
    is_bare = kind_of(sql) == "bare"
    if len(split_script(sql)) > 1:
        raise QueryError("this is more than one statement", hint="explain one at a time")
    verb = main_verb(sql)
    if is_bare or verb in _WITHOUT_PLAN:
        raise QueryError(f"there is no plan of {verb}", hint="give a SELECT, INSERT, UPDATE or DELETE")
    return sql
