"""PostgreSQL's expressions in SQLite's SQL, where they mean the same; where not, the reason.

A rule translates one kind of node, and there is none for what is not known to mean the same.
"""

from __future__ import annotations

from noormme_py.postgres.expressions.scope import Scope, ScopeColumn, Translated, Untranslated, scope_column
from noormme_py.postgres.expressions.translate import (
    translate_check,
    translate_default,
    translate_generated,
    translate_index_expression,
    translate_predicate,
)

__all__ = [
    "Scope",
    "ScopeColumn",
    "Translated",
    "Untranslated",
    "scope_column",
    "translate_check",
    "translate_default",
    "translate_generated",
    "translate_index_expression",
    "translate_predicate",
]
