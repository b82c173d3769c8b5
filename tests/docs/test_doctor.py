"""The page of the doctor lists every kind of finding there is, and how grave it may be."""

from __future__ import annotations

import ast

from noormme_py.optimize.finding import SEVERITIES, Finding
from tests.docs.pages import ROOT, code, page

CHECKS = ROOT / "src/noormme_py/optimize/doctor"


def kinds() -> set[str]:
    """Return the first argument of every finding that a check makes."""
    found: set[str] = set()
    for path in CHECKS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == Finding.__name__:
                assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}: a kind is a literal"
                found.add(str(node.args[0].value))
    return found


def test_every_kind_is_in_the_table() -> None:
    rows = page("docs/doctor.md").table("kind")
    assert sorted(code(row["kind"])[0] for row in rows) == sorted(kinds())


def test_the_table_speaks_of_severities() -> None:
    for row in page("docs/doctor.md").table("kind"):
        said = row["severity"].replace(" to ", ", ").split(", ")
        assert set(said) <= set(SEVERITIES)
        assert sorted(said, key=lambda name: -list(SEVERITIES).index(name)) == said  # type: ignore[arg-type]


def test_the_table_of_fields_is_of_a_finding() -> None:
    fields = [code(row["field"])[0] for row in page("docs/doctor.md").table("field")]
    assert fields == [name for name in Finding.__match_args__ if name not in ("sql", "call_site")]
