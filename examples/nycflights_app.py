"""An application on the flights out of New York that records what it asks, and the report on it.

    python examples/nycflights_app.py [FILE] [--seconds N] [--report FILE] [--limit N] [--data DIR]

Several users at once look flights up, read boards of departures and rankings, and note changes. FILE is a database of
the tour (`python examples/nycflights.py FILE`); without it one is made, and removed again.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic, perf_counter

from nycflights_load import NoData, create_indexes, create_tables, installed_data, load, survey_flights

from noormme_py import Noormme, fn
from noormme_py.errors import CannotOpen
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.page import html_report
from noormme_py.optimize.suggestion import Suggestion

USERS = 4
THINKING_S = 0.02
AIRPORTS = ("EWR", "JFK", "LGA")
NEW_YEAR = datetime(2013, 1, 1, 5, tzinfo=UTC)
DAY = timedelta(days=1)
FINDINGS_SHOWN = 3
SUGGESTIONS_SHOWN = 3


class App:
    """What the users of the application do, each at their own pace."""

    def __init__(self, db: Noormme, flights: int, tailnums: list[str], carriers: list[str]) -> None:
        self._db = db
        self._flights = flights
        self._tailnums = tailnums
        self._carriers = carriers
        self._random = Random(2013)

    async def run(self, seconds: float, requests: int | None) -> None:
        """Let all users work for so long, or make so many requests each."""
        end_s = monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for _ in range(USERS):
                group.create_task(self._use(end_s, requests))

    async def _use(self, end_s: float, requests: int | None) -> None:
        habits: dict[Callable[[], Awaitable[object]], int] = {
            self.flights_of_a_plane: 30,
            self.departures: 25,
            self.next_flights: 20,
            self.board_with_planes: 8,
            self.delays_of_a_carrier: 6,
            self.note_a_delay: 15,
            self.cancelled_flights: 4,
        }
        done = 0
        while done < requests if requests is not None else monotonic() < end_s:
            done += 1
            (action,) = self._random.choices(list(habits), list(habits.values()))
            # A task for each request, as a server has it.
            await asyncio.create_task(as_request(action))
            await asyncio.sleep(self._random.random() * THINKING_S)

    async def flights_of_a_plane(self) -> object:
        """The last flights of a plane, by its tail number."""
        flights = self._db.get_repository("flights")
        return await flights.find_many({"tailnum": self._random.choice(self._tailnums)}, order_by="-id", limit=20)

    async def departures(self) -> object:
        """All departures of an airport on a day, by the scheduled time."""
        day = self._a_day()
        return await (
            self._db.select_from("flights")
            .select("time_hour", "sched_dep_time", "carrier", "flight", "dest", "dep_delay")
            .where("origin", "=", self._random.choice(AIRPORTS))
            .where("month", "=", day.month)
            .where("day", "=", day.day)
            .order_by("sched_dep_time")
            .execute()
        )

    async def next_flights(self) -> object:
        """A page of flights by time."""
        flights = self._db.get_repository("flights")
        return await flights.find_many({"time_hour__gte": self._a_day()}, order_by="time_hour", limit=50)

    async def board_with_planes(self) -> object:
        """The seats of the next departures, each plane asked for by itself: a loop that is better one statement."""
        flights = self._db.get_repository("flights")
        planes = self._db.get_repository("planes")
        seats = 0
        for flight in await flights.find_many({"time_hour__gte": self._a_day()}, order_by="time_hour", limit=40):
            plane = None if flight.tailnum is None else await planes.find_by_id(flight.tailnum)
            seats += (plane.seats or 0) if plane is not None else 0
        return seats

    async def delays_of_a_carrier(self) -> object:
        """How late a carrier was at each destination in a month."""
        return await (
            self._db.select_from("flights")
            .select("dest", fn.avg("arr_delay").as_("late"), fn.count().as_("flights"))
            .where("carrier", "=", self._random.choice(self._carriers))
            .where("month", "=", self._a_day().month)
            .group_by("dest")
            .order_by("late", "desc")
            .limit(10)
            .execute()
        )

    async def cancelled_flights(self) -> object:
        """What was cancelled on a day, over all airports."""
        day = self._a_day()
        return await self._db.execute(
            "select origin, carrier, count(*) as flights from flights"
            " where month = ? and day = ? and dep_time is null group by origin, carrier",
            [day.month, day.day],
        )

    async def note_a_delay(self) -> object:
        """A flight leaves later than it was to."""
        flights = self._db.get_repository("flights")
        key = self._random.randint(1, self._flights)
        return await flights.update(key, {"dep_delay": self._random.randint(0, 90)})

    def _a_day(self) -> datetime:
        # More is asked about the last days than about those long ago.
        return NEW_YEAR + DAY * int(364 * self._random.random() ** 0.5)


async def as_request(action: Callable[[], Awaitable[object]]) -> object:
    """Answer one request."""
    return await action()


async def record_and_analyze(
    file: Path, seconds: float, requests: int | None = None, budget_s: float = 10.0
) -> Analysis:
    """Run the application with recording on, save the record beside the database, and analyze it."""
    async with Noormme(str(file), automation={"enable_query_analysis": True}) as db:
        flights = await db.get_repository("flights").count()
        tailnums = [row["tailnum"] for row in await db.select_from("planes").select("tailnum").execute()]
        carriers = [row["carrier"] for row in await db.select_from("airlines").select("carrier").execute()]
        db.optimizer.reset_record()
        await App(db, flights, tailnums, carriers).run(seconds, requests)
        await db.optimizer.save_record()
        analysis = await db.optimizer.analyze()
        return analysis.with_advice(await db.optimizer.suggest(budget_s=budget_s))


def in_a_few_lines(analysis: Analysis) -> str:
    """Return the verdict, what to create with what it makes of a statement, and the gravest of the rest."""
    lines = [analysis.verdict]
    for suggestion in analysis.suggestions[:SUGGESTIONS_SHOWN]:
        lines += ["", f"{suggestion.ddl};", f"    {gain_of(suggestion)}"]
    for finding in analysis.open_findings[:FINDINGS_SHOWN]:
        lines += ["", f"{finding.severity}: {finding.title}", f"    {finding.mend or finding.evidence}"]
        lines += [f"    at {finding.call_site}"] if finding.call_site else []
    return "\n".join(lines)


def write_report(page: Path, analysis: Analysis) -> None:
    """Write the report, a page of HTML."""
    page.write_text(html_report(analysis), "utf-8")


def gain_of(suggestion: Suggestion) -> str:
    """Return what a suggestion makes of the statement that it changes most."""
    for served in suggestion.served[:1]:
        before, after = served.before.elapsed_ms, served.after.elapsed_ms
        if before is not None and after is not None:
            return f"{before:.2f} ms → {after:.2f} ms, {served.count:,} runs"
    return suggestion.reason


async def make_database(file: Path, data: Path, limit: int | None) -> None:
    """Make the database of the tour."""
    async with Noormme(str(file)) as db:
        await create_tables(db)
        await load(db, survey_flights(data, limit), data, lambda table, rows: None)
        await create_indexes(db)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, help="a database that the tour has made")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="how long the users work; 60")
    parser.add_argument("--requests", type=int, metavar="N", help="so many of each user, however long that takes")
    parser.add_argument("--report", type=Path, default=Path("nycflights-report.html"), help="where to write the report")
    parser.add_argument("--limit", type=int, metavar="N", help="without FILE: load the first N flights only")
    parser.add_argument("--data", type=Path, metavar="DIR", help="without FILE: the folder of the CSV files")
    return parser.parse_args()


async def main() -> None:
    """Run the application and report on it."""
    asked = arguments()
    started = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        file = asked.file
        if file is None:
            file = Path(folder) / "nycflights.db"
            await make_database(file, asked.data or installed_data(), asked.limit)
            print(f"made the database in {perf_counter() - started:.1f} s")
        work = f"for {asked.seconds:g} s" if asked.requests is None else f"on {asked.requests} requests each"
        print(f"{USERS} users work {work} …", flush=True)
        analysis = await record_and_analyze(file, asked.seconds, asked.requests)
    write_report(asked.report, analysis)
    print(f"\n{in_a_few_lines(analysis)}\n\nThe whole report: {asked.report}")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (NoData, CannotOpen) as fault:
        sys.exit(str(fault))
