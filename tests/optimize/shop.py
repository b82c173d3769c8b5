"""A database that records what it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from noormme_py import Noormme, SyncNoormme
from noormme_py.optimize.recording.record import Record, StatementRecord

SCHEMA = """
create table users (id integer primary key, name text not null, age integer not null);
with recursive n (i) as (select 1 union all select i + 1 from n where i < 500)
insert into users select i, 'user ' || i, i % 50 from n;
"""
RECORDING: dict[str, Any] = {"automation": {"enable_query_analysis": True}}


async def opened(folder: Path, **settings: Any) -> Noormme:
    db = await Noormme(folder / "shop.db", **RECORDING, **settings).initialize()
    await db.execute_script(SCHEMA)
    db.optimizer.reset_record()
    return db


def opened_synchronously(folder: Path) -> SyncNoormme:
    db = SyncNoormme(folder / "shop.db", **RECORDING).initialize()
    db.execute_script(SCHEMA)
    db.optimizer.reset_record()
    return db


def of(record: Record, words: str) -> StatementRecord:
    (found,) = [statement for statement in record.statements if words in statement.sql]
    return found
