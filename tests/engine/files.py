"""What a test looks at beside the database: its files, as bytes."""

from __future__ import annotations

from pathlib import Path


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def size_of(path: Path) -> int:
    return path.stat().st_size


def is_there(path: Path) -> bool:
    return path.exists()


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def overwrite(path: Path, data: bytes | bytearray) -> None:
    path.write_bytes(data)


def log_of(path: Path) -> Path:
    """Return where the write-ahead log of a database is."""
    return Path(f"{path}-wal")
