"""Random expressions mean in SQLite what they mean in Python: grouping, NULL and order of operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Expression, Noormme, and_, case, col, fn, not_, or_, val

Number = int | None
Truth = bool | None
Row = dict[str, Number]


@dataclass(frozen=True)
class Meant:
    """An expression, and what it is in Python. `says` is for a failing example."""

    sql: Expression
    python: Callable[[Row], Number]
    says: str

    def __repr__(self) -> str:
        return self.says


def both(a: Truth, b: Truth) -> Truth:
    return False if a is False or b is False else None if a is None or b is None else True


def either(a: Truth, b: Truth) -> Truth:
    return True if a is True or b is True else None if a is None or b is None else False


def opposite(a: Truth) -> Truth:
    return None if a is None else not a


def truth(value: Number) -> Truth:
    return None if value is None else value != 0


def lifted(function: Callable[[int, int], Number]) -> Callable[[Number, Number], Number]:
    return lambda a, b: None if a is None or b is None else function(a, b)


def quotient(a: int, b: int) -> Number:
    # SQLite rounds towards zero.
    return None if b == 0 else (abs(a) // abs(b)) * (1 if (a < 0) == (b < 0) else -1)


def remainder(a: int, b: int) -> Number:
    whole = quotient(a, b)
    return None if whole is None else a - b * whole


ARITHMETIC: dict[str, tuple[Callable[[Expression, object], Expression], Callable[[Number, Number], Number]]] = {
    "+": (lambda a, b: a + b, lifted(lambda a, b: a + b)),
    "-": (lambda a, b: a - b, lifted(lambda a, b: a - b)),
    "*": (lambda a, b: a * b, lifted(lambda a, b: a * b)),
    "/": (lambda a, b: a / b, lifted(quotient)),
    "%": (lambda a, b: a % b, lifted(remainder)),
}
COMPARISONS: dict[str, Callable[[Number, Number], Number]] = {
    "=": lifted(lambda a, b: a == b),
    "!=": lifted(lambda a, b: a != b),
    "<": lifted(lambda a, b: a < b),
    ">=": lifted(lambda a, b: a >= b),
    "is": lambda a, b: a == b,
    "is not": lambda a, b: a != b,
}


def computed(word: str, left: Meant, right: Meant) -> Meant:
    sql, python = ARITHMETIC[word]
    return Meant(
        sql(left.sql, right.sql), lambda row: python(left.python(row), right.python(row)), f"({left} {word} {right})"
    )


def negative(part: Meant) -> Meant:
    def python(row: Row) -> Number:
        value = part.python(row)
        return None if value is None else -value

    return Meant(-part.sql, python, f"-{part}")


def coalesced(left: Meant, right: Meant) -> Meant:
    def python(row: Row) -> Number:
        value = left.python(row)
        return right.python(row) if value is None else value

    return Meant(fn.coalesce(left.sql, right.sql), python, f"coalesce({left}, {right})")


def chosen(condition: Meant, left: Meant, right: Meant) -> Meant:
    return Meant(
        case().when(condition.sql).then(left.sql).else_(right.sql),
        lambda row: left.python(row) if truth(condition.python(row)) else right.python(row),
        f"case({condition}, {left}, {right})",
    )


def compared(word: str, left: Meant, right: Meant) -> Meant:
    python = COMPARISONS[word]
    return Meant(
        left.sql.compare(word, right.sql),
        lambda row: python(left.python(row), right.python(row)),
        f"({left} {word} {right})",
    )


def between(is_negated: bool, part: Meant, low: Meant, high: Meant) -> Meant:
    def python(row: Row) -> Number:
        at_least, at_most = (
            COMPARISONS[">="](part.python(row), low.python(row)),
            COMPARISONS[">="](high.python(row), part.python(row)),
        )
        found = both(truth(at_least), truth(at_most))
        return opposite(found) if is_negated else found

    word = "not between" if is_negated else "between"
    return Meant(part.sql.compare(word, (low.sql, high.sql)), python, f"({part} {word} {low} and {high})")


def member(is_negated: bool, part: Meant, values: list[Number]) -> Meant:
    # The promise of the builder: None in the list asks for NULL, and a value that is NULL is not "not in" a list.
    def python(row: Row) -> Number:
        value = part.python(row)
        if None in values:
            return (value in values) != is_negated
        if not values:
            return is_negated
        return None if value is None else (value in values) != is_negated

    made = part.sql.not_in(values) if is_negated else part.sql.in_(values)
    return Meant(made, python, f"({part} {'not ' if is_negated else ''}in {values})")


def joined(use_operator: bool, is_and: bool, parts: list[Meant]) -> Meant:
    def python(row: Row) -> Number:
        found: Truth = is_and
        for part in parts:
            found = (both if is_and else either)(found, truth(part.python(row)))
        return found

    made = parts[0].sql
    if use_operator:
        for part in parts[1:]:
            made = made & part.sql if is_and else made | part.sql
    else:
        made = (and_ if is_and else or_)(*(part.sql for part in parts))
    return Meant(made, python, "(" + (" and " if is_and else " or ").join(map(repr, parts)) + ")")


def negated(use_operator: bool, part: Meant) -> Meant:
    return Meant(
        ~part.sql if use_operator else not_(part.sql), lambda row: opposite(truth(part.python(row))), f"(not {part})"
    )


def null(is_negated: bool, part: Meant) -> Meant:
    made = part.sql.is_not_null() if is_negated else part.sql.is_null()
    return Meant(made, lambda row: (part.python(row) is None) != is_negated, f"({part} is {'not ' * is_negated}null)")


small = st.integers(-3, 3)


@st.composite
def numbers(draw: st.DrawFn, depth: int) -> Meant:
    parts = numbers(depth - 1)
    match draw(st.integers(0, 5 if depth else 1)):
        case 0:
            name = draw(st.sampled_from("abc"))
            return Meant(col(name), lambda row: row[name], name)
        case 1:
            number = draw(small)
            return Meant(val(number), lambda row: number, str(number))
        case 2:
            return computed(draw(st.sampled_from(sorted(ARITHMETIC))), draw(parts), draw(parts))
        case 3:
            return negative(draw(parts))
        case 4:
            return coalesced(draw(parts), draw(parts))
        case _:
            return chosen(draw(conditions(depth - 1)), draw(parts), draw(parts))


@st.composite
def conditions(draw: st.DrawFn, depth: int) -> Meant:
    # A condition is a number too, and can be compared.
    parts, flags = conditions(depth - 1) if depth else numbers(0), st.booleans()
    values = parts if draw(st.integers(0, 3)) == 0 else numbers(max(depth - 1, 0))
    match draw(st.integers(0, 6 if depth else 3)):
        case 0:
            return compared(draw(st.sampled_from(sorted(COMPARISONS))), draw(values), draw(values))
        case 1:
            return between(draw(flags), draw(values), draw(values), draw(values))
        case 2:
            return member(draw(flags), draw(values), draw(st.lists(st.none() | small, max_size=3)))
        case 3:
            return null(draw(flags), draw(values))
        case 4 | 5:
            return joined(draw(flags), draw(flags), draw(st.lists(parts, min_size=1, max_size=3)))
        case _:
            return negated(draw(flags), draw(parts))


table_rows = st.lists(st.tuples(*[st.none() | small] * 3), min_size=1, max_size=6)


@settings(max_examples=120)
@given(conditions(3), numbers(3), table_rows)
async def test_expressions_mean_what_they_mean_in_python(
    condition: Meant, number: Meant, given_rows: list[tuple[Number, ...]]
) -> None:
    rows: list[Row] = [dict(zip("abc", row, strict=True)) for row in given_rows]
    async with Noormme(":memory:") as db:
        await db.execute("create table t (id integer primary key, a integer, b integer, c integer)")
        await db.insert_into("t").values([{"id": index, **row} for index, row in enumerate(rows)]).execute()
        chosen_rows = db.select_from("t").select("id").order_by("id").where(condition.sql)
        expected = [index for index, row in enumerate(rows) if truth(condition.python(row)) is True]
        assert [row["id"] for row in await chosen_rows.execute()] == expected
        values = db.select_from("t").select(number.sql.as_("x"), condition.sql.as_("y")).order_by("id")
        found = [(row["x"], row["y"]) for row in await values.execute()]
        assert found == [(number.python(row), condition.python(row)) for row in rows]
        # The same in a view, where values are literals.
        view = db.select_from("t").select("id", number.sql.as_("x")).where(condition.sql)
        await db.create_view("v").as_select(view).execute()
        assert sorted(row["id"] for row in await db.select_from("v").select("id").execute()) == expected
        shown = await db.select_from("v").select("x").order_by("id").execute()
        assert [row["x"] for row in shown] == [number.python(rows[index]) for index in expected]
