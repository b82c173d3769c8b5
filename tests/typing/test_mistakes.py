"""Both type checkers refuse the mistakes of `mistakes.py`, and nothing beside them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MISTAKES = Path(__file__).with_name("mistakes.py")


def marked() -> list[int]:
    lines = MISTAKES.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if "  # error" in line]


def run(*command: str) -> str:
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_there_are_mistakes() -> None:
    assert len(marked()) > 30


def test_mypy_refuses_the_marked_lines_and_no_others() -> None:
    said = run("mypy", "--no-error-summary", "--show-absolute-path", "--no-pretty", str(MISTAKES))
    found = re.findall(rf"(?m)^{re.escape(str(MISTAKES))}:(\d+): error", said)
    assert sorted({int(line) for line in found}) == marked(), said


def test_pyright_refuses_the_marked_lines_and_no_others(tmp_path: Path) -> None:
    settings = {
        "include": [MISTAKES.name],
        "extraPaths": [str(ROOT / "src"), str(ROOT)],
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
        "reportUnknownMemberType": False,
        "reportUnknownArgumentType": False,
        "reportUnknownVariableType": False,
    }
    # What pyright includes is a path from its settings on.
    looked_at = shutil.copy(MISTAKES, tmp_path)
    project = tmp_path / "pyrightconfig.json"
    project.write_text(json.dumps(settings), encoding="utf-8")
    said: Any = json.loads(run("pyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(project)))
    reports = [one for one in said["generalDiagnostics"] if one["severity"] == "error"]
    assert {Path(one["file"]) for one in reports} == {Path(looked_at)}
    assert sorted({one["range"]["start"]["line"] + 1 for one in reports}) == marked(), reports
