"""A social network: who follows whom, what they write, and their messages."""

from __future__ import annotations

import sqlite3

from benchmarks.advisor.workload import Workload, asked, need
from benchmarks.advisor.workloads.rows import at, fill, seeded, skewed, word

USERS = 10_000
POSTS = 100_000
FOLLOWS = 120_000
LIKES = 150_000
TALKS = 8_000
MESSAGES = 90_000
NOTICES = 80_000
REQUESTS = 40_000

SCHEMA = """
create table languages (code text primary key, name text not null);
create table topics (id integer primary key, name text not null, is_promoted integer not null);
create table users (
    id integer primary key, handle text not null unique, name text not null, language text not null,
    is_private integer not null, last_seen_at text not null
);
create table posts (
    id integer primary key, author_id integer not null references users (id), reply_to integer, topic_id integer,
    body text not null, is_public integer not null, views integer not null, created_at text not null
);
create table follows (
    follower_id integer not null references users (id), followee_id integer not null references users (id),
    since text not null, primary key (follower_id, followee_id)
);
create table likes (
    user_id integer not null, post_id integer not null references posts (id) on delete cascade,
    liked_at text not null, primary key (user_id, post_id)
) without rowid;
create table talks (id integer primary key, title text, created_at text not null);
create table members (
    talk_id integer not null references talks (id), user_id integer not null references users (id),
    primary key (talk_id, user_id)
);
create table messages (
    id integer primary key, talk_id integer not null references talks (id), sender_id integer not null,
    body text not null, sent_at text not null
);
create table notices (
    id integer primary key, user_id integer not null, kind text not null, read_at text, created_at text not null
);
create table requests (
    id integer primary key, from_id integer not null, to_id integer not null, state text not null
);
create table blocked_words (word text primary key) without rowid;
create index members_user on members (user_id);
create index users_language on users (language);
create index users_language_seen on users (language, last_seen_at);
create unique index requests_once on requests (from_id, to_id, state);
"""


def _fill(connection: sqlite3.Connection) -> None:
    random = seeded("feed")
    codes = "en de fr es it pt nl pl".split()
    fill(connection, "languages", ((code, code.upper()) for code in codes))
    fill(connection, "topics", ((n, word(random), n % 2) for n in range(1, 41)))
    fill(connection, "blocked_words", ((f"{word(random)}{n}",) for n in range(30)))
    fill(
        connection,
        "users",
        (
            (
                n,
                f"{word(random)}{n}",
                word(random),
                codes[skewed(random, 8) - 1],
                n % 2,
                at(random.randint(0, 30_000_000)),
            )
            for n in range(1, USERS + 1)
        ),
    )
    fill(
        connection,
        "posts",
        (
            (
                n,
                skewed(random, USERS, 1.5),
                random.randint(1, n) if n % 3 == 0 else None,
                skewed(random, 40),
                "well " * 12,
                int(random.random() < 0.6),
                random.randint(0, 5000),
                at(n * 300),
            )
            for n in range(1, POSTS + 1)
        ),
    )
    pairs = dict.fromkeys((random.randint(1, USERS), skewed(random, USERS, 1.5)) for _ in range(FOLLOWS))
    fill(connection, "follows", ((a, b, at(a)) for a, b in pairs))
    pairs = dict.fromkeys((random.randint(1, USERS), random.randint(1, POSTS)) for _ in range(LIKES))
    fill(connection, "likes", ((a, b, at(b * 300)) for a, b in pairs))
    fill(connection, "talks", ((n, None, at(n)) for n in range(1, TALKS + 1)))
    fill(connection, "members", ((n, (n * 7 + k) % USERS + 1) for n in range(1, TALKS + 1) for k in (1, 3)))
    fill(
        connection,
        "messages",
        (
            (n, skewed(random, TALKS, 1.3), random.randint(1, USERS), "hi " * 15, at(n * 300))
            for n in range(1, MESSAGES + 1)
        ),
    )
    fill(
        connection,
        "notices",
        (
            (
                n,
                random.randint(1, USERS),
                "like reply follow".split()[n % 3],
                None if random.random() < 0.06 else at(n * 310),
                at(n * 300),
            )
            for n in range(1, NOTICES + 1)
        ),
    )
    fill(
        connection,
        "requests",
        (
            (n, random.randint(1, USERS), random.randint(1, USERS), f"{'new' if n % 20 == 0 else 'done'}{n}")
            for n in range(1, REQUESTS + 1)
        ),
    )


