"""How the tree looks: short files, telling names, a docstring at every door, nothing of one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGE_FOLDER, ROOT, Module, modules

LONGEST = 450
# Names that say what a module is to its author, not what it holds.
EMPTY_WORDS = {
    "base",
    "common",
    "factory",
    "helper",
    "helpers",
    "impl",
    "manager",
    "misc",
    "mixin",
    "mixins",
    "service",
    "services",
    "util",
    "utils",
}
# Folders that one machine has, and hosts that only one set-up asks. Relative paths and URLs are not meant.
OF_ONE_MACHINE = re.compile(
    r"(?<![\w./:-])/(?:work|tmp|root|opt)/"
    r"|\b(?:pypi|pythonhosted|npmjs)\.(?:org|com)\b"
    r"|\bregistry\.[a-z]"
)
LOOKED_THROUGH = ("src", "tests", "examples", "benchmarks", "docs", "Makefile", "pyproject.toml", ".ci")
SKIPPING = {"skip", "skipif", "xfail", "importorskip"}


def empty_words(name: str) -> set[str]:
    return {word for part in name.split(".") for word in part.split("_")} & EMPTY_WORDS


def without_docstring(known: Iterable[Module]) -> list[str]:
    return [module.name for module in known if not ast.get_docstring(module.tree)]


def skipped_tests(text: str) -> list[int]:
    """Return the lines that use pytest's ways of not running a test, or of not minding its failure."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr in SKIPPING
        and ast.unparse(node.value) in ("pytest", "pytest.mark")
    ]


def files_looked_through() -> list[Path]:
    found: list[Path] = []
    for top in (ROOT / name for name in LOOKED_THROUGH):
        found += [top] if top.is_file() else [path for path in top.rglob("*") if not is_cached(path, top)]
    return sorted(path for path in found if path.is_file())


def is_cached(path: Path, top: Path) -> bool:
    """Whether a tool made the file, and git does not know it: `.mypy_cache/`, `__pycache__/`."""
    return any(part.startswith((".", "__pycache__")) for part in path.relative_to(top).parts)


def test_no_source_file_is_long() -> None:
    long = {name: lines for name, module in modules().items() if (lines := module.text.count("\n")) > LONGEST}
    assert long == {}


def test_module_names_say_what_they_hold() -> None:
    assert {name: words for name in modules() if (words := empty_words(name))} == {}


def test_every_module_and_package_says_what_lives_in_it() -> None:
    assert without_docstring(modules().values()) == []


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {path.parent for path in PACKAGE_FOLDER.rglob("*.py")}
    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").is_file()) == []


def test_the_package_is_marked_as_typed() -> None:
    assert (PACKAGE_FOLDER / "py.typed").is_file()


def test_nothing_of_one_machine_is_in_the_tree() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files_looked_through()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if OF_ONE_MACHINE.search(line)
    ]
    assert found == []


def test_every_test_runs_and_must_pass() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line in skipped_tests(path.read_text("utf-8"))
    ]
    assert found == []


def test_empty_words_are_seen_as_parts_of_names() -> None:
    assert empty_words("noormme_py.query.query_utils") == {"utils"}
    assert empty_words("noormme_py.base.nodes") == {"base"}
    assert empty_words("noormme_py.query.database") == set()


def test_a_missing_docstring_is_seen() -> None:
    known = [Module("noormme_py.a", '"""Holds a."""'), Module("noormme_py.b", "# Holds b.\nB = 1\n")]
    assert without_docstring(known) == ["noormme_py.b"]


@pytest.mark.parametrize("folder", ["work", "tmp", "root", "opt"])
def test_folders_of_one_machine_are_seen(folder: str) -> None:
    assert OF_ONE_MACHINE.search(f'open("/{folder}/x.db")')
    assert not OF_ONE_MACHINE.search(f"https://example.com/{folder}/x")
    assert not OF_ONE_MACHINE.search(f"src/{folder}/x.py")


@pytest.mark.parametrize("host", ["files.pythonhosted", "pypi", "www.npmjs"])
def test_package_hosts_are_seen(host: str) -> None:
    assert OF_ONE_MACHINE.search(f"https://{host}.org/simple")


def test_skipped_tests_are_seen() -> None:
    text = "import pytest\n" + "".join(f"@pytest.mark.{word}\ndef test(): pass\n" for word in sorted(SKIPPING))
    assert skipped_tests(text) == [2, 4, 6, 8]
    assert skipped_tests("rows.skip(3)") == []
