"""The tables and views of a database, as types.

Written by `noormme generate`: run it again instead of changing this file.
"""

# Only the tables that there are can be asked for, where the class above takes any name.
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Mapping
from typing import (
    Any,
    ClassVar,
    Literal,
    Never,
    NotRequired,
    TypeAlias,
    TypedDict,
    TypeVar,
    overload,
)

from noormme_py import (
    Answer,
    AsyncExecutor,
    AsyncFindMany,
    AsyncFindOne,
    AsyncRepository,
    AsyncTransaction,
    AsyncTypedRepository,
    Col,
    Loaded,
    Noormme,
    RowModel,
    TableOf,
)
from pydantic import Field


class Comment(RowModel):
    """A row of `comments`."""

    id: uuid.UUID
    post_id: int
    body: str
    post: ClassVar[Loaded[Post]]


class CommentCreate(TypedDict):
    id: uuid.UUID
    post_id: int
    body: str


class CommentUpdate(TypedDict, total=False):
    id: uuid.UUID
    post_id: int
    body: str


class Comments(TableOf[Comment]):
    """The columns of `comments`."""

    __table__ = "comments"
    id: Col[uuid.UUID]
    post_id: Col[int]
    body: Col[str]


CommentsInclude: TypeAlias = Literal[
    "post",
    "post.author",
    "post.comments",
    "post.editor",
    "post.post_tags",
    "post.tags",
]


class CommentsRepository(
    AsyncTypedRepository[
        Comment,
        CommentCreate | Comment,
        CommentUpdate | Comment,
        uuid.UUID,
        CommentsInclude,
    ],
):
    """The repository of `comments`."""

    find_by_post_id: AsyncFindOne[int, Comment]
    find_many_by_post_id: AsyncFindMany[int, Comment]
    find_by_body: AsyncFindOne[str, Comment]
    find_many_by_body: AsyncFindMany[str, Comment]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("comments", Comment, database)


class Log(RowModel):
    """A row of `log`."""

    line: str


class LogCreate(TypedDict):
    line: str


class LogUpdate(TypedDict, total=False):
    line: str


class Logs(TableOf[Log]):
    """The columns of `log`."""

    __table__ = "log"
    line: Col[str]


class LogsRepository(
    AsyncTypedRepository[Log, LogCreate | Log, LogUpdate | Log, Never, Never],
):
    """The repository of `log`."""

    find_by_line: AsyncFindOne[str, Log]
    find_many_by_line: AsyncFindMany[str, Log]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("log", Log, database)


class OpenLog(RowModel):
    """A row of `open_log`."""

    line: str | None


class OpenLogCreate(TypedDict, total=False):
    line: str | None


class OpenLogUpdate(TypedDict, total=False):
    line: str | None


class OpenLogs(TableOf[OpenLog]):
    """The columns of `open_log`."""

    __table__ = "open_log"
    line: Col[str | None]


class OpenLogsRepository(
    AsyncTypedRepository[
        OpenLog,
        OpenLogCreate | OpenLog,
        OpenLogUpdate | OpenLog,
        Never,
        Never,
    ],
):
    """The repository of `open_log`."""

    find_by_line: AsyncFindOne[str | None, OpenLog]
    find_many_by_line: AsyncFindMany[str | None, OpenLog]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("open_log", OpenLog, database)


class PostTag(RowModel):
    """A row of `post_tags`."""

    post_id: int
    tag_id: int
    post: ClassVar[Loaded[Post]]
    tag: ClassVar[Loaded[Tag]]


class PostTagCreate(TypedDict):
    post_id: int
    tag_id: int


class PostTagUpdate(TypedDict, total=False):
    post_id: int
    tag_id: int


class PostTags(TableOf[PostTag]):
    """The columns of `post_tags`."""

    __table__ = "post_tags"
    post_id: Col[int]
    tag_id: Col[int]


PostTagsInclude: TypeAlias = Literal[
    "post",
    "post.author",
    "post.comments",
    "post.editor",
    "post.post_tags",
    "post.tags",
    "tag",
    "tag.post_tags",
    "tag.posts",
]


