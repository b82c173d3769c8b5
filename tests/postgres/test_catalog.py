"""The catalog of a real database as it is read: that of everything.sql, and smaller ones for what it cannot hold."""

from __future__ import annotations

import pytest

from noormme_py.postgres.catalog.database import read_database
from noormme_py.postgres.model import PgColumn, PgDatabase, PgDefinition, PgSequence, PgTable
from noormme_py.postgres.server.session import Session
from tests.postgres.database import Database


def read(database: Database) -> PgDatabase:
    with Session.open(database.dsn) as session, session.snapshot():
        return read_database(session)


@pytest.fixture(scope="module")
def whole(everything: Database) -> PgDatabase:
    return read(everything)


def table(database: PgDatabase, name: str) -> PgTable:
    [found] = [table for table in database.tables if name in (table.name, table.qualified)]
    return found


def named(definitions: tuple[PgDefinition, ...]) -> dict[str, str]:
    return {found.name: found.definition for found in definitions}


def others(database: PgDatabase) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, name in database.others:
        found.setdefault(kind, []).append(name)
    return found


# --- the script itself


def test_every_type_of_postgresql_has_a_column_and_an_array(everything: Database) -> None:
    own = """
        from pg_type t join pg_namespace n on n.oid = t.typnamespace
        where n.nspname = 'pg_catalog' and t.typtype in ('b', 'r', 'm')
              and not exists (select from pg_type e where e.typarray = t.oid)
    """
    held = "select from pg_attribute where attrelid = 'every.{}'::regclass and attnum > 0 and atttypid = t.{}"
    assert everything.rows(f"select t.typname {own} and not exists ({held.format('types', 'oid')})") == []
    arrays = f"select t.typname {own} and typarray <> 0 and not exists ({held.format('arrays', 'typarray')})"
    assert everything.rows(arrays) == []
    takes_no_input = {"gtsvector", "pg_node_tree"} | {
        name
        for (name,) in everything.rows(
            "select typname from pg_type where typname ~ '^pg_(brin_|dependencies|mcv_|ndistinct)'"
        )
    }
    [(row,)] = everything.rows("select to_json(t) from every.types t where id = 1")
    assert {name for name, value in row.items() if value is None} == takes_no_input


# --- tables


def test_the_database_says_what_it_is(whole: PgDatabase, everything: Database) -> None:
    assert everything.dsn.split("/")[3].startswith(whole.name)
    assert whole.version.split(".")[0].isdecimal()
    assert (whole.encoding, whole.collation) == ("UTF8", "C.UTF-8")
    assert whole.size_bytes > 5_000_000
    assert [name.split()[0] for name in whole.extensions] == ["citext", "file_fdw", "hstore"]


def test_all_tables_are_read_once_and_in_order(whole: PgDatabase, everything: Database) -> None:
    in_catalog = everything.rows(
        """
        select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where relkind in ('r', 'p', 'f') and nspname in ('public', 'app', 'every', 'Other Schema')
              and not relispartition
        order by 1, 2
        """
    )
    assert [found.key for found in whole.tables] == in_catalog
    assert len(in_catalog) > 50
    assert {found.kind for found in whole.tables if found.partitions} == {"partitioned"}
    assert [found.name for found in whole.tables if found.kind == "foreign"] == ["nothing_elsewhere"]


def test_a_partitioned_table_knows_the_partitions_that_hold_rows(whole: PgDatabase) -> None:
    measured = table(whole, "measured")
    assert measured.partitions == (
        "Other Schema.measured 2024 here", "public.measured_2023", "public.measured_2024_else", "public.measured_else",
    )  # fmt: skip
    assert measured.estimated_rows == 60
    assert measured.size_bytes > 100_000
    assert (measured.kind, measured.primary_key, measured.parents) == ("partitioned", ("id", "at", "place"), ())
    assert [key.parent_table for key in measured.foreign_keys] == ["customers"]
    assert [index.name for index in measured.indexes] == ["measured_pkey", "measured_place"]
    assert (table(whole, "partitioned_without").partitions, table(whole, "partitioned_without").estimated_rows) == (
        (),
        0,
    )
    # A key to a partitioned table is one key, although PostgreSQL keeps one for each partition.
    assert [key.parent_table for key in table(whole, "measured_notes").foreign_keys] == ["measured"]


