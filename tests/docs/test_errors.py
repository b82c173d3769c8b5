"""The trees and the table of errors are the classes of `noormme_py.errors`."""

from __future__ import annotations

import inspect
import re

import pytest

from noormme_py import errors
from noormme_py.errors import NoormmeError
from tests.docs.pages import Page, code, page

CLASSES = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, NoormmeError) and kind.__module__ == errors.__name__
}


def tree(shown: Page) -> list[tuple[str, str | None]]:
    """Return the names of a page's tree of errors, each with the name it stands under."""
    block = next(block for block in shown.blocks("text") if block.text.startswith("NoormmeError"))
    path: list[str] = []
    found: list[tuple[str, str | None]] = []
    for line in block.text.splitlines():
        match = re.match(r"(?P<indent>[│├└─ ]*)(?P<name>\w+)", line)
        assert match is not None, line
        depth = len(match["indent"]) // 4
        found.append((match["name"], path[depth - 1] if depth else None))
        path[depth:] = [match["name"]]
    return found


def parent(name: str) -> str | None:
    base = CLASSES[name].__bases__[0]
    return base.__name__ if issubclass(base, NoormmeError) else None


def test_the_whole_tree_is_every_class() -> None:
    shown = tree(page("docs/errors.md"))
    assert sorted(name for name, _ in shown) == sorted(CLASSES)
    assert shown == [(name, parent(name)) for name, _ in shown]


def test_the_tree_of_the_readme_is_a_part_of_it() -> None:
    shown = tree(page("README.md"))
    assert shown == [(name, parent(name)) for name, _ in shown]


def test_the_table_has_every_error_and_what_else_it_is() -> None:
    said = {code(row["error"])[0]: code(row["is also"]) for row in page("docs/errors.md").table("error")}
    other = {
        name: [base.__name__ for base in kind.__bases__ if not issubclass(base, NoormmeError)]
        for name, kind in CLASSES.items()
    }
    assert said == other


@pytest.mark.parametrize("row", page("docs/errors.md").table("error"), ids=lambda row: row["error"])
def test_the_table_says_what_to_do(row: dict[str, str]) -> None:
    assert row["when"]
    assert bool(row["what to do"]) != (row["when"] == "not raised in this version")
