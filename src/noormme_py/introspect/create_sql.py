"""What only the text of a CREATE statement says. Pure.

A text that is not understood yields less, never an error.
"""

from __future__ import annotations

from noormme_py.frozen import frozen, replaced
from noormme_py.query.tokens import Token, tokens
from noormme_py.schema.model import Check

_TABLE_CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
# After these an operand must follow, so an ASC or DESC there is a column of that name.
_OPERATORS = frozenset(
    {"AND", "OR", "NOT", "IS", "LIKE", "GLOB", "REGEXP", "MATCH", "IN", "BETWEEN", "ESCAPE", "COLLATE"}
    | {"FROM", "CASE", "WHEN", "THEN", "ELSE"}
)
_NOTHING = Token("punct", "", 0, 0)


@frozen
class ColumnText:
    """`collation` and the expression of a generated column, as written."""

    name: str
    collation: str | None = None
    generated: str | None = None


@frozen
class ForeignKeyText:
    """The parts of a foreign key that `PRAGMA foreign_key_list` leaves out, and what it is known by."""

    columns: tuple[str, ...]
    parent_table: str
    name: str | None = None
    is_deferrable: bool = False
    is_initially_deferred: bool = False


@frozen
class TableText:
    """A CREATE TABLE; checks and foreign keys in the order they are written, those of columns included."""

    columns: tuple[ColumnText, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKeyText, ...] = ()
    is_autoincrement: bool = False


@frozen
class IndexText:
    """A CREATE INDEX; a part is its text without ASC or DESC, a COLLATE in it stays."""

    parts: tuple[str, ...] = ()
    where: str | None = None


def read_create_table(sql: str) -> TableText:
    """Read what a CREATE TABLE statement says of its columns and constraints."""
    cursor = _Cursor(sql)
    cursor.skip_to("(")
    cursor.take()
    return _TableReader(cursor).read()


def read_create_index(sql: str) -> IndexText:
    """Read the key and the predicate of a CREATE INDEX statement."""
    cursor = _Cursor(sql)
    cursor.skip_to("ON")
    cursor.take()
    cursor.take()
    parts = tuple(cursor.text(_without_order(part)) for part in cursor.parts())
    where = cursor.text(cursor.rest()) if cursor.accept("WHERE") else None
    return IndexText(parts, where)


def view_columns(sql: str) -> tuple[str, ...]:
    """Return the column names that a CREATE VIEW statement lists before AS; often there are none."""
    cursor = _Cursor(sql)
    cursor.skip_to("(", "AS")
    return cursor.names()


def module_of(sql: str) -> str | None:
    """Return the module of a CREATE VIRTUAL TABLE statement, and None for any other."""
    cursor = _Cursor(sql)
    if not (cursor.accept("CREATE") and cursor.accept("VIRTUAL")):
        return None
    cursor.skip_to("USING")
    cursor.take()
    return cursor.take().identifier or None


