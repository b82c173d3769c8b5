"""The tables as SQLAlchemy's declarative models, and the statements that its peers share."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, bindparam, event, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

from benchmarks.peers import Target


class Model(DeclarativeBase):
    pass


class User(Model):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    age: Mapped[int | None]
    is_active: Mapped[bool]
    balance: Mapped[float]
    created_at: Mapped[datetime]
    # Read only: a flush of users has nothing to do for it.
    comments: Mapped[list[Comment]] = relationship(order_by="Comment.id", viewonly=True)


class Session(Model):
    __tablename__ = "sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_token: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]


class Post(Model):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id"))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    views: Mapped[int]
    published_at: Mapped[datetime | None]


class Comment(Model):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


USERS = User.__table__
COMMENTS = Comment.__table__
USER_COLUMNS = tuple(USERS.c)

# Made once, as a module of an application would hold them; SQLAlchemy keeps their compiled form.
SESSION_USER = select(User).join(Session, Session.user_id == User.id).where(Session.session_token == bindparam("token"))
SESSION_USER_COLUMNS = (
    select(*USER_COLUMNS).join(Session, Session.user_id == User.id).where(Session.session_token == bindparam("token"))
)
THREE_TABLES = (
    select(
        Post.title,
        Post.views,
        Post.published_at,
        Session.session_token,
        Session.expires_at,
        User.name,
        User.email,
    )
    .join(Session, Session.id == Post.session_id)
    .join(User, User.id == Session.user_id)
    .where(Session.id.between(bindparam("first"), bindparam("last")))
    .order_by(Post.id)
)
USERS_BETWEEN = select(USERS).where(USERS.c.id.between(bindparam("first"), bindparam("last"))).order_by(USERS.c.id)
COMMENTS_OF = (
    select(COMMENTS)
    .where(COMMENTS.c.user_id.in_(bindparam("keys", expanding=True)))
    .order_by(COMMENTS.c.user_id, COMMENTS.c.id)
)
USERS_WITH_COMMENTS = (
    select(User)
    .where(User.id.between(bindparam("first"), bindparam("last")))
    .order_by(User.id)
    .options(selectinload(User.comments))
)
# Without it the rows are split into batches wherever a None comes or goes.
INSERT_MANY = insert(User).execution_options(render_nulls=True)


def set_pragmas(sync_engine: object, target: Target) -> None:
    """Set the pragmas on every connection of an engine's pool, as SQLAlchemy's documentation shows."""

    @event.listens_for(sync_engine, "connect")
    def on_connect(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for name, value in target.pragmas.items():
            cursor.execute(f"pragma {name} = {value}")
        cursor.close()
