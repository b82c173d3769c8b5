"""The queries on PostgreSQL's catalog, 12 to 18, and what a row of each is. How many run does not depend on the tables.

information_schema is not asked: it shows only what the user has rights on. A column that younger servers alone have is
read off the row as JSON, so that one text serves all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from noormme_py.postgres.server.session import Session

Row = TypeVar("Row", bound=tuple[Any, ...])

# No schema of a user can begin with pg_: those are the system's, and temporary tables are in pg_temp_1 and its like.
_USERS = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"


def fetch(session: Session, sql: str, shape: type[Row]) -> list[Row]:
    """Return the rows of a query of this module in the shape that belongs to it."""
    return [shape(*row) for row in session.query(sql)]


class DatabaseRow(NamedTuple):
    name: str
    version: str
    encoding: str
    collation: str
    size_bytes: int
    comment: str | None


DATABASE = """
select d.datname, current_setting('server_version'), pg_encoding_to_char(d.encoding),
       coalesce(j ->> 'datlocale', j ->> 'daticulocale', j ->> 'datcollate'),
       pg_database_size(d.oid), shobj_description(d.oid, 'pg_database')
from pg_database d, to_jsonb(d) j where d.datname = current_database()
"""


class MemberRow(NamedTuple):
    """What an extension brought: `catalog` is where it is listed, `pg_class` and its like."""

    catalog: str
    oid: int
    extension: str


MEMBERS = """
select d.classid::regclass::text, d.objid, e.extname
from pg_depend d join pg_extension e on e.oid = d.refobjid
where d.deptype = 'e' and d.refclassid = 'pg_extension'::regclass
"""


class TypeRow(NamedTuple):
    """`element` is that of an array or range or what else a type is made of; `relation` and its kind a composite's."""

    oid: int
    schema: str
    name: str
    kind: str
    is_users: bool
    base: int
    modifier: int
    array_of: int | None
    delimiter: str
    is_not_null: bool
    default: str | None
    subtype: int | None
    multirange_of: int | None
    relation: int
    relation_kind: str | None
    labels: list[str]


TYPES = f"""
with ranges as materialized (
    select rngtypid, rngsubtype, (to_jsonb(r) ->> 'rngmultitypid')::oid as multirange from pg_range r
), labels as materialized (
    select enumtypid, array_agg(enumlabel::text order by enumsortorder) as labels from pg_enum group by enumtypid
)
select t.oid, n.nspname, t.typname, t.typtype::text, {_USERS}, t.typbasetype, t.typtypmod, e.oid, t.typdelim::text,
       t.typnotnull, pg_get_expr(t.typdefaultbin, 0), r.rngsubtype, m.rngtypid, t.typrelid, c.relkind::text,
       coalesce(l.labels, '{{}}')
from pg_type t join pg_namespace n on n.oid = t.typnamespace
left join pg_type e on e.typarray = t.oid
left join ranges r on r.rngtypid = t.oid
left join ranges m on m.multirange = t.oid
left join labels l on l.enumtypid = t.oid
left join pg_class c on c.oid = t.typrelid
order by n.nspname, t.typname
"""


class RelationRow(NamedTuple):
    """`kind` is r, p, f, v or m. `is_readable` is the user's right to all rows of it.

    `division` is how a partitioned table is divided, or which part of one a partition holds.
    """

    oid: int
    schema: str
    name: str
    kind: str
    is_partition: bool
    estimated_rows: int
    size_bytes: int
    has_row_security: bool
    is_readable: bool
    comment: str | None
    view: str | None
    division: str | None

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


# Before 14, no statistics and no rows were both 0, but a table that statistics know has pages.
RELATIONS = f"""
select c.oid, n.nspname, c.relname, c.relkind::text, c.relispartition,
       case when c.reltuples = 0 and c.relpages = 0 and current_setting('server_version_num')::int < 140000 then -1
            else c.reltuples end::bigint,
       coalesce(pg_total_relation_size(c.oid), 0), c.relrowsecurity,
       coalesce(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
                and not row_security_active(c.oid), false),
       obj_description(c.oid, 'pg_class'),
       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
       nullif(concat_ws(', ', pg_get_expr(c.relpartbound, c.oid),
                        case when c.relkind = 'p' then 'PARTITION BY ' || pg_get_partkeydef(c.oid) end), '')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'v', 'm') and {_USERS}
order by n.nspname, c.relname
"""


