"""Keeping customers: names looked up as people type them, addresses in any case, fields in documents."""

from __future__ import annotations

import json
import sqlite3

from benchmarks.advisor.workload import Workload, asked, need
from benchmarks.advisor.workloads.rows import at, day, fill, seeded, skewed, word

CONTACTS = 60_000
COMPANIES = 8_000
DEALS = 40_000
ACTIVITIES = 120_000
MAILS = 60_000

SCHEMA = """
create table staff (id integer primary key, name text not null, team text not null);
create table stages (id integer primary key, name text not null, position integer not null);
create table companies (
    id integer primary key, name text not null, domain text not null, city text not null, size integer not null
);
create table contacts (
    id integer primary key, company_id integer references companies (id),
    owner_id integer not null references staff (id),
    name text not null, email text not null, phone text not null, is_subscribed integer not null, fields text not null,
    created_at text not null
);
create table deals (
    id integer primary key, company_id integer not null references companies (id),
    owner_id integer not null references staff (id), stage_id integer not null references stages (id),
    title text not null, amount integer not null, next_on text, closed_at text
);
create table activities (
    id integer primary key, contact_id integer not null references contacts (id) on delete cascade,
    staff_id integer not null, kind text not null, body text not null, happened_at text not null
);
create table mails (
    id integer primary key, message_id text not null, address text not null, subject text not null,
    sent_at text not null
);
create table lists (id integer primary key, name text not null unique);
create table list_members (
    list_id integer not null references lists (id),
    contact_id integer not null references contacts (id) on delete cascade,
    primary key (list_id, contact_id)
);
create index list_members_contact on list_members (contact_id);
create index deals_company on deals (company_id);
create index deals_stage on deals (stage_id);
create index contacts_owner on contacts (owner_id);
create index companies_city on companies (city);
create index companies_city_size on companies (city, size);
"""


def _fill(connection: sqlite3.Connection) -> None:
    random = seeded("contacts")
    fill(connection, "staff", ((n, word(random), f"team {n % 4}") for n in range(1, 41)))
    fill(connection, "stages", ((n, f"stage {n}", n) for n in range(1, 7)))
    cities = [word(random).title() for _ in range(200)]
    fill(
        connection,
        "companies",
        (
            (
                n,
                f"{word(random).title()} {word(random, 2).upper()}",
                f"{word(random)}{n}.example",
                cities[skewed(random, 200) - 1],
                skewed(random, 5000),
            )
            for n in range(1, COMPANIES + 1)
        ),
    )
    fill(
        connection,
        "contacts",
        (
            (
                n,
                skewed(random, COMPANIES, 1.3) if n % 10 else None,
                n % 40 + 1,
                f"{word(random).title()} {word(random).title()}",
                f"{word(random, 4).title()}{n}@Example.com",
                f"+{random.randint(10**9, 10**10)}",
                n % 2,
                json.dumps({"external": f"x-{n * 7919 % 1_000_003}", "source": f"s{n % 12}"}),
                at(n * 500),
            )
            for n in range(1, CONTACTS + 1)
        ),
    )
    fill(
        connection,
        "deals",
        (
            (
                n,
                random.randint(1, COMPANIES),
                n % 40 + 1,
                n % 6 + 1,
                word(random),
                skewed(random, 90_000),
                day(n % 700),
                None if n % 25 == 0 else at(n * 700),
            )
            for n in range(1, DEALS + 1)
        ),
    )
    fill(
        connection,
        "activities",
        (
            (
                n,
                skewed(random, CONTACTS, 1.5),
                n % 40 + 1,
                "call mail visit".split()[n % 3],
                "we spoke " * 8,
                at(n * 250),
            )
            for n in range(1, ACTIVITIES + 1)
        ),
    )
    fill(
        connection,
        "mails",
        (
            (n, f"<{n * 7919 % 1_000_003}@mx>", f"{word(random)}{n}@example.com", "offer", at(n * 500))
            for n in range(1, MAILS + 1)
        ),
    )
    fill(connection, "lists", ((n, f"list {n}") for n in range(1, 31)))
    fill(connection, "list_members", ((n % 30 + 1, n) for n in range(1, 20_001)))


