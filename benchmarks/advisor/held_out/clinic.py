"""A clinic: a diary, names typed half, results as documents, and a log of every look at them."""

from __future__ import annotations

import json
import sqlite3

from benchmarks.advisor.workload import Workload, asked, need
from benchmarks.advisor.workloads.rows import at, day, fill, seeded, skewed, word

PATIENTS = 30_000
VISITS = 90_000
RESULTS = 100_000
SCRIPTS = 50_000
LETTERS = 40_000
LOOKS = 120_000

SCHEMA = """
create table doctors (id integer primary key, name text not null, field text not null, is_away integer not null);
create table rooms (id integer primary key, name text not null, floor integer not null);
create table insurers (id integer primary key, name text not null unique);
create table patients (
    id integer primary key, insurer_id integer not null references insurers (id), insured_as text not null,
    last_name text not null, first_name text not null, email text, born_on text not null, sex text not null
);
create table visits (
    id integer primary key, patient_id integer not null references patients (id),
    doctor_id integer not null references doctors (id), room_id integer references rooms (id),
    state text not null, starts_at text not null, reminded_at text
);
create table results (
    id integer primary key, patient_id integer not null references patients (id), code text not null,
    taken_at text not null, payload text not null
);
create table scripts (
    id integer primary key, patient_id integer not null references patients (id), drug text not null,
    valid_until text not null, withdrawn_at text
);
create table letters (
    id integer primary key, doctor_id integer not null references doctors (id), subject text not null,
    body text not null, sent_at text not null, read_at text
);
create table waiting (
    doctor_id integer not null, patient_id integer not null, since text not null, primary key (doctor_id, patient_id)
);
create table looks (
    id integer primary key, who integer not null, patient_id integer not null, what text not null,
    looked_at text not null
);
create index patients_insurer on patients (insurer_id);
create index visits_room on visits (room_id);
create index results_code on results (code);
create index results_code_taken on results (code, taken_at);
"""