class PostTagsRepository(
    AsyncTypedRepository[
        PostTag,
        PostTagCreate | PostTag,
        PostTagUpdate | PostTag,
        tuple[int, int],
        PostTagsInclude,
    ],
):
    """The repository of `post_tags`."""

    find_by_post_id: AsyncFindOne[int, PostTag]
    find_many_by_post_id: AsyncFindMany[int, PostTag]
    find_by_tag_id: AsyncFindOne[int, PostTag]
    find_many_by_tag_id: AsyncFindMany[int, PostTag]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("post_tags", PostTag, database)

    def find_by_post_id_and_tag_id(
        self,
        post_id: int,
        tag_id: int,
    ) -> Answer[PostTag | None]:
        return self._find_by("find_by_post_id_and_tag_id", post_id, tag_id)


class Post(RowModel):
    """A row of `posts`."""

    id: int
    author_id: int
    editor_id: int | None
    title: str
    slug: str
    length: int | None
    author: ClassVar[Loaded[User]]
    comments: ClassVar[Loaded[list[Comment]]]
    editor: ClassVar[Loaded[User | None]]
    post_tags: ClassVar[Loaded[list[PostTag]]]
    tags: ClassVar[Loaded[list[Tag]]]


class PostCreate(TypedDict):
    id: NotRequired[int]
    author_id: int
    editor_id: NotRequired[int | None]
    title: str
    slug: str


class PostUpdate(TypedDict, total=False):
    id: int
    author_id: int
    editor_id: int | None
    title: str
    slug: str


class Posts(TableOf[Post]):
    """The columns of `posts`."""

    __table__ = "posts"
    id: Col[int]
    author_id: Col[int]
    editor_id: Col[int | None]
    title: Col[str]
    slug: Col[str]
    length: Col[int | None]


PostsInclude: TypeAlias = Literal[
    "author",
    "author.posts_by_author",
    "author.posts_by_editor",
    "author.profile",
    "comments",
    "comments.post",
    "editor",
    "editor.posts_by_author",
    "editor.posts_by_editor",
    "editor.profile",
    "post_tags",
    "post_tags.post",
    "post_tags.tag",
    "tags",
    "tags.post_tags",
    "tags.posts",
]


class PostsRepository(
    AsyncTypedRepository[Post, PostCreate | Post, PostUpdate | Post, int, PostsInclude],
):
    """The repository of `posts`."""

    find_by_author_id: AsyncFindOne[int, Post]
    find_many_by_author_id: AsyncFindMany[int, Post]
    find_by_editor_id: AsyncFindOne[int | None, Post]
    find_many_by_editor_id: AsyncFindMany[int | None, Post]
    find_by_title: AsyncFindOne[str, Post]
    find_many_by_title: AsyncFindMany[str, Post]
    find_by_slug: AsyncFindOne[str, Post]
    find_many_by_slug: AsyncFindMany[str, Post]
    find_by_length: AsyncFindOne[int | None, Post]
    find_many_by_length: AsyncFindMany[int | None, Post]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("posts", Post, database)

    def find_by_author_id_and_slug(
        self,
        author_id: int,
        slug: str,
    ) -> Answer[Post | None]:
        return self._find_by("find_by_author_id_and_slug", author_id, slug)


class Profile(RowModel):
    """A row of `profiles`."""

    user_id: int
    bio: str | None
    user: ClassVar[Loaded[User]]


class ProfileCreate(TypedDict, total=False):
    user_id: int
    bio: str | None


class ProfileUpdate(TypedDict, total=False):
    user_id: int
    bio: str | None


class Profiles(TableOf[Profile]):
    """The columns of `profiles`."""

    __table__ = "profiles"
    user_id: Col[int]
    bio: Col[str | None]


ProfilesInclude: TypeAlias = Literal[
    "user",
    "user.posts_by_author",
    "user.posts_by_editor",
    "user.profile",
]


class ProfilesRepository(
    AsyncTypedRepository[
        Profile,
        ProfileCreate | Profile,
        ProfileUpdate | Profile,
        int,
        ProfilesInclude,
    ],
):
    """The repository of `profiles`."""

    find_by_user_id: AsyncFindOne[int, Profile]
    find_by_bio: AsyncFindOne[str | None, Profile]
    find_many_by_bio: AsyncFindMany[str | None, Profile]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("profiles", Profile, database)


class Reader(RowModel):
    """A row of `readers`."""

    id: int | None
    email: str | None


