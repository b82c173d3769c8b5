"""This library: the copy alone, and with every value compared on both sides."""

from __future__ import annotations

from pathlib import Path

from noormme_py.transfer.sync import transfer


def copy(url: str, path: Path) -> None:
    """Move everything, and compare nothing; foreign keys are looked over all the same."""
    transfer(url, str(path), verify=False)


def copy_and_validate(url: str, path: Path) -> None:
    """Move everything, then read all of it back and compare it with what PostgreSQL gave."""
    transfer(url, str(path))