STATEMENTS = (
    asked(15_000, "select id, name, is_private from users where handle = ?", ("nobody",), ("somebody",)),
    asked(30_000, "select id, handle, name from users where id = ?", (4,), (9000,)),
    asked(9000, "select 1 from follows where follower_id = ? and followee_id = ?", (4, 9), (9000, 17)),
    asked(9000, "select 1 from likes where user_id = ? and post_id = ?", (4, 9), (9000, 17)),
    asked(4000, "select t.id from members m join talks t on t.id = m.talk_id where m.user_id = ?", (4,), (9000,)),
    asked(300, "select id, handle from users where language = ? and last_seen_at > ? limit 20", ("de", at(25_000_000))),
    # Pages of one author, by key, newest first.
    asked(
        4000,
        "select id, body, created_at from posts where author_id = ? and (created_at, id) < (?, ?) "
        "order by created_at desc, id desc limit 20",
        (6, at(29_000_000), 97_000),
        (7000, at(3e7), 100_000),
    ),
    asked(1500, "select count(*) from posts where author_id = ?", (6,), (7000,)),
    # What those whom one follows wrote.
    asked(
        900,
        "select p.id, p.body, p.created_at from follows f join posts p on p.author_id = f.followee_id "
        "where f.follower_id = ? order by p.created_at desc limit 30",
        (40,),
        (9000,),
    ),
    # What is new for everybody.
    asked(1200, "select id, author_id, body from posts order by created_at desc limit 30"),
    # Answers.
    asked(3000, "select id, author_id, body from posts where reply_to = ? order by created_at", (600,), (90_000,)),
    # How many like it, how many follow.
    asked(5000, "select count(*) from likes where post_id = ?", (600,), (90_000,)),
    asked(1500, "select count(*) from follows where followee_id = ?", (6,), (7000,)),
    # A conversation, page by page.
    asked(
        4000,
        "select sender_id, body, sent_at from messages where talk_id = ? and sent_at < ? "
        "order by sent_at desc limit 30",
        (6, at(MESSAGES * 300)),
        (7000, at(MESSAGES * 200)),
    ),
    # The red dot.
    asked(9000, "select count(*) from notices where user_id = ? and read_at is null", (6,), (7000,)),
    # Either side of a request.
    asked(1500, "select id, state from requests where from_id = ? or to_id = ?", (6, 6), (7000, 7000)),
    # Tiny tables, halves, rare reports, the inside of words.
    asked(400, "select id, name from topics where is_promoted = 1 order by name"),
    asked(900, "select id from topics where name = ?", ("babebi",)),
    asked(100, "select name from languages order by name"),
    asked(2, "select count(*) from posts where is_public = 1"),
    asked(30, "select id, body from posts order by views desc limit 10"),
    asked(4, "select id from posts where body like ? limit 50", ("%xylo%",)),
    asked(2, "select topic_id, count(*) from posts where created_at > ? group by topic_id", (at(29_000_000),)),
    asked(1, "select user_id, count(*) from likes group by user_id order by 2 desc limit 10"),
    asked(1, "select id from messages where length(body) > ?", (5000,)),
    asked(1, "select kind, count(*) from notices group by kind"),
    # Writes.
    asked(60_000, "update posts set views = views + 1 where id = ?", (600,), (99_000,)),
    asked(20_000, "update users set last_seen_at = ? where id = ?", (at(3e7), 77)),
    asked(
        2500,
        "insert into posts (author_id, reply_to, topic_id, body, is_public, views, created_at) "
        "values (?, ?, 3, 'new', 1, 0, ?)",
        (77, None, at(3e7)),
    ),
    asked(6000, "insert into likes (user_id, post_id, liked_at) values (?, ?, ?)", (77, 100_001 - 1, at(3e7))),
    asked(3000, "insert into messages (talk_id, sender_id, body, sent_at) values (?, ?, 'hi', ?)", (77, 7, at(3e7))),
    asked(9000, "insert into notices (user_id, kind, created_at) values (?, 'like', ?)", (77, at(3e7))),
    asked(5000, "update notices set read_at = ? where id = ?", (at(3e7), 500)),
    asked(200, "insert into follows (follower_id, followee_id, since) values (?, ?, ?)", (77, 9_999, at(3e7))),
    asked(100, "delete from posts where id = ?", (500,), (70_001,)),
    asked(150, "insert into requests (from_id, to_id, state) values (?, ?, 'new')", (77, 78)),
)

WORKLOAD = Workload(
    name="feed",
    about="a social network, pages by key",
    schema=SCHEMA,
    fill=_fill,
    statements=STATEMENTS,
    expected=(
        need("the posts of an author, newest first", "posts(author_id, created_at)", "posts(author_id)"),
        need("the newest posts of all", "posts(created_at)"),
        need("the answers to a post", "posts(reply_to, created_at) where reply_to is not null", "posts(reply_to)"),
        need("the likes of a post, and of one that is deleted", "likes(post_id)"),
        need("the followers of a user", "follows(followee_id)"),
        need("a conversation", "messages(talk_id, sent_at)", "messages(talk_id)"),
        need(
            "unread notices",
            "notices(user_id) where read_at is null",
            "notices(user_id+read_at)",
            "notices(user_id)",
        ),
        need("the other side of a request", "requests(to_id)"),
    ),
    must_not=(
        "languages",
        "topics",
        "users",
        "talks",
        "members",
        "blocked_words",
        "posts(views)",
        "posts(is_public)",
        "posts(body)",
        "messages(body)",
        "notices(kind)",
        "requests(from_id)",
    ),
    drops_ok=("users_language",),
    drops_wrong=("members_user", "users_language_seen", "requests_once"),
)
