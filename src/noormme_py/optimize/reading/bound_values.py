"""Which value a parameter of a text has, in a set of parameters that was bound to it."""

from __future__ import annotations

from noormme_py.query.statement import Parameters, Raw
from noormme_py.query.tokens import tokens


def parameters_of(sql: str, value: Raw) -> Parameters:
    """Return parameters for a text that all have one value."""
    names = _names(sql)
    if any(_is_name(name) for name in names):
        return {name[1:]: value for name in names}
    return [value] * max(_numbers(names), default=0)


def bound_values(sql: str, parameters: Parameters) -> list[Raw]:
    """Return the value of each parameter in the order of the text; None for one that is not bound."""
    names = _names(sql)
    if isinstance(parameters, dict):
        return [parameters.get(name[1:]) for name in names]
    return [parameters[at - 1] if at <= len(parameters) else None for at in _numbers(names)]


def _names(sql: str) -> list[str]:
    return [token.text for token in tokens(sql) if token.kind == "variable"]


def _is_name(name: str) -> bool:
    return bool(name[1:]) and not name[1:].isdigit()


def _numbers(names: list[str]) -> list[int]:
    """Return the number of each: a bare ? has the one after the largest so far, a name keeps its own."""
    numbers: list[int] = []
    known: dict[str, int] = {}
    for name in names:
        if name[1:].isdigit():
            number = int(name[1:])
        else:
            number = known.get(name, max(numbers, default=0) + 1)
            if name[1:]:
                known[name] = number
        numbers.append(number)
    return numbers
