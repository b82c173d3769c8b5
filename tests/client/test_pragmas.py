"""Every pragma is as it was asked for on every connection, and where it is not, that is told."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.config import OptimizationConfig
from noormme_py.engine import pragmas
from noormme_py.engine.filesystem import network_filesystem
from noormme_py.errors import ForeignKeyViolation, NoormmeWarning
from tests.client.watching import Watch

EVERY_PRAGMA: list[tuple[dict[str, Any], str, object]] = [
    ({"enable_wal_mode": True}, "journal_mode", "wal"),
    ({"enable_wal_mode": False}, "journal_mode", "delete"),
    ({"enable_foreign_keys": True}, "foreign_keys", 1),
    ({"enable_foreign_keys": False}, "foreign_keys", 0),
    ({"cache_size": -1234}, "cache_size", -1234),
    ({"cache_size": 77}, "cache_size", 77),
    ({"synchronous": "OFF"}, "synchronous", 0),
    ({"synchronous": "NORMAL"}, "synchronous", 1),
    ({"synchronous": "FULL"}, "synchronous", 2),
    ({"synchronous": "EXTRA"}, "synchronous", 3),
    ({"temp_store": "DEFAULT"}, "temp_store", 0),
    ({"temp_store": "FILE"}, "temp_store", 1),
    ({"temp_store": "MEMORY"}, "temp_store", 2),
    ({"busy_timeout": 0}, "busy_timeout", 0),
    ({"busy_timeout": 4321}, "busy_timeout", 4321),
    ({"mmap_size": 0}, "mmap_size", 0),
    ({"mmap_size": 1_048_576}, "mmap_size", 1_048_576),
    ({"journal_size_limit": -1}, "journal_size_limit", -1),
    ({"journal_size_limit": 1_000_000}, "journal_size_limit", 1_000_000),
    ({"wal_autocheckpoint": 0}, "wal_autocheckpoint", 0),
    ({"wal_autocheckpoint": 7}, "wal_autocheckpoint", 7),
]


@pytest.mark.parametrize(("option", "pragma", "value"), EVERY_PRAGMA)
async def test_every_pragma_is_so_on_every_connection(
    tmp_path: Path, option: dict[str, Any], pragma: str, value: object
) -> None:
    async with Noormme(tmp_path / "app.db", optimization=option, performance={"max_readers": 3}) as db:
        watch = Watch(db)
        await watch.open_all()
        expected = watch.expected(pragma, value, readers=3)
        assert watch.pragma(pragma) == expected
        assert watch.reported(pragma) == expected
        assert all(check.is_as_asked and check.reason is None for check in db.pragma_report())


def real(path: Path) -> Path:
    return path.resolve()


def size(path: Path) -> int:
    return path.stat().st_size


def test_every_option_is_tested() -> None:
    tested = {name for option, _, _ in EVERY_PRAGMA for name in option}
    assert tested == set(OptimizationConfig.model_fields)


async def test_readers_cannot_write(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db", performance={"max_readers": 2}) as db:
        watch = Watch(db)
        await watch.open_all()
        assert watch.pragma("query_only") == {"writer": 0, "loop": 0, "reader 0": 1, "reader 1": 1}


async def test_wal_mode_is_a_property_of_the_file(tmp_path: Path) -> None:
    for is_wal, version in ((True, b"\x02\x02"), (False, b"\x01\x01"), (True, b"\x02\x02")):
        async with Noormme(tmp_path / "app.db", optimization={"enable_wal_mode": is_wal}) as db:
            await db.execute("create table if not exists t (n integer)")
        assert (tmp_path / "app.db").read_bytes()[18:20] == version


async def test_foreign_keys_are_enforced_or_not(tmp_path: Path) -> None:
    script = "create table p (id integer primary key); create table c (p_id integer references p (id));"
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script(script)
        with pytest.raises(ForeignKeyViolation):
            await db.execute("insert into c values (1)")
    async with Noormme(tmp_path / "app.db", optimization={"enable_foreign_keys": False}) as db:
        await db.execute("insert into c values (1)")


async def test_wal_autocheckpoint_bounds_the_log(tmp_path: Path) -> None:
    async def log_size(pages: int) -> int:
        path = tmp_path / f"{pages}.db"
        async with Noormme(path, optimization={"wal_autocheckpoint": pages}) as db:
            await db.execute("create table t (n integer)")
            for n in range(100):
                await db.execute("insert into t values (?)", [n])
            return size(Path(f"{path}-wal"))

    assert await log_size(4) < await log_size(0)


async def test_the_report_names_what_was_asked_and_what_is(tmp_path: Path) -> None:
    async with Noormme(":memory:") as db:
        report = {check.name: check for check in db.pragma_report()}
        assert report["journal_mode"].got == "memory"
        assert report["journal_mode"].asked == "wal"
        assert report["journal_mode"].reason == "the database is in memory"
        assert not report["journal_mode"].is_as_asked
        assert report["foreign_keys"].is_as_asked
    async with Noormme(tmp_path / "app.db") as db:
        assert {check.name for check in db.pragma_report() if check.connection == "writer"} == set(report)


async def test_what_was_asked_for_and_is_not_so_is_warned_of(tmp_path: Path) -> None:
    with pytest.warns(NoormmeWarning, match=r"enable_wal_mode.*'memory'.*'wal' was asked.*in memory"):
        async with Noormme(":memory:", optimization={"enable_wal_mode": True}):
            pass
    async with Noormme(tmp_path / "app.db", optimization={"enable_wal_mode": False}):
        pass
    reading = Noormme(f"sqlite:///{tmp_path}/app.db?mode=ro", optimization={"enableWALMode": True})
    with pytest.warns(NoormmeWarning, match=r"enable_wal_mode.*reading only") as caught:
        await reading.initialize()
    # It is the same for the writer and the reader, and said once.
    assert len(caught) == 1
    await reading.close()
    with pytest.warns(NoormmeWarning, match=r"mmap_size.*lower limit"):
        async with Noormme(tmp_path / "app.db", optimization={"mmap_size": 2**62, "enable_wal_mode": False}):
            pass


async def test_a_default_that_does_not_apply_is_no_reason_to_warn(tmp_path: Path) -> None:
    """Warnings are errors here."""
    async with Noormme(":memory:"):
        pass
    async with Noormme(":memory:", optimization={"enable_wal_mode": False, "synchronous": "FULL"}):
        pass
    async with Noormme(tmp_path / "app.db", optimization={"enable_wal_mode": False}):
        pass
    async with Noormme(f"sqlite:///{tmp_path}/app.db?mode=ro"):
        pass


async def test_a_network_file_system_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"proc /proc proc rw 0 0\nserver:/export {real(tmp_path)} nfs4 rw 0 0\n")
    monkeypatch.setattr(pragmas, "network_filesystem", partial(network_filesystem, mounts=mounts))
    with pytest.warns(NoormmeWarning, match=r"enable_wal_mode: .*network file system \(nfs4\)"):
        async with Noormme(tmp_path / "app.db"):
            pass
    async with Noormme(tmp_path / "app.db", optimization={"enable_wal_mode": False}):
        pass


@pytest.mark.parametrize(
    ("line", "is_network"),
    [
        ("server:/x {} nfs rw 0 0", True),
        ("//server/x {} cifs rw 0 0", True),
        ("sshfs {} fuse.sshfs rw 0 0", True),
        ("/dev/sda1 {} ext4 rw 0 0", False),
        ("overlay {} overlay rw 0 0", False),
        ("server:/x {}/deeper nfs rw 0 0", False),
        ("server:/x /elsewhere nfs rw 0 0", False),
        ("nonsense", False),
    ],
)
def test_which_file_system_holds_a_path(tmp_path: Path, line: str, is_network: bool) -> None:
    folder = tmp_path / "with space"
    folder.mkdir()
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/root / ext4 rw 0 0\n" + line.format(str(folder.resolve()).replace(" ", "\\040")) + "\n")
    assert (network_filesystem(str(folder / "app.db"), mounts) is not None) is is_network
    assert network_filesystem(str(folder / "app.db"), tmp_path / "nosuch") is None


async def test_a_warning_that_is_an_error_leaves_nothing_open(tmp_path: Path) -> None:
    with pytest.raises(NoormmeWarning):
        await Noormme(":memory:", optimization={"enable_wal_mode": True}).initialize()
    with pytest.raises(NoormmeWarning):
        await Noormme(tmp_path / "app.db", automation={"enable_migration_generation": True}).initialize()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("noormme")] == []
