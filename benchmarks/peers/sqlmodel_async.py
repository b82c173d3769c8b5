"""SQLModel with its own async session, over aiosqlite."""

# No postponed annotations here: they are read when the classes are made.

from typing import Any

from pydantic import NaiveDatetime
from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from benchmarks.data import UserRow
from benchmarks.peers import NOTHING, Target
from benchmarks.peers.sqlalchemy_models import set_pragmas


class Comment(SQLModel, table=True):
    __tablename__ = "comments"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id")
    body: str
    written_at: NaiveDatetime


class User(SQLModel, table=True):
    __tablename__ = "users"
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str
    age: int | None
    is_active: bool
    balance: float
    created_at: NaiveDatetime
    # Read only: a flush of users has nothing to do for it.
    comments: list[Comment] = Relationship(sa_relationship_kwargs={"order_by": "Comment.id", "viewonly": True})


class Session(SQLModel, table=True):
    __tablename__ = "sessions"
    id: int | None = Field(default=None, primary_key=True)
    session_token: str = Field(unique=True)
    user_id: int = Field(foreign_key="users.id")
    expires_at: NaiveDatetime


class Post(SQLModel, table=True):
    __tablename__ = "posts"
    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="sessions.id")
    title: str
    body: str
    views: int
    published_at: NaiveDatetime | None


USER_COLUMNS = tuple(User.__table__.c)
SESSION_USER = select(User).join(Session, Session.user_id == User.id).where(Session.session_token == bindparam("token"))
THREE_TABLES = (
    select(Post)
    .join(Session, Session.id == Post.session_id)
    .join(User, User.id == Session.user_id)
    .where(Session.__table__.c.id.between(bindparam("first"), bindparam("last")))
    .order_by(Post.id)
    .with_only_columns(
        Post.title,
        Post.views,
        Post.published_at,
        Session.session_token,
        Session.expires_at,
        User.name,
        User.email,
        maintain_column_froms=True,
    )
)
USERS_WITH_COMMENTS = (
    select(User)
    .where(User.__table__.c.id.between(bindparam("first"), bindparam("last")))
    .order_by(User.id)
    .options(selectinload(User.comments))
)
# Without it the rows are split into batches wherever a None comes or goes.
INSERT_MANY = insert(User).execution_options(render_nulls=True)


class SqlModelPeer:
    """A session for each unit of work, with the engine's default pool."""

    is_async = True
    values = "python"
    lacks = NOTHING

    async def setup(self, target: Target) -> None:
        self.engine = create_async_engine(f"sqlite+aiosqlite:///{target.location}")
        set_pragmas(self.engine.sync_engine, target)
        self.session = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)

    async def teardown(self) -> None:
        await self.engine.dispose()

    async def find_by_id(self, key: int) -> Any:
        async with self.session() as session:
            return await session.get(User, key)

    async def find_by_email(self, email: str) -> Any:
        async with self.session() as session:
            return (await session.exec(select(User).where(User.email == email))).first()

    async def session_prepared(self, token: str) -> Any:
        async with self.session() as session:
            return (await session.exec(SESSION_USER, params={"token": token})).first()

    async def session_built(self, token: str) -> Any:
        query = select(User).join(Session, Session.user_id == User.id).where(Session.session_token == token)
        async with self.session() as session:
            return (await session.exec(query)).first()

    async def list_objects(self, limit: int) -> Any:
        async with self.session() as session:
            return (await session.exec(select(User).order_by(User.id).limit(limit))).all()

    async def list_dataclasses(self, limit: int) -> Any:
        async with self.session() as session:
            query = select(User).with_only_columns(*USER_COLUMNS).order_by(User.id).limit(limit)
            return [UserRow(*row) for row in await session.execute(query)]

    async def three_tables(self, first: int, last: int) -> Any:
        async with self.session() as session:
            return (await session.execute(THREE_TABLES, {"first": first, "last": last})).all()

    async def users_with_comments(self, first: int, last: int) -> Any:
        async with self.session() as session:
            return (await session.exec(USERS_WITH_COMMENTS, params={"first": first, "last": last})).all()

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