def test_children_that_inherit_are_tables_with_parents(whole: PgDatabase) -> None:
    assert table(whole, "capitals").parents == ("public.cities",)
    assert table(whole, "ports").parents == ("public.cities", "public.coastal")
    assert [column.name for column in table(whole, "ports").columns] == ["name", "size", "coast"]
    assert [check.name for check in table(whole, "ports").checks] == ["cities_size_check"]
    assert table(whole, "ports").primary_key == ()
    assert table(whole, "cities").estimated_rows == 2


def test_odd_tables(whole: PgDatabase) -> None:
    assert table(whole, "no_columns").columns == ()
    assert table(whole, "empty_table").estimated_rows == 0
    assert [column.name for column in table(whole, "dropped_columns").columns] == ["a", "b", "c", "d"]
    assert [found.name for found in whole.tables if found.name.lower() == "customer"] == [
        "CUSTOMER", "Customer", "customer",
    ]  # fmt: skip
    assert [column.name for column in table(whole, "Customer").columns] == ["Id", "id", "ID", "camelCase"]
    assert [found.schema for found in whole.tables if found.name == "orders"] == ["Other Schema", "app", "public"]
    awkward = table(whole, 'Other Schema.Tab"le')
    assert [column.name for column in awkward.columns] == [
        'a "quoted" column', "with space", "new\nline", "ünïcödé 😀", "dot.ted", "semi;colon--", "'single'",
        "%s %(x)s {} ?", "back\\slash", "tab\ttab", "select",
        "a_name_of_the_most_bytes_that_postgresql_lets_anybody_have__63b",
    ]  # fmt: skip
    assert awkward.primary_key == ('a "quoted" column',)


def test_comments_are_read_as_they_are(whole: PgDatabase) -> None:
    customers = table(whole, "customers")
    assert customers.comment == """those who buy; it's a comment with "quotes" and\na new line"""
    assert customers.column("credit").comment == "in EUR"
    assert customers.column("email").comment is None


# --- columns


def test_columns_say_their_type_default_and_what_feeds_them(whole: PgDatabase) -> None:
    customers = table(whole, "customers")
    name = customers.column("name")
    assert (name.declared, name.type.name, name.modifier, name.is_nullable) == (
        "character varying(80)", "varchar", 84, False,
    )  # fmt: skip
    assert customers.column("credit").declared == "numeric(12,2)"
    assert customers.column("credit").default == "0"
    assert customers.column("status").default == "'new'::text"
    assert customers.column("made_at").default == "now()"
    assert customers.column("settings").default == "'{}'::jsonb"
    shown = customers.column("shown")
    assert (shown.default, shown.identity) == (None, None)
    assert shown.generated_as is not None
    assert "upper((name)::text)" in shown.generated_as
    # Texts of SQL say the schema of everything that is not PostgreSQL's own.
    assert "::public.citext" in shown.generated_as or "(email)::text" in shown.generated_as
    assert table(whole, "own_types").column("feeling").default == "'ok'::public.mood"


def test_identity_and_serial_columns_have_their_sequence(whole: PgDatabase) -> None:
    key = table(whole, "customers").column("id")
    assert (key.identity, key.default) == ("always", None)
    assert key.sequence == PgSequence("public", "customers_id_seq", 40)
    number = table(whole, "public.orders").column("number")
    assert number.identity == "by default"
    assert number.sequence == PgSequence("public", "orders_number_seq", 1295, increment=5, start=1000)
    serial = table(whole, "users").column("tiny")
    assert (serial.identity, serial.default) == (None, "nextval('app.users_tiny_seq'::regclass)")
    assert serial.sequence == PgSequence("app", "users_tiny_seq", 5)
    assert table(whole, "measured").column("id").sequence == PgSequence("public", "measured_id_seq", 60)


