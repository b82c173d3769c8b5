"""The text of a module: imports, the classes of each table, and the database that knows them."""

from __future__ import annotations

from noormme_py.codegen.imports import Imports
from noormme_py.codegen.plan import PlannedModule
from noormme_py.codegen.render_database import database_lines
from noormme_py.codegen.render_table import table_lines

MARKER = "Written by `noormme generate`"
"""What stands in the head of every module that was written, and of no other."""

_HEAD = f'''"""The tables and views of a database, as types.

{MARKER}: run it again instead of changing this file.
"""

# Only the tables that there are can be asked for, where the class above takes any name.
# pyright: reportIncompatibleMethodOverride=false
'''


def module_text(module: PlannedModule) -> str:
    """Return the text of a module, formatted; raises ConfigError for a codec's class that cannot be imported."""
    imports = Imports(module.attributes() | module.class_names())
    blocks = [block for table in module.tables for block in table_lines(table, module, imports)]
    blocks += database_lines(module, imports)
    # What is imported is known now.
    return "\n".join([_HEAD, *imports.lines(), *(line for block in blocks for line in _after_gap(block)), ""])


def _after_gap(block: list[str]) -> list[str]:
    """Put two empty lines before a class, and one before what is short."""
    return ["", *([""] if block[0].startswith("class ") else []), *block]
