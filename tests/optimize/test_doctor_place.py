"""What the doctor says of where the file lies. What no test can bring about here is given as circumstances."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py.circumstances import Circumstances
from noormme_py.engine.surroundings import look_around
from noormme_py.location import parse_location
from tests.optimize.examined import SOUND, database, found, found_in, one

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("kind", "wal", "other"),
    [
        ("nfs4", "high", "medium"),
        ("9p", "high", "medium"),
        ("fuse.sshfs", "high", "medium"),
        ("vboxsf", "high", "medium"),
        ("drvfs", "high", "medium"),
        ("overlay", "info", "info"),
        ("tmpfs", "info", "info"),
        ("ext4", None, None),
        ("xfs", None, None),
    ],
)
def test_a_file_system_is_judged_by_its_kind_and_the_journal(
    tmp_path: Path, kind: str, wal: str | None, other: str | None
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"root / ext4 rw 0 0\nit {tmp_path.resolve()} {kind} rw 0 0\n")
    for mode, severity in (("wal", wal), ("delete", other)):
        path = database(tmp_path / f"{mode}.db", f"pragma journal_mode = {mode};{SOUND}")
        around = look_around(parse_location(path), is_alone=True, mounts=mounts)
        assert around.filesystem == kind
        told = found_in(path, "file-system", around)
        assert [finding.severity for finding in told] == [severity] * (severity is not None)


def test_a_file_that_everybody_may_write_is_told(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db")
    path.chmod(0o664)
    assert found(path, "permissions") == []
    path.chmod(0o666)
    finding = one(found(path, "permissions"))
    assert (finding.subject, finding.severity) == ("file", "medium")
    assert "0666" in finding.evidence


def test_a_folder_that_everybody_may_write_is_told_unless_it_is_sticky(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    path = database(folder / "shop.db")
    folder.chmod(0o777)
    assert one(found(path, "permissions")).subject == "folder"
    folder.chmod(0o1777)
    assert found(path, "permissions") == []


@pytest.mark.parametrize(
    ("free", "severity"), [(10 * MIB, "high"), (100 * MIB, "medium"), (300 * MIB, None), (None, None)]
)
def test_the_room_that_is_left_is_set_against_the_size(tmp_path: Path, free: int | None, severity: str | None) -> None:
    path = database(tmp_path / "shop.db")
    around = Circumstances(path=str(path), file_bytes=150 * MIB, wal_bytes=50 * MIB, free_bytes=free)
    assert [finding.severity for finding in found_in(path, "disk-space", around)] == [severity] * (severity is not None)


def test_the_room_is_read_from_the_system(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db")
    around = look_around(parse_location(path))
    assert around.file_bytes == path.stat().st_size
    assert around.free_bytes is not None
    assert around.free_bytes > 0


@pytest.mark.parametrize("name", ["shop.db.bak", "shop-backup.db", "shop.20260105.db", "shop.db.old", "backups"])
def test_a_backup_is_known_by_its_name(tmp_path: Path, name: str) -> None:
    path = database(tmp_path / "shop.db")
    assert one(found(path, "no-backup")).severity == "info"
    (tmp_path / name).touch()
    assert found(path, "no-backup") == []


@pytest.mark.parametrize("name", ["shop.toml", "other.db.bak", "shop2.db", "readme-backup.md"])
def test_another_file_is_no_backup(tmp_path: Path, name: str) -> None:
    path = database(tmp_path / "shop.db")
    (tmp_path / name).touch()
    assert one(found(path, "no-backup")).subject == "backup"


def test_a_database_in_memory_has_no_place(tmp_path: Path) -> None:
    around = look_around(parse_location(":memory:"))
    assert around == Circumstances()
    path = database(tmp_path / "shop.db")
    for kind in ("file-system", "permissions", "disk-space", "no-backup", "journal-mode"):
        assert found_in(path, kind, around) == []


def test_a_link_is_followed(tmp_path: Path) -> None:
    real, links = tmp_path / "real", tmp_path / "links"
    real.mkdir()
    links.mkdir()
    path = database(real / "shop.db")
    (real / "shop.db.bak").touch()
    (links / "link.db").symlink_to(path)
    around = look_around(parse_location(links / "link.db"))
    assert around.path == str(path.resolve())
    assert around.backups == ("shop.db.bak",)
    assert around.file_bytes == path.stat().st_size
