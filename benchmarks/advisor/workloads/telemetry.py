"""Devices that report all day: writes by the hundred thousand, and a few who look at them."""

from __future__ import annotations

import json
import sqlite3

from benchmarks.advisor.workload import Workload, asked, need
from benchmarks.advisor.workloads.rows import at, day, fill, seeded

DEVICES = 5_000
READINGS = 200_000
EVENTS = 120_000
ALERTS = 20_000
COMMANDS = 30_000

SCHEMA = """
create table sites (id integer primary key, name text not null, zone text not null);
create table firmwares (id integer primary key, version text not null, is_stable integer not null);
create table metrics (id integer primary key, name text not null unique, unit text not null);
create table devices (
    id integer primary key, site_id integer not null references sites (id), serial text not null unique,
    firmware_id integer not null references firmwares (id), config text not null, is_online integer not null,
    seen_at text not null
);
create table readings (
    id integer primary key, device_id integer not null, metric_id integer not null, value real not null,
    taken_at text not null
);
create table events (
    id integer primary key, level text not null, source text not null, device_id integer, message text not null,
    happened_at text not null
);
create table alerts (
    id integer primary key, device_id integer not null, severity integer not null, raised_at text not null,
    closed_at text
);
create table commands (
    id integer primary key, device_id integer not null, name text not null, sent_at text not null, acked_at text
);
create table summaries (
    device_id integer not null, day text not null, lowest real, highest real, primary key (device_id, day)
) without rowid;
create index devices_site on devices (site_id);
create index devices_firmware on devices (firmware_id);
create index summaries_device on summaries (device_id);
"""


def _fill(connection: sqlite3.Connection) -> None:
    random = seeded("telemetry")
    fill(connection, "sites", ((n, f"site {n}", "UTC") for n in range(1, 41)))
    fill(connection, "firmwares", ((n, f"1.{n}", n % 2) for n in range(1, 13)))
    fill(connection, "metrics", ((n, f"metric {n}", "°C") for n in range(1, 9)))
    fill(
        connection,
        "devices",
        (
            (
                n,
                n % 40 + 1,
                f"SN{n * 7919 % 1_000_003:07}",
                n % 12 + 1,
                json.dumps({"group": f"g{n % 600}", "rate": n % 5, "pins": list(range(8))}),
                int(n % 10 > 0),
                at(n),
            )
            for n in range(1, DEVICES + 1)
        ),
    )
    fill(
        connection,
        "readings",
        ((n, random.randint(1, DEVICES), n % 8 + 1, random.random() * 90, at(n * 40)) for n in range(1, READINGS + 1)),
    )
    fill(
        connection,
        "events",
        (
            (
                n,
                "info" if n % 10 else "warn" if n % 100 else "error",
                f"svc{n % 25}",
                n % 3000,
                "it went on " * 5,
                at(n * 60),
            )
            for n in range(1, EVENTS + 1)
        ),
    )
    fill(
        connection,
        "alerts",
        (
            (n, random.randint(1, DEVICES), n % 3, at(n * 400), None if n > ALERTS - 120 else at(n * 410))
            for n in range(1, ALERTS + 1)
        ),
    )
    fill(
        connection,
        "commands",
        (
            (
                n,
                random.randint(1, DEVICES),
                "reboot sync".split()[n % 2],
                at(n * 250),
                None if n > COMMANDS - 200 else at(n * 251),
            )
            for n in range(1, COMMANDS + 1)
        ),
    )
    fill(connection, "summaries", ((n, day(k), 1.0, 2.0) for n in range(1, 2001) for k in range(20)))


