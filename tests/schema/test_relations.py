"""Relations and their names, read off the foreign keys of real schemas."""

from __future__ import annotations

import pytest

from noormme_py.errors import RelationNotFound
from noormme_py.schema.model import Schema, Table
from noormme_py.schema.relations import Link, Relation, Relations
from tests.introspect.driver import schema_of

USERS = "create table users (id integer primary key, name text);"


def relations(script: str) -> Relations:
    return Relations(schema_of(script))


def names(script: str, table: str) -> list[str]:
    return [*relations(script).of(table)]


def test_one_foreign_key_makes_two_relations() -> None:
    found = relations(USERS + "create table posts (id integer primary key, author_id integer references users (id));")
    assert dict(found.of("posts")) == {
        "author": Relation("author", "many to one", "posts", ("author_id",), "users", ("id",))
    }
    assert dict(found.of("users")) == {
        "posts": Relation("posts", "one to many", "users", ("id",), "posts", ("author_id",))
    }
    assert found.of("POSTS") is found.of("posts")
    assert [relation.is_many for relation in (found.one("posts", "author"), found.one("users", "posts"))] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("column", "parent", "name"),
    [
        ("author_id", "id", "author"),
        ("authorId", "id", "author"),
        ("authorID", "id", "author"),
        ("leadAuthorId", "id", "lead_author"),
        ("author_fk", "id", "author"),
        ("author_uuid", "uuid", "author"),
        ("author_id", "uuid", "author"),
        ("Author_id", "id", "author"),
        ("author", "id", "user"),
        ("id", "id", "user"),
        ("_id", "id", "user"),
        ("paid", "id", "user"),
        ("class_id", "id", "class_"),
        ("model_dump_id", "id", "model_dump"),
        ("2nd author_id", "id", "column_2nd_author"),
        ("größe_id", "id", "gr_e"),
        ('q"u_id', "id", "q_u"),
        ("import_id", "id", "import_"),
    ],
)
def test_the_name_of_a_parent(column: str, parent: str, name: str) -> None:
    quoted = column.replace('"', '""')
    script = f'create table users ({parent} text primary key); create table posts ("{quoted}" references users);'
    (found,) = relations(script).of("posts").values()
    if name == "gr_e":
        # Letters that are not ASCII become underscores, as in fields.
        assert found.name.isascii()
        assert found.name.isidentifier()
    else:
        assert found.name == name
    assert found.columns == (column,)
    assert found.target_columns == (parent,)


@pytest.mark.parametrize(
    ("child", "name"),
    [
        ("post", "posts"),
        ("posts", "posts"),
        ("Post", "Posts"),
        ("blogPost", "blogPosts"),
        ("blog post", "blog_posts"),
        ("category", "categories"),
        ("select", "selects"),
        ("news", "news"),
        ("2024", "column_2024"),
        ("été", "t"),
    ],
)
def test_the_name_of_children(child: str, name: str) -> None:
    script = USERS + f'create table "{child}" (user_id integer references users (id));'
    (found,) = names(script, "users")
    assert found == name or (name == "t" and found.isidentifier())


def test_several_keys_to_one_parent_are_told_apart_by_their_columns() -> None:
    script = USERS + (
        "create table posts (author_id integer references users (id), editor_id integer references users (id),"
        " checker integer references users (id), printer integer references users (id));"
    )
    assert names(script, "posts") == ["author", "checker_user", "editor", "printer_user"]
    assert names(script, "users") == ["posts_by_author", "posts_by_checker", "posts_by_editor", "posts_by_printer"]


def test_a_table_that_refers_to_itself() -> None:
    script = "create table people (id integer primary key, boss_id integer references people (id));"
    found = relations(script).of("people")
    assert [*found] == ["boss", "people_by_boss"]
    assert (found["boss"].kind, found["people_by_boss"].kind) == ("many to one", "one to many")


