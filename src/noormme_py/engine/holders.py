"""Who holds a connection: what an error says of the one that others wait for."""

from __future__ import annotations

import asyncio
import inspect
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import FrameType

_OWN = str(Path(__file__).parents[1])
_SHOWN_SQL = 120


@dataclass(frozen=True, slots=True)
class Holder:
    """A task or a thread, where in its code it took the connection, and since when (monotonic seconds)."""

    name: str
    call_site: str
    since_s: float = field(default_factory=monotonic)

    def told(self, first_sql: str | None) -> str:
        """Say who it is, for how long, and what the first statement was."""
        statement = f"; its first statement: {_cut(first_sql)}" if first_sql else ""
        return f"{self.name} has held it for {monotonic() - self.since_s:.1f} s, since {self.call_site}{statement}"


def current_holder() -> Holder:
    """Return whoever calls the library now."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    name = f"thread {threading.current_thread().name!r}" if task is None else f"task {task.get_name()!r}"
    return Holder(name, _call_site(inspect.currentframe()))


def _call_site(frame: FrameType | None) -> str:
    """Return the first place outside of the library and of what it stands on."""
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(_OWN) and Path(code.co_filename).name != "contextlib.py":
            return f"{Path(code.co_filename).name}:{frame.f_lineno} ({code.co_qualname})"
        frame = frame.f_back
    return "the library itself"


def _cut(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _SHOWN_SQL else text[:_SHOWN_SQL] + " …"
