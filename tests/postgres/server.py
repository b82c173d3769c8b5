"""A PostgreSQL server of one's own: a new cluster in a temporary folder, which only a Unix socket leads to.

No driver is needed for it. It may be killed and started again, as a server may that is moved from.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote

SERVER_USER = "postgres"
MISSING = (
    "install PostgreSQL's server; on Debian or Ubuntu: apt-get install postgresql (`make postgresql` does it as root)"
)
QUICK = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB", "autovacuum=off")
"""Settings for data that nobody needs tomorrow. Without autovacuum, statistics are only what a test asks for."""

# Reading ends when this process does, however that comes about, since nothing is ever sent.
_WATCH = 'read -r _; kill -INT "$1"; while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"'


class NoServer(Exception):
    """PostgreSQL is not there, or cannot be started here."""


def binaries() -> Path:
    """Return the folder of the newest initdb and postgres; raises NoServer."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise NoServer(f"no initdb: {MISSING}")


class Server:
    """A server with a cluster of its own, from `start` to `close`. Everybody who can reach its socket is trusted."""

    port = 5432

    def __init__(self, settings: Sequence[str] = QUICK, locale: str = "C.UTF-8") -> None:
        self._bin = binaries()
        self._settings = settings
        self._locale = locale
        # PostgreSQL refuses to run as root.
        self._account = _server_account() if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        if self._account:
            shutil.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def dsn(self, database: str = "postgres", user: str = SERVER_USER) -> str:
        """Return the URL of a database."""
        return f"postgresql://{quote(user, '')}@/{quote(database, '')}?host={self.folder}&port={self.port}"

    @property
    def pid(self) -> int:
        """The process that all of the server's others are children of."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it answers; raises NoServer. A killed one recovers what was committed."""
        try:
            self._start(self.folder / "cluster")
        except BaseException:
            self.close()
            raise

    def kill(self) -> None:
        """End all its processes at once, as a machine that loses power would."""
        children = _children(self.pid)
        self._end(signal.SIGKILL)
        for child in children:
            # A child that reads a table would not notice for a while that it is alone.
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for _ in range(500):
            if not any(Path(f"/proc/{child}").exists() for child in children):
                return
            time.sleep(0.01)
        raise AssertionError("killed processes of the server do not end")

    def close(self) -> None:
        """Stop it, and remove its folder."""
        if self._process is not None:
            # A fast shutdown: sessions are ended, the data is written.
            self._end(signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self) -> list[int]:
        """Return the ids of all its processes."""
        return [self.pid, *_children(self.pid)]

    @property
    def version(self) -> str:
        shown = subprocess.run(self._words("postgres", "--version"), capture_output=True, text=True, check=True)
        return shown.stdout.strip().removeprefix("postgres ")

    def _start(self, cluster: Path) -> None:
        if not cluster.exists():
            self._make(cluster)
        options = [word for setting in self._settings for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._words("postgres", "-D", cluster, "-k", self.folder, "-c", "listen_addresses="), *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self.folder,
                user=self._account and self._account.pw_uid,
                group=self._account and self._account.pw_gid,
                extra_groups=self._account and [],
                start_new_session=True,
            )
        self._watcher = subprocess.Popen(
            ["sh", "-c", _WATCH, "sh", str(self.pid), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()

    def _words(self, program: str, *words: object) -> list[str]:
        return [str(self._bin / program), *map(str, words)]

    def _make(self, cluster: Path) -> None:
        words = self._words("initdb", "-D", cluster, "-U", SERVER_USER, "-A", "trust")
        made = subprocess.run(
            [*words, "-E", "UTF8", f"--locale={self._locale}", "--no-sync"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            user=self._account and self._account.pw_uid,
            group=self._account and self._account.pw_gid,
            extra_groups=self._account and [],
        )
        if made.returncode:
            raise NoServer(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None, "the server is not running"
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher.communicate()
            self._watcher = None
        self._process.send_signal(number)
        self._process.wait(60)
        self._process = None

    def _wait(self) -> None:
        assert self._process is not None
        asked = self._words("pg_isready", "-q", "-h", self.folder, "-p", self.port)
        for _ in range(1200):
            if subprocess.run(asked, check=False).returncode == 0:
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise NoServer("the server did not start: " + (self.folder / "log").read_text()[-300:])


def _server_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise NoServer(f"run as root, and there is no user {SERVER_USER!r}: {MISSING}") from None


def _children(parent: int) -> list[int]:
    try:
        text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]