class InheritanceRow(NamedTuple):
    """A table that is another one's child or partition."""

    child: int
    parent: int


INHERITANCE = """
select h.inhrelid, h.inhparent from pg_inherits h join pg_class c on c.oid = h.inhrelid
where c.relkind in ('r', 'p', 'f') order by h.inhrelid, h.inhseqno
"""


class ColumnRow(NamedTuple):
    """`default` is the expression of a generated column too."""

    relation: int
    number: int
    name: str
    type: int
    declared: str
    modifier: int
    is_nullable: bool
    has_invalid_not_null: bool
    default: str | None
    generated: str
    identity: str
    collation: str | None
    comment: str | None


# From 18 on a column counts as NOT NULL while that was not yet tried on its rows.
COLUMNS = f"""
select a.attrelid, a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod), a.atttypmod,
       not a.attnotnull or k.oid is not null, k.oid is not null, pg_get_expr(d.adbin, d.adrelid),
       a.attgenerated::text, a.attidentity::text,
       case when cn.nspname = 'pg_catalog' then co.collname::text else cn.nspname || '.' || co.collname end,
       col_description(a.attrelid, a.attnum)
from pg_attribute a
join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_collation co on co.oid = a.attcollation and co.collname <> 'default'
left join pg_namespace cn on cn.oid = co.collnamespace
left join pg_constraint k on k.conrelid = a.attrelid and k.contype = 'n' and not k.convalidated
                             and k.conkey = array[a.attnum]
where c.relkind in ('r', 'p', 'f', 'v', 'm', 'c') and not c.relispartition and {_USERS}
      and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
"""


class SequenceRow(NamedTuple):
    oid: int
    schema: str
    name: str
    last_value: int | None
    increment: int
    start: int


SEQUENCES = f"""
select c.oid, n.nspname, c.relname, s.last_value, s.increment_by, s.start_value
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_sequences s on s.schemaname = n.nspname and s.sequencename = c.relname
where c.relkind = 'S' and {_USERS}
order by n.nspname, c.relname
"""


class SequenceUseRow(NamedTuple):
    """A column whose identity or default takes values from a sequence."""

    relation: int
    number: int
    sequence: int


SEQUENCE_USES = """
select d.refobjid, d.refobjsubid, d.objid
from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i' and d.refobjsubid > 0
union all
select a.adrelid, a.adnum, d.refobjid
from pg_depend d join pg_attrdef a on a.oid = d.objid join pg_class s on s.oid = d.refobjid and s.relkind = 'S'
where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass
"""


class ConstraintRow(NamedTuple):
    """A CHECK of a table or a domain, or a foreign key; one of a PERIOD asks for more than equal values."""

    relation: int
    domain: int
    name: str
    kind: str
    is_valid: bool
    is_inherited: bool
    is_of_period: bool
    is_deferrable: bool
    is_deferred: bool
    on_update: str
    on_delete: str
    match: str
    expression: str | None
    definition: str
    columns: list[str]
    parent_schema: str | None
    parent_table: str | None
    parent_columns: list[str]


def _names(numbers: str, relation: str) -> str:
    return (
        f"array(select a.attname::text from unnest({numbers}) with ordinality u (number, place)"
        f" join pg_attribute a on a.attrelid = {relation} and a.attnum = u.number order by u.place)"
    )


CONSTRAINTS = f"""
select k.conrelid, k.contypid, k.conname, k.contype::text, k.convalidated,
       k.coninhcount > 0 or k.conparentid <> 0, coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false),
       k.condeferrable, k.condeferred, k.confupdtype::text, k.confdeltype::text, k.confmatchtype::text,
       pg_get_expr(k.conbin, k.conrelid), pg_get_constraintdef(k.oid), {_names("k.conkey", "k.conrelid")},
       pn.nspname, p.relname, {_names("k.confkey", "k.confrelid")}
from pg_constraint k join pg_namespace n on n.oid = k.connamespace
left join pg_class p on p.oid = k.confrelid left join pg_namespace pn on pn.oid = p.relnamespace
where k.contype in ('c', 'f') and {_USERS}
order by k.conrelid, k.conname
"""