def test_a_composite_key_is_one_relation() -> None:
    script = """
    create table rooms (house text, number integer, primary key (house, number));
    create table stays (at integer, h text not null, n integer not null, foreign key (h, n) references rooms);
    """
    found = relations(script)
    assert dict(found.of("stays")) == {
        "room": Relation("room", "many to one", "stays", ("h", "n"), "rooms", ("house", "number"), is_required=True)
    }
    assert dict(found.of("rooms")) == {
        "stays": Relation("stays", "one to many", "rooms", ("house", "number"), "stays", ("h", "n"))
    }


def test_a_relation_is_required_where_no_column_of_the_key_can_be_null() -> None:
    script = """
    create table rooms (house text, number integer, primary key (house, number));
    create table stays (h text not null, n integer, foreign key (h, n) references rooms);
    create table keys (h text not null, n integer not null, foreign key (h, n) references rooms);
    create table same (id integer primary key references keys2 (id));
    create table keys2 (id integer primary key);
    """
    found = relations(script)
    assert [found.one(table, "room").is_required for table in ("stays", "keys")] == [False, True]
    assert found.one("same", "keys2").is_required


@pytest.mark.parametrize(
    ("constraint", "kind", "name"),
    [
        ("user_id integer unique references users (id)", "one to one", "profile"),
        ("user_id integer primary key references users (id)", "one to one", "profile"),
        ("user_id real unique references users (id)", "one to one", "profile"),
        ("user_id integer references users (id)", "one to many", "profiles"),
        ("user_id integer references users (id), kind text, unique (user_id, kind)", "one to many", "profiles"),
        # Two texts may be one number, and two spellings one word.
        ("user_id text unique references users (id)", "one to many", "profiles"),
        ("user_id text unique references users (name)", "one to many", "profiles"),
        ("user_id text collate nocase unique references users (name)", "one to one", "profile"),
    ],
)
def test_a_unique_key_makes_one_of_many(constraint: str, kind: str, name: str) -> None:
    users = "create table users (id integer primary key, name text collate nocase unique);"
    found = relations(f"{users} create table profiles ({constraint});").of("users")
    assert [(relation.name, relation.kind) for relation in found.values()] == [(name, kind)]


def test_a_part_of_a_composite_key_that_is_unique_makes_one_of_many() -> None:
    script = """
    create table rooms (house text, number integer, primary key (house, number));
    create table keys (house text, number integer unique, foreign key (house, number) references rooms);
    """
    assert relations(script).one("rooms", "key").kind == "one to one"


@pytest.mark.parametrize(
    ("index", "kind"),
    [
        ("create unique index one on profiles (user_id);", "one to one"),
        ("create unique index one on profiles (user_id) where is_old = 0;", "one to many"),
        ("create unique index one on profiles (user_id, is_old);", "one to many"),
        ("create unique index one on profiles (user_id + 0);", "one to many"),
        ("create index one on profiles (user_id);", "one to many"),
    ],
)
def test_an_index_makes_one_of_many_when_it_is_of_all_rows(index: str, kind: str) -> None:
    script = USERS + "create table profiles (user_id integer references users (id), is_old integer);" + index
    assert [relation.kind for relation in relations(script).of("users").values()] == [kind]


TAGS = "create table posts (id integer primary key); create table tags (id integer primary key);"


@pytest.mark.parametrize(
    "link",
    [
        "post_id integer references posts (id), tag_id integer references tags (id), primary key (post_id, tag_id)",
        "tag_id integer references tags (id), post_id integer references posts (id), at text, unique (tag_id, post_id)",
        "id integer primary key, post_id references posts (id), tag_id references tags (id), unique (post_id, tag_id)",
    ],
)
@pytest.mark.parametrize("ending", ["", " without rowid"])
def test_a_table_between_two_links_them(link: str, ending: str) -> None:
    if "primary key" not in link:
        ending = ""
    found = relations(f"{TAGS} create table post_tags ({link}){ending};")
    by_way = Link("post_tags", ("post_id",), ("tag_id",))
    assert found.one("posts", "tags") == Relation("tags", "many to many", "posts", ("id",), "tags", ("id",), by_way)
    back = Link("post_tags", ("tag_id",), ("post_id",))
    assert found.one("tags", "posts") == Relation("posts", "many to many", "tags", ("id",), "posts", ("id",), back)
    # The table itself stays within reach: it may say more than that they meet.
    assert [*found.of("posts")] == ["post_tags", "tags"]
    assert [*found.of("post_tags")] == ["post", "tag"]


