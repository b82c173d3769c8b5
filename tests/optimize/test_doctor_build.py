"""What the doctor says of how SQLite was built."""

from __future__ import annotations

from noormme_py.circumstances import Circumstances
from noormme_py.errors import DatabaseError
from noormme_py.introspect.discover import discover
from noormme_py.optimize.doctor.build import check_build, check_options
from noormme_py.optimize.doctor.case import Case
from noormme_py.query.statement import Parameters, Raw
from noormme_py.schema.model import Schema
from tests.introspect.driver import database, run
from tests.optimize.examined import SOUND

SOUND_OPTIONS = frozenset({"THREADSAFE=1", "DQS=0", "DEFAULT_FOREIGN_KEYS"})


def case(script: str = SOUND, options: frozenset[str] = SOUND_OPTIONS, *, has_json: bool = True) -> Case:
    with database(script) as connection:
        schema: Schema = run(connection, discover())
    connection.close()

    def survey(sql: str, parameters: Parameters = (), /) -> list[tuple[Raw, ...]]:
        if "json" in sql and not has_json:
            raise DatabaseError("no such function: json")
        return [(option,) for option in sorted(options)]

    return Case(survey, schema, Circumstances(), None, is_wal=False)


def said(options: set[str], script: str = SOUND) -> list[tuple[str, str]]:
    known = frozenset(options)
    return [(finding.subject, finding.severity) for finding in check_options(known, case(script, known))]


def test_a_sound_build_is_not_spoken_of() -> None:
    assert list(check_build(case())) == []


def test_a_build_that_is_not_safe_among_threads_is_grave() -> None:
    assert said({*SOUND_OPTIONS, "THREADSAFE=0"} - {"THREADSAFE=1"}) == [("THREADSAFE=0", "high")]
    assert said({"DQS=0", "DEFAULT_FOREIGN_KEYS", "THREADSAFE=2"}) == []


def test_what_is_left_out_matters_where_the_schema_needs_it() -> None:
    trigger = f"{SOUND}; create trigger t after insert on users begin select 1; end;"
    assert said({*SOUND_OPTIONS, "OMIT_FOREIGN_KEY"}) == [("OMIT_FOREIGN_KEY", "high")]
    assert said({*SOUND_OPTIONS, "OMIT_FOREIGN_KEY"}, "create table t (id integer primary key)") == []
    assert said({*SOUND_OPTIONS, "OMIT_TRIGGER"}, trigger) == [("OMIT_TRIGGER", "high")]
    assert said({*SOUND_OPTIONS, "OMIT_TRIGGER"}) == []
    assert said({*SOUND_OPTIONS, "OMIT_WAL"}) == [("OMIT_WAL", "low")]


def test_defaults_that_others_meet_are_for_information() -> None:
    assert said({"THREADSAFE=1"}) == [("DQS", "info"), ("DEFAULT_FOREIGN_KEYS", "info")]
    assert said({"THREADSAFE=1", "DQS=2"}, "create table t (id integer primary key)") == []
    assert said({"THREADSAFE=1", "DQS=1", "DEFAULT_FOREIGN_KEYS"}) == [("DQS", "info")]


def test_missing_json_functions_are_found_by_calling_one() -> None:
    assert [finding.subject for finding in check_build(case(has_json=False))] == ["OMIT_JSON"]