def _fill(connection: sqlite3.Connection) -> None:
    random = seeded("clinic")
    fill(connection, "doctors", ((n, word(random), "heart skin eye".split()[n % 3], n % 2) for n in range(1, 51)))
    fill(connection, "rooms", ((n, f"room {n}", n % 4) for n in range(1, 21)))
    fill(connection, "insurers", ((n, f"insurer {n}") for n in range(1, 31)))
    fill(
        connection,
        "patients",
        (
            (
                n,
                skewed(random, 30),
                f"{chr(65 + n % 26)}{n * 7919 % 1_000_003:09}",
                word(random).title(),
                word(random).title(),
                f"{word(random).title()}{n}@Example.com" if n % 3 else None,
                day(-random.randint(0, 30_000)),
                "mf"[n % 2],
            )
            for n in range(1, PATIENTS + 1)
        ),
    )
    fill(
        connection,
        "visits",
        (
            (
                n,
                random.randint(1, PATIENTS),
                n % 50 + 1,
                n % 20 + 1,
                "booked" if n > VISITS - 800 else "done" if n % 12 else "missed",
                at(n * 500),
                None if n > VISITS - 600 else at(n * 499),
            )
            for n in range(1, VISITS + 1)
        ),
    )
    fill(
        connection,
        "results",
        (
            (
                n,
                skewed(random, PATIENTS, 1.4),
                f"c{skewed(random, 120)}",
                at(n * 400),
                json.dumps({"sample": f"L{n * 7919 % 1_000_003}", "value": n % 90, "critical": n % 2}),
            )
            for n in range(1, RESULTS + 1)
        ),
    )
    fill(
        connection,
        "scripts",
        (
            (
                n,
                skewed(random, PATIENTS, 1.4),
                f"drug {skewed(random, 900)}",
                day(n // 40),
                at(n) if n % 9 == 0 else None,
            )
            for n in range(1, SCRIPTS + 1)
        ),
    )
    fill(
        connection,
        "letters",
        (
            (n, n % 50 + 1, f"about {word(random)}", "dear " * 20, at(n * 900), None if n % 60 == 0 else at(n * 901))
            for n in range(1, LETTERS + 1)
        ),
    )
    fill(connection, "waiting", ((n % 50 + 1, n, at(n)) for n in range(1, 401)))
    fill(
        connection,
        "looks",
        ((n, n % 90, random.randint(1, PATIENTS), "chart", at(n * 300)) for n in range(1, LOOKS + 1)),
    )


STATEMENTS = (
    asked(12_000, "select * from patients where id = ?", (5,), (29_000,)),
    asked(3000, "select * from visits where id = ?", (5,), (89_000,)),
    asked(
        150,
        "select id, patient_id from results where code = ? and taken_at >= ? order by taken_at desc limit 50",
        ("c3", at(3.5e7)),
        ("c110", at(2e7)),
    ),
    asked(900, "select patient_id, since from waiting where doctor_id = ? order by since", (3,), (50,)),
    # Somebody at the desk: a card, half a name, an address.
    asked(
        2500, "select id, last_name, first_name from patients where insured_as = ?", ("B000007919",), ("Z000000001",)
    ),
    asked(
        2500,
        "select id, last_name, first_name, born_on from patients where last_name like ? order by last_name limit 20",
        ("bade%",),
        ("Ko%",),
    ),
    asked(1200, "select id from patients where lower(email) = ?", ("nobody@example.com",), ("bade77@example.com",)),
    asked(
        500,
        "select id, last_name from patients where born_on = ? and last_name = ?",
        (day(-9000), "Badeko"),
        (day(-77), "No"),
    ),
    # The diary of a doctor, and the visits of a patient.
    asked(
        4000,
        "select id, patient_id, starts_at from visits where doctor_id = ? and starts_at >= ? and starts_at < ? "
        "order by starts_at",
        (3, at(4.4e7), at(4.41e7)),
        (50, at(1e7), at(1.01e7)),
    ),
    asked(
        2500,
        "select v.starts_at, v.state, d.name from visits v join doctors d on d.id = v.doctor_id "
        "where v.patient_id = ? order by v.starts_at desc limit 10",
        (5,),
        (29_000,),
    ),
    # Who is to be reminded: few of many.
    asked(
        300,
        "select id, patient_id from visits where state = 'booked' and reminded_at is null and starts_at < ? "
        "order by starts_at limit 100",
        (at(4.49e7),),
        (at(4.6e7),),
    ),
    # One patient's values of one kind; the answer of the laboratory.
    asked(
        3000,
        "select taken_at, payload from results where patient_id = ? and code = ? order by taken_at desc limit 20",
        (5, "c3"),
        (29_000, "c7"),
    ),
    asked(1200, "select id, patient_id from results where json_extract(payload, '$.sample') = ?", ("L7919",), ("L1",)),
    # What a patient takes.
    asked(
        2500,
        "select id, drug, valid_until from scripts where patient_id = ? and withdrawn_at is null and valid_until >= ?",
        (5, day(0)),
        (29_000, day(900)),
    ),
    # Letters not read yet.
    asked(
        2500,
        "select id, subject, sent_at from letters where doctor_id = ? and read_at is null order by sent_at",
        (11,),
        (50,),
    ),
    # Tiny tables, halves, what is looked up once a week.
    asked(600, "select id, name from doctors where is_away = 0 and field = ?", ("skin",)),
    asked(300, "select id, name from rooms where floor = ?", (2,)),
    asked(500, "select id from insurers where name = ?", ("insurer 7",)),
    asked(2, "select count(*) from patients where sex = ?", ("m",)),
    asked(1, "select count(*) from results where json_extract(payload, '$.critical') = 1"),
    asked(
        8,
        "select who, what, looked_at from looks where patient_id = ? order by looked_at desc limit 100",
        (5,),
        (29_000,),
    ),
    asked(6, "select count(*) from looks where looked_at >= ? and who = ?", (at(3.5e7), 7)),
    asked(4, "select id, subject from letters where body like ? limit 10", ("%allergy%",)),
    asked(1, "select drug, count(*) from scripts group by drug order by 2 desc limit 10"),
    asked(2, "select state, count(*) from visits where starts_at >= ? group by state", (at(4e7),)),
    # Writes.
    asked(100_000, "insert into looks (who, patient_id, what, looked_at) values (?, ?, 'chart', ?)", (7, 5, at(3.7e7))),
    asked(
        700,
        "insert into visits (patient_id, doctor_id, room_id, state, starts_at) values (?, ?, 3, 'booked', ?)",
        (5, 3, at(4.6e7)),
    ),
    asked(700, "update visits set state = ?, reminded_at = ? where id = ?", ("done", at(4.5e7), 89_900)),
    asked(2500, "insert into results (patient_id, code, taken_at, payload) values (?, 'c3', ?, '{}')", (5, at(4.1e7))),
    asked(900, "insert into scripts (patient_id, drug, valid_until) values (?, 'drug 3', ?)", (5, day(1300))),
    asked(600, "update letters set read_at = ? where id = ?", (at(4e7), 39_900)),
    asked(300, "insert into letters (doctor_id, subject, body, sent_at) values (?, 'new', 'dear', ?)", (3, at(4e7))),
    asked(60, "delete from waiting where doctor_id = ? and patient_id = ?", (3, 2)),
)

WORKLOAD = Workload(
    name="clinic",
    about="a diary, half names, results as documents, a log",
    schema=SCHEMA,
    fill=_fill,
    statements=STATEMENTS,
    expected=(
        need("a card", "patients(insured_as)"),
        need("half a name", "patients(last_name nocase)"),
        need("an address in any case", "patients(lower(email))", "patients(lower(email)) where email is not null"),
        need("a birthday with a name", "patients(born_on+last_name)", "patients(born_on)", "patients(last_name)"),
        need("the diary of a doctor", "visits(doctor_id, starts_at)"),
        need("the visits of a patient", "visits(patient_id, starts_at)", "visits(patient_id)"),
        need(
            "who is to be reminded",
            "visits(starts_at) where state = 'booked' and reminded_at is null",
            "visits(state) where any",
            "visits(state, starts_at) where any",
            "visits(state+reminded_at, starts_at)",
            "visits(reminded_at)",
            "visits(starts_at) where reminded_at is null",
        ),
        need(
            "one patient's values of one kind",
            "results(patient_id+code, taken_at)",
            "results(patient_id, taken_at)",
            "results(patient_id)",
        ),
        need("the answer of the laboratory", "results(json_extract(payload, '$.sample'))"),
        need(
            "what a patient takes",
            "scripts(patient_id) where withdrawn_at is null",
            "scripts(patient_id)",
            "scripts(patient_id+withdrawn_at)",
        ),
        need(
            "letters not read yet",
            "letters(doctor_id, sent_at) where read_at is null",
            "letters(doctor_id+read_at)",
            "letters(doctor_id)",
            "letters(read_at)",
            "letters(sent_at) where read_at is null",
        ),
    ),
    must_not=(
        "doctors",
        "rooms",
        "insurers",
        "waiting",
        "looks",
        "patients(sex)",
        "results(json_extract(payload, '$.critical'))",
        "letters(body)",
        "scripts(drug)",
    ),
    drops_ok=("results_code",),
    drops_wrong=("patients_insurer", "visits_room", "results_code_taken"),
    is_analyzed=True,
)
