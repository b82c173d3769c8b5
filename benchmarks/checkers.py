"""Times mypy and pyright with a generated module of 200 tables: python -m benchmarks.checkers.

What is printed comes on top of a program that only imports pydantic and noormme_py: the time one waits, and that of
the processor. mypy has no cache.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median

from benchmarks.big_schema import TABLES, big_schema

SOURCES = Path(__file__).parents[1] / "src"
EMPTY = "import noormme_py\nimport pydantic\n\nprint(noormme_py, pydantic)\n"
_USE = """

async def use_{number}(db: Database) -> str:
    things = db.kind_{number:03}_things
    made = await things.create({{"column_0": "x", "owner_id": 1, "place_id": 1}})
    found = await things.find_many({{"id": made.id}}, include=["owner", "place"])
    async with db.transaction() as tx:
        await tx.get_repository("kind_{number:03}_things").update(made.id, {{"column_0": "y"}})
    return found[0].owner.column_0 + str(await things.find_by_column_0("y"))
"""
PROGRAM = "from big_db import Database\n" + "".join(_USE.format(number=number) for number in range(20, 26))


def main() -> None:
    """Print what each checker takes for the module and a program of sixty lines."""
    with tempfile.TemporaryDirectory() as folder:
        empty, full = Path(folder, "empty"), Path(folder, "full")
        for project in (empty, full):
            project.mkdir()
            settings = {"typeCheckingMode": "strict", "extraPaths": [str(SOURCES)]}
            (project / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
        (empty / "program.py").write_text(EMPTY, encoding="utf-8")
        (full / "program.py").write_text(PROGRAM, encoding="utf-8")
        with closing(sqlite3.connect(full / "big.db")) as connection:
            connection.executescript(big_schema())
        _run(full, "noormme_py", "generate", "--database", "big.db", "--out", "big_db.py")
        for name, command in (
            ("mypy", ["mypy", "--strict", "--cache-dir", os.devnull, "."]),
            ("pyright", ["pyright", "--pythonpath", sys.executable]),
        ):
            runs = [(_run(empty, *command), _run(full, *command)) for _ in range(3)]
            waited, used = (median(full[unit] - empty[unit] for empty, full in runs) for unit in (0, 1))
            print(f"{name}: {waited:.1f} s more for {TABLES} tables, {used:.1f} s of the processor, median of three")


def _run(project: Path, *command: str) -> tuple[float, float]:
    paths = str(SOURCES)
    env = os.environ | {"PYTHONPATH": paths, "MYPYPATH": paths, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=project, env=env, capture_output=True, text=True, check=False
    )
    after = os.times()
    if done.returncode:
        raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return after.elapsed - before.elapsed, used


if __name__ == "__main__":
    main()
