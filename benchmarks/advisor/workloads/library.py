"""A small lending library whose author knew what he did: there is nothing to advise."""

from __future__ import annotations

import sqlite3

from benchmarks.advisor.workload import Workload, asked
from benchmarks.advisor.workloads.rows import at, day, fill, seeded, skewed, word

BOOKS = 4_000
COPIES = 7_000
READERS = 2_500
LOANS = 15_000

SCHEMA = """
create table shelves (id integer primary key, name text not null, is_open integer not null);
create table genres (id integer primary key, name text not null unique);
create table books (
    id integer primary key, genre_id integer not null references genres (id), shelf_id integer references shelves (id),
    isbn text not null unique, title text not null, year integer not null
);
create table copies (
    id integer primary key, book_id integer not null references books (id), barcode text not null unique,
    condition text not null
);
create table readers (
    id integer primary key, email text not null collate nocase unique, name text not null, is_active integer not null
);
create table loans (
    id integer primary key, copy_id integer not null references copies (id),
    reader_id integer not null references readers (id),
    lent_on text not null, due_on text not null, returned_on text
);
create table fees (
    id integer primary key, loan_id integer not null references loans (id), amount integer not null, paid_at text
);
create index books_genre on books (genre_id, title);
create index books_shelf on books (shelf_id);
create index copies_book on copies (book_id);
create index loans_copy on loans (copy_id);
create index loans_reader on loans (reader_id, lent_on);
create index loans_due on loans (due_on) where returned_on is null;
create index fees_loan on fees (loan_id);
create index readers_name on readers (name collate nocase);
"""


def _fill(connection: sqlite3.Connection) -> None:
    random = seeded("library")
    fill(connection, "shelves", ((n, f"shelf {n}", n % 2) for n in range(1, 31)))
    fill(connection, "genres", ((n, f"genre {n}") for n in range(1, 26)))
    fill(
        connection,
        "books",
        (
            (n, skewed(random, 25), n % 30 + 1, f"978{n:09}", f"{word(random)} {word(random)}", 1900 + n % 125)
            for n in range(1, BOOKS + 1)
        ),
    )
    fill(connection, "copies", ((n, random.randint(1, BOOKS), f"B{n:07}", "good") for n in range(1, COPIES + 1)))
    fill(
        connection,
        "readers",
        (
            (n, f"{word(random)}{n}@example.com", f"{word(random)} {word(random)}", int(n % 10 > 0))
            for n in range(1, READERS + 1)
        ),
    )
    fill(
        connection,
        "loans",
        (
            (
                n,
                random.randint(1, COPIES),
                random.randint(1, READERS),
                day(n // 20),
                day(n // 20 + 28),
                None if n > LOANS - 400 else day(n // 20 + 20),
            )
            for n in range(1, LOANS + 1)
        ),
    )
    fill(connection, "fees", ((n, n * 10, 50, at(n) if n % 4 else None) for n in range(1, 801)))


STATEMENTS = (
    asked(3000, "select * from books where id = ?", (5,), (3999,)),
    asked(900, "select id, title from books where isbn = ?", ("978000000005",)),
    asked(800, "select id, title, year from books where genre_id = ? order by title limit 30", (3,), (24,)),
    asked(200, "select id, title from books where shelf_id = ?", (3,)),
    asked(2500, "select id, condition from copies where book_id = ?", (5,), (3999,)),
    asked(2500, "select id, book_id from copies where barcode = ?", ("B0000100",)),
    asked(1500, "select id, name, is_active from readers where email = ?", ("Nobody@Example.com",)),
    asked(700, "select id, name from readers where name like ? order by name limit 10", ("ba%",), ("koro%",)),
    asked(
        1500,
        "select l.id, b.title, l.due_on from loans l join copies c on c.id = l.copy_id "
        "join books b on b.id = c.book_id where l.reader_id = ? order by l.lent_on desc limit 20",
        (5,),
        (2400,),
    ),
    asked(1500, "select id, reader_id from loans where copy_id = ? and returned_on is null", (5,), (6900,)),
    asked(
        300,
        "select id, reader_id, due_on from loans where returned_on is null and due_on < ? order by due_on limit 50",
        (day(760),),
    ),
    asked(600, "select id, amount from fees where loan_id = ? and paid_at is null", (10,), (8000,)),
    asked(150, "select sum(f.amount) from fees f join loans l on l.id = f.loan_id where l.reader_id = ?", (5,)),
    asked(400, "select id, name from genres order by name"),
    asked(300, "select id, name from shelves where is_open = 1"),
    asked(1, "select count(*) from loans where lent_on >= ?", (day(700),)),
    asked(1, "select id, title from books where title like ?", ("%bade%",)),
    asked(1, "select year, count(*) from books group by year"),
    asked(1, "select count(*) from readers where is_active = 1"),
    asked(
        400, "insert into loans (copy_id, reader_id, lent_on, due_on) values (?, ?, ?, ?)", (5, 6, day(751), day(779))
    ),
    asked(400, "update loans set returned_on = ? where id = ?", (day(760), 14_900)),
    asked(30, "insert into fees (loan_id, amount) values (?, 50)", (14_000,)),
    asked(20, "insert into books (genre_id, shelf_id, isbn, title, year) values (3, 4, ?, 'new', 2025)", ("x",)),
    asked(5, "delete from copies where id = ? and id not in (select copy_id from loans)", (6999,)),
)

WORKLOAD = Workload(
    name="library",
    about="small and well indexed",
    schema=SCHEMA,
    fill=_fill,
    statements=STATEMENTS,
    must_not=("shelves", "genres", "books", "copies", "readers", "loans", "fees"),
    drops_wrong=(
        "books_genre",
        "books_shelf",
        "copies_book",
        "loans_copy",
        "loans_reader",
        "loans_due",
        "fees_loan",
        "readers_name",
    ),
)
