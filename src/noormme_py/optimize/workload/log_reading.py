"""The statements of an application's log, line by line, in several loggers' ways of writing them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from noormme_py.optimize.recording.shape_text import ROW_VERBS
from noormme_py.optimize.workload.gathering import Gathering
from noormme_py.optimize.workload.log_lines import (
    Logged,
    django_line,
    is_continuation,
    is_silent,
    json_line,
    parameters_line,
    statement_line,
)
from noormme_py.optimize.workload.workload import Workload, left_out
from noormme_py.query.placeholders import fits
from noormme_py.query.statement import Parameters
from noormme_py.query.tokens import main_verb

_LONGEST_LINE = 100_000
_LONGEST_STATEMENT = 20_000


def record_of_log(lines: Iterable[str]) -> Workload:
    """Read the lines of a log as they come; those that are not understood are counted in the notes. No line raises."""
    reading = _Reading()
    for line in lines:
        reading.take(line.rstrip("\r\n"))
    reading.finish()
    notes = (
        left_out(reading.ignored, "line", "could not be understood"),
        left_out(reading.gathered.left_out, "run", "came after too many different statements"),
    )
    return Workload(reading.gathered.record(), tuple(filter(None, notes)))


class _Reading:
    """One pass over a log. A statement is held until it is clear that no more of it, and no parameters, follow."""

    def __init__(self) -> None:
        self.gathered = Gathering(is_log=True)
        self.ignored = 0
        self._open = ""

    def take(self, line: str) -> None:
        if len(line) > _LONGEST_LINE:
            self.finish()
            self.ignored += 1
            return
        samples = parameters_line(line)
        if samples is not None:
            self._finish_with(samples)
            return
        if self._open and len(self._open) < _LONGEST_STATEMENT and is_continuation(self._open, line):
            self._open += f"\n{line}"
            return
        self.finish()
        found = json_line(line) or django_line(line) or statement_line(line)
        if found is None:
            self.ignored += not is_silent(line)
        elif found.is_whole:
            self._add(found)
        else:
            self._open = found.sql

    def finish(self) -> None:
        """Count the statement that is held."""
        self._finish_with(())

    def _finish_with(self, samples: Sequence[Parameters]) -> None:
        if self._open:
            self._add(Logged(self._open, tuple(samples)))
            self._open = ""

    def _add(self, found: Logged) -> None:
        sql = found.sql.strip().rstrip(";").rstrip()
        if main_verb(sql) not in ROW_VERBS:
            return
        fitting = [sample for sample in found.samples if fits(sql, sample)]
        self.gathered.add(sql, fitting, count=max(1, len(found.samples)), elapsed_ns=found.elapsed_ns)
