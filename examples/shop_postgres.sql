-- A small shop in PostgreSQL, for docs/migrating-from-postgresql.md. Run it in an empty database.

create schema stock;

create type order_state as enum ('open', 'paid', 'sent');

create domain email as text check (value like '%_@_%');

create table customers (
    id bigint generated always as identity primary key,
    name varchar(80) not null,
    email email not null unique,
    settings jsonb not null default '{}',
    roles text[] not null default '{}',
    joined timestamptz not null default now()
);
comment on table customers is 'Whoever has ordered at least once';

create table sessions (
    token uuid primary key default gen_random_uuid(),
    customer_id bigint not null references customers on delete cascade,
    expires timestamptz not null
);

create table stock.products (
    sku text primary key,
    name text not null,
    price numeric(10,2) not null check (price >= 0),
    weight_kg numeric,
    available daterange,
    search tsvector generated always as (to_tsvector('simple', name)) stored
);
create index products_search on stock.products using gin (search);

create table orders (
    id serial primary key,
    customer_id bigint not null references customers on delete cascade,
    follows integer references orders,
    state order_state not null default 'open',
    placed timestamptz not null,
    due date not null default 'infinity'
);
create index orders_open on orders (placed) where state = 'open';
create index customers_by_name on customers (lower(name));

create table order_items (
    order_id integer not null references orders on delete cascade,
    line smallint not null,
    sku text not null references stock.products,
    quantity integer not null check (quantity between 1 and 100),
    price numeric(10,2) not null,
    total numeric(12,2) generated always as (quantity * price) stored,
    primary key (order_id, line)
);

create view order_totals as
    select o.id, o.state, sum(i.total) as total, count(*) as lines
    from orders o join order_items i on i.order_id = o.id
    group by o.id, o.state;

create table changes (at timestamptz not null default now(), what text not null);

create function note_change() returns trigger language plpgsql as $$
begin
    insert into changes (what) values (tg_op || ' ' || tg_table_name);
    return null;
end $$;

insert into customers (name, email, settings, roles, joined) values
    ('Ada', 'ada@example.com', '{"theme": "dark", "limit": 1.10}', '{admin,"shop floor"}', '2026-01-05 09:30+00'),
    ('eve', 'eve@example.com', '{}', '{}', '2026-01-06 18:00+00'),
    ('Bob', 'bob@example.com', '{"theme": null}', '{admin}', '2026-02-01 00:00+00');

insert into sessions (token, customer_id, expires) values
    ('0d8f6f0e-9d0c-4c1b-8a53-2f7a4c1f9b10', 1, '2026-03-01 00:00+00'),
    ('7f1d7a52-53bb-4b0e-9f0c-6f0d8f6f0e11', 2, '2026-01-07 00:00+00');

insert into stock.products (sku, name, price, weight_kg, available) values
    ('PEN', 'A red pen', 1.90, 0.012, '[2026-01-01,2026-07-01)'),
    ('INK', 'Black ink', 7.25, 0.25, null),
    ('DESK', 'A standing desk', 349.00, 31.5, '[2026-02-01,)');

insert into orders (customer_id, follows, state, placed, due) values
    (1, null, 'sent', '2026-01-05 10:00+00', '2026-01-20'),
    (1, 1, 'paid', '2026-01-09 08:15:00.250+00', '2026-02-09'),
    (2, null, 'open', '2026-02-03 23:30+00', 'infinity');

insert into order_items (order_id, line, sku, quantity, price) values
    (1, 1, 'PEN', 10, 1.90), (1, 2, 'INK', 1, 7.25), (2, 1, 'INK', 4, 7.00), (3, 1, 'DESK', 1, 349.00);

-- From here on changes are noted.
create trigger orders_noted after insert or update or delete on orders
    for each statement execute function note_change();
