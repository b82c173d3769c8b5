"""Generated modules under both type checkers: what they promise holds, and mistakes are found where they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from noormme_py.cli.generate import ASYNC, SYNC
from tests.codegen.modules import database, text_of
from tests.codegen.schemas import NASTY, SHOP
from tests.examples.small_nycflights import write
from tests.typing import generated_promises
from tests.typing.shop_db import Database

ROOT = Path(__file__).parents[2]
TOUR = ROOT / "examples" / "nycflights.py"
MISTAKES = Path(__file__).with_name("generated_mistakes.py")
SETTINGS = {
    "include": ["."],
    "extraPaths": [str(ROOT / "src"), str(ROOT)],
    "pythonVersion": "3.11",
    "typeCheckingMode": "strict",
}


@dataclass(frozen=True)
class Verdict:
    """The lines that a checker finds fault with, by file, and all that it said."""

    lines: dict[str, set[int]]
    said: str

    def of(self, name: str) -> set[int]:
        return self.lines.get(name, set())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mistakes, and modules of both faces of each schema."""
    made = tmp_path_factory.mktemp("generated")
    shutil.copy(MISTAKES, made)
    demo = demo_schema(tmp_path_factory.mktemp("demo"))
    for name, script in (("shop", SHOP), ("nasty", NASTY), ("empty", ""), ("demo", demo)):
        for face in (ASYNC, SYNC):
            (made / f"{name}_{face.prefix.lower()}.py").write_text(text_of(script, face), encoding="utf-8")
    return made


def demo_schema(folder: Path) -> str:
    """Return the DDL of the database that `make demo` makes."""
    file, data = folder / "demo.db", write(folder / "data")
    subprocess.run([sys.executable, TOUR, file, "--data", data], check=True, capture_output=True)
    with closing(sqlite3.connect(file)) as connection:
        statements = connection.execute("select sql from sqlite_schema where sql is not null").fetchall()
    return ";\n".join(sql for (sql,) in statements)


def run(folder: Path, *command: str) -> str:
    env = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "MYPYPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def mypy(folder: Path) -> Verdict:
    files = sorted(path.name for path in folder.glob("*.py"))
    options = ["--strict", "--config-file=", "--explicit-package-bases", "--no-pretty", "--warn-unreachable"]
    said = run(folder, "mypy", *options, "--cache-dir", str(folder / "cache"), *files)
    lines: dict[str, set[int]] = {}
    for path, line in re.findall(r"(?m)^(.+?):(\d+): error", said):
        lines.setdefault(Path(path).name, set()).add(int(line))
    return Verdict(lines, said)


@pytest.fixture(scope="module")
def pyright(folder: Path) -> Verdict:
    (folder / "pyrightconfig.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    said = run(folder, "pyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(folder))
    report: Any = json.loads(said)
    lines: dict[str, set[int]] = {}
    for found in report["generalDiagnostics"]:
        lines.setdefault(Path(found["file"]).name, set()).add(found["range"]["start"]["line"] + 1)
    return Verdict(lines, said)


@pytest.fixture(params=["mypy", "pyright"])
def verdict(request: pytest.FixtureRequest) -> Verdict:
    found: Verdict = request.getfixturevalue(request.param)
    return found


def test_exactly_the_mistakes_are_found(verdict: Verdict) -> None:
    text = MISTAKES.read_text(encoding="utf-8").splitlines()
    marked = {number for number, line in enumerate(text, 1) if line.endswith("  # error")}
    assert len(marked) > 30
    assert verdict.of(MISTAKES.name) == marked, verdict.said


def test_modules_themselves_are_clean(verdict: Verdict) -> None:
    assert verdict.lines.keys() == {MISTAKES.name}, verdict.said


async def test_what_is_promised_to_checkers_holds_when_it_is_run(tmp_path: Path) -> None:
    async with Database(database(tmp_path / "shop.db", SHOP)) as db:
        await generated_promises.run(db)