def test_a_sequence_may_feed_columns_that_do_not_own_it(whole: PgDatabase) -> None:
    fed = table(whole, "fed")
    shared = PgSequence("public", "shared_numbers", 4)
    assert [column.sequence for column in fed.columns] == [shared, shared, None, None]
    assert fed.column("c").default == "('N'::text || nextval('public.invoice_numbers'::regclass))"
    assert whole.sequences == (
        PgSequence("app", "never_asked"),
        PgSequence("public", "invoice_numbers", 530, increment=10, start=500),
        PgSequence("public", "owned_and_unused"),
    )


def test_collations_are_named_where_they_are_not_the_default(whole: PgDatabase) -> None:
    collations = {column.name: column.collation for column in table(whole, "every.texts").columns if column.collation}
    assert collations == {"collated": "C", "caseless": "public.ignoring_case", "long": "C"}
    assert table(whole, "own_types").column("short").collation == "C"


# --- types


def column(database: PgDatabase, path: str) -> PgColumn:
    where, _, name = path.rpartition(".")
    return table(database, where).column(name)


def test_enums_have_their_labels_in_their_order(whole: PgDatabase) -> None:
    mood = column(whole, "own_types.feeling").type
    assert (mood.kind, mood.schema, mood.name) == ("enum", "public", "mood")
    assert mood.labels == ("sad", "between", "ok", "happy", """it's "fine", {really}""")
    assert column(whole, "own_types.other_feeling").type.labels == ("sad", "glad")
    assert column(whole, "own_types.camel").declared == 'public."Camel Mood"'


def test_domains_collect_what_those_below_them_ask_for(whole: PgDatabase) -> None:
    small = column(whole, "own_types.small").type
    assert (small.kind, small.default, small.modifier, small.is_not_null) == ("domain", "1", -1, False)
    assert [(check.name, check.expression) for check in small.checks] == [
        ("positive_check", "VALUE > 0"), ("below_hundred", "(VALUE)::integer < 100"),
    ]  # fmt: skip
    assert small.element is not None
    assert (small.element.name, small.element.kind) == ("positive", "domain")
    assert small.element.element is not None
    assert (small.element.element.name, small.element.element.kind) == ("int4", "base")
    required = column(whole, "own_types.required")
    assert (required.type.is_not_null, required.is_nullable) == (True, True)
    price = column(whole, "own_types.amount").type
    assert (price.modifier, price.element and price.element.name) == (((10 << 16) | 2) + 4, "numeric")
    assert column(whole, "own_types.free").type.checks == ()
    codes = column(whole, "own_types.list").type
    assert codes.kind == "domain"
    assert codes.element is not None
    assert codes.element.kind == "array"


def test_composites_have_their_fields_and_what_they_are_made_of(whole: PgDatabase) -> None:
    nested = column(whole, "own_types.deep").type
    assert nested.kind == "composite"
    assert [(field.name, field.type.name, field.type.kind) for field in nested.fields] == [
        ("at", "place", "composite"), ("moods", "_mood", "array"), ("amount", "price", "domain"),
        ('Quoted "Field"', "text", "base"),
    ]  # fmt: skip
    assert [field.name for field in nested.fields[0].type.fields] == ["x", "y", "label"]
    assert column(whole, "own_types.deeper").type.element == nested
    row = column(whole, "own_types.of_row").type
    assert [field.name for field in row.fields] == ["id", "host", "net", "card", "card8"]
    east = column(whole, "own_types.east").type
    assert east.element == nested.fields[0].type
    assert [check.expression for check in east.checks] == ["(VALUE).x > (0)::double precision"]


def test_arrays_ranges_and_multiranges_say_what_they_are_made_of(whole: PgDatabase) -> None:
    arrays = table(whole, "arrays_of_all_sorts")
    for name, element, delimiter in (("numbers", "int4", ","), ("frames", "box", ";"), ("words", "citext", ",")):
        found = arrays.column(name).type
        assert found.kind == "array"
        assert found.element is not None
        assert (found.element.name, found.delimiter) == (element, delimiter)
    assert column(whole, "every.modifiers.m").declared == "numeric(10,2)[]"
    assert column(whole, "every.modifiers.m").modifier == ((10 << 16) | 2) + 4
    own = column(whole, "every.ranges.own_many").type
    assert (own.kind, own.name) == ("multirange", "float_multirange")
    assert own.element is not None
    assert (own.element.kind, own.element.name) == ("range", "float_range")
    assert own.element.element is not None
    assert own.element.element.name == "float8"
    for name in ("int2vector", "oidvector", "point", "name", "lseg"):
        assert column(whole, f"every.types.{name}").type.kind == "base"
        assert column(whole, f"every.types.{name}").type.element is None
        assert column(whole, f"every.arrays.{name}").type.kind == "array"


