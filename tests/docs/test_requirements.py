"""What the README says is needed is what the package and the engine ask for."""

from __future__ import annotations

from noormme_py.engine.opening import OLDEST_SQLITE
from tests.docs.pages import page
from tests.docs.test_commands import PROJECT


def test_the_readme_names_the_oldest_python_and_sqlite() -> None:
    text = page("README.md").path.read_text(encoding="utf-8")
    python = PROJECT["requires-python"].removeprefix(">=")
    sqlite = ".".join(map(str, OLDEST_SQLITE[:2]))
    assert f"Python {python} or newer and SQLite {sqlite} or newer" in text


def test_the_readme_is_the_package_s_own() -> None:
    assert PROJECT["readme"] == "README.md"