class _Cursor:
    """A place in the tokens of one statement."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._tokens = list(tokens(sql))
        self._at = 0

    def peek(self, ahead: int = 0) -> str:
        """The keyword here, or so many tokens ahead (or behind); "" for a quoted token and at the end."""
        at = self._at + ahead
        return self._tokens[at].keyword if 0 <= at < len(self._tokens) else ""

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._tokens)

    def take(self) -> Token:
        if self.is_at_end:
            return _NOTHING
        self._at += 1
        return self._tokens[self._at - 1]

    def accept(self, keyword: str) -> bool:
        if self.peek() != keyword:
            return False
        self._at += 1
        return True

    def skip_to(self, *keywords: str) -> None:
        while not self.is_at_end and self.peek() not in keywords:
            self._at += 1

    def rest(self) -> list[Token]:
        found = self._tokens[self._at :]
        self._at = len(self._tokens)
        return found

    def group(self) -> list[Token]:
        """Take a group in parentheses, and return what is between them; nothing where there is none."""
        if not self.accept("("):
            return []
        start, depth = self._at, 1
        while depth and not self.is_at_end:
            word = self.take().keyword
            depth += (word == "(") - (word == ")")
        return self._tokens[start : self._at - 1 if depth == 0 else self._at]

    def parts(self) -> list[list[Token]]:
        """Take a group in parentheses, cut at its own commas."""
        found: list[list[Token]] = [[]]
        depth = 0
        for token in self.group():
            word = token.keyword
            depth += (word == "(") - (word == ")")
            if depth == 0 and word == ",":
                found.append([])
            else:
                found[-1].append(token)
        return [part for part in found if part]

    def names(self) -> tuple[str, ...]:
        return tuple(part[0].identifier for part in self.parts())

    def text(self, part: list[Token]) -> str:
        """The text of tokens in a row, from the first to the last: no comment is left hanging at the end."""
        return self._sql[part[0].start : part[-1].end] if part else ""


class _TableReader:
    """Reads the body of a CREATE TABLE, after its opening parenthesis."""

    def __init__(self, cursor: _Cursor) -> None:
        self._cursor = cursor
        self._columns: list[ColumnText] = []
        self._checks: list[Check] = []
        self._foreign_keys: list[ForeignKeyText] = []
        self._is_autoincrement = False
        # SQLite holds on to a name until the next column, or the next comma between table constraints:
        # in "a INT CONSTRAINT x NOT NULL CHECK (a > 0)" it reports a broken CHECK as "x", and so do we.
        self._name: str | None = None

    def read(self) -> TableText:
        cursor = self._cursor
        while not (cursor.is_at_end or cursor.peek() == ")" or cursor.peek() in _TABLE_CONSTRAINTS):
            self._read_column()
            cursor.accept(",")
        while not (cursor.is_at_end or cursor.peek() == ")"):
            if cursor.accept(","):
                self._name = None
            else:
                self._read_table_constraint()
        return TableText(tuple(self._columns), tuple(self._checks), tuple(self._foreign_keys), self._is_autoincrement)

    def _read_column(self) -> None:
        cursor = self._cursor
        column = ColumnText(cursor.take().identifier)
        self._name = None
        while not (cursor.is_at_end or cursor.peek() in (",", ")")):
            if cursor.accept("COLLATE"):
                column = replaced(column, collation=cursor.take().identifier)
            elif cursor.accept("AS"):
                column = replaced(column, generated=cursor.text(cursor.group()))
            elif cursor.peek() == "REFERENCES":
                self._read_references((column.name,), self._name_just_given())
            elif cursor.peek() == "(":
                cursor.group()  # of DECIMAL (10, 2), or of DEFAULT (…)
            else:
                self._read_constraint()
        self._columns.append(column)

    def _read_table_constraint(self) -> None:
        cursor = self._cursor
        if cursor.peek() == "FOREIGN":
            name = self._name_just_given()
            cursor.take()
            cursor.accept("KEY")
            self._read_references(cursor.names(), name)
        elif cursor.accept("PRIMARY") or cursor.accept("UNIQUE"):
            cursor.accept("KEY")
            self._is_autoincrement |= any(token.keyword == "AUTOINCREMENT" for token in cursor.group())
        else:
            self._read_constraint()

    def _read_constraint(self) -> None:
        """Read what columns and tables share; any other token (of a type, of ON CONFLICT) is passed over."""
        cursor = self._cursor
        if cursor.accept("CONSTRAINT"):
            self._name = cursor.take().identifier
        elif cursor.accept("CHECK"):
            self._checks.append(Check(cursor.text(cursor.group()), self._name))
        elif cursor.accept("AUTOINCREMENT"):
            self._is_autoincrement = True
        elif cursor.accept("DEFERRABLE"):
            self._defer(is_deferrable=True)
        elif cursor.accept("NOT"):
            if cursor.accept("DEFERRABLE"):
                self._defer(is_deferrable=False)
        else:
            cursor.take()

    def _read_references(self, columns: tuple[str, ...], name: str | None) -> None:
        cursor = self._cursor
        cursor.accept("REFERENCES")
        self._foreign_keys.append(ForeignKeyText(columns, cursor.take().identifier, name))
        cursor.group()
        while True:
            if cursor.accept("ON"):
                cursor.take()
                # SET NULL, SET DEFAULT and NO ACTION are two words; DEFAULT here opens no default value.
                if cursor.take().keyword in ("SET", "NO"):
                    cursor.take()
            elif cursor.accept("MATCH"):
                cursor.take()
            else:
                return

    def _defer(self, *, is_deferrable: bool) -> None:
        """Read INITIALLY …; a DEFERRABLE is about the foreign key written last, wherever it stands."""
        is_deferred = self._cursor.accept("INITIALLY") and self._cursor.take().keyword == "DEFERRED"
        if self._foreign_keys:
            self._foreign_keys[-1] = replaced(
                self._foreign_keys[-1],
                is_deferrable=is_deferrable,
                is_initially_deferred=is_deferrable and is_deferred,
            )

    def _name_just_given(self) -> str | None:
        """The constraint's own name: "CONSTRAINT name" stands right before the keyword here."""
        return self._name if self._cursor.peek(-2) == "CONSTRAINT" else None


def _without_order(part: list[Token]) -> list[Token]:
    """Cut ASC or DESC off a part of a key, unless it is the name of a column."""
    if len(part) < 2 or part[-1].keyword not in ("ASC", "DESC"):
        return part
    before = part[-2]
    is_operator = before.kind == "punct" and before.text != ")"
    return part if is_operator or before.keyword in _OPERATORS else part[:-1]
