"""What takes applied suggestions back, kept as SQL beside the database: the last first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from noormme_py.client.kept_files import alone, beside, make_folder, replace_text
from noormme_py.errors import RecordError
from noormme_py.location import Location
from noormme_py.optimize.advice.application import Application

_LOG = logging.getLogger("noormme_py")


def keep_undo(location: Location, applied: Application) -> None:
    """Add to the file; where it cannot be written that is logged, for the indexes are there."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    _change(location, applied, lambda blocks: [f"-- {at}\n{_text(applied)}", *blocks])


def forget_undo(location: Location, applied: Application) -> None:
    """Take out of the file what has been taken back."""

    def without(blocks: list[str]) -> list[str]:
        texts = [block.partition("\n")[2] for block in blocks]
        at = texts.index(_text(applied)) if _text(applied) in texts else len(blocks)
        return blocks[:at] + blocks[at + 1 :]

    _change(location, applied, without)


def _change(location: Location, applied: Application, change: Callable[[list[str]], list[str]]) -> None:
    if location.is_memory or not applied.undo:
        return
    path = beside(location, "undo.sql")
    try:
        make_folder(path.parent)
        with alone(path):
            text = path.read_text("utf-8") if path.exists() else ""
            blocks = [block.strip("\n") for block in text.split("\n\n") if block.strip()]
            replace_text(path, "".join(f"{block}\n\n" for block in change(blocks)))
    except (OSError, UnicodeDecodeError, RecordError) as fault:
        _LOG.warning("%s: how to take back what was applied is not kept (%s)", path, type(fault).__name__)


def _text(applied: Application) -> str:
    return "\n".join(f"{statement};" for statement in applied.undo)
