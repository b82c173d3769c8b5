"""`noormme generate`: what it writes, when it refuses, and what `--check` says."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import complaint, database, noormme, shown
from tests.codegen.modules import text_of
from tests.codegen.schemas import SHOP

GOLDEN = Path(__file__).parents[1] / "typing" / "shop_db.py"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with shop.db in it."""
    database(tmp_path / "shop.db", SHOP)
    return tmp_path


def generate(folder: Path, *options: str) -> str:
    return shown("generate", "--database", "shop.db", "--out", "shop_db.py", *options, folder=folder)


def refused(folder: Path, *options: str, out: str = "shop_db.py") -> str:
    return complaint("generate", "--database", "shop.db", "--out", out, *options, folder=folder)


def change(folder: Path, script: str) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        connection.executescript(script)


def test_the_golden_module_is_up_to_date(shop: Path) -> None:
    run = noormme("generate", "--database", "shop.db", "--out", GOLDEN, "--check", folder=shop)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_it_writes_and_leaves_alone_what_is_as_it_should_be(shop: Path) -> None:
    before = {path.name: path.read_bytes() for path in shop.iterdir()}
    assert generate(shop) == "shop_db.py: written\n"
    written = (shop / "shop_db.py").stat()
    assert generate(shop) == "shop_db.py: as it was\n"
    assert (shop / "shop_db.py").stat().st_mtime_ns == written.st_mtime_ns
    after = {path.name: path.read_bytes() for path in shop.iterdir()}
    assert after == {**before, "shop_db.py": GOLDEN.read_bytes()}


def test_it_prints(shop: Path) -> None:
    text = shown("generate", "--database", "shop.db", "--out", "-", "--sync", "--class-name", "Shop", folder=shop)
    assert "class Shop(_Tables, SyncNoormme[ShopTransaction]):" in text
    assert {path.name for path in shop.iterdir()} == {"shop.db"}


def test_a_file_of_somebody_else_is_not_lost(shop: Path) -> None:
    own = shop / "shop_db.py"
    own.write_text("print('mine')\n")
    assert refused(shop) == (
        "error: 'shop_db.py' was not written by `noormme generate` "
        "(hint: give another --out, or --force to lose what is in it)"
    )
    assert refused(shop, "--check").startswith("error: 'shop_db.py' was not written")
    assert own.read_text() == "print('mine')\n"
    assert generate(shop, "--force") == "shop_db.py: written\n"
    assert own.read_bytes() == GOLDEN.read_bytes()


def test_the_mode_of_a_file_and_a_link_to_it_stay(shop: Path) -> None:
    generate(shop)
    (shop / "shop_db.py").rename(shop / "real.py")
    (shop / "shop_db.py").symlink_to("real.py")
    (shop / "real.py").chmod(0o640)
    change(shop, "create table more (x int)")
    assert generate(shop) == "shop_db.py: written\n"
    assert (shop / "shop_db.py").is_symlink()
    assert (shop / "real.py").stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_written_is_told_and_leaves_nothing(shop: Path) -> None:
    assert (
        refused(shop, out="no/where.py") == "error: 'no/where.py' cannot be written (hint: No such file or directory)"
    )
    (shop / "folder").mkdir()
    assert refused(shop, out="folder") == "error: 'folder' cannot be read (hint: Is a directory)"
    assert refused(shop, "--force", out="folder").startswith("error: 'folder' cannot be written")
    assert {path.name for path in shop.iterdir()} == {"shop.db", "folder"}


def test_drift_is_told(shop: Path) -> None:
    command = ("generate", "--database", "shop.db", "--out", "shop_db.py", "--check")
    run = noormme(*command, folder=shop)
    assert (run.returncode, run.stdout) == (1, "the file is not there\n")
    generate(shop)
    assert shown(*command, folder=shop) == ""
    change(shop, "alter table users add column age int")
    run = noormme(*command, folder=shop)
    assert (run.returncode, run.stdout.splitlines()) == (
        1,
        ["column users.age is new: int | None, optional"],
    )
    run = noormme(*command, "--json", folder=shop)
    assert run.returncode == 1
    found = json.loads(run.stdout)
    assert (found["format"], found["file"]) == (1, "shop_db.py")
    assert found["drift"][0] == {
        "part": "column",
        "table": "users",
        "name": "age",
        "before": None,
        "after": "int | None, optional",
        "words": "column users.age is new: int | None, optional",
    }
    assert (shop / "shop_db.py").read_bytes() == GOLDEN.read_bytes()


def test_a_broken_module_is_told(shop: Path) -> None:
    (shop / "shop_db.py").write_text(text_of(SHOP) + "\nclass")
    assert refused(shop, "--check").startswith("error: 'shop_db.py' is no Python")


def test_codecs(shop: Path) -> None:
    (shop / "roles.py").write_text("import enum\n\n\nclass Role(enum.Enum):\n    READER = 'reader'\n")
    generate(shop, "--codec", "users.role=roles:Role", "--codec", "users.name=json")
    text = (shop / "shop_db.py").read_text()
    assert "from roles import Role\n" in text
    assert "    role: Role\n" in text
    assert '        "users.role": Role,\n' in text
    assert '        "users.name": "json",\n' in text


@pytest.mark.parametrize(
    ("codec", "message"),
    [
        ("users.role", "error: --codec 'users.role' is not table.column=name (hint: --codec users.settings=json)"),
        ("users.role=jsn", "error: --codec: there is no codec 'jsn' (hint: did you mean 'json'?)"),
        ("users.rolle=json", "error: table 'users' has no column 'rolle' (hint: did you mean 'role'?)"),
        ("user.role=json", "error: --codec 'user.role' names a table that is not there (hint: did you mean 'users'?)"),
        ("users.role=nowhere:Role", "error: --codec: 'nowhere' cannot be imported (ModuleNotFoundError)"),
        (
            "users.role=os:path",
            "error: --codec: 'os:path' is not an Enum class (hint: name one as module:Class, or a codec by its name)",
        ),
    ],
)  # fmt: skip
def test_codecs_that_cannot_be_are_told(shop: Path, codec: str, message: str) -> None:
    assert refused(shop, "--codec", codec) == message
    assert {path.name for path in shop.iterdir()} == {"shop.db"}


@pytest.mark.parametrize("name", ["1st", "class", "_Hidden", "a b"])
def test_a_class_name_that_cannot_be_is_told(shop: Path, name: str) -> None:
    assert refused(shop, "--class-name", name) == f"error: --class-name {name!r} cannot be the name of a class"


def test_options_that_do_nothing_are_told(shop: Path) -> None:
    assert refused(shop, "--json") == "error: --json goes with --check"
    assert complaint("generate", "--database", "shop.db", "--out", "-", "--check", folder=shop) == (
        "error: --check looks at a file (hint: give its path as --out)"
    )
    assert complaint("generate", "--database", "no.db", "--out", "-", folder=shop) == (
        "error: there is no file 'no.db' (hint: this makes no new database)"
    )
