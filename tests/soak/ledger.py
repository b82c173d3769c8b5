"""What was answered, what is in doubt, and what the database must therefore hold."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

ACCOUNTS = 50
TOTAL = ACCOUNTS * 1_000


class Violation(Exception):
    """A promise was broken."""


@dataclass
class Pages:
    """The entries of one writer, by number."""

    answered: set[int] = field(default_factory=set)
    # Given up: kept or not, nobody was told.
    in_doubt: set[int] = field(default_factory=set)
    # Below the first all are gone; between the two a deletion was given up.
    gone_below: int = 0
    perhaps_gone_below: int = 0

    def forget_below(self, number: int) -> None:
        """Note that the entries below a number are gone."""
        self.gone_below = self.perhaps_gone_below = number
        self.answered = {n for n in self.answered if n >= number}
        self.in_doubt = {n for n in self.in_doubt if n >= number}

    def check(self, writer: str, stored: Counter[int]) -> None:
        """Raise Violation unless what is stored is what must be, and nothing else."""
        found = set(stored)
        must = {n for n in self.answered if n >= self.perhaps_gone_below}
        may = self.answered | self.in_doubt
        if must - found:
            raise Violation(f"{writer}: answered and lost: {sorted(must - found)[:10]}")
        if found - may:
            raise Violation(f"{writer}: never written, or deleted and back: {sorted(found - may)[:10]}")
        if twice := [n for n, count in stored.items() if count > 1]:
            raise Violation(f"{writer}: written twice: {twice[:10]}")


@dataclass
class Ledger:
    """The account of a whole run."""

    operations: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    pages: dict[str, Pages] = field(default_factory=dict)

    def of(self, writer: str) -> Pages:
        return self.pages.setdefault(writer, Pages())

    def check_file(self, path: Path) -> None:
        """Look at the file with SQLite alone; raises Violation."""
        with closing(sqlite3.connect(path)) as connection:
            integrity = [row[0] for row in connection.execute("pragma integrity_check")]
            if integrity != ["ok"]:
                raise Violation(f"integrity_check: {integrity[:5]}")
            (money,) = connection.execute("select sum(money) from accounts").fetchone()
            if money != TOTAL:
                raise Violation(f"the accounts hold {money} instead of {TOTAL}")
            stored: dict[str, Counter[int]] = {}
            for writer, number in connection.execute("select writer, number from entries"):
                stored.setdefault(writer, Counter())[number] += 1
            for writer in {*stored, *self.pages}:
                self.of(writer).check(writer, stored.get(writer, Counter()))
