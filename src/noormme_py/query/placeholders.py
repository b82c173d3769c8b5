"""The parameters that a text wants, for whoever has none to give."""

from __future__ import annotations

from noormme_py.query.statement import Parameters
from noormme_py.query.tokens import tokens


def nulls_for(sql: str) -> Parameters:
    """Return NULL for each parameter of a statement."""
    names = [token.text for token in tokens(sql) if token.kind == "variable"]
    if any(name[1:] and not name[1:].isdigit() for name in names):
        return {name[1:]: None for name in names}
    count = 0
    for name in names:
        count = max(count, int(name[1:])) if name[1:] else count + 1
    return [None] * count
