"""A writer that is killed at any moment loses nothing it was answered, and leaves nothing half done."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme
from tests.engine import killed_writer
from tests.engine.killed_writer import ROWS_A_UNIT, TABLES, is_killed_while_opening

SEEDS = 200
PARTS = 8

# By table and writer: the numbers of the units of work.
Units = dict[tuple[str, int], list[int]]


@pytest.mark.parametrize("part", range(PARTS))
async def test_a_killed_writer_has_kept_what_it_was_answered_and_nothing_half(tmp_path: Path, part: int) -> None:
    seeds = range(part * SEEDS // PARTS, (part + 1) * SEEDS // PARTS)
    kill(tmp_path, seeds)
    for seed in seeds:
        path = tmp_path / f"{seed}.db"
        answered = acknowledged(tmp_path / f"{seed}.acks")
        assert is_killed_while_opening(seed) or answered, f"seed {seed} was killed before it did anything"
        # Whoever comes first recovers: this library, or anybody else.
        if seed % 2:
            check_units(seed, answered, stored(path))
        # Either face opens what the other has left.
        if seed % 3:
            await check_that_it_opens(path, seed)
        else:
            check_that_the_synchronous_face_opens_it(path, seed)
        if not seed % 2:
            check_units(seed, answered, stored(path))


def kill(folder: Path, seeds: range) -> None:
    command = [sys.executable, killed_writer.__file__, str(folder), str(seeds.start), str(seeds.stop)]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert (outcome.returncode, outcome.stderr) == (0, "")


def check_units(seed: int, answered: Units, kept: Units | None) -> None:
    if kept is None:
        assert is_killed_while_opening(seed)
        return
    for key in {*answered, *kept}:
        # A writer waits for each answer, so one unit at the most is kept and not yet answered.
        numbers, known = kept.get(key, []), answered.get(key, [])
        assert numbers == [*range(len(numbers))], f"seed {seed}: {key}"
        assert known == [*range(len(known))], f"seed {seed}: {key}"
        assert len(numbers) - len(known) in (0, 1), f"seed {seed}: {key}: {len(known)} answered, {len(numbers)} kept"
    for (table, writer), numbers in kept.items():
        if table in ("lefts", "rights"):
            assert kept.get(("lefts", writer)) == kept.get(("rights", writer)) == numbers, f"seed {seed}: a torn pair"


async def check_that_it_opens(path: Path, seed: int) -> None:
    async with Noormme(path, optimization=killed_writer.settings(seed)) as db:
        assert (await db.execute("pragma integrity_check")).rows == [{"integrity_check": "ok"}]
        if "singles" in db.schema.table_names():
            singles = db.get_repository("singles")
            row = await singles.create({"writer": -1})
            assert await singles.delete(row.id)
    assert [file.name for file in path.parent.glob(f"{path.name}-*")] == []


def check_that_the_synchronous_face_opens_it(path: Path, seed: int) -> None:
    with SyncNoormme(path, optimization=killed_writer.settings(seed)) as db:
        assert db.execute("pragma integrity_check").rows == [{"integrity_check": "ok"}]
        if "singles" in db.schema.table_names():
            singles = db.get_repository("singles")
            row = singles.create({"writer": -1})
            assert singles.delete(row.id)
    assert [file.name for file in path.parent.glob(f"{path.name}-*")] == []


def acknowledged(path: Path) -> Units:
    units: Units = {}
    for line in path.read_text().splitlines():
        table, writer, number = line.split()
        units.setdefault((table, int(writer)), []).append(int(number))
    return units


def stored(path: Path) -> Units | None:
    """Return the units that the file holds, each of them whole; None when it has no tables yet."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        known = {name for (name,) in connection.execute("select name from sqlite_schema")}
        if not known.issuperset(TABLES):
            return None
        units: Units = {}
        for table in TABLES:
            rows = connection.execute(f"select writer, number from {table} order by writer, number").fetchall()
            for (writer, number), count in Counter(rows).items():
                assert count == ROWS_A_UNIT[table], f"{path.name}: {count} rows of {table} {writer} {number}"
                units.setdefault((table, writer), []).append(number)
        return units
