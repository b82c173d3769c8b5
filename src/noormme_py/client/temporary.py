"""Tables, views and triggers that only the connection which makes them has."""

from __future__ import annotations

from itertools import islice

from noormme_py.errors import QueryError
from noormme_py.names import fold
from noormme_py.query.tokens import tokens

# As far as the name in `CREATE UNIQUE INDEX IF NOT EXISTS temp.name`.
_LONGEST_OPENING = 8


def check_not_temporary(sql: str) -> None:
    """Raise QueryError for a CREATE TEMP: the next statement outside a transaction may run on another connection."""
    opening = [fold(token.identifier) for token in islice((t for t in tokens(sql) if t.text != ";"), _LONGEST_OPENING)]
    if opening[:1] != ["create"]:
        return
    is_qualified = any(opening[index : index + 2] == ["temp", "."] for index in range(len(opening)))
    if is_qualified or opening[1:2] in (["temp"], ["temporary"]):
        raise QueryError(
            "what is temporary belongs to one connection, and outside a transaction statements run on several",
            hint="make it and use it inside one transaction, with tx.execute",
        )
