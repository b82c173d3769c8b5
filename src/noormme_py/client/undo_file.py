"""What takes applied suggestions back, kept as SQL beside the database: the last first."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from noormme_py.client.kept_files import beside, make_folder, replace_text
from noormme_py.location import Location
from noormme_py.optimize.advice.application import Application

_LOG = logging.getLogger("noormme_py")


def keep_undo(location: Location, applied: Application) -> None:
    """Add to the file; where it cannot be written that is logged, for the indexes are there."""
    if location.is_memory or not applied.undo:
        return
    path = beside(location, "undo.sql")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [f"-- {at}", *(f"{statement};" for statement in applied.undo), ""]
    try:
        make_folder(path.parent)
        before = path.read_text("utf-8") if path.exists() else ""
        replace_text(path, "\n".join(lines) + "\n" + before)
    except (OSError, UnicodeDecodeError) as fault:
        _LOG.warning("%s: how to take back what was applied is not kept (%s)", path, type(fault).__name__)
