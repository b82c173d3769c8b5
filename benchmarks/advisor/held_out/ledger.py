"""Keeping books: many foreign keys, composite keys, joins of four tables, and parents that are deleted."""

from __future__ import annotations

import sqlite3

from benchmarks.advisor.workload import Workload, asked, need
from benchmarks.advisor.workloads.rows import at, day, fill, seeded, skewed, word

ACCOUNTS = 800
PARTNERS = 5_000
ENTRIES = 150_000
INVOICES = 40_000
PAYMENTS = 30_000
ITEMS = 4_000
MOVES = 80_000

SCHEMA = """
create table currencies (code text primary key, name text not null);
create table journals (id integer primary key, name text not null, kind text not null);
create table periods (id integer primary key, starts_on text not null, is_closed integer not null);
create table warehouses (id integer primary key, name text not null);
create table accounts (id integer primary key, number text not null unique, name text not null, kind text not null);
create table partners (
    id integer primary key, code text not null unique, name text not null,
    currency text not null references currencies (code),
    is_supplier integer not null
);
create table items (id integer primary key, sku text not null unique, name text not null, cost integer not null);
create table entries (
    journal_id integer not null references journals (id), number integer not null, line integer not null,
    account_id integer not null references accounts (id), period_id integer not null references periods (id),
    booked_on text not null, debit integer not null, credit integer not null, note text,
    primary key (journal_id, number, line)
);
create table invoices (
    id integer primary key, partner_id integer not null references partners (id), year integer not null,
    number integer not null, reference text not null, state text not null, due_on text not null, total integer not null,
    unique (year, number)
);
create table invoice_lines (
    invoice_id integer not null references invoices (id), line integer not null,
    item_id integer not null references items (id), quantity integer not null, price integer not null,
    primary key (invoice_id, line)
) without rowid;
create table payments (
    id integer primary key, partner_id integer not null references partners (id), paid_on text not null,
    amount integer not null, statement_line text not null
);
create table allocations (
    payment_id integer not null references payments (id), invoice_id integer not null references invoices (id),
    amount integer not null, primary key (payment_id, invoice_id)
);
create table moves (
    id integer primary key, item_id integer not null references items (id),
    warehouse_id integer not null references warehouses (id), quantity integer not null, moved_at text not null
);
create index entries_period on entries (period_id);
create index partners_currency on partners (currency);
create index invoices_year on invoices (year);
create index invoices_due on invoices (due_on);
"""


