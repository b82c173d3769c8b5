"""The other processes: one that disturbs with plain SQLite, and one that writes until it is killed.

Run as `python -m tests.soak.others disturb FILE` and `… write FILE WRITER`.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
import time

from noormme_py import Noormme
from tests.soak.ledger import TOTAL


def disturb(path: str) -> int:
    """Checkpoint, read, and take the write lock for a while, until killed; return 1 when the sums are wrong."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    chance = random.Random(7)
    while True:
        match chance.randrange(5):
            case 0:
                mode = chance.choice(("passive", "full", "restart", "truncate"))
                connection.execute(f"pragma wal_checkpoint({mode})").fetchall()
            case 1:
                connection.execute("begin immediate")
                time.sleep(chance.choice((0, 0.01, 0.15)))
                connection.execute(chance.choice(("commit", "rollback")))
            case 2:
                # A long read: meanwhile the log cannot be begun anew.
                connection.execute("begin")
                money = [connection.execute("select sum(money) from accounts").fetchone()[0] for _ in range(2)]
                time.sleep(chance.choice((0, 0.3)))
                connection.execute("commit")
                if money != [TOTAL, TOTAL]:
                    print(f"another process saw {money} instead of {TOTAL}", flush=True)
                    return 1
            case 3:
                connection.execute("insert into entries (writer, number) values ('disturber', 0)")
                connection.execute("delete from entries where writer = 'disturber'")
            case _:
                connection.execute("select count(*) from entries").fetchall()
        time.sleep(chance.random() * 0.2)


async def write(path: str, writer: str) -> None:
    """Write entries one after another, some inside of transactions, and tell each number once it was answered."""
    async with Noormme(path, optimization={"busy_timeout": 30_000}) as db:
        number = 0
        while True:
            row = {"writer": writer, "number": number, "pad": "z" * (number % 7) * 300}
            if number % 3:
                await db.get_repository("entries").create(row)
            else:
                async with db.transaction() as tx:
                    await tx.get_repository("entries").create(row)
                    await tx.execute("update accounts set money = money - 1 where id = 1")
                    await tx.execute("update accounts set money = money + 1 where id = 2")
            os.write(1, b"%d\n" % number)
            number += 1
            await asyncio.sleep(0.001)


if __name__ == "__main__":
    if sys.argv[1] == "disturb":
        sys.exit(disturb(sys.argv[2]))
    asyncio.run(write(sys.argv[2], sys.argv[3]))