@pytest.mark.parametrize(
    "link",
    [
        "post_id integer references posts (id), tag_id integer references tags (id)",
        "post_id integer references posts (id), tag_id integer references tags (id), n, unique (post_id, tag_id, n)",
        "post_id integer unique references posts (id), tag_id integer unique references tags (id)",
    ],
)
def test_a_table_that_may_say_a_pair_twice_links_nothing(link: str) -> None:
    found = relations(f"{TAGS} create table uses ({link});")
    assert "many to many" not in {relation.kind for relation in found.of("posts").values()}


def test_two_foreign_keys_of_three_are_no_link_unless_they_are_the_key() -> None:
    columns = (
        "post_id integer references posts (id), tag_id integer references tags (id), user_id integer references users"
    )
    three = f"{USERS} {TAGS} create table uses ({columns}, primary key (post_id, tag_id, user_id));"
    assert names(three, "posts") == ["uses"]
    two = f"{USERS} {TAGS} create table uses ({columns}, primary key (post_id, tag_id));"
    assert names(two, "posts") == ["tags", "uses"]
    assert names(two, "users") == ["uses"]


def test_a_table_that_is_linked_with_itself() -> None:
    script = USERS + (
        "create table follows (follower_id integer references users (id), followee_id integer references users (id),"
        " primary key (follower_id, followee_id)) without rowid;"
    )
    found = relations(script)
    assert [*found.of("users")] == [
        "followee_via_follows",
        "follower_via_follows",
        "follows_by_followee",
        "follows_by_follower",
    ]
    assert found.one("users", "followee_via_follows").link == Link("follows", ("follower_id",), ("followee_id",))


def test_two_links_between_the_same_tables() -> None:
    link = "(post_id integer references posts (id), tag_id integer references tags (id), primary key (post_id, tag_id))"
    found = names(f"{TAGS} create table uses {link}; create table marks {link};", "posts")
    assert found == ["marks", "tags_via_marks", "tags_via_uses", "uses"]


def test_one_column_that_refers_to_two_tables_links_them_not() -> None:
    script = f"{TAGS} create table both (id integer primary key references posts (id) references tags (id));"
    assert names(script, "both") == ["post", "tag"]
    assert names(script, "posts") == names(script, "tags") == ["both"]


def test_what_is_one_name_in_python_is_numbered_by_what_it_is() -> None:
    made = [f'create table "{name}" (user_id integer references users (id));' for name in ("blog posts", "blog_posts")]
    tables = schema_of(USERS + "".join(made)).tables
    for schema in (Schema(1, tables), Schema(1, tables[::-1])):
        found = Relations(schema).of("users")
        assert {name: relation.target for name, relation in found.items()} == {
            "blog_posts_by_user": "blog posts",
            "blog_posts_by_user_2": "blog_posts",
        }


def test_what_other_tables_say_goes_before_what_lies_beyond_them() -> None:
    script = (
        f"{TAGS} alter table tags add column post_id integer references posts (id);"
        "create table uses (post_id integer references posts (id), tag_id integer references tags (id),"
        " primary key (post_id, tag_id));"
    )
    found = relations(script)
    assert [*found.of("posts")] == ["tags", "tags_via_uses", "uses"]
    assert found.one("posts", "tags").kind == "one to many"


def test_columns_keep_their_names() -> None:
    script = USERS + (
        "create table posts (user_id integer references users (id), user text, user_id_user text);"
        "alter table users add column posts integer;"
    )
    assert names(script, "posts") == ["user_id_user_2"]
    assert names(script, "users") == ["posts_by_user"]


