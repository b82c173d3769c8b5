"""Any query made of parts that fit compiles, is prepared and runs, alone and inside another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from noormme_py import Expression, Noormme, and_, case, cast, col, exists, fn, not_, or_, rows, tuple_, val
from noormme_py.client.async_queries import AsyncSelect

# What is compared with anything, and given as it is; a column of another kind (d…) is only selected.
TYPES = ["integer", "real", "any", ""]
tables = st.lists(st.lists(st.sampled_from(TYPES), min_size=1, max_size=3), min_size=1, max_size=3)


@dataclass(frozen=True)
class Named:
    """A source with an alias, and its columns."""

    source: Any
    alias: str
    columns: list[str]

    @property
    def plain(self) -> list[str]:
        return [name for name in self.columns if not name.startswith("d")]


@dataclass
class Maker:
    """Draws queries over the tables t0, t1, … with the columns c0, c1, …; every alias is a new one."""

    db: Noormme
    draw: st.DrawFn
    widths: list[int]
    made: int = 0

    def name(self, letter: str) -> str:
        self.made += 1
        return f"{letter}{self.made}"

    def chance(self, of: int = 3) -> bool:
        return self.draw(st.integers(1, of)) == of

    def source(self, depth: int) -> Named:
        alias = self.name("s")
        if depth and self.chance():
            inner, columns = self.select(depth - 1, [])
            return Named(inner.as_(alias), alias, columns)
        if self.chance(5):
            return Named(fn.call("json_each", val('[1, "x", null]')).as_(alias), alias, ["key", "value"])
        index = self.draw(st.integers(0, len(self.widths) - 1))
        return Named(
            f"t{index} as {alias}", alias, ["rowid", *(f"c{n}" for n in range(self.widths[index])), "d1", "d2"]
        )

    def column(self, sources: list[Named]) -> Expression:
        source = self.draw(st.sampled_from(sources))
        return col(f"{source.alias}.{self.draw(st.sampled_from(source.plain))}")

    def value(self, sources: list[Named], depth: int) -> Expression:
        if not depth or self.chance():
            return (
                self.column(sources)
                if sources and not self.chance(4)
                else val(self.draw(st.sampled_from([0, 1, None])))
            )
        parts = [self.value(sources, depth - 1) for _ in range(3)]
        one, two, three = parts
        match self.draw(st.integers(0, 7)):
            case 0:
                return one + two
            case 1:
                return fn.coalesce(one, two, three)
            case 2:
                return case().when(self.condition(sources, depth - 1)).then(one).else_(two)
            case 3:
                return cast(one, self.draw(st.sampled_from(["integer", "real", "any"])))
            case 4:
                return fn.length(one.collate("nocase"))
            case 5:
                return one.concat(two)
            case 6:
                return self.condition(sources, depth - 1).cast("integer")
            case _:
                inner, columns = self.select(0, sources)
                return fn.coalesce(self.narrow(inner.limit(1), columns), None)

    def condition(self, sources: list[Named], depth: int) -> Expression:
        one, two = self.value(sources, max(depth - 1, 0)), self.value(sources, max(depth - 1, 0))
        match self.draw(st.integers(0, 9)):
            case 0:
                return one == two
            case 1:
                return one.in_(self.draw(st.lists(st.integers(0, 2) | st.none(), max_size=3)))
            case 2:
                return one.between(two, 5)
            case 3:
                return and_(one.is_null(), two.is_not_null())
            case 4:
                return or_(one > two, not_(two <= one))
            case 5:
                return one.cast("text").icontains("1")
            case 6:
                return tuple_(one, two) < tuple_(two, one)
            case 7 if depth:
                return exists(self.select(0, sources)[0])
            case 8 if depth:
                return one.not_in(self.narrow(*self.select(0, sources)))
            case _:
                return ~(one != two)

    def narrow(self, inner: AsyncSelect, columns: list[str]) -> AsyncSelect:
        return self.db.select_from(inner.as_("n")).select(columns[0])

    def select(self, depth: int, outer: list[Named]) -> tuple[AsyncSelect, list[str]]:
        sources = [self.source(depth)]
        query = self.db.select_from(sources[0].source)
        for _ in range(self.draw(st.integers(0, 1 if depth else 0))):
            joined = self.source(depth)
            sources.append(joined)
            on = self.condition(sources, 1)
            match self.draw(st.integers(0, 2)):
                case 0:
                    query = query.inner_join(joined.source, on)
                case 1:
                    query = query.left_join(joined.source, on)
                case _:
                    query = query.cross_join(joined.source)
        columns = [self.name("x") for _ in range(self.draw(st.integers(1, 3)))]
        decoded = [f"{source.alias}.{name}" for source in sources for name in source.columns if name.startswith("d")]
        if self.chance(4):
            query = query.select(*(self.aggregate(sources).as_(name) for name in columns)).group_by(
                self.column(sources)
            )
            query = query.having(fn.count(), ">=", 1) if self.chance() else query
        else:
            query = query.select(*(self.item(sources, depth).as_(name) for name in columns))
            if decoded and self.chance():
                columns.append(self.name("d"))
                query = query.select(f"{self.draw(st.sampled_from(decoded))} as {columns[-1]}")
        query = query.where(self.condition([*sources, *outer], depth)) if self.chance(2) else query
        query = query.distinct() if self.chance(4) else query
        if self.chance(4):
            other = self.db.select_from(f"t0 as {self.name('s')}").select(*(val(1).as_(name) for name in columns))
            other = other.limit(1) if self.chance(2) else other
            query = self.compound(query, other)
        query = query.order_by(columns[0], "desc", nulls="last") if self.chance() else query
        query = query.limit(self.draw(st.integers(0, 4))) if self.chance(4) else query
        if depth and self.chance():
            name = self.name("w")
            inner, names = self.select(depth - 1, [])
            query = query.with_(name, inner, materialized=self.draw(st.sampled_from([None, True, False])))
            if not query.node.compounds:
                query = query.where(exists(self.db.select_from(name).select(names[0])))
        return query, columns

    def item(self, sources: list[Named], depth: int) -> Expression:
        if self.chance(5):
            frame = rows(-1, 0) if self.chance(2) else None
            return fn.count().filter(self.condition(sources, 0)).over(order_by=self.column(sources), frame=frame)
        return self.value(sources, 1 + depth)

    def aggregate(self, sources: list[Named]) -> Expression:
        value = self.value(sources, 1)
        return [fn.count(value), fn.max(value), fn.min(value)][self.draw(st.integers(0, 2))]

    def compound(self, query: AsyncSelect, other: AsyncSelect) -> AsyncSelect:
        match self.draw(st.integers(0, 3)):
            case 0:
                return query.union(other)
            case 1:
                return query.union_all(other)
            case 2:
                return query.intersect(other)
            case _:
                return query.except_(other)


def counted(found: list[dict[str, Any]]) -> list[str]:
    return sorted(repr([*row.values()]) for row in found)


@settings(max_examples=60, phases=[Phase.explicit, Phase.generate])
@given(tables, st.data())
async def test_any_query_of_fitting_parts_runs(types: list[list[str]], data: st.DataObject) -> None:
    async with Noormme(":memory:") as db:
        for index, columns in enumerate(types):
            declared = ", ".join(f"c{n} {kind}" for n, kind in enumerate(columns))
            ones = "1, " * len(columns)
            await db.execute(f"create table t{index} ({declared}, d1 boolean, d2 decimal(9, 2))")
            await db.execute(f"insert into t{index} values ({ones.replace('1', 'null')} null, 2.5), ({ones} 1, 0)")
        query, names = data.draw(st.composite(lambda draw: Maker(db, draw, [len(c) for c in types]).select(2, []))())
        found = await query.execute()
        assert all(list(row) == names for row in found)
        assert await query.explain()
        assert [row async for row in query.stream()] == found
        assert await query.prepare().execute() == found
        as_source = await db.select_from(query.as_("q")).select_all().execute()
        as_common = await db.with_("q", query).select_from("q").select(*names).execute()
        await db.create_view("v").as_select(query).execute()
        as_view = len(await db.select_from("v").select_all().execute())
        assert len(as_source) == len(as_common) == as_view == len(found)
        if query.node.limit is None:
            assert counted(as_source) == counted(as_common) == counted(found)
