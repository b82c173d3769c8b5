"""What loading relations costs, promises and refuses."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from noormme_py import Noormme, Related, StatementFinished, TableOptions, col, fn, param
from noormme_py.errors import (
    ColumnNotFound,
    CompileError,
    EncodeError,
    NoormmeError,
    QueryError,
    RelationNotFound,
    RelationNotLoaded,
)

SCHEMA = """
create table users (id integer primary key, name text not null, born date, boss_id integer references users (id));
create table posts (
    id integer primary key, name text not null, price decimal text, size integer,
    author_id integer not null references users (id)
);
create index posts_of_author on posts (author_id);
create table tags (id integer primary key, name text not null, "link 0" text, source text);
create table post_tags (
    name text, post_id integer not null references posts (id), tag_id integer not null references tags (id),
    primary key (post_id, tag_id)
) without rowid;
create table comments (id integer primary key, post_id integer references posts (id), "key 0" text, value text);
create view people as select * from users;
insert into users values (1, 'Ada', '1815-12-10', null), (2, 'Bob', null, 1), (3, 'Eve', null, 1);
insert into posts values (1, 'one', '1.10', 9007199254740993, 1), (2, 'two', null, null, 1), (3, 'three', '3', 0, 2);
insert into tags values (1, 'red', 'r', null), (2, 'blue', 'b', null), (3, 'gray', 'g', null);
insert into post_tags values ('x', 1, 1), ('y', 1, 2), ('red', 2, 2);
insert into comments values (1, 1, 'k', 'v'), (2, 1, 'k', 'w'), (3, null, 'k', 'v');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "blog.db"


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path) as database:
        await database.execute_script(SCHEMA)
        yield database


@contextmanager
def asked(db: Noormme) -> Generator[list[StatementFinished]]:
    """Collect the statements that read or write rows."""
    found: list[StatementFinished] = []

    def observe(event: StatementFinished) -> None:
        if event.sql.startswith(("select", "insert", "update", "delete")):
            found.append(event)

    stop = db.observe(observe)
    yield found
    stop()


async def test_related_values_are_decoded_exactly(db: Noormme) -> None:
    ada, bob, eve = await db.get_repository("users").find_all(include=["posts", "boss.posts"])
    assert [(post.price, post.size) for post in ada.posts] == [(Decimal("1.10"), 2**53 + 1), (None, None)]
    assert (ada.boss, bob.boss.born, eve.boss.posts) == (None, date(1815, 12, 10), ada.posts)
    assert (bob.posts[0].name, eve.posts) == ("three", [])


@pytest.mark.parametrize("people", [1, 300])
async def test_a_relation_is_one_statement_however_many_rows_there_are(db: Noormme, people: int) -> None:
    await db.get_repository("users").insert_many([{"name": f"n{n}"} for n in range(people)])
    users = db.get_repository("users")
    with asked(db) as statements:
        found = await users.find_all(include=["posts.tags", "posts.comments", "boss"], with_count="posts")
    assert len(found) == people + 3
    assert len(statements) == 6


async def test_there_may_be_more_keys_than_parameters(db: Noormme) -> None:
    count = 40_000
    await db.execute(
        "with recursive n (i) as (select 10 union all select i + 1 from n where i < ?)"
        " insert into users (id, name) select i, 'n' from n",
        [count],
    )
    await db.execute("insert into posts (name, author_id) select 'p', id from users where id >= 10")
    with asked(db) as statements:
        found = await db.get_repository("users").find_many({"id__gte": 10}, include="posts", with_count="posts")
    assert len(statements) == 3
    assert all(len(user.posts) == 1 and user.posts[0].author_id == user.id for user in found)
    assert all(user.related_counts == {"posts": 1} for user in found)


async def test_what_json_cannot_hold_is_asked_for_in_parts(db: Noormme) -> None:
    await db.execute_script("""
        create table things (id blob primary key);
        create table parts (id integer primary key, thing_id blob references things (id));
    """)
    keys = [n.to_bytes(2, "big") for n in range(450)]
    await db.execute_many("insert into things values (?)", [(key,) for key in keys])
    await db.execute_many("insert into parts (thing_id) values (?)", [(key,) for key in keys * 2])
    with asked(db) as statements:
        found = await db.get_repository("things").find_all(include=Related("parts", order_by="-id", limit=1))
    assert len(statements) == 4
    assert [[part.id for part in thing.parts] for thing in found] == [[n] for n in range(451, 901)]


