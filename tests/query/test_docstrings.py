"""Every `>>>` in a docstring of the package runs, and gives the SQL on the line below it."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import noormme_py
import noormme_py.query
from noormme_py.query import define, nodes, select, write
from noormme_py.query.clauses import Builder
from noormme_py.query.compiler import compile_definition, compile_fragment, compile_query
from noormme_py.query.define import Definition
from noormme_py.query.operands import Operand

NAMES: dict[str, Any] = {
    **{name: getattr(noormme_py, name) for name in noormme_py.__all__},
    **{name: getattr(select, name) for name in ("select_from",)},
    **{name: getattr(write, name) for name in ("insert_into", "update_table", "delete_from")},
    **{name: getattr(define, name) for name in ("create_table", "alter_table", "create_index", "create_view", "drop")},
}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(noormme_py.query.__path__):
        yield importlib.import_module(f"noormme_py.query.{found.name}")


def documented() -> Iterator[tuple[str, str]]:
    """Yield every docstring, with the name of what it belongs to."""
    for module in modules():
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", None) != module.__name__:
                continue
            yield f"{module.__name__}.{name}", inspect.getdoc(thing) or ""
            if inspect.isclass(thing):
                for inner, member in vars(thing).items():
                    if inner.startswith("__"):
                        continue
                    yield f"{module.__name__}.{name}.{inner}", inspect.getdoc(member) or ""


EXAMPLES = [
    pytest.param(example.source, example.want, id=f"{name.removeprefix('noormme_py.query.')}-{number}")
    for name, text in documented()
    for number, example in enumerate(doctest.DocTestParser().get_examples(text), 1)
]


def sql_of(made: Operand) -> str:
    """Return the SQL of a query, a definition, or a bare expression."""
    if isinstance(made, Definition):
        return compile_definition(made.node)
    if isinstance(made, Builder):
        return compile_query(made.node).sql
    return compile_fragment(nodes.Fragment(("", ""), (made.node,)))[0]


@pytest.mark.parametrize(("source", "sql"), EXAMPLES)
def test_an_example_makes_the_sql_below_it(source: str, sql: str) -> None:
    made = eval(source, NAMES)
    assert isinstance(made, Operand)
    assert sql_of(made) == sql.strip()


def test_the_builder_is_shown_in_use() -> None:
    assert len(EXAMPLES) >= 14
