"""Looks at the connections of a database themselves, beside what it reports of them."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from noormme_py import Noormme


class Watch:
    """The connections of one open database, by name."""

    def __init__(self, db: Noormme) -> None:
        self.db = db

    @property
    def connections(self) -> dict[str, sqlite3.Connection]:
        engine = self.db._engine
        assert engine._writers is not None
        assert engine._readers is not None
        pools = {engine._writers, engine._readers}
        found = {connection.name: connection._raw for pool in pools for connection in pool.connections}
        if engine.loop_connection is not None:
            found["loop"] = engine.loop_connection.connection._raw
        return found

    async def open_all(self) -> None:
        """Hold every reader at once, so that all of them are open."""
        count = self.db.config.max_readers
        together = asyncio.Barrier(count)

        async def hold() -> None:
            async with self.db.transaction(read_only=True) as tx:
                await together.wait()
                await tx.execute("select 1 as one")

        await asyncio.gather(*(hold() for _ in range(count)))

    def expected(self, pragma: str, value: object, *, readers: int) -> dict[str, object]:
        """Return the value for every connection. The loop's own one waits for no lock and does no checkpoints."""
        names = ["writer", "loop", *(f"reader {number}" for number in range(readers))]
        is_off_on_loop = pragma in ("busy_timeout", "wal_autocheckpoint")
        return {name: 0 if name == "loop" and is_off_on_loop else value for name in names}

    def pragma(self, name: str) -> dict[str, Any]:
        values = {}
        for connection, raw in self.connections.items():
            row = raw.execute(f"pragma {name}").fetchone()
            values[connection] = row[0] if row is not None else None
        return values

    def reported(self, name: str) -> dict[str, object]:
        return {check.connection: check.got for check in self.db.pragma_report() if check.name == name}