class IndexRow(NamedTuple):
    """`keys` are objects of name, expression, options (two bits), operator_class and collation."""

    relation: int
    oid: int
    schema: str
    name: str
    method: str
    is_unique: bool
    is_valid: bool
    is_nulls_not_distinct: bool
    where: str | None
    definition: str
    constraint: str | None
    is_deferrable: bool
    keys: list[Mapping[str, Any]]
    included: list[str]


# A partition's index that is a part of the partitioned table's is the same thing again.
INDEXES = f"""
select i.indrelid, i.indexrelid, n.nspname, ic.relname, am.amname, i.indisunique, i.indisvalid,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false), pg_get_expr(i.indpred, i.indrelid),
       pg_get_indexdef(i.indexrelid), k.contype::text, coalesce(k.condeferrable, false), parts.keys, parts.included
from pg_index i
join pg_class ic on ic.oid = i.indexrelid join pg_namespace n on n.oid = ic.relnamespace
join pg_am am on am.oid = ic.relam
left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')
cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object(
               'name', a.attname,
               'expression', case when i.indkey[place] = 0 then pg_get_indexdef(i.indexrelid, place + 1, false) end,
               'options', i.indoption[place],
               'operator_class', case when not oc.opcdefault then oc.opcname end,
               'collation', case when i.indcollation[place] <> coalesce(a.attcollation, 100) then co.collname end
           ) order by place) filter (where place < i.indnkeyatts), '[]') as keys,
           coalesce(array_agg(a.attname::text order by place) filter (where place >= i.indnkeyatts), '{{}}') as included
    from generate_series(0, i.indnatts - 1) place
    left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[place] and i.indkey[place] <> 0
    left join pg_opclass oc on place < i.indnkeyatts and oc.oid = i.indclass[place]
    left join pg_collation co on place < i.indnkeyatts and co.oid = i.indcollation[place]
) parts
where {_USERS} and i.indislive and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)
order by i.indrelid, ic.relname
"""


class AttachedRow(NamedTuple):
    """A trigger, rule or policy of a table or view; `is_inherited` where a partitioned table's is the origin."""

    relation: int
    kind: str
    name: str
    definition: str
    is_inherited: bool


ATTACHED = f"""
select t.tgrelid, 'trigger', t.tgname, pg_get_triggerdef(t.oid), coalesce(to_jsonb(t) ->> 'tgparentid', '0') <> '0'
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
where not t.tgisinternal and {_USERS}
union all
select r.ev_class, 'rule', r.rulename, pg_get_ruledef(r.oid), false
from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
where r.rulename <> '_RETURN' and {_USERS}
union all
select p.polrelid, 'policy', p.polname,
       format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s', p.polname, n.nspname, c.relname,
              case when p.polpermissive then 'PERMISSIVE' else 'RESTRICTIVE' end,
              case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE'
                            else 'ALL' end,
              (select string_agg(case when role = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(role)) end, ', ')
               from unnest(p.polroles) role))
       || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
       || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''), false
from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
where {_USERS}
order by 1, 2, 3
"""


class FunctionRow(NamedTuple):
    oid: int
    name: str
    definition: str


# Making a range type makes functions too, which belong to it.
FUNCTIONS = f"""
select p.oid, n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       case when p.prokind in ('f', 'p', 'w') then pg_get_functiondef(p.oid) else '' end
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where {_USERS} and not exists (
    select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i'
)
order by 2
"""


class ExtensionRow(NamedTuple):
    oid: int
    name: str


# PL/pgSQL is in every database.
EXTENSIONS = "select oid, extname || ' ' || extversion from pg_extension where extname <> 'plpgsql' order by extname"