def test_types_of_extensions_say_so(whole: PgDatabase) -> None:
    assert column(whole, "customers.email").type.extension == "citext"
    pairs = column(whole, "every.documents.pairs").type
    assert (pairs.name, pairs.schema, pairs.extension) == ("hstore", "public", "hstore")
    many = column(whole, "every.documents.many").type
    assert many.element == pairs
    assert column(whole, "customers.name").type.extension is None


# --- constraints and indexes


def test_checks_are_read_without_the_parentheses_around_them(whole: PgDatabase) -> None:
    checks = {check.name: check for check in table(whole, "checks_of_all_sorts").checks}
    assert checks["checks_of_all_sorts_a_check"].expression == "(a > 0) OR (a < '-10'::integer)"
    assert checks["checks_of_all_sorts_id_check"].expression == "id <> 13"
    assert checks['two "columns"'].expression == "(a IS NULL) = (b IS NULL)"
    assert checks["checks_of_all_sorts_j_check"].expression.endswith("<> ''''::text)")
    assert all(check.is_valid for check in checks.values())
    [size] = table(whole, "orphans").checks
    assert (size.name, size.expression, size.is_valid) == ("orphans_size", "size > 0", False)


def test_foreign_keys_say_all_they_ask_for(whole: PgDatabase) -> None:
    keys = {key.name: key for key in table(whole, "children").foreign_keys}
    crossed = keys["crossed"]
    assert (crossed.columns, crossed.parent_schema, crossed.parent_table, crossed.parent_columns) == (
        ("a", "c"), "public", "parents", ("a", "c"),
    )  # fmt: skip
    assert (crossed.is_match_full, crossed.on_delete, crossed.is_deferrable) == (True, "set null", False)
    assert crossed.definition.endswith("MATCH FULL ON DELETE SET NULL (c)")
    assert (keys["by_default"].on_delete, keys["by_default"].on_update) == ("set default", "no action")
    last = keys["checked_last"]
    assert (last.is_deferrable, last.is_initially_deferred, last.is_match_full) == (True, True, False)
    [to_orders] = table(whole, "order_lines").foreign_keys
    assert (to_orders.columns, to_orders.parent_columns) == (("order_shop", "order_number"), ("shop", "number"))
    assert (to_orders.on_update, to_orders.on_delete) == ("cascade", "cascade")
    users = {key.columns: key for key in table(whole, "users").foreign_keys}
    assert users["manager_id",].parent_table == "users"
    assert (users["customer_id",].parent_schema, users["customer_id",].on_delete) == ("public", "restrict")
    [orphans] = table(whole, "orphans").foreign_keys
    assert not orphans.is_valid
    assert [key.parent_table for key in table(whole, "hens").foreign_keys] == ["eggs"]
    assert [key.parent_table for key in table(whole, "eggs").foreign_keys] == ["hens"]


def test_keys_and_unique_constraints_are_indexes_that_say_so(whole: PgDatabase) -> None:
    orders = {index.name: index for index in table(whole, "public.orders").indexes}
    assert table(whole, "public.orders").primary_key == ("shop", "number")
    assert orders["orders_pkey"].constraint == "primary key"
    note = orders["one_note"]
    assert (note.constraint, note.is_unique, note.is_deferrable, note.is_nulls_not_distinct) == ("unique", *[True] * 3)
    bookings = {index.name: index for index in table(whole, "bookings").indexes}
    at_once = bookings["no_two_at_once"]
    assert (at_once.constraint, at_once.method, at_once.where) == ("exclusion", "gist", "(NOT cancelled)")
    assert bookings["no_two_shapes"].is_deferrable


