"""Functions by their names: those of PostgreSQL, and the few of extensions, which may be in any schema."""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from noormme_py.postgres.expressions.logic import folded
from noormme_py.postgres.expressions.term import Refused, Term
from noormme_py.postgres.expressions.translation import Translation

_SYSTEM: Final = "pg_catalog"
# Of pgcrypto and uuid-ossp: what they do is known by their names.
_OF_EXTENSIONS: Final = frozenset({"gen_random_uuid", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4"})


def function(translation: Translation, node: Any) -> Term:
    """Translate the call of a function."""
    return translation.call(_name(node), node.expressions)


def function_of_a_schema(translation: Translation, node: Any) -> Term:
    """Translate the call of a function that is named with its schema."""
    schema, called = node.this, node.expression
    if not isinstance(called, exp.Anonymous):
        raise Refused("a field of a composite has no counterpart in SQLite")
    name = _name(called)
    if isinstance(schema, exp.Identifier) and (folded(schema) == _SYSTEM or name in _OF_EXTENSIONS):
        return translation.call(name, called.expressions)
    raise Refused(f"the function {name}() is none of PostgreSQL's own")


def _name(node: Any) -> str:
    return folded(node.this) if isinstance(node.this, exp.Identifier) else str(node.this).lower()
