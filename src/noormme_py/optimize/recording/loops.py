"""Statements that one task or thread runs again and again: what tells a loop from many callers with one statement each.

A unit of work is a task, or a thread where there are no tasks, for as long as it comes back to the statement within
a few seconds. That alone would take a thread of a server, or a task that works off a queue, for a loop: each is one
unit, and does the same for every request. So the caller's own code must also be inside of a loop at that moment.
Units are told apart by the object, held weakly: a number is used again, for the next request's task.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any
from weakref import ref

from noormme_py.optimize.recording.record import LoopRecord
from noormme_py.optimize.recording.samples import parameter_key
from noormme_py.query.observe import Origin
from noormme_py.query.statement import Statement

LOOKED_AT = 10
"""After so many runs in one unit it is looked whether they are a loop's."""


COMPARED = 100
"""So many runs of a unit in a loop are compared by their parameters, and those to come are counted only."""

ENOUGH_UNITS = 16
"""So many units in a loop are seen from beginning to end, and others only as far as chance has it."""

_PAUSE_S = 5.0
_FIRST_LOOKS = 5
_SELDOM = 8
_FIRST_UNITS = 16
_MAX_UNITS = 64
_MAX_SITES = 8
_MAX_SPOTS = 64


class LoopTally:
    """What is counted of one loop."""

    __slots__ = ("most_distinct", "repeats", "runs", "units")

    def __init__(self) -> None:
        self.units = 0
        self.runs = 0
        self.most_distinct = 0
        self.repeats = 0


class Streak:
    """The runs of one statement in one unit of work. `asked` tells those apart that were not looked at yet."""

    __slots__ = ("asked", "compared", "distinct", "looked_s", "looks", "loop", "more", "spot", "unit")

    def __init__(self, unit: object) -> None:
        self.unit = ref(unit)
        # In place of what was bound, which may be large.
        self.asked: list[int] = []
        self.compared = 0
        self.distinct: set[int] = set()
        self.loop: LoopTally | None = None
        self.looks = 0
        # Runs that were not looked at, between those that were.
        self.more = 0
        self.spot: object = None
        self.looked_s = monotonic()


class Loops:
    """The streaks of one statement, and the loops that were found."""

    __slots__ = ("_found", "_last", "_room", "_spots", "_streaks")

    def __init__(self) -> None:
        # The one that was added to last: mostly it is the one that is added to next.
        self._last = Streak(Loops)
        self._streaks: dict[int, Streak] = {}
        self._found: dict[str, LoopTally] = {}
        self._room = _FIRST_UNITS
        # Where it is called from, and the loop that this is inside of.
        self._spots: dict[object, str | None] = {}

    def note(
        self,
        statement: Statement[Any],
        unit: object,
        origin: Callable[[], Origin],
        spot: Callable[[], object],
        runs: int = 1,
    ) -> bool:
        """Note a run, which may stand for several; return whether the next one ought to be noted too.

        `origin` tells where the caller is, `spot` does so sooner and in no words. Where one unit comes twice, or comes
        from another spot, it may have begun a loop, and each run of it is wanted until that is settled, unless enough
        is known of this loop.
        """
        streak = self._last
        is_same = streak.unit() is unit
        if not is_same:
            streak = self._streak_of(unit)
        elif streak.looks >= _FIRST_LOOKS and streak.spot != (now_at := spot()):
            if streak.loop is not None and streak.spot is not None:
                self._count(streak, streak.loop)
            if streak.spot is not None:
                streak.asked, streak.looks = [], 0
            streak.spot = now_at
        else:
            streak.more += runs - 1
        is_compared = streak.compared < COMPARED
        streak.asked.append(hash((statement.sql, parameter_key(statement.parameters))) if is_compared else 0)
        if len(streak.asked) >= LOOKED_AT:
            self._look(streak, origin)
        if streak.looks >= _FIRST_LOOKS:
            return False
        site = self._loop_at(spot(), origin)
        if site is None:
            return is_same
        loop = self._found.get(site)
        return len(self._found) < _MAX_SITES if loop is None else loop.units < ENOUGH_UNITS

    def _loop_at(self, spot: object, origin: Callable[[], Origin]) -> str | None:
        if spot in self._spots:
            return self._spots[spot]
        if len(self._spots) >= _MAX_SPOTS:
            self._spots.clear()
        loop = self._spots[spot] = origin().loop
        return loop

    def _streak_of(self, unit: object) -> Streak:
        streak = self._streaks.get(id(unit))
        if streak is None or streak.unit() is not unit:
            if len(self._streaks) >= self._room:
                self._make_room()
            streak = self._streaks[id(unit)] = Streak(unit)
        self._last = streak
        return streak

    def _look(self, streak: Streak, origin: Callable[[], Origin]) -> None:
        now_s = monotonic()
        has_paused = now_s - streak.looked_s > _PAUSE_S
        streak.looked_s = now_s
        if has_paused:
            streak.asked, streak.loop = [], None
            return
        # Where the caller is costs as much as the rest, and a long loop is mostly still the same one.
        if streak.looks < _FIRST_LOOKS or not streak.looks % _SELDOM:
            self._enter(streak, origin().loop)
        streak.looks += 1
        if streak.loop is None:
            streak.asked = []
        else:
            self._count(streak, streak.loop)

    def _make_room(self) -> None:
        """Let go of units that have ended, else of the one that began first."""
        streaks = list(self._streaks.items())
        ended = [number for number, streak in streaks if streak.unit() is None]
        if not ended and len(streaks) >= _MAX_UNITS:
            ended = [streaks[0][0]]
        for number in ended:
            # Another thread may do the same.
            streak = self._streaks.pop(number, None)
            if streak is not None and streak.loop is not None:
                self._count(streak, streak.loop)
        self._room = min(_MAX_UNITS, max(_FIRST_UNITS, 2 * len(self._streaks)))

    def _enter(self, streak: Streak, site: str | None) -> None:
        loop = None if site is None else self._found.get(site)
        if loop is None and site is not None and len(self._found) < _MAX_SITES:
            loop = self._found[site] = LoopTally()
        if loop is not streak.loop:
            streak.loop, streak.distinct, streak.compared = loop, set(), 0
            if loop is not None:
                loop.units += 1

    def records(self) -> tuple[LoopRecord, ...]:
        """Return what was found, what was not looked at yet included."""
        for streak in list(self._streaks.values()):
            if streak.loop is not None:
                self._count(streak, streak.loop)
        return tuple(
            LoopRecord(site, loop.units, loop.runs, loop.most_distinct, loop.repeats)
            for site, loop in list(self._found.items())
        )

    def _count(self, streak: Streak, loop: LoopTally) -> None:
        asked, streak.asked = streak.asked, []
        loop.runs += len(asked) + streak.more
        streak.more = 0
        if streak.compared < COMPARED:
            # The rest of a long loop tells nothing more, and comparing costs more than counting.
            streak.compared += len(asked)
            before = len(streak.distinct)
            streak.distinct.update(asked)
            loop.repeats += len(asked) - (len(streak.distinct) - before)
            loop.most_distinct = max(loop.most_distinct, len(streak.distinct))
