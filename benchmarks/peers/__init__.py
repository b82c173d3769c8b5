"""The peers: who they are, and where their adapters live. An adapter is imported only in its own process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any, Literal, Protocol


class NotOffered(Exception):
    """The installed version of this peer has no such thing."""


NOTHING: Mapping[str, str] = MappingProxyType({})
"""What a peer lacks that does all works."""


@dataclass(frozen=True)
class Target:
    """The database that a peer is given: a path of SQLite, or a PostgreSQL database and its socket's folder."""

    location: str
    pragmas: Mapping[str, str | int] = field(default_factory=dict)
    socket_folder: str = ""
    port: int = 5432


class Peer(Protocol):
    """What an adapter looks like. All methods are coroutines when `is_async` is true, else plain functions.

    `values` tells whether rows hold Python values, or what SQLite stores. A work that a peer has no way
    to do is named in `lacks`, by its name or its method, with the reason. `users_with_comments` returns users
    that have `comments`, or, where rows know nothing of each other, a tuple of two lists: users, and comments.
    """

    is_async: bool
    values: Literal["python", "stored"]
    lacks: Mapping[str, str]

    def setup(self, target: Target) -> Any: ...
    def teardown(self) -> Any: ...

    def find_by_id(self, key: int) -> Any: ...
    def find_by_email(self, email: str) -> Any: ...
    def session_prepared(self, token: str) -> Any: ...
    def session_built(self, token: str) -> Any: ...
    def list_objects(self, limit: int) -> Any: ...
    def list_dataclasses(self, limit: int) -> Any: ...
    def three_tables(self, first: int, last: int) -> Any: ...
    def users_with_comments(self, first: int, last: int) -> Any: ...
    def create(self, values: dict[str, Any]) -> Any: ...
    def insert_many(self, rows: list[dict[str, Any]]) -> Any: ...
    def update(self, key: int, changes: dict[str, Any]) -> Any: ...
    def delete(self, key: int) -> Any: ...


@dataclass(frozen=True)
class Entry:
    """One peer in the list. `packages` are the distributions whose versions are printed."""

    title: str
    adapter: str
    packages: tuple[str, ...] = ()
    store: Literal["sqlite", "postgres"] = "sqlite"
    is_ours: bool = False

    def load(self) -> Peer:
        """Import the adapter and return a new peer; raises ImportError for a peer that is not installed."""
        module, _, name = self.adapter.partition(":")
        peer: Peer = getattr(import_module(f"benchmarks.peers.{module}"), name)()
        return peer


UNIT = "sqlite3"
"""Every ratio is to this peer."""

PEERS: dict[str, Entry] = {
    "sqlite3": Entry("sqlite3, SQL by hand", "raw_sqlite:RawSqlite"),
    "sqlite3-typed": Entry("sqlite3, dataclasses by hand", "raw_sqlite:TypedSqlite"),
    "noormme": Entry("noormme_py", "noormme_async:NoormmePeer", ("noormme-py",), is_ours=True),
    "noormme-sync": Entry("noormme_py, sync", "noormme_sync:SyncNoormmePeer", ("noormme-py",), is_ours=True),
    "aiosqlite": Entry("aiosqlite, execute/fetch/close", "raw_aiosqlite:AiosqliteUsual", ("aiosqlite",)),
    "aiosqlite-fetchall": Entry("aiosqlite, execute_fetchall", "raw_aiosqlite:AiosqliteFetchall", ("aiosqlite",)),
    "sqlalchemy": Entry("SQLAlchemy ORM, async", "sqlalchemy_async:AsyncOrm", ("sqlalchemy", "aiosqlite")),
    "sqlalchemy-core": Entry("SQLAlchemy Core, async", "sqlalchemy_async:AsyncCore", ("sqlalchemy", "aiosqlite")),
    "sqlalchemy-sync": Entry("SQLAlchemy ORM, sync", "sqlalchemy_sync:SyncOrm", ("sqlalchemy",)),
    "sqlmodel": Entry("SQLModel, async", "sqlmodel_async:SqlModelPeer", ("sqlmodel", "sqlalchemy")),
    "peewee": Entry("Peewee", "peewee_orm:PeeweePeer", ("peewee",)),
    "tortoise": Entry("Tortoise ORM", "tortoise_orm:TortoisePeer", ("tortoise-orm", "aiosqlite")),
    "piccolo": Entry("Piccolo", "piccolo_orm:PiccoloPeer", ("piccolo", "aiosqlite")),
    "sqlite-utils": Entry("sqlite-utils", "sqlite_utils_tables:SqliteUtilsPeer", ("sqlite-utils",)),
    "django": Entry("Django ORM", "django_orm:DjangoPeer", ("django",)),
    "asyncpg": Entry("PostgreSQL: asyncpg, pool", "raw_asyncpg:AsyncpgPeer", ("asyncpg",), "postgres"),
    "asyncpg-held": Entry("PostgreSQL: asyncpg, held", "raw_asyncpg:AsyncpgHeld", ("asyncpg",), "postgres"),
    "sqlalchemy-pg": Entry(
        "PostgreSQL: SQLAlchemy ORM", "sqlalchemy_async:AsyncOrmPostgres", ("sqlalchemy", "asyncpg"), "postgres"
    ),
}