STATEMENTS = (
    asked(60_000, "select id, config from devices where serial = ?", ("SN0007919",), ("SN0000000",)),
    asked(3000, "select * from devices where id = ?", (5,), (4999,)),
    asked(300, "select id, serial from devices where site_id = ?", (5,), (39,)),
    asked(60, "select count(*) from devices where firmware_id = ?", (3,)),
    asked(
        1500,
        "select day, lowest, highest from summaries where device_id = ? and day >= ?",
        (5, day(10)),
        (1999, day(2)),
    ),
    # The curve of a device, and its last value.
    asked(
        150,
        "select taken_at, value from readings where device_id = ? and taken_at between ? and ? order by taken_at",
        (5, at(1e6), at(2e6)),
        (4800, at(0), at(8e6)),
    ),
    asked(300, "select max(taken_at) from readings where device_id = ?", (5,), (4800,)),
    asked(
        60,
        "select avg(value) from readings where device_id = ? and metric_id = ? and taken_at >= ?",
        (5, 2, at(6e6)),
        (4000, 3, at(7e6)),
    ),
    # The board of open alerts, few of many.
    asked(300, "select id, device_id, severity from alerts where closed_at is null order by raised_at desc limit 50"),
    asked(400, "select count(*) from alerts where device_id = ?", (5,), (4800,)),
    # What a device has to do still.
    asked(2000, "select id, name from commands where device_id = ? and acked_at is null order by id", (5,), (4800,)),
    # Devices of a group, which is a field of a document.
    asked(1500, "select id, serial from devices where json_extract(config, '$.group') = ?", ("g17",), ("g599",)),
    # Tiny tables and halves.
    asked(200, "select id, version from firmwares where is_stable = 1 order by version"),
    asked(300, "select id from sites where name = ?", ("site 4",)),
    asked(9000, "select id, unit from metrics where name = ?", ("metric 3",)),
    asked(3, "select count(*) from devices where is_online = 1"),
    # What somebody looks up in the log now and then.
    asked(
        15, "select happened_at, message from events where source = ? order by happened_at desc limit 100", ("svc4",)
    ),
    asked(
        10, "select happened_at, source, message from events where level = 'error' order by happened_at desc limit 50"
    ),
    asked(8, "select level, count(*) from events where happened_at >= ? group by level", (at(7e6),)),
    asked(6, "select id, message from events where device_id = ? order by id desc limit 20", (55,)),
    asked(5, "select id from events where message like ? limit 20", ("%exploded%",)),
    # Reports.
    asked(
        5, "select metric_id, avg(value), max(value) from readings where taken_at >= ? group by metric_id", (at(7.8e6),)
    ),
    asked(4, "select device_id, max(value) from readings where metric_id = ? group by device_id limit 20", (3,)),
    asked(1, "select strftime('%Y-%m-%d', taken_at) as day, avg(value) from readings group by day"),
    asked(2, "select count(*) from readings where value > ?", (89.9,)),
    # Writes.
    asked(
        60_000,
        "insert into readings (device_id, metric_id, value, taken_at) values (?, ?, ?, ?)",
        (5, 2, 20.5, at(8.1e6)),
    ),
    asked(
        150_000,
        "insert into events (level, source, device_id, message, happened_at) values (?, ?, ?, 'done', ?)",
        ("info", "svc4", 55, at(7.3e6)),
    ),
    asked(60_000, "update devices set seen_at = ?, is_online = 1 where id = ?", (at(8.1e6), 55)),
    asked(300, "insert into alerts (device_id, severity, raised_at) values (?, 2, ?)", (5, at(8.1e6))),
    asked(300, "update alerts set closed_at = ? where id = ?", (at(8.2e6), 19_990)),
    asked(2000, "insert into commands (device_id, name, sent_at) values (?, 'sync', ?)", (5, at(8.1e6))),
    asked(2000, "update commands set acked_at = ? where id = ?", (at(8.1e6), 29_990)),
    asked(
        3000,
        "insert into summaries values (?, ?, 1.0, 2.0) on conflict (device_id, day) do update set highest = 3.0",
        (5, day(19)),
        (4000, day(21)),
    ),
    asked(1, "delete from events where happened_at < ?", (at(60_000),)),
)

WORKLOAD = Workload(
    name="telemetry",
    about="devices that report, far more writes than reads",
    schema=SCHEMA,
    fill=_fill,
    statements=STATEMENTS,
    expected=(
        need("the curve of a device", "readings(device_id, taken_at)", "readings(device_id)"),
        need(
            "the board of open alerts",
            "alerts(raised_at) where closed_at is null",
            "alerts(closed_at, raised_at)",
            "alerts(closed_at)",
            "alerts(raised_at)",
        ),
        need("the alerts of a device", "alerts(device_id)"),
        need(
            "what a device has to do",
            "commands(device_id) where acked_at is null",
            "commands(device_id)",
            "commands(device_id+acked_at)",
            "commands(acked_at)",
        ),
        need("devices of a group", "devices(json_extract(config, '$.group'))"),
    ),
    # One in a hundred rows, and hardly any upkeep; no whole index of that table pays.
    acceptable=("events(happened_at) where level = 'error'",),
    must_not=(
        "sites",
        "firmwares",
        "metrics",
        "events",
        "summaries",
        "devices(is_online)",
        "devices(seen_at)",
        "readings(taken_at)",
        "readings(metric_id)",
        "readings(value)",
    ),
    drops_ok=("summaries_device",),
    drops_wrong=("devices_site", "devices_firmware"),
    is_analyzed=True,
)
