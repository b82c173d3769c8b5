"""The health of a file that this process has not open: for tools that only look."""

from __future__ import annotations

from contextlib import closing

from noormme_py.client.read_schema import read_schema
from noormme_py.config import Config
from noormme_py.engine.scratch import Scratch
from noormme_py.engine.surroundings import look_around
from noormme_py.errors import ReadOnly
from noormme_py.optimize.doctor.case import Integrity
from noormme_py.optimize.doctor.examination import examine
from noormme_py.optimize.doctor.journal import leftover_journal
from noormme_py.optimize.finding import Finding


def examine_file(config: Config, *, integrity: Integrity = False) -> tuple[Finding, ...]:
    """Return what is not as it should be, the gravest first; raises what `Noormme.initialize` raises.

    What only an application's own connections have (foreign_keys, synchronous) is not looked at.
    """
    around = look_around(config.location, is_alone=True)
    try:
        schema = read_schema(config)
        with closing(Scratch.cloned(config)) as scratch:
            return examine(scratch.survey, schema, around, integrity=integrity)
    except ReadOnly:
        # To read it SQLite would have to roll back first, and may not.
        if around.is_journal_hot:
            return (leftover_journal(around, is_wal=False),)
        raise