@pytest.mark.parametrize(
    ("table", "include"), [("posts", "tags"), ("tags", "posts"), ("users", "posts"), ("posts", "author")]
)
async def test_an_index_finds_the_related_rows(db: Noormme, table: str, include: str) -> None:
    await db.execute_script("create index posts_of_tag on post_tags (tag_id, post_id)")
    with asked(db) as statements:
        await db.get_repository(table).find_all(include=include)
    plan = await db.execute(f"explain query plan {statements[-1].sql}", ["[1]"])
    scanned = [row["detail"] for row in plan.rows if "SCAN" in row["detail"]]
    assert [detail for detail in scanned if not detail.startswith("SCAN wanted")] == []


async def test_rows_and_their_relations_are_of_one_moment(db: Noormme, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        written: list[int] = []

        def write_between(event: StatementFinished) -> None:
            if event.sql.startswith("select"):
                written.append(len(written))
                other.execute("insert into posts (name, author_id) values ('new', 1)")
                other.execute("delete from users where id = 3")

        stop = db.observe(write_between)
        found = await db.get_repository("users").find_all(include="posts", with_count="posts")
        stop()
        assert len(written) == 3
        assert [(user.id, len(user.posts), user.related_counts["posts"]) for user in found] == [
            (1, 2, 2),
            (2, 1, 1),
            (3, 0, 0),
        ]
        found = await db.get_repository("users").find_all(include="posts")
        assert [(user.id, len(user.posts)) for user in found] == [(1, 5), (2, 1)]


async def test_a_row_never_asks(db: Noormme) -> None:
    ada = await db.get_repository("users").get_by_id(1)
    with asked(db) as statements:
        for name in ("posts", "boss", "related_counts"):
            with pytest.raises(RelationNotLoaded, match=f"'{name}' of this User was not loaded"):
                getattr(ada, name)
            assert not hasattr(ada, name)
        assert getattr(ada, "posts", None) is None
        assert repr(ada.model_copy()) == repr(ada)
        assert "posts" not in ada.model_dump()
    assert statements == []
    with pytest.raises(RelationNotLoaded) as caught:
        ada.posts  # noqa: B018
    assert caught.value.hint == "ask for it when the row is read: include=['posts']"
    assert isinstance(caught.value, AttributeError)
    with pytest.raises(RelationNotLoaded, match="include=\\['boss'\\]"):
        ada.boss  # noqa: B018
    with pytest.raises(RelationNotLoaded, match="with_count="):
        ada.related_counts  # noqa: B018
    with pytest.raises(AttributeError, match="psots"):
        ada.psots  # noqa: B018


class PostOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    posts: list[PostOut]


async def test_a_response_is_made_of_rows_and_their_relations(db: Noormme) -> None:
    users = db.get_repository("users")
    loaded = UserOut.model_validate(await users.get_by_id(1, include="posts"))
    assert loaded.model_dump() == {"name": "Ada", "posts": [{"name": "one"}, {"name": "two"}]}
    with pytest.raises(ValidationError, match="posts\n  Field required"):
        UserOut.model_validate(await users.get_by_id(1))


async def test_what_is_loaded_is_beside_the_row(db: Noormme) -> None:
    users = db.get_repository("users")
    plain = await users.get_by_id(1)
    loaded = await users.get_by_id(1, include=["posts", "boss"], with_count="posts")
    assert loaded == plain
    assert hash(loaded) == hash(plain)
    assert repr(loaded) == repr(plain)
    assert loaded.model_dump() == plain.model_dump() == {"id": 1, "name": "Ada", "born": plain.born, "boss_id": None}
    assert loaded.model_dump_json() == plain.model_dump_json()
    assert [*type(loaded).model_fields] == ["id", "name", "born", "boss_id"]
    for copied in (loaded.model_copy(), loaded.model_copy(update={"name": "A"}), copy.copy(loaded)):
        assert copied.posts == loaded.posts
        assert copied.related_counts == {"posts": 2}
    assert copy.deepcopy(loaded).posts == loaded.posts
    assert copy.deepcopy(loaded).posts[0] is not loaded.posts[0]
    with pytest.raises(ValidationError, match="frozen"):
        loaded.posts = []
    assert await users.update(1, loaded.model_copy(update={"name": "A"})) is not None


async def test_a_list_belongs_to_its_row(db: Noormme) -> None:
    posts = await db.get_repository("posts").find_all(include="author.posts")
    posts[0].author.posts.clear()
    assert [len(post.author.posts) for post in posts] == [0, 0, 1]
    tagged = await db.get_repository("posts").find_all(include="tags.posts")
    tagged[0].tags[1].posts.clear()
    assert [(tag.name, [post.id for post in tag.posts]) for tag in tagged[1].tags] == [("blue", [1, 2])]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (Related("tags", where={"name": "red"}), ["red"]),
        (Related("tags", where=col("name") == "red"), ["red"]),
        (Related("tags", where=fn.lower(col("name")) != "red", limit=5), ["blue"]),
        (Related("tags", where=col("tags.name") == "red"), ["red"]),
        (Related("tags", where={"link 0": "b"}), ["blue"]),
        (Related("tags", order_by=fn.length(col("name")).desc()), ["blue", "red"]),
        (Related("tags", order_by=fn.length(col("name")).desc(), limit=1), ["blue"]),
        (Related("tags", order_by=["name", "-id"]), ["blue", "red"]),
        (Related("tags", order_by="-link 0"), ["red", "blue"]),
        (Related("tags", limit=0), []),
        (Related("tags", where={}), ["red", "blue"]),
    ],
)
async def test_names_are_those_of_the_related_table(db: Noormme, said: Related, names: list[str]) -> None:
    # The table between has a column of the same name.
    post = await db.get_repository("posts").get_by_id(1, include=said)
    assert [tag.name for tag in post.tags] == names


