"""The translation of a whole query."""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from noormme_py.errors import CompileError
from noormme_py.postgres.expressions import comparisons
from noormme_py.postgres.expressions.parsed import parsed_query
from noormme_py.postgres.expressions.scope import Translated, Untranslated
from noormme_py.postgres.expressions.term import Refused
from noormme_py.postgres.expressions.translate import RULES, UNEXPECTED, UNEXPECTED_ERRORS
from noormme_py.postgres.expressions.translation import Rule, Rules
from noormme_py.postgres.queries import aggregates, subqueries
from noormme_py.postgres.queries.query_translation import QueryTranslation
from noormme_py.postgres.queries.selects import render
from noormme_py.postgres.queries.tables import Names

_OF_QUERIES: Final[dict[type[exp.Expr], Any]] = {
    exp.Subquery: subqueries.scalar,
    exp.Exists: subqueries.exists,
    exp.In: subqueries.member,
    exp.ArrayContainsAll: subqueries.contains,
    exp.ArrayOverlaps: subqueries.contains,
    exp.Filter: aggregates.filtered,
    exp.Window: aggregates.windowed,
    **dict.fromkeys(comparisons.OPERATORS, subqueries.compared),
}
_NODES: Final[dict[type[exp.Expr], Rule]] = {**RULES.nodes, **_OF_QUERIES}
_RULES: Final = Rules(_NODES, {**RULES.functions, **aggregates.FUNCTIONS})


def translate_query(select: str, names: Names) -> Translated | Untranslated:
    """Translate a SELECT; its columns keep their names and their order."""
    translation = QueryTranslation(_RULES, names, render)
    try:
        made = render(translation, parsed_query(select.rstrip().removesuffix(";")))
    except Refused as refusal:
        return Untranslated(str(refusal))
    except CompileError as error:
        return Untranslated(f"a name in it cannot be one in SQLite: {error}")
    except RecursionError:
        return Untranslated("it is nested too deeply")
    except UNEXPECTED_ERRORS:
        return Untranslated(UNEXPECTED)
    return Translated(made.sql, translation.notes)
