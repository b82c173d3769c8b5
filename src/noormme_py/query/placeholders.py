"""The places for parameters in a statement's text: what fits there, and what can stand in for it."""

from __future__ import annotations

from noormme_py.query.statement import Parameters
from noormme_py.query.tokens import tokens


def fits(sql: str, parameters: Parameters) -> bool:
    """Whether the parameters are as many as the statement has places for, or have a name for each."""
    places = _places(sql)
    if isinstance(parameters, dict):
        return not isinstance(places, int) and all(name in parameters for name in places)
    return places == len(parameters)


def nulls_for(sql: str) -> Parameters:
    """Return NULL for each place, for whoever has nothing else to give."""
    places = _places(sql)
    return [None] * places if isinstance(places, int) else dict.fromkeys(places)


def _places(sql: str) -> int | set[str]:
    """Return how many places there are, or their names when they have names."""
    texts = [token.text for token in tokens(sql) if token.kind == "variable"]
    if any(text[1:] and not text[1:].isdigit() for text in texts):
        return {text[1:] for text in texts}
    count = 0
    for text in texts:
        # SQLite knows no more than 32,766 of them; a longer number is refused where the statement is run.
        count = max(count, int(text[1:6])) if text[1:] else count + 1
    return count
