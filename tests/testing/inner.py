"""Runs test files of their own, in a process of their own, with the fixtures under test."""

from __future__ import annotations

import pytest

SEED = """
import pytest

@pytest.fixture(scope="session")
def noormme_seed():
    return '''
        create table users (id integer primary key, name text not null, age integer);
        create index by_age on users (age);
        insert into users (name, age) values ('Ada', 36), ('Bob', 41), ('Eve', 29);
    '''
"""
# Only what a run asks for, so that it does not matter what is installed, and how.
_ALONE = ("-p", "noormme_pytest.plugin", "-p", "no:cacheprovider", "-W", "error")


def run(pytester: pytest.Pytester, *arguments: str, conftest: str = SEED, **files: str) -> pytest.RunResult:
    """Run these test files in order of their names, with these plugins and options."""
    monkeypatch = pytester._monkeypatch
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest(conftest)
    pytester.makepyfile(**files)
    return pytester.runpytest_subprocess(*_ALONE, *arguments)