async def test_tables_may_be_named_as_those_in_the_statement(db: Noormme) -> None:
    for name in ("link", "source", "wanted"):
        # The key may be NULL, so that the rowid is needed to order by.
        await db.execute_script(f"""
            create table {name} (value text collate nocase primary key);
            create table post_{name} (
                post_id integer references posts (id), value text collate nocase references {name} (value),
                primary key (post_id, value)
            );
            insert into {name} values ('a'), ('B'), ('c');
            insert into post_{name} values (1, 'A'), (1, 'b'), (2, 'a');
        """)
        plural = f"{name}s"
        posts = await db.get_repository("posts").find_all(include=plural, with_count=plural)
        assert [[row.value for row in getattr(post, plural)] for post in posts] == [["a", "B"], ["a"], []]
        assert [post.related_counts[plural] for post in posts] == [2, 1, 0]
        found = await db.get_repository(name).find_all(include=Related("posts", order_by="-id", limit=1))
        assert [[post.id for post in row.posts] for row in found] == [[2], [1], []]


async def test_a_parent_is_read_once_for_all_rows_that_spell_it_alike(db: Noormme) -> None:
    await db.execute_script("""
        create table words (word text collate nocase primary key);
        create table uses (id integer primary key, word text collate nocase references words (word));
        insert into words values ('a');
        insert into uses (word) values ('a'), ('A'), ('a'), ('A'), ('a');
    """)
    with asked(db) as statements:
        uses = await db.get_repository("uses").find_all(include="word_word")
    assert [use.word_word.word for use in uses] == ["a"] * 5
    assert [event.rows for event in statements] == [5, 2]


async def test_a_count_may_be_of_some(db: Noormme) -> None:
    posts = db.get_repository("posts")
    for where in ({"name": "blue"}, col("name") == "blue"):
        found = await posts.find_all(with_count=[Related("tags", where=where), "comments"])
        assert [row.related_counts for row in found] == [
            {"tags": 1, "comments": 2},
            {"tags": 1, "comments": 0},
            {"tags": 0, "comments": 0},
        ]


async def test_options_of_relations_behind_relations(db: Noormme) -> None:
    users = db.get_repository("users")
    wanted: Sequence[Related | str] = [
        Related("posts", order_by="-id", limit=1, include=Related("tags", where={"id": 2}), with_count="tags"),
        Related("posts.comments", where={"id": 2}),
    ]
    ada = await users.get_by_id(1, include=wanted)
    assert [(post.id, [tag.id for tag in post.tags], post.related_counts) for post in ada.posts] == [
        (2, [2], {"tags": 1})
    ]
    assert ada.posts[0].comments == []
    # What is said of a relation meets what longer paths say of it, in either order.
    orders: list[list[str | Related]] = [
        ["posts.tags", Related("posts", limit=1)],
        [Related("posts", limit=1), "posts.tags", "posts"],
        ["posts.tags.posts", Related("posts", limit=1, include="tags.posts")],
    ]
    for include in orders:
        ada = await users.get_by_id(1, include=include)
        assert [[tag.name for tag in post.tags] for post in ada.posts] == [["red", "blue"]]