STATEMENTS = (
    asked(9000, "select * from contacts where id = ?", (5,), (59_000,)),
    asked(5000, "select id, name, city from companies where id = ?", (5,), (7900,)),
    asked(1200, "select id, title, amount from deals where company_id = ?", (5,), (7900,)),
    asked(200, "select contact_id from list_members where list_id = ? limit 100", (5,)),
    asked(
        900,
        "select l.name from list_members m join lists l on l.id = m.list_id where m.contact_id = ?",
        (5,),
        (59_000,),
    ),
    asked(100, "select id, name, size from companies where city = ? and size >= ? limit 40", ("Bababa", 100)),
    asked(50, "select count(*) from contacts where owner_id = ?", (7,)),
    # An address, as whoever typed it wrote it.
    asked(3000, "select id, name from contacts where lower(email) = lower(?)", ("Nobody@example.com",), ("x@y.z",)),
    # What the search field asks at each key that is hit.
    asked(
        2500, "select id, name, email from contacts where name like ? order by name limit 10", ("Bade%",), ("koro%",)
    ),
    # A company, by its name in any case, and by the domain of an address.
    asked(900, "select id from companies where name = ? collate nocase", ("bababa BABA",), ("nope",)),
    asked(2500, "select id, name from companies where domain = ?", ("nope.example",), ("badeko7.example",)),
    # Who works there, and what was done with one of them.
    asked(2500, "select id, name, email from contacts where company_id = ? order by name", (9,), (7000,)),
    asked(
        4000,
        "select kind, body, happened_at from activities where contact_id = ? order by happened_at desc limit 20",
        (9,),
        (50_000,),
    ),
    # What the other program calls it.
    asked(1800, "select id from contacts where json_extract(fields, '$.external') = ?", ("x-7919",), ("x-1",)),
    # What is to be done: open deals that are due, few of many.
    asked(
        700,
        "select id, title, amount from deals where closed_at is null and owner_id = ? and next_on <= ? "
        "order by next_on limit 20",
        (7, day(600)),
        (39, day(100)),
    ),
    # Bounces name their mail.
    asked(1500, "select id, address from mails where message_id = ?", ("<7919@mx>",), ("<no@mx>",)),
    # Tiny tables, halves, the end of a number, reports.
    asked(300, "select id, name from staff where team = ? order by name", ("team 2",)),
    asked(500, "select id, name from stages order by position"),
    asked(8, "select id, name from contacts where phone like ?", ("%4711",)),
    asked(1, "select count(*) from contacts where is_subscribed = 1"),
    asked(1, "select json_extract(fields, '$.source') as source, count(*) from contacts group by source"),
    asked(2, "select stage_id, count(*), sum(amount) from deals where closed_at is null group by stage_id"),
    asked(2, "select id, title from deals where amount > ? order by amount desc limit 20", (89_000,)),
    asked(1, "select staff_id, count(*) from activities where happened_at >= ? group by staff_id", (at(2.5e7),)),
    asked(3, "select id, subject from mails where sent_at >= ? order by sent_at desc limit 100", (at(2.9e7),)),
    # Writes.
    asked(
        1500,
        "insert into activities (contact_id, staff_id, kind, body, happened_at) values (?, ?, 'call', 'yes', ?)",
        (9, 7, at(3.1e7)),
    ),
    asked(
        6000,
        "insert into mails (message_id, address, subject, sent_at) values (?, ?, 'offer', ?)",
        ("<new@mx>", "a@b.c", at(3.1e7)),
    ),
    asked(
        400,
        "insert into contacts (company_id, owner_id, name, email, phone, is_subscribed, fields, created_at) "
        "values (?, 7, ?, ?, '+49', 1, '{}', ?)",
        (9, "Some Body", "some@body.example", at(3.1e7)),
    ),
    asked(800, "update contacts set phone = ? where id = ?", ("+1", 400)),
    asked(900, "update deals set stage_id = ?, next_on = ? where id = ?", (3, day(650), 400)),
    asked(50, "delete from contacts where id = ?", (700,), (59_001,)),
)

WORKLOAD = Workload(
    name="contacts",
    about="customers kept: any case, prefixes, documents",
    schema=SCHEMA,
    fill=_fill,
    statements=STATEMENTS,
    expected=(
        need("an address in any case", "contacts(lower(email))"),
        need("names by their beginning", "contacts(name nocase)"),
        need("a company's name in any case", "companies(name nocase)"),
        need("a company's domain", "companies(domain)"),
        need("who works there", "contacts(company_id, name)", "contacts(company_id)"),
        need(
            "what was done with somebody, who may be deleted",
            "activities(contact_id, happened_at)",
            "activities(contact_id)",
        ),
        need("what another program calls it", "contacts(json_extract(fields, '$.external'))"),
        need(
            "open deals that are due",
            "deals(owner_id, next_on) where closed_at is null",
            "deals(owner_id+closed_at)",
            "deals(closed_at)",
            "deals(owner_id)",
            "deals(next_on) where closed_at is null",
        ),
        need("the mail of a bounce", "mails(message_id)"),
    ),
    must_not=(
        "staff",
        "stages",
        "lists",
        "list_members",
        "contacts(phone)",
        "contacts(is_subscribed)",
        "contacts(json_extract(fields, '$.source'))",
        "deals(amount)",
        "activities(body)",
        "activities(happened_at)",
        "mails(sent_at)",
        "mails(subject)",
    ),
    drops_ok=("companies_city",),
    drops_wrong=("list_members_contact", "deals_company", "deals_stage", "contacts_owner", "companies_city_size"),
)
