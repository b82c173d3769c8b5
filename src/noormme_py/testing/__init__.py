"""What tests of an application need: a fresh copy of a seeded database, and assertions about what ran.

Nothing here needs pytest; its fixtures are in `noormme_pytest`, which pytest finds by itself.
"""

from noormme_py.testing.leftovers import assert_nothing_held, assert_nothing_left
from noormme_py.testing.queries import assert_max_queries
from noormme_py.testing.scans import assert_no_scan
from noormme_py.testing.seeds import Seed, Settings
from noormme_py.testing.template import SeedFailed, Template

__all__ = [
    "Seed",
    "SeedFailed",
    "Settings",
    "Template",
    "assert_max_queries",
    "assert_no_scan",
    "assert_nothing_held",
    "assert_nothing_left",
]