async def test_every_door_loads(db: Noormme) -> None:
    users = db.get_repository("users")
    assert len((await users.get_by_id(1, include="posts")).posts) == 2
    assert (await users.find_by_id(9, include="posts")) is None
    found = await users.find_by_id(2, with_count="posts")
    assert found is not None
    assert found.related_counts == {"posts": 1}
    one = await users.find_one({"name": "Eve"}, include="boss", with_count="posts")
    assert one is not None
    assert (one.boss.name, one.related_counts) == ("Ada", {"posts": 0})
    assert await users.find_one({"name": "Zoe"}, include="boss") is None
    assert [user.posts for user in await users.find_many({"id": 3}, include=("posts",))] == [[]]
    assert await users.find_many({"id": 9}, include="posts") == []
    with pytest.raises(NoormmeError, match="no such row in 'users'"):
        await users.get_by_id(9, include="posts")
    second = await users.find_all(order_by="-id", limit=1, offset=1, include="posts")
    assert [(user.name, len(user.posts)) for user in second] == [("Bob", 1)]


@pytest.mark.parametrize(
    ("include", "error", "message"),
    [
        ("psots", RelationNotFound, "'users' has no relation 'psots'\n  hint: did you mean 'posts'?"),
        ("posts.tgas", RelationNotFound, "'posts' has no relation 'tgas'\n  hint: did you mean 'tags'?"),
        ("Posts", RelationNotFound, "'users' has no relation 'Posts'"),
        ("posts.", RelationNotFound, "'posts' has no relation ''"),
        ("", RelationNotFound, "'users' has no relation ''"),
        (Related("posts", include="x" * 5000), RelationNotFound, "x{100}'"),
        (Related("posts", where={"nmae": 1}), ColumnNotFound, "did you mean 'name'"),
        (Related("posts", where=col("nmae") == 1), ColumnNotFound, "did you mean 'name'"),
        (Related("posts", order_by="nmae"), ColumnNotFound, "did you mean 'name'"),
        (Related("posts", where={"size": "secret"}), EncodeError, "posts.size: an int is expected, not str"),
        (Related("posts", where=col("id") == param("keys")), QueryError, "keys"),
        (Related("posts", where=col("id") == param("keys"), limit=1), QueryError, "keys"),
        (Related("posts", limit=-1), CompileError, "limit takes a whole number"),
        (Related("posts", limit=True), CompileError, "limit takes a whole number"),
        (Related("boss", limit=1), QueryError, "leads to one row"),
        (Related("boss", order_by="id"), QueryError, "leads to one row"),
        (Related("posts.author", where={"id": 1}), QueryError, "never without a row, so it takes no `where`"),
        ([Related("posts", limit=1), Related("posts", limit=2)], QueryError, "'posts' is said twice"),
        (
            [Related("posts.tags", limit=1), Related("posts", include=Related("tags", limit=2))],
            QueryError,
            "'posts.tags' is said twice",
        ),
        (
            [Related("posts", with_count="tags"), Related("posts", with_count="tags")],
            QueryError,
            "'posts.tags' is counted twice",
        ),
        (5, QueryError, "named by a string or a Related, not by int"),
        ([None], QueryError, "named by a string or a Related, not by NoneType"),
        ({"posts": False}, QueryError, "named by a string or a Related, not by dict"),
        ((name for name in ["posts"]), QueryError, "named by a string or a Related, not by generator"),
        (Related(["posts"]), QueryError, "named by a string or a Related, not by list"),  # type: ignore[arg-type]
    ],
)
async def test_what_cannot_be_included_is_told_before_anything_is_asked(
    db: Noormme, include: Any, error: type[NoormmeError], message: str
) -> None:
    users = db.get_repository("users")
    with asked(db) as statements, pytest.raises(error, match=message.replace("?", r"\?")) as caught:
        # No row, and so nothing to load: it is wrong all the same.
        await users.find_many({"id": 99}, include=include)
    assert statements == []
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("with_count", "error", "message"),
    [
        ("psots", RelationNotFound, "did you mean 'posts'"),
        ("posts.tags", QueryError, "'posts.tags' cannot be counted so"),
        (Related("posts", limit=1), QueryError, "'posts' cannot be counted so"),
        (Related("posts", order_by="id"), QueryError, "'posts' cannot be counted so"),
        (Related("posts", include="tags"), QueryError, "'posts' cannot be counted so"),
        (Related("posts", with_count="tags"), QueryError, "'posts' cannot be counted so"),
        (Related("posts", where={"nmae": 1}), ColumnNotFound, "did you mean 'name'"),
        (Related("posts", where=col("nmae") == 1), ColumnNotFound, "did you mean 'name'"),
        (Related("posts", where={"size": "x"}), EncodeError, "posts.size: an int is expected"),
        (["posts", Related("posts", where={"id": 1})], QueryError, "'posts' is counted twice"),
        (5, QueryError, "not by int"),
    ],
)
async def test_what_cannot_be_counted_is_told_before_anything_is_asked(
    db: Noormme, with_count: Any, error: type[NoormmeError], message: str
) -> None:
    users = db.get_repository("users")
    with asked(db) as statements, pytest.raises(error, match=message):
        await users.find_many({"id": 99}, with_count=with_count)
    assert statements == []


