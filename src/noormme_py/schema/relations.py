"""The relations of a schema, read off its foreign keys, and their names.

A name depends on what is in the schema, never on the order it stands in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import Literal

from noormme_py import names
from noormme_py.errors import RelationNotFound
from noormme_py.frozen import frozen, replaced
from noormme_py.names import fold, suggest
from noormme_py.plurals import plural, singular
from noormme_py.schema.model import Column, ForeignKey, Schema, Table

RelationKind = Literal["many to one", "one to one", "one to many", "many to many"]

_NUMBERS = frozenset({"integer", "numeric", "real"})


@frozen
class Link:
    """The table between two in a many-to-many relation: which of its columns lead to either side."""

    table: str
    source_columns: tuple[str, ...]
    target_columns: tuple[str, ...]


@frozen
class Relation:
    """`columns` of `table` meet `target_columns` of `target`, pairwise, or by way of the `link`.

    `is_required` says that every row has one on the other side: a foreign key that cannot be NULL.
    """

    name: str
    kind: RelationKind
    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    link: Link | None = None
    is_required: bool = False

    @property
    def is_many(self) -> bool:
        """Whether it gives a list."""
        return self.kind in ("one to many", "many to many")


class Relations:
    """The relations of each table of a schema, by name."""

    __slots__ = ("_by_table", "_claims", "_renamed", "_reserved", "_schema")

    def __init__(
        self,
        schema: Schema,
        renamed: Mapping[str, Mapping[str, str]] | None = None,
        reserved: frozenset[str] = frozenset(),
    ) -> None:
        """`renamed` maps a table to its relations' own names and the names they are to have.

        No relation gets a `reserved` name of itself.
        """
        self._schema = schema
        self._renamed = {fold(table): found for table, found in (renamed or {}).items()}
        self._reserved = reserved
        self._claims: dict[str, list[_Claim]] = {}
        for claim in _claims(schema):
            self._claims.setdefault(fold(claim.relation.table), []).append(claim)
        # Named when they are asked for: threads may do it twice, with one result.
        self._by_table: dict[str, Mapping[str, Relation]] = {}

    def of(self, table: str) -> Mapping[str, Relation]:
        """Return the relations of a table by name, in the order of their names.

        Raises RelationNotFound for a name that is not there to be changed, or that cannot be given.
        """
        key = fold(table)
        found = self._by_table.get(key)
        if found is None:
            found = self._by_table[key] = self._of(self._schema.table(table))
        return found

    def _of(self, table: Table) -> Mapping[str, Relation]:
        key = fold(table.name)
        fields = names.attributes([column.name for column in table.visible_columns], self._reserved).values()
        taken = {*self._reserved, *fields, *map(fold, table.column_names)}
        return _renamed(table, _named(self._claims.get(key, []), taken), self._renamed.get(key, {}), taken)

    def one(self, table: str, name: str) -> Relation:
        """Return a relation of a table; raises RelationNotFound with a suggestion."""
        found = self.of(table).get(name)
        if found is None:
            raise RelationNotFound(f"{table!r} has no relation {name[:100]!r}", hint=suggest(name, self.of(table)))
        return found


@frozen
class _Claim:
    """A relation that waits for its name: the short one, or the long one where that is taken.

    What the table itself says (its foreign keys) goes before what other tables say of it.
    """

    relation: Relation
    rank: int
    short: str
    long: str


def _named(claims: list[_Claim], taken: set[str]) -> dict[str, Relation]:
    """Give every relation a name that is not taken, and no other relation has."""
    found: dict[str, Relation] = {}
    for rank in sorted({claim.rank for claim in claims}):
        rivals = [claim for claim in claims if claim.rank == rank]
        busy = {*taken, *found}
        shorts = Counter(names.attribute(claim.short) for claim in rivals)
        # Those that meet one another all step back, so that no order decides.
        wanted = [
            (short if shorts[short] == 1 and short not in busy else names.attribute(claim.long), claim.relation)
            for claim in rivals
            for short in (names.attribute(claim.short),)
        ]
        for name, relation in sorted(wanted, key=repr):
            name = names.attribute(name, taken={*taken, *found})
            found[name] = replaced(relation, name=name)
    return found


def _renamed(
    table: Table, found: dict[str, Relation], chosen: Mapping[str, str], taken: set[str]
) -> dict[str, Relation]:
    """Give relations the names that were chosen for them; return them in the order of their names."""
    for name in chosen:
        if name not in found:
            raise RelationNotFound(f"{table.name!r} has no relation {name[:100]!r}", hint=suggest(name, found))
    made = [replaced(relation, name=chosen.get(name, name)) for name, relation in found.items()]
    several = Counter(relation.name for relation in made)
    for name in chosen.values():
        if not isinstance(name, str) or names.attribute(name) != name or name in taken or several[name] > 1:
            raise RelationNotFound(
                f"a relation of {table.name!r} cannot be named {str(name)[:100]!r}",
                hint="give a name of Python that no column and no other relation of the table has",
            )
    return {relation.name: relation for relation in sorted(made, key=lambda relation: relation.name)}


def _claims(schema: Schema) -> Iterator[_Claim]:
    for table in schema:
        keys = _sound_keys(schema, table)
        for key in keys:
            yield _forward(schema, table, key)
            yield _backward(schema, table, key)
        for near, far in _links(table, keys):
            yield _across(schema, table, near, far)


def _forward(schema: Schema, table: Table, key: ForeignKey) -> _Claim:
    parent = schema.table(key.parent_table)
    is_required = not any(table.column(name).is_nullable for name in key.columns)
    relation = Relation(
        "", "many to one", table.name, key.columns, parent.name, key.parent_columns, is_required=is_required
    )
    role, entity = _role(key), singular(parent.name)
    return _Claim(relation, 0, role or entity, "_".join((*key.columns, entity)))


def _backward(schema: Schema, child: Table, key: ForeignKey) -> _Claim:
    parent = schema.table(key.parent_table)
    is_one = _is_unique(child, key.columns) and all(
        _is_unique_alike(child.column(one), parent.column(other))
        for one, other in zip(key.columns, key.parent_columns, strict=True)
    )
    relation = Relation(
        "", "one to one" if is_one else "one to many", parent.name, key.parent_columns, child.name, key.columns
    )
    what = singular(child.name) if is_one else plural(child.name)
    long = f"{what}_by_{_role(key) or '_'.join(key.columns)}"
    return _Claim(relation, 1, long if fold(child.name) == fold(parent.name) else what, long)


def _across(schema: Schema, link: Table, near: ForeignKey, far: ForeignKey) -> _Claim:
    source, target = schema.table(near.parent_table), schema.table(far.parent_table)
    relation = Relation(
        "",
        "many to many",
        source.name,
        near.parent_columns,
        target.name,
        far.parent_columns,
        Link(link.name, near.columns, far.columns),
    )
    what = plural(target.name)
    is_own = fold(source.name) == fold(target.name)
    long = f"{_role(far) or '_'.join(far.columns) if is_own else what}_via_{link.name}"
    return _Claim(relation, 2, what, long)


def _role(key: ForeignKey) -> str:
    """Return what a foreign key of one column calls its parent: `author` for `author_id`, or nothing."""
    if len(key.columns) != 1:
        return ""
    (column,), (parent,) = key.columns, key.parent_columns
    for ending in (f"_{parent}", "_id", "_fk", "Id", "ID"):
        if column.endswith(ending):
            return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", column[: -len(ending)]).lower()
    return ""


def _links(table: Table, keys: list[ForeignKey]) -> Iterator[tuple[ForeignKey, ForeignKey]]:
    """Yield the pairs of foreign keys whose columns are together a unique key of the table: it links two others."""
    unique = set(map(_folded, table.unique_keys))
    for near, far in permutations(keys, 2):
        both = [*map(fold, near.columns), *map(fold, far.columns)]
        if len(set(both)) == len(both) and frozenset(both) in unique:
            yield near, far


def _sound_keys(schema: Schema, table: Table) -> list[ForeignKey]:
    """Return the foreign keys that lead to a key of their parent, each once: SQLite writes by no others."""
    found: dict[tuple[object, ...], ForeignKey] = {}
    for key in table.foreign_keys:
        parent = schema.find_table(key.parent_table)
        if parent is not None and _folded(key.parent_columns) in map(_folded, parent.unique_keys):
            found.setdefault((key.columns, fold(parent.name), key.parent_columns), key)
    return list(found.values())


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    return any(_folded(key) <= _folded(columns) for key in table.unique_keys)


def _is_unique_alike(child: Column, parent: Column) -> bool:
    """Whether two values that the child's column tells apart cannot both be one of the parent's."""
    is_number = child.affinity in _NUMBERS and parent.affinity in _NUMBERS
    return child.collation.upper() == parent.collation.upper() and (is_number or child.affinity == parent.affinity)


def _folded(columns: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, columns))
