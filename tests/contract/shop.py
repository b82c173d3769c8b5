"""What every test of the contract finds in its database."""

from __future__ import annotations

SCHEMA = """
create table users (
    id integer primary key,
    email text not null unique,
    name text not null,
    age integer check (age >= 0),
    active boolean not null default true,
    balance decimal text not null default '0',
    joined date
);
create table posts (
    id integer primary key,
    user_id integer not null references users (id),
    title text not null
);
create table memberships (
    user_id integer not null references users (id),
    club text not null,
    since date,
    primary key (user_id, club)
) without rowid;
create view adults as select id, name from users where age >= 18;

insert into users (id, email, name, age, active, balance, joined) values
    (1, 'ada@x', 'Ada', 36, true, '1.10', '2026-01-05'),
    (2, 'bob@x', 'Bob', 17, false, '0', null),
    (3, 'eve@x', 'Eve', null, true, '2.50', '2026-02-01');
insert into posts values (1, 1, 'one'), (2, 1, 'two'), (3, 3, 'three');
insert into memberships values (1, 'chess', '2026-03-01'), (1, 'go', null), (3, 'chess', null);
"""