async def test_a_view_has_no_relations(db: Noormme) -> None:
    with pytest.raises(RelationNotFound, match="'people' has no relation 'posts'"):
        await db.get_repository("people").find_all(include="posts")


def _options(**relations: str) -> dict[str, TableOptions]:
    return {"Users": TableOptions(relations=relations)}


async def test_a_relation_has_the_name_it_is_given(db: Noormme, path: Path) -> None:
    async with Noormme(path, tables=_options(posts="articles", users_by_boss="staff")) as other:
        ada = await other.get_repository("users").get_by_id(1, include=["articles.author", "staff"], with_count="staff")
        assert [post.author.name for post in ada.articles] == ["Ada", "Ada"]
        assert ([user.name for user in ada.staff], ada.related_counts) == (["Bob", "Eve"], {"staff": 2})
        with pytest.raises(RelationNotFound, match="'posts'"):
            await other.get_repository("users").find_all(include="posts")


@pytest.mark.parametrize("changes", [{"psots": "articles"}, {"posts": "name"}, {"posts": "model_dump"}])
async def test_a_name_that_cannot_be_is_told_when_it_is_opened(
    db: Noormme, path: Path, changes: dict[str, str]
) -> None:
    database = Noormme(path, tables=_options(**changes))
    with pytest.raises(RelationNotFound):
        await database.initialize()
    # It can be opened with others, so nothing was left open.
    async with Noormme(path, tables=_options(posts="articles")):
        pass


async def test_a_renamed_relation_that_goes_away_fails_its_own_table_alone(db: Noormme, path: Path) -> None:
    async with Noormme(path, tables=_options(posts="articles")) as other:
        posts = other.get_repository("posts")
        await db.execute_script("drop table comments; drop table post_tags; drop table posts")
        await db.execute_script("create table posts (id integer primary key, name text)")
        assert await posts.find_all() == []
        with pytest.raises(RelationNotFound, match="'users' has no relation 'posts'"):
            other.get_repository("users")
        await db.execute_script("alter table posts add column user_id integer references users (id)")
        await posts.create({"user_id": 1})
        assert len((await other.get_repository("users").get_by_id(1, include="articles")).articles) == 1


async def test_tables_may_be_made_after_their_relations_were_named(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="names a table that is not there"):
        database = await Noormme(tmp_path / "new.db", tables=_options(posts="articles")).initialize()
    await database.execute_script("create table users (id integer primary key, name text)")
    await database.execute_script("create table posts (id integer primary key, user_id integer references users (id))")
    await database.get_repository("users").create({"id": 1})
    assert (await database.get_repository("users").get_by_id(1, include="articles")).articles == []
    await database.close()


async def test_a_relation_that_another_process_has_made_is_found(db: Noormme, path: Path) -> None:
    users = db.get_repository("users")
    await users.find_all(include="posts")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("create table likes (id integer primary key, user_id integer references users (id))")
        other.execute("insert into likes values (1, 3)")
        found = await users.find_all(include="likes", with_count="likes")
        assert [len(user.likes) for user in found] == [0, 0, 1]
        other.execute("alter table likes rename to stars")
        assert [len(user.stars) for user in await users.find_all(include=["stars", "posts"])] == [0, 0, 1]
        with pytest.raises(RelationNotFound, match="'likes'"):
            await users.find_all(include="likes")
