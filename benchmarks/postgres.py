"""A PostgreSQL server for the length of a run: a new cluster in a temporary folder, default settings, a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from benchmarks.fresh import memory_kib

SERVER_USER = "postgres"


class NoServer(Exception):
    """PostgreSQL is not there, or cannot be started here."""


def binaries() -> Path:
    """Return the folder of initdb and postgres; raises NoServer."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise NoServer("no initdb: PostgreSQL's server is not installed")


class Server:
    """One server, of one run. fsync and synchronous_commit are left at their defaults: both on."""

    port = 5432

    def __init__(self) -> None:
        self._bin = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            try:
                account = pwd.getpwnam(SERVER_USER)
            except KeyError:
                raise NoServer(f"run as root, and there is no user {SERVER_USER!r}") from None
            shutil.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        cluster = self.folder / "cluster"
        command = [self._bin / "initdb", "-D", cluster, "-U", SERVER_USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, **self._as_user)
        if made.returncode:
            raise NoServer(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
        self._process = subprocess.Popen(
            [self._bin / "postgres", "-D", cluster, "-k", self.folder, "-c", "listen_addresses="],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("wb"),
            cwd=self.folder,
            **self._as_user,
        )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            # A fast shutdown: sessions are ended, the data is written.
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        assert self._process is not None
        for _ in range(600):
            ready = subprocess.run(
                [self._bin / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)], check=False
            )
            if ready.returncode == 0:
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise NoServer("the server did not start: " + (self.folder / "log").read_text()[-300:])

    @property
    def version(self) -> str:
        shown = subprocess.run([self._bin / "postgres", "--version"], capture_output=True, text=True, check=True)
        return shown.stdout.strip().removeprefix("postgres ")

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
        assert self._process is not None
        parent = self._process.pid
        pids = [parent, *_children(parent)]
        return sum(memory_kib(pid).get("pss_kib", 0) for pid in pids)


def _children(parent: int) -> list[int]:
    try:
        text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]
