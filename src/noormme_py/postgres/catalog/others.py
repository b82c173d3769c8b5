"""What a database holds beside tables, views, functions and sequences: to be named, so that nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from noormme_py.postgres.catalog.queries import RelationRow
from noormme_py.postgres.catalog.tables import TableRows, leaves_of, shared_of


class OtherRow(NamedTuple):
    """Something by its kind and name; `catalog` and `oid` tell whether an extension brought it."""

    catalog: str
    oid: int
    kind: str
    name: str


_NOUNS = {"r": "table", "p": "table", "f": "foreign table", "v": "view", "m": "view"}
# What initdb makes has numbers below 16384. Comments on tables, views and their columns are read with them.
OTHERS = """
select 'pg_foreign_server', oid, 'foreign server', srvname::text from pg_foreign_server
union all select 'pg_publication', oid, 'publication', pubname from pg_publication
union all select 'pg_subscription', 0::oid, 'subscription', subname from pg_subscription
    where subdbid = (select oid from pg_database where datname = current_database())
union all select 'pg_event_trigger', oid, 'event trigger', evtname from pg_event_trigger
union all select 'pg_largeobject_metadata', 0::oid, 'large objects', count(*)::text from pg_largeobject_metadata
    having count(*) > 0
union all select 'pg_ts_config', oid, 'text search configuration', cfgnamespace::regnamespace::text || '.' || cfgname
    from pg_ts_config where oid >= 16384
union all select 'pg_ts_dict', oid, 'text search dictionary', dictnamespace::regnamespace::text || '.' || dictname
    from pg_ts_dict where oid >= 16384
union all select 'pg_collation', oid, 'collation', collnamespace::regnamespace::text || '.' || collname
    from pg_collation where oid >= 16384 and collnamespace <> 'pg_catalog'::regnamespace
union all select 'pg_operator', oid, 'operator', oid::regoperator::text from pg_operator where oid >= 16384
union all select 'pg_opclass', oid, 'operator class', opcnamespace::regnamespace::text || '.' || opcname
    from pg_opclass where oid >= 16384
union all select 'pg_cast', oid, 'cast', format_type(castsource, -1) || ' to ' || format_type(casttarget, -1)
    from pg_cast c where oid >= 16384 and not exists (
        select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = c.oid and d.deptype = 'i'
    )
union all select 'pg_conversion', oid, 'conversion', connamespace::regnamespace::text || '.' || conname
    from pg_conversion where oid >= 16384
union all select 'pg_language', oid, 'language', lanname from pg_language where oid >= 16384
union all select 'pg_am', oid, 'access method', amname from pg_am where oid >= 16384
union all select 'pg_statistic_ext', oid, 'statistics', stxnamespace::regnamespace::text || '.' || stxname
    from pg_statistic_ext
union all select 'pg_class', 0::oid, 'privileges', count(*)::text || ' tables, views and sequences'
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relacl is not null and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                          and d.deptype = 'e')
    having count(*) > 0
union all select 'pg_attribute', 0::oid, 'privileges', count(*)::text || ' columns'
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where a.attacl is not null and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' having count(*) > 0
union all select 'pg_default_acl', 0::oid, 'default privileges', count(*)::text from pg_default_acl having count(*) > 0
union all select 'pg_db_role_setting', 0::oid, 'settings', count(*)::text || ' of the database, or of roles in it'
    from pg_db_role_setting
    where setdatabase = (select oid from pg_database where datname = current_database()) having count(*) > 0
union all select 'pg_namespace', n.oid, 'empty schema', n.nspname from pg_namespace n
    where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
          and not exists (select from pg_class c where c.relnamespace = n.oid)
          and not exists (select from pg_proc p where p.pronamespace = n.oid)
          and not exists (select from pg_type t where t.typnamespace = n.oid)
union all select 'pg_class', c.oid, 'DEFAULT of a partition', n.nspname || '.' || c.relname || '.' || a.attname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attgenerated = '' and not a.attisdropped
    join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    left join pg_attribute whole on whole.attrelid = pg_partition_root(c.oid) and whole.attname = a.attname
    left join pg_attrdef w on w.adrelid = whole.attrelid and w.adnum = whole.attnum
    where c.relispartition and n.nspname !~ '^pg_'
          and pg_get_expr(d.adbin, d.adrelid) is distinct from pg_get_expr(w.adbin, w.adrelid)
union all select d.classoid::regclass::text, d.objoid, 'comment', i.type || ' ' || i.identity
    from pg_description d left join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid,
         pg_identify_object(d.classoid, d.objoid, d.objsubid) i
    where d.objoid >= 16384 and d.classoid <> 'pg_extension'::regclass and i.type is not null
          and (c.oid is null or c.relispartition or c.relkind not in ('r', 'p', 'f', 'v', 'm'))
          and coalesce(i.schema, '') !~ '^pg_'
order by 3, 4
"""


def others_of(
    rows: Iterable[OtherRow],
    tables: TableRows,
    members: Mapping[tuple[str, int], str],
    unused_types: Iterable[tuple[str, str]],
) -> tuple[tuple[str, str], ...]:
    """Return all of it as (kind, name)."""
    found = [(row.kind, row.name) for row in rows if (row.catalog, row.oid) not in members]
    shared = [
        shared_of(leaves_of(relation.oid, tables), tables)
        for relation in tables.relations.values()
        if relation.kind == "p" and not relation.is_partition
    ]
    kept = {part for one in shared for part in one.kept}
    alike = {part for one in shared for part in one.alike}
    for relation in tables.relations.values():
        if ("pg_class", relation.oid) in members:
            found.append((f"{_NOUNS[relation.kind]} of an extension", relation.qualified))
        elif relation.is_partition or relation.kind in ("v", "m"):
            place = "a partition" if relation.is_partition else "a view"
            found.extend(
                (
                    f"{kind} of {'each partition' if (relation.oid, name) in alike else place}",
                    f"{relation.qualified}.{name}",
                )
                for kind, name in _own(relation, tables)
                if (relation.oid, name) not in kept
            )
        found.extend(
            ("NOT NULL that is not valid", f"{relation.qualified}.{column.name}")
            for column in tables.columns.get(relation.oid, ())
            if column.has_invalid_not_null
        )
        found.extend(
            ("foreign key of a PERIOD", f"{relation.qualified}.{constraint.name}")
            for constraint in tables.constraints.get(relation.oid, ())
            if constraint.is_of_period and not constraint.is_inherited
        )
    return (*found, *unused_types)


def _own(relation: RelationRow, tables: TableRows) -> Iterator[tuple[str, str]]:
    """Yield what a partition or view has of its own, which no partitioned table or view tells of."""
    for index in tables.indexes.get(relation.oid, ()):
        yield "index", index.name
    for constraint in tables.constraints.get(relation.oid, ()):
        if not constraint.is_inherited:
            yield "CHECK" if constraint.kind == "c" else "foreign key", constraint.name
    for attached in tables.attached.get(relation.oid, ()):
        if not attached.is_inherited:
            yield attached.kind, attached.name
