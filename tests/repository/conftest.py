"""One small shop, on a real file, for all tests of repositories."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from noormme_py import Noormme

SCHEMA = """
create table users (
    id integer primary key,
    email text not null unique collate nocase,
    name text not null,
    age integer,
    active boolean not null default 1,
    balance decimal(10, 2) not null default 0,
    created_at datetime not null default current_timestamp,
    settings json,
    email_domain text generated always as (substr(email, instr(email, '@') + 1)) virtual,
    check (age is null or age >= 0)
);
create table memberships (
    user_id integer not null references users (id) on delete cascade,
    club text not null,
    "since day" date,
    primary key (user_id, club)
) without rowid;
create table audit (message text, at datetime default current_timestamp);
create table counters (name text primary key, hits integer not null default 0, touched integer not null default 0);
create trigger counters_touched after update of hits on counters begin
    update counters set touched = touched + 1 where name = new.name;
end;
create view adults as select id, name, age from users where age >= 18;
"""


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(tmp_path / "shop.db", performance={"max_batch_size": 7}) as database:
        await database.execute_script(SCHEMA)
        yield database
