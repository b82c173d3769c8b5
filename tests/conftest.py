"""What holds for every test: how hard hypothesis tries, and that nothing fails in silence."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Runs of pytest inside of tests, for those of the pytest plugin.
pytest_plugins = ["pytester"]

# A slow machine is not a failure, and a failure says how to have it again.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=100,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# For somebody in search of trouble: HYPOTHESIS_PROFILE=thorough make pytest
settings.register_profile("thorough", settings.get_profile("ci"), derandomize=False, max_examples=3_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def complaints_of_asyncio(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test whose event loop complains: asyncio logs a lost exception, and warns of nothing."""
    yield
    complaints = [
        record.getMessage()
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.name == "asyncio" and record.levelno >= logging.ERROR
    ]
    assert complaints == []
