"""SQLAlchemy's ORM without asyncio."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine, delete, select, update
from sqlalchemy.orm import sessionmaker

from benchmarks.data import UserRow
from benchmarks.peers import NOTHING, Target
from benchmarks.peers.sqlalchemy_models import (
    INSERT_MANY,
    SESSION_USER,
    THREE_TABLES,
    USER_COLUMNS,
    USERS_WITH_COMMENTS,
    Session,
    User,
    set_pragmas,
)


class SyncOrm:
    """A session for each unit of work."""

    is_async = False
    values = "python"
    lacks = NOTHING

    def setup(self, target: Target) -> None:
        self.engine = create_engine(f"sqlite:///{target.location}")
        set_pragmas(self.engine, target)
        self.session = sessionmaker(self.engine, expire_on_commit=False)

    def teardown(self) -> None:
        self.engine.dispose()

    def find_by_id(self, key: int) -> Any:
        with self.session() as session:
            return session.get(User, key)

    def find_by_email(self, email: str) -> Any:
        with self.session() as session:
            return session.scalar(select(User).where(User.email == email))

    def session_prepared(self, token: str) -> Any:
        with self.session() as session:
            return session.scalar(SESSION_USER, {"token": token})

    def session_built(self, token: str) -> Any:
        query = select(User).join(Session, Session.user_id == User.id).where(Session.session_token == token)
        with self.session() as session:
            return session.scalar(query)

    def list_objects(self, limit: int) -> Any:
        with self.session() as session:
            return session.scalars(select(User).order_by(User.id).limit(limit)).all()

    def list_dataclasses(self, limit: int) -> Any:
        with self.session() as session:
            return [UserRow(*row) for row in session.execute(select(*USER_COLUMNS).order_by(User.id).limit(limit))]

    def three_tables(self, first: int, last: int) -> Any:
        with self.session() as session:
            return session.execute(THREE_TABLES, {"first": first, "last": last}).all()

    def users_with_comments(self, first: int, last: int) -> Any:
        with self.session() as session:
            return session.scalars(USERS_WITH_COMMENTS, {"first": first, "last": last}).all()

    def create(self, values: dict[str, Any]) -> Any:
        user = User(**values)
        with self.session() as session:
            session.add(user)
            session.commit()
        return user

    def insert_many(self, rows: list[dict[str, Any]]) -> None:
        with self.session() as session:
            session.execute(INSERT_MANY, rows)
            session.commit()

    def update(self, key: int, changes: dict[str, Any]) -> None:
        with self.session() as session:
            session.execute(update(User).where(User.id == key).values(**changes))
            session.commit()

    def delete(self, key: int) -> None:
        with self.session() as session:
            session.execute(delete(User).where(User.id == key))
            session.commit()
