"""SQLAlchemy, asynchronous: the ORM and Core over aiosqlite, and the ORM over asyncpg."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from benchmarks.data import UserRow
from benchmarks.peers import NOTHING, Target
from benchmarks.peers.sqlalchemy_models import (
    COMMENTS_OF,
    INSERT_MANY,
    SESSION_USER,
    SESSION_USER_COLUMNS,
    THREE_TABLES,
    USER_COLUMNS,
    USERS,
    USERS_BETWEEN,
    USERS_WITH_COMMENTS,
    Session,
    User,
    set_pragmas,
)


class AsyncOrm:
    """A session for each unit of work, with the engine's default pool."""

    is_async = True
    values = "python"
    lacks = NOTHING

    def engine_for(self, target: Target) -> AsyncEngine:
        engine = create_async_engine(f"sqlite+aiosqlite:///{target.location}")
        set_pragmas(engine.sync_engine, target)
        return engine

    async def setup(self, target: Target) -> None:
        self.engine = self.engine_for(target)
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)

    async def teardown(self) -> None:
        await self.engine.dispose()

    async def find_by_id(self, key: int) -> Any:
        async with self.session() as session:
            return await session.get(User, key)

    async def find_by_email(self, email: str) -> Any:
        async with self.session() as session:
            return await session.scalar(select(User).where(User.email == email))

    async def session_prepared(self, token: str) -> Any:
        async with self.session() as session:
            return await session.scalar(SESSION_USER, {"token": token})

    async def session_built(self, token: str) -> Any:
        query = select(User).join(Session, Session.user_id == User.id).where(Session.session_token == token)
        async with self.session() as session:
            return await session.scalar(query)

    async def list_objects(self, limit: int) -> Any:
        async with self.session() as session:
            return (await session.scalars(select(User).order_by(User.id).limit(limit))).all()

    async def list_dataclasses(self, limit: int) -> Any:
        async with self.session() as session:
            rows = await session.execute(select(*USER_COLUMNS).order_by(User.id).limit(limit))
            return [UserRow(*row) for row in rows]

    async def three_tables(self, first: int, last: int) -> Any:
        async with self.session() as session:
            return (await session.execute(THREE_TABLES, {"first": first, "last": last})).all()

    async def users_with_comments(self, first: int, last: int) -> Any:
        async with self.session() as session:
            return (await session.scalars(USERS_WITH_COMMENTS, {"first": first, "last": last})).all()

    async def create(self, values: dict[str, Any]) -> Any:
        user = User(**values)
        async with self.session() as session:
            session.add(user)
            await session.commit()
        return user

    async def insert_many(self, rows: list[dict[str, Any]]) -> None:
        async with self.session() as session:
            await session.execute(INSERT_MANY, rows)
            await session.commit()

    async def update(self, key: int, changes: dict[str, Any]) -> None:
        async with self.session() as session:
            await session.execute(update(User).where(User.id == key).values(**changes))
            await session.commit()

    async def delete(self, key: int) -> None:
        async with self.session() as session:
            await session.execute(delete(User).where(User.id == key))
            await session.commit()


class AsyncOrmPostgres(AsyncOrm):
    """The same code on PostgreSQL."""

    def engine_for(self, target: Target) -> AsyncEngine:
        url = f"postgresql+asyncpg://postgres@/{target.location}?host={target.socket_folder}&port={target.port}"
        return create_async_engine(url)


class AsyncCore(AsyncOrm):
    """Tables and rows without mapped objects: a connection of the pool for each unit of work."""

    async def _first(self, query: Any, parameters: dict[str, Any] | None = None) -> Any:
        async with self.engine.connect() as connection:
            return (await connection.execute(query, parameters)).first()

    async def _all(self, query: Any, parameters: dict[str, Any] | None = None) -> Any:
        async with self.engine.connect() as connection:
            return (await connection.execute(query, parameters)).all()

    async def find_by_id(self, key: int) -> Any:
        return await self._first(select(USERS).where(USERS.c.id == key))

    async def find_by_email(self, email: str) -> Any:
        return await self._first(select(USERS).where(USERS.c.email == email))

    async def session_prepared(self, token: str) -> Any:
        return await self._first(SESSION_USER_COLUMNS, {"token": token})

    async def session_built(self, token: str) -> Any:
        sessions = Session.__table__
        query = select(USERS).join(sessions, sessions.c.user_id == USERS.c.id)
        return await self._first(query.where(sessions.c.session_token == token))

    async def list_objects(self, limit: int) -> Any:
        return await self._all(select(USERS).order_by(USERS.c.id).limit(limit))

    async def list_dataclasses(self, limit: int) -> Any:
        return [UserRow(*row) for row in await self._all(select(USERS).order_by(USERS.c.id).limit(limit))]

    async def three_tables(self, first: int, last: int) -> Any:
        return await self._all(THREE_TABLES, {"first": first, "last": last})

    async def users_with_comments(self, first: int, last: int) -> Any:
        async with self.engine.connect() as connection:
            users = (await connection.execute(USERS_BETWEEN, {"first": first, "last": last})).all()
            keys = [row.id for row in users]
            return users, (await connection.execute(COMMENTS_OF, {"keys": keys})).all()

    async def create(self, values: dict[str, Any]) -> Any:
        async with self.engine.begin() as connection:
            return (await connection.execute(insert(USERS).returning(USERS), values)).one()

    async def insert_many(self, rows: list[dict[str, Any]]) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(insert(USERS), rows)

    async def update(self, key: int, changes: dict[str, Any]) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(update(USERS).where(USERS.c.id == key).values(**changes))

    async def delete(self, key: int) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(delete(USERS).where(USERS.c.id == key))