def test_indexes_say_all_of_their_parts(whole: PgDatabase) -> None:
    indexes = {index.name.removeprefix("indexed_"): index for index in table(whole, "indexed").indexes}
    assert [(key.name, key.expression) for key in indexes["expression"].keys] == [
        (None, "lower(name)"), (None, "((id + 1))"),
    ]  # fmt: skip
    assert [(key.name, key.is_descending, key.is_nulls_first) for key in indexes["orders"].keys] == [
        ("id", True, False), ("name", False, True), ("at", True, True),
    ]  # fmt: skip
    partial = indexes["partial"]
    assert (partial.is_unique, partial.constraint, partial.where) == (
        True, None, "((deleted_at IS NULL) AND (id > 0))",
    )  # fmt: skip
    assert indexes["unique_expression"].keys[0].operator_class == "text_pattern_ops"
    assert (indexes["including"].included, len(indexes["including"].keys)) == (("name", "at"), 1)
    assert [(key.collation, key.operator_class) for key in indexes["collated"].keys] == [
        ("C", None), (None, "text_pattern_ops"),
    ]  # fmt: skip
    assert indexes["document"].keys[0].operator_class == "jsonb_path_ops"
    assert (indexes["not_distinct"].is_nulls_not_distinct, indexes["not_distinct"].is_unique) == (True, True)
    assert (indexes["name_other_key"].constraint, indexes["name_other_key"].included) == ("unique", ("other",))
    quoted = indexes['indexed "quoted" Ünï']
    assert [key.collation for key in quoted.keys] == [None, "C"]
    assert {index.method for index in indexes.values()} == {"btree", "gin", "gist", "brin", "hash", "spgist"}
    assert all(index.is_valid for index in indexes.values())
    assert indexes["hash"].definition == "CREATE INDEX indexed_hash ON public.indexed USING hash (name)"


# --- what stands around tables


def test_triggers_rules_and_policies_are_read_with_their_sql(whole: PgDatabase) -> None:
    triggers = named(table(whole, "stamped").triggers)
    assert list(triggers) == ['After "it"', "at_the_end", "touch_stamped"]
    assert triggers["touch_stamped"].startswith("CREATE TRIGGER touch_stamped BEFORE UPDATE ON public.stamped")
    assert list(named(table(whole, "not_logged").rules)) == ["no_delete"]
    assert table(whole, "customers").is_row_security_on
    assert named(table(whole, "customers").policies) == {
        'No "new"': 'CREATE POLICY "No ""new""" ON public.customers AS RESTRICTIVE FOR INSERT TO PUBLIC'
        " WITH CHECK ((credit = (0)::numeric))",
        "own_rows": "CREATE POLICY own_rows ON public.customers AS PERMISSIVE FOR SELECT TO PUBLIC"
        " USING (((name)::text = CURRENT_USER))",
    }
    # Keys are watched over by triggers of PostgreSQL's own, and a partition's are the table's.
    assert table(whole, "parents").triggers == ()
    assert list(named(table(whole, "measured").triggers)) == ["of_all_partitions"]


def test_the_sql_of_policies_makes_them_again(everything: Database, pg: Database, whole: PgDatabase) -> None:
    [customers] = [found for found in whole.tables if found.name == "customers"]
    pg.execute("create table customers (name varchar, credit numeric)")
    pg.execute(";".join(policy.definition for policy in customers.policies))
    assert read(pg).tables[0].policies == customers.policies


def test_views_have_their_select_and_columns(whole: PgDatabase) -> None:
    views = {view.qualified: view for view in whole.views}
    assert len(views) == 9
    active = views["public.active_customers"]
    assert active.definition.startswith("SELECT ")
    assert not active.definition.endswith(";")
    assert [(found.name, found.declared) for found in active.columns] == [
        ("id", "bigint"), ("name", "character varying(80)"), ("email", "public.citext"),
    ]  # fmt: skip
    assert (active.comment, active.columns[1].comment) == ("those who may buy", "a comment on a column of a view")
    assert [name for name, view in views.items() if view.is_materialized] == [
        "public.Not Filled", "public.customers_by_status",
    ]  # fmt: skip
    assert [found.name for found in views['Other Schema.View "q"'].columns] == ["Column One", "two"]


