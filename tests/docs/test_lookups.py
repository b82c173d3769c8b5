"""The table of lookups is what criteria know."""

from __future__ import annotations

from noormme_py.repository.criteria import LOOKUPS
from tests.docs.pages import code, page


def test_every_lookup_is_in_the_table() -> None:
    names = [name for row in page("docs/repositories.md").table("lookup") for name in code(row["lookup"])]
    assert {name.partition("__")[2] for name in names if "__" in name} == set(LOOKUPS)
