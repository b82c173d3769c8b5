"""Who holds a connection: what an error says of the one that others wait for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from noormme_py.engine.call_sites import caller_frame, current_unit

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
    unit = current_unit()
    name = f"task {unit.get_name()!r}" if isinstance(unit, asyncio.Task) else f"thread {unit.name!r}"
    frame = caller_frame()
    if frame is None:
        return Holder(name, "the library itself")
    code = frame.f_code
    return Holder(name, f"{Path(code.co_filename).name}:{frame.f_lineno} ({code.co_qualname})")


def _cut(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _SHOWN_SQL else text[:_SHOWN_SQL] + " …"