def test_functions_are_named_with_their_arguments(whole: PgDatabase) -> None:
    functions = named(whole.functions)
    assert list(functions) == [
        "app.Spent By(customer bigint, VARIADIC tags text[])", "public.close_all(INOUT closed integer)",
        "public.no_event()", "public.nothing()", "public.plus_one(a integer)",
        "public.plus_one(a numeric, OUT b numeric)", "public.product(numeric)", "public.touch()",
    ]  # fmt: skip
    assert functions["public.plus_one(a integer)"].startswith("CREATE OR REPLACE FUNCTION public.plus_one(a integer)")
    assert functions["public.close_all(INOUT closed integer)"].startswith("CREATE OR REPLACE PROCEDURE")
    assert functions["public.product(numeric)"] == ""


def test_everything_else_is_named(whole: PgDatabase) -> None:
    assert others(whole) == {
        "CHECK of a partition": ["public.measured_2023.value_of_2023"],
        "cast": ["integer to public.place"],
        "collation": ["public.ignoring_case"],
        "comment": [
            "function public.plus_one(integer)", "index public.customers_pkey", "schema app",
            "sequence public.invoice_numbers", "table constraint born_before_made on public.customers",
            "table public.measured_2023", "trigger touch_stamped on public.stamped", "type public.mood",
        ],
        "enum that no column has": ["public.unused_enum"],
        "event trigger": ["watching"],
        "foreign server": ["files"],
        "index of a partition": ["public.measured_2023.only_of_2023"],
        "index of a view": ["public.customers_by_status.customers_by_status_key"],
        "large objects": ["2"],
        "publication": ["everything_out"],
        "rule of a view": ["public.ranked.of_the_view"],
        "statistics": ["public.customers_status"],
        "text search configuration": ["app.words"],
        "trigger of a partition": ["public.measured_else.of_one_partition"],
        "trigger of a view": ["public.active_customers.on_the_view"],
    }  # fmt: skip


def test_what_all_partitions_have_of_their_own_is_the_tables(pg: Database) -> None:
    pg.execute(
        """
        create table customers (id int primary key);
        create table payments (id int, customer_id int, day date) partition by range (day);
        create table payments_1 partition of payments for values from ('2026-01-01') to ('2026-02-01');
        create table payments_2 partition of payments for values from ('2026-02-01') to ('2026-03-01');
        alter table payments_1 add foreign key (customer_id) references customers, add check (id > 0);
        alter table payments_2 add foreign key (customer_id) references customers;
        create index on payments_1 (customer_id); create index on payments_2 (customer_id);
        create unique index on payments_1 (id); create unique index on payments_2 (id);
        """
    )
    with Session.open(pg.dsn) as session, session.snapshot():
        database = read_database(session)
    payments = next(table for table in database.tables if table.name == "payments")
    assert [key.columns for key in payments.foreign_keys] == [("customer_id",)]
    assert [[key.name for key in index.keys] for index in payments.indexes] == [["customer_id"]]
    assert payments.checks == ()
    # What only some have, or is unique in each alone, is named; so is what the others have too.
    assert sorted(kind for kind, name in database.others if "payments" in name) == [
        "CHECK of a partition",
        "foreign key of each partition",
        "index of a partition",
        "index of a partition",
        "index of each partition",
    ]


def test_a_default_of_a_partition_alone_is_named(pg: Database) -> None:
    pg.execute(
        """
        create table payments (id serial, amount int default 5, due date, twice int generated always as (1) stored)
            partition by range (id);
        create table payments_1 partition of payments for values from (0) to (10);
        create table payments_2 partition of payments for values from (10) to (20) partition by range (id);
        create table payments_2_1 partition of payments_2 for values from (10) to (15);
        alter table payments_1 alter amount set default 7, alter due set default '2026-01-01';
        alter table payments_2_1 alter amount set default 6, alter due drop default;
        """
    )
    with Session.open(pg.dsn) as session, session.snapshot():
        database = read_database(session)
    assert database.others == (
        ("DEFAULT of a partition", "public.payments_1.amount"),
        ("DEFAULT of a partition", "public.payments_1.due"),
        ("DEFAULT of a partition", "public.payments_2_1.amount"),
    )
