"""A PostgreSQL server for the length of a run: that of the tests, with default settings, fsync among them."""

from __future__ import annotations

from typing import Any

from benchmarks.fresh import memory_kib
from tests.postgres.server import SERVER_USER
from tests.postgres.server import Server as ServerOfTests


class Server(ServerOfTests):
    """One server, of one run. fsync and synchronous_commit are left at their defaults: both on."""

    def __init__(self) -> None:
        super().__init__(settings=(), locale="C")

    async def connect(self, database: str) -> Any:
        # Only a run with PostgreSQL in it needs the driver.
        import asyncpg  # noqa: PLC0415

        return await asyncpg.connect(host=str(self.folder), port=self.port, user=SERVER_USER, database=database)

    async def run(self, database: str, sql: str) -> None:
        connection = await self.connect(database)
        await connection.execute(sql)
        await connection.close()

    async def rows(self, database: str, sql: str) -> list[list[Any]]:
        connection = await self.connect(database)
        found = [list(row) for row in await connection.fetch(sql)]
        await connection.close()
        return found

    def memory_kib(self) -> int:
        """Return the proportional memory of all the server's processes: what they share is counted once."""
        return sum(memory_kib(pid).get("pss_kib", 0) for pid in self.processes())