class Readers(TableOf[Reader]):
    """The columns of `readers`."""

    __table__ = "readers"
    id: Col[int | None]
    email: Col[str | None]


class ReadersRepository(AsyncTypedRepository[Reader, Never, Never, Never, Never]):
    """The repository of `readers`."""

    find_many_by_id: AsyncFindMany[int | None, Reader]
    find_by_email: AsyncFindOne[str | None, Reader]
    find_many_by_email: AsyncFindMany[str | None, Reader]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("readers", Reader, database)


class Tag(RowModel):
    """A row of `tags`."""

    id: int
    name: str
    post_tags: ClassVar[Loaded[list[PostTag]]]
    posts: ClassVar[Loaded[list[Post]]]


class TagCreate(TypedDict):
    id: NotRequired[int]
    name: str


class TagUpdate(TypedDict, total=False):
    id: int
    name: str


class Tags(TableOf[Tag]):
    """The columns of `tags`."""

    __table__ = "tags"
    id: Col[int]
    name: Col[str]


TagsInclude: TypeAlias = Literal[
    "post_tags",
    "post_tags.post",
    "post_tags.tag",
    "posts",
    "posts.author",
    "posts.comments",
    "posts.editor",
    "posts.post_tags",
    "posts.tags",
]


class TagsRepository(
    AsyncTypedRepository[Tag, TagCreate | Tag, TagUpdate | Tag, int, TagsInclude],
):
    """The repository of `tags`."""

    find_by_name: AsyncFindOne[str, Tag]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("tags", Tag, database)


class User(RowModel):
    """A row of `users`."""

    id: int
    email: str
    name: str | None
    role: str
    born: datetime.date | None
    first_name: str | None = Field(alias="first name")
    joined: datetime.datetime
    settings: Any
    balance: decimal.Decimal
    posts_by_author: ClassVar[Loaded[list[Post]]]
    posts_by_editor: ClassVar[Loaded[list[Post]]]
    profile: ClassVar[Loaded[Profile | None]]


UserCreate = TypedDict(
    "UserCreate",
    {
        "id": NotRequired[int],
        "email": str,
        "name": NotRequired[str | None],
        "role": NotRequired[str],
        "born": NotRequired[datetime.date | None],
        "first name": NotRequired[str | None],
        "joined": NotRequired[datetime.datetime],
        "settings": NotRequired[Any],
        "balance": NotRequired[decimal.Decimal],
    },
)


UserUpdate = TypedDict(
    "UserUpdate",
    {
        "id": int,
        "email": str,
        "name": str | None,
        "role": str,
        "born": datetime.date | None,
        "first name": str | None,
        "joined": datetime.datetime,
        "settings": Any,
        "balance": decimal.Decimal,
    },
    total=False,
)


class Users(TableOf[User]):
    """The columns of `users`."""

    __table__ = "users"
    id: Col[int]
    email: Col[str]
    name: Col[str | None]
    role: Col[str]
    born: Col[datetime.date | None]
    first_name = Col[str | None]("users", "first name")
    joined: Col[datetime.datetime]
    settings: Col[Any]
    balance: Col[decimal.Decimal]


UsersInclude: TypeAlias = Literal[
    "posts_by_author",
    "posts_by_author.author",
    "posts_by_author.comments",
    "posts_by_author.editor",
    "posts_by_author.post_tags",
    "posts_by_author.tags",
    "posts_by_editor",
    "posts_by_editor.author",
    "posts_by_editor.comments",
    "posts_by_editor.editor",
    "posts_by_editor.post_tags",
    "posts_by_editor.tags",
    "profile",
    "profile.user",
]


class UsersRepository(
    AsyncTypedRepository[User, UserCreate | User, UserUpdate | User, int, UsersInclude],
):
    """The repository of `users`."""

    find_by_email: AsyncFindOne[str, User]
    find_by_name: AsyncFindOne[str | None, User]
    find_many_by_name: AsyncFindMany[str | None, User]
    find_by_role: AsyncFindOne[str, User]
    find_many_by_role: AsyncFindMany[str, User]
    find_by_born: AsyncFindOne[datetime.date | None, User]
    find_many_by_born: AsyncFindMany[datetime.date | None, User]
    find_by_joined: AsyncFindOne[datetime.datetime, User]
    find_many_by_joined: AsyncFindMany[datetime.datetime, User]
    find_by_settings: AsyncFindOne[Any, User]
    find_many_by_settings: AsyncFindMany[Any, User]
    find_by_balance: AsyncFindOne[decimal.Decimal, User]
    find_many_by_balance: AsyncFindMany[decimal.Decimal, User]

    def __init__(self, database: AsyncExecutor) -> None:
        super().__init__("users", User, database)

    def find_by_first_name(self, first_name: str | None) -> Answer[User | None]:
        return self._find_by("find_by_first name", first_name)

    def find_many_by_first_name(self, first_name: str | None) -> Answer[list[User]]:
        return self._find_by("find_many_by_first name", first_name)