@pytest.mark.parametrize(
    "script",
    [
        "create table posts (user_id integer references nobody (id));",
        USERS + "create table posts (user_id integer references users (uid));",
        USERS + "create table posts (a integer, b integer, foreign key (a, b) references users);",
        USERS + "create table posts (user_id integer references users (name));",
        USERS + "create unique index u on users (name) where id > 5; create table posts (n references users (name));",
        "create table users (name text); create table posts (user_id integer references users);",
        USERS + "create view people as select id from users; create table posts (p integer references people (id));",
    ],
)
def test_a_foreign_key_that_leads_to_no_key_is_none(script: str) -> None:
    schema = schema_of(script)
    found = Relations(schema)
    assert [dict(found.of(table.name)) for table in schema] == [{} for _ in schema]


def test_an_implicit_key_leads_to_the_primary_key() -> None:
    script = "create table users (uid text primary key); create table posts (user_uid text references USERS);"
    assert relations(script).one("posts", "user").target_columns == ("uid",)


def test_a_key_that_is_said_twice_is_one_relation() -> None:
    script = USERS + "create table posts (u_id integer references users (id) references users (id));"
    assert names(script, "posts") == ["u"]
    assert names(script, "users") == ["posts"]


def test_a_reserved_name_is_given_to_nobody() -> None:
    schema = schema_of(USERS + "create table posts (copy_id integer references users (id));")
    assert [*Relations(schema, reserved=frozenset({"copy", "posts"})).of("posts")] == ["copy_id_user"]
    assert [*Relations(schema, reserved=frozenset({"copy", "posts"})).of("users")] == ["posts_by_copy"]


def test_a_wrong_name_is_told_with_what_comes_near() -> None:
    found = relations(USERS + "create table posts (author_id integer references users (id));")
    with pytest.raises(RelationNotFound, match="'posts' has no relation 'auhtor'") as caught:
        found.one("posts", "auhtor")
    assert caught.value.hint == "did you mean 'author'?"


POSTS = USERS + "create table posts (a_id integer references users (id), b_id integer references users (id), c text);"


def renamed(changes: dict[str, str]) -> list[str]:
    return [*Relations(schema_of(POSTS), {"POSTS": changes}, frozenset({"copy"})).of("posts")]


def test_relations_are_renamed() -> None:
    assert renamed({"a": "author"}) == ["author", "b"]
    assert renamed({"a": "b", "b": "a"}) == ["a", "b"]
    swapped = Relations(schema_of(POSTS), {"posts": {"a": "b", "b": "a"}})
    assert swapped.one("posts", "a") == Relation("a", "many to one", "posts", ("b_id",), "users", ("id",))
    # The other side has a name of its own.
    assert [*swapped.of("users")] == ["posts_by_a", "posts_by_b"]


@pytest.mark.parametrize("name", ["b", "c", "copy", "", "class", "two words", "_x", "1", "a.b", "é", 5])
def test_a_name_that_cannot_be_given_is_refused(name: str) -> None:
    with pytest.raises(RelationNotFound, match="cannot be named"):
        renamed({"a": name})


def test_two_relations_cannot_be_given_one_name() -> None:
    with pytest.raises(RelationNotFound, match="cannot be named 'x'"):
        renamed({"a": "x", "b": "x"})


def test_what_is_not_there_cannot_be_renamed() -> None:
    with pytest.raises(RelationNotFound, match="'posts' has no relation 'aa'"):
        renamed({"aa": "x"})
    # It is the matter of that table alone.
    assert [*Relations(schema_of(POSTS), {"posts": {"aa": "x"}}).of("users")] == ["posts_by_a", "posts_by_b"]


def test_a_schema_without_tables() -> None:
    table = Table("alone", "table", ())
    assert dict(Relations(Schema(1, (table,))).of("alone")) == {}