def _fill(connection: sqlite3.Connection) -> None:
    random = seeded("ledger")
    codes = "EUR USD GBP CHF SEK NOK DKK PLN CZK HUF".split()
    fill(connection, "currencies", ((code, code) for code in codes))
    fill(connection, "journals", ((n, f"journal {n}", "sale buy bank misc".split()[n % 4]) for n in range(1, 9)))
    fill(connection, "periods", ((n, day(n * 30), int(n < 30)) for n in range(1, 37)))
    fill(connection, "warehouses", ((n, f"house {n}") for n in range(1, 7)))
    fill(
        connection,
        "accounts",
        ((n, f"{1000 + n * 7}", word(random), "asset debt income cost".split()[n % 4]) for n in range(1, ACCOUNTS + 1)),
    )
    fill(
        connection,
        "partners",
        ((n, f"P{n:05}", word(random).title(), codes[skewed(random, 10) - 1], n % 2) for n in range(1, PARTNERS + 1)),
    )
    fill(connection, "items", ((n, f"I-{n:05}", word(random), random.randint(1, 9000)) for n in range(1, ITEMS + 1)))
    fill(
        connection,
        "entries",
        (
            (
                n % 8 + 1,
                n // 16,
                n % 16 // 8 + 1,
                skewed(random, ACCOUNTS, 1.5),
                n * 36 // ENTRIES + 1,
                day(n * 1080 // ENTRIES),
                random.randint(1, 99_999),
                0,
                None,
            )
            for n in range(ENTRIES)
        ),
    )
    fill(
        connection,
        "invoices",
        (
            (
                n,
                skewed(random, PARTNERS, 1.3),
                2023 + n * 3 // (INVOICES + 1),
                n,
                f"R{n * 7919 % 1_000_003}",
                "open" if n % 20 == 0 or n > INVOICES - 400 else "paid",
                day(n * 1080 // INVOICES + 30),
                random.randint(100, 99_999),
            )
            for n in range(1, INVOICES + 1)
        ),
    )
    fill(
        connection,
        "invoice_lines",
        ((n, k, skewed(random, ITEMS, 1.3), k, 500) for n in range(1, INVOICES + 1) for k in (1, 2, 3)),
    )
    fill(
        connection,
        "payments",
        (
            (n, skewed(random, PARTNERS, 1.3), day(n * 1080 // PAYMENTS), random.randint(100, 99_999), f"S{n}")
            for n in range(1, PAYMENTS + 1)
        ),
    )
    fill(connection, "allocations", ((n, n * 4 // 3, 100) for n in range(1, PAYMENTS + 1)))
    fill(
        connection,
        "moves",
        ((n, skewed(random, ITEMS, 1.3), n % 6 + 1, random.randint(-9, 9), at(n * 1000)) for n in range(1, MOVES + 1)),
    )
    # Parents that nobody has named yet: they may be deleted.
    fill(
        connection, "partners", ((n, f"Q{n:05}", "to be merged", "EUR", 0) for n in range(PARTNERS + 1, PARTNERS + 51))
    )
    fill(connection, "items", ((n, f"J-{n:05}", "obsolete", 1) for n in range(ITEMS + 1, ITEMS + 51)))


STATEMENTS = (
    asked(4000, "select id, name, currency from partners where code = ?", ("P00017",), ("P04999",)),
    asked(6000, "select * from invoices where id = ?", (17,), (39_000,)),
    asked(2000, "select id, total, state from invoices where year = ? and number = ?", (2023, 17), (2025, 39_000)),
    asked(5000, "select line, item_id, quantity, price from invoice_lines where invoice_id = ?", (17,), (39_000,)),
    asked(
        2500,
        "select line, account_id, debit, credit from entries where journal_id = ? and number = ?",
        (3, 17),
        (8, 9000),
    ),
    asked(3000, "select id, cost from items where sku = ?", ("I-00017",)),
    asked(600, "select amount, invoice_id from allocations where payment_id = ?", (17,), (29_000,)),
    asked(40, "select sum(debit), sum(credit) from entries where period_id = ?", (17,), (36,)),
    asked(60, "select id, total from invoices where due_on between ? and ?", (day(500), day(507))),
    # The sheet of an account.
    asked(
        700,
        "select booked_on, journal_id, number, debit, credit from entries where account_id = ? "
        "and booked_on between ? and ? order by booked_on",
        (5, day(300), day(390)),
        (700, day(0), day(1080)),
    ),
    asked(300, "select sum(debit) - sum(credit) from entries where account_id = ?", (9,), (799,)),
    # What a partner owes.
    asked(
        2500,
        "select id, number, total, due_on from invoices where partner_id = ? and state = 'open' order by due_on",
        (17,),
        (4900,),
    ),
    # An invoice by the reference on a statement of the bank.
    asked(1500, "select id, partner_id, total from invoices where reference = ?", ("R7919",), ("R1",)),
    # What was paid of it.
    asked(2500, "select sum(amount) from allocations where invoice_id = ?", (20,), (39_000,)),
    # The payments of a partner, newest first.
    asked(
        500,
        "select id, paid_on, amount from payments where partner_id = ? order by paid_on desc limit 20",
        (17,),
        (4900,),
    ),
    # What is in a house.
    asked(2000, "select sum(quantity) from moves where item_id = ? and warehouse_id = ?", (17, 3), (3900, 6)),
    # Who buys an item: four tables.
    asked(
        250,
        "select p.name, i.number, l.quantity from items t join invoice_lines l on l.item_id = t.id "
        "join invoices i on i.id = l.invoice_id join partners p on p.id = i.partner_id where t.sku = ?",
        ("I-00030",),
        ("I-03900",),
    ),
    asked(
        60,
        "select t.sku, sum(l.quantity) from partners p join invoices i on i.partner_id = p.id "
        "join invoice_lines l on l.invoice_id = i.id join items t on t.id = l.item_id where p.code = ? group by t.sku",
        ("P00017",),
        ("P04900",),
    ),
    # Tiny tables, halves, reports.
    asked(400, "select id, name from journals where kind = ?", ("bank",)),
    asked(400, "select id from periods where starts_on <= ? order by starts_on desc limit 1", (day(500),)),
    asked(200, "select id, name from accounts where kind = ? order by number", ("cost",)),
    asked(1, "select count(*) from partners where is_supplier = 1"),
    asked(
        3,
        "select journal_id, sum(debit), sum(credit) from entries where booked_on >= ? group by journal_id",
        (day(1000),),
    ),
    asked(2, "select id, number from invoices where total > ? order by total desc limit 20", (99_000,)),
    asked(
        2,
        "select id, note from entries, invoices where entries.note like ? and invoices.id = entries.number limit 5",
        ("%storno%",),
    ),
    asked(1, "select warehouse_id, sum(quantity) from moves group by warehouse_id"),
    asked(1, "select substr(paid_on, 1, 7) as month, sum(amount) from payments group by month"),
    # Writes, and parents that go.
    asked(
        4000,
        "insert into entries (journal_id, number, line, account_id, period_id, booked_on, debit, credit) "
        "values (?, ?, 1, ?, 36, ?, 100, 0)",
        (3, 99_999, 5, day(1080)),
    ),
    asked(
        600,
        "insert into invoices (partner_id, year, number, reference, state, due_on, total) "
        "values (?, 2026, ?, 'RX', 'open', ?, 100)",
        (17, 1, day(1110)),
    ),
    asked(1800, "insert into invoice_lines values (?, ?, ?, 1, 500)", (39_999, 9, 17)),
    asked(
        500,
        "insert into payments (partner_id, paid_on, amount, statement_line) values (?, ?, 100, 'S')",
        (17, day(1080)),
    ),
    asked(500, "update invoices set state = 'paid' where id = ?", (40,), (39_990,)),
    asked(2500, "insert into moves (item_id, warehouse_id, quantity, moved_at) values (?, ?, 1, ?)", (17, 3, at(9e7))),
    asked(400, "update items set cost = ? where id = ?", (500, 17)),
    asked(250, "delete from partners where id = ?", (PARTNERS + 1,), (PARTNERS + 50,)),
    asked(150, "delete from items where id = ?", (ITEMS + 1,), (ITEMS + 50,)),
)

WORKLOAD = Workload(
    name="ledger",
    about="books, composite keys, parents deleted",
    schema=SCHEMA,
    fill=_fill,
    statements=STATEMENTS,
    expected=(
        need("the sheet of an account", "entries(account_id, booked_on)", "entries(account_id)"),
        need(
            "what a partner owes, and the key of one that is deleted",
            "invoices(partner_id+state, due_on)",
            "invoices(partner_id, due_on)",
            "invoices(partner_id)",
        ),
        need("an invoice by its reference", "invoices(reference)"),
        need("what was paid of an invoice", "allocations(invoice_id)"),
        need("the payments of a partner, and the key", "payments(partner_id, paid_on)", "payments(partner_id)"),
        need("what is in a house, and the key", "moves(item_id, warehouse_id)", "moves(item_id)"),
        need("who buys an item, and the key", "invoice_lines(item_id)"),
    ),
    acceptable=("invoices(partner_id, due_on) where state = 'open'",),
    must_not=(
        "currencies",
        "journals",
        "periods",
        "warehouses",
        "accounts",
        "partners",
        "items",
        "invoices(total)",
        "entries(note)",
        "entries(booked_on)",
        "moves(warehouse_id)",
        "payments(paid_on)",
    ),
    drops_ok=("invoices_year",),
    drops_wrong=("entries_period", "partners_currency", "invoices_due"),
)