_R = TypeVar("_R")
_TableName: TypeAlias = Literal[
    "comments",
    "log",
    "open_log",
    "post_tags",
    "posts",
    "profiles",
    "readers",
    "tags",
    "users",
]
_REPOSITORIES: Mapping[str, Callable[[AsyncExecutor], object]] = {
    "comments": CommentsRepository,
    "log": LogsRepository,
    "open_log": OpenLogsRepository,
    "post_tags": PostTagsRepository,
    "posts": PostsRepository,
    "profiles": ProfilesRepository,
    "readers": ReadersRepository,
    "tags": TagsRepository,
    "users": UsersRepository,
}


class _Tables(AsyncExecutor):
    """The tables of a database or a transaction."""

    @property
    def comments(self) -> CommentsRepository:
        """The repository of `comments`."""
        return CommentsRepository(self)

    @property
    def log(self) -> LogsRepository:
        """The repository of `log`."""
        return LogsRepository(self)

    @property
    def open_log(self) -> OpenLogsRepository:
        """The repository of `open_log`."""
        return OpenLogsRepository(self)

    @property
    def post_tags(self) -> PostTagsRepository:
        """The repository of `post_tags`."""
        return PostTagsRepository(self)

    @property
    def posts(self) -> PostsRepository:
        """The repository of `posts`."""
        return PostsRepository(self)

    @property
    def profiles(self) -> ProfilesRepository:
        """The repository of `profiles`."""
        return ProfilesRepository(self)

    @property
    def readers(self) -> ReadersRepository:
        """The repository of `readers`."""
        return ReadersRepository(self)

    @property
    def tags(self) -> TagsRepository:
        """The repository of `tags`."""
        return TagsRepository(self)

    @property
    def users(self) -> UsersRepository:
        """The repository of `users`."""
        return UsersRepository(self)

    @overload  # type: ignore[override]
    def get_repository(self, table: Literal["comments"]) -> CommentsRepository: ...
    @overload
    def get_repository(self, table: Literal["log"]) -> LogsRepository: ...
    @overload
    def get_repository(self, table: Literal["open_log"]) -> OpenLogsRepository: ...
    @overload
    def get_repository(self, table: Literal["post_tags"]) -> PostTagsRepository: ...
    @overload
    def get_repository(self, table: Literal["posts"]) -> PostsRepository: ...
    @overload
    def get_repository(self, table: Literal["profiles"]) -> ProfilesRepository: ...
    @overload
    def get_repository(self, table: Literal["readers"]) -> ReadersRepository: ...
    @overload
    def get_repository(self, table: Literal["tags"]) -> TagsRepository: ...
    @overload
    def get_repository(self, table: Literal["users"]) -> UsersRepository: ...
    @overload
    def get_repository(
        self,
        table: _TableName,
        row: type[_R],
    ) -> AsyncRepository[_R]: ...
    def get_repository(self, table: Any, row: Any = None) -> Any:
        """Return the repository of a table, with rows of `row` if that is given."""
        if row is None and table in _REPOSITORIES:
            return _REPOSITORIES[table](self)
        dynamic: Any = super().get_repository
        return dynamic(table, row)


class DatabaseTransaction(_Tables, AsyncTransaction):
    """A transaction, and the tables in it."""


class Database(_Tables, Noormme[DatabaseTransaction]):
    """The database and its tables."""

    transaction_type = DatabaseTransaction
    row_types: ClassVar[Mapping[str, type]] = {
        "comments": Comment,
        "log": Log,
        "open_log": OpenLog,
        "post_tags": PostTag,
        "posts": Post,
        "profiles": Profile,
        "readers": Reader,
        "tags": Tag,
        "users": User,
    }
