"""What the doctor says of the pages of a file."""

from __future__ import annotations

from pathlib import Path

from tests.optimize.examined import SOUND, database, found, one

FILLED = f"""{SOUND}
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 4000)
    insert into posts (author_id, title) select 1, hex(randomblob(1000)) from n;
"""


def test_free_pages_are_told_when_they_are_many(tmp_path: Path) -> None:
    assert found(database(tmp_path / "full.db", FILLED), "free-pages") == []
    finding = one(found(database(tmp_path / "free.db", f"{FILLED} delete from posts where id > 200;"), "free-pages"))
    assert finding.severity == "low"
    assert finding.mend is not None
    assert finding.mend.startswith("vacuum")
    assert found(database(tmp_path / "few.db", f"{FILLED} delete from posts where id < 800;"), "free-pages") == []


def test_free_pages_of_a_small_file_are_of_no_weight(tmp_path: Path) -> None:
    script = f"{SOUND} create table t (x); insert into t select randomblob(100000); delete from t;"
    assert found(database(tmp_path / "small.db", script), "free-pages") == []


def test_the_mend_follows_auto_vacuum(tmp_path: Path) -> None:
    script = f"pragma auto_vacuum = incremental;{FILLED} delete from posts where id > 200;"
    assert one(found(database(tmp_path / "free.db", script), "free-pages")).mend == "pragma incremental_vacuum"


def test_small_pages_are_told_of_a_file_that_has_many(tmp_path: Path) -> None:
    for size, is_told in ((512, True), (1024, True), (4096, False), (8192, False)):
        path = database(tmp_path / f"{size}.db", f"pragma page_size = {size};{FILLED}")
        assert [finding.subject for finding in found(path, "page-size")] == [f"page_size = {size}"] * is_told
    assert found(database(tmp_path / "small.db", f"pragma page_size = 512;{SOUND}"), "page-size") == []


def test_full_auto_vacuum_is_told(tmp_path: Path) -> None:
    for mode, is_told in (("full", True), ("incremental", False), ("none", False)):
        path = database(tmp_path / f"{mode}.db", f"pragma auto_vacuum = {mode};{SOUND}")
        assert len(found(path, "auto-vacuum")) == is_told
