"""A web shop: customers, orders and their items, with the small tables around them."""

from __future__ import annotations

import sqlite3

from benchmarks.advisor.workload import Workload, asked, need
from benchmarks.advisor.workloads.rows import DAY, at, fill, seeded, skewed, word

CUSTOMERS = 20_000
PRODUCTS = 8_000
ORDERS = 60_000
ITEMS = 150_000
REVIEWS = 30_000

SCHEMA = """
create table countries (code text primary key, name text not null, is_eu integer not null);
create table settings (id integer primary key, key text not null, value text not null);
create table categories (id integer primary key, parent_id integer, name text not null, position integer not null);
create table customers (
    id integer primary key, email text not null unique, name text not null, country text not null,
    is_active integer not null, newsletter integer not null, created_at text not null
);
create table products (
    id integer primary key, category_id integer not null references categories (id), sku text not null unique,
    title text not null, price integer not null, stock integer not null, is_visible integer not null
);
create table orders (
    id integer primary key, customer_id integer not null references customers (id), status text not null,
    is_gift integer not null, total integer not null, placed_at text not null, shipped_at text
);
create table order_items (
    id integer primary key, order_id integer not null references orders (id) on delete cascade,
    product_id integer not null references products (id), quantity integer not null, price integer not null
);
create table payments (
    id integer primary key, order_id integer not null references orders (id) on delete cascade,
    reference text not null, amount integer not null, state text not null
);
create table reviews (
    id integer primary key, product_id integer not null references products (id), customer_id integer not null,
    stars integer not null, body text not null, created_at text not null
);
create table carts (token text primary key, customer_id integer, updated_at text not null);
create table cart_items (
    cart_token text not null, product_id integer not null, quantity integer not null,
    primary key (cart_token, product_id)
);
create table visits (
    id integer primary key, customer_id integer, path text not null, referrer text, visited_at text not null
);
create index payments_order on payments (order_id);
create index customers_country on customers (country);
create index customers_country_created on customers (country, created_at);
"""


def _fill(connection: sqlite3.Connection) -> None:
    random = seeded("shop")
    codes = [f"{a}{b}" for a in "ABCDE" for b in "KLMNOPQR"]
    fill(connection, "countries", ((code, f"Land {code}", n % 2) for n, code in enumerate(codes)))
    fill(connection, "settings", ((n, f"key {n}", "x" * 20) for n in range(1, 31)))
    fill(connection, "categories", ((n, n // 6 or None, word(random), n % 7) for n in range(1, 49)))
    fill(
        connection,
        "customers",
        (
            (
                n,
                f"{word(random)}{n}@example.com",
                f"{word(random)} {word(random)}",
                codes[skewed(random, 40) - 1],
                int(random.random() < 0.9),
                n % 2,
                at(n * 1500),
            )
            for n in range(1, CUSTOMERS + 1)
        ),
    )
    fill(
        connection,
        "products",
        (
            (
                n,
                random.randint(1, 48),
                f"SKU-{n:06}",
                f"{word(random)} {word(random)} {word(random)}",
                random.randint(100, 50_000),
                skewed(random, 400) - 1,
                int(random.random() < 0.5),
            )
            for n in range(1, PRODUCTS + 1)
        ),
    )
    fill(
        connection,
        "orders",
        (
            (
                n,
                skewed(random, CUSTOMERS, 1.3),
                "open" if n > ORDERS - 300 else _status(random.random()),
                int(random.random() < 0.5),
                random.randint(500, 90_000),
                at(n * 500),
                at(n * 500 + DAY),
            )
            for n in range(1, ORDERS + 1)
        ),
    )
    fill(
        connection,
        "order_items",
        (
            (n, (n * 2 + 4) // 5, skewed(random, PRODUCTS), random.randint(1, 4), random.randint(100, 50_000))
            for n in range(1, ITEMS + 1)
        ),
    )
    fill(
        connection,
        "payments",
        ((n, n, f"PAY-{n * 7919 % 1_000_003:07}", random.randint(500, 90_000), "done") for n in range(1, ORDERS + 1)),
    )
    fill(
        connection,
        "reviews",
        (
            (n, skewed(random, PRODUCTS), random.randint(1, CUSTOMERS), random.randint(1, 5), "nice " * 20, at(n * 900))
            for n in range(1, REVIEWS + 1)
        ),
    )
    fill(connection, "carts", ((f"cart-{n:05}", random.randint(1, CUSTOMERS), at(n * 60)) for n in range(1, 3001)))
    fill(connection, "cart_items", ((f"cart-{n:05}", n * k, k) for n in range(1, 2001) for k in (1, 2, 3)))
    fill(connection, "visits", ((n, n % 9000, f"/p/{n % 8000}", None, at(n * 300)) for n in range(1, 40_001)))


def _status(chance: float) -> str:
    return "done" if chance < 0.85 else "shipped" if chance < 0.93 else "returned" if chance < 0.98 else "cancelled"


STATEMENTS = (
    # What the keys serve already.
    asked(9000, "select * from customers where id = ?", (17,), (9021,)),
    asked(3000, "select id, name, is_active from customers where email = ?", ("nobody@example.com",)),
    asked(12000, "select * from products where id = ?", (5,), (6001,)),
    asked(2000, "select id, price, stock from products where sku = ?", ("SKU-000400",), ("SKU-007777",)),
    asked(2500, "select * from cart_items where cart_token = ?", ("cart-00100",), ("cart-01999",)),
    asked(1500, "select amount, state from payments where order_id = ?", (100,), (59_000,)),
    asked(
        800,
        "select id, name from customers where country = ? and created_at >= ? limit 50",
        ("AK", at(20_000 * 1400)),
        ("DM", at(20_000 * 1200)),
    ),
    # The history of a customer, newest first; and how many orders he made.
    asked(
        3000,
        "select id, status, total, placed_at from orders where customer_id = ? order by placed_at desc limit 20",
        (12,),
        (7000,),
        (19_999,),
    ),
    asked(900, "select count(*), sum(total) from orders where customer_id = ?", (50,), (11_000,)),
    # The lines of an order, with the product.
    asked(
        5000,
        "select i.quantity, i.price, p.title from order_items i join products p on p.id = i.product_id "
        "where i.order_id = ?",
        (10,),
        (44_000,),
    ),
    # How often a product was sold.
    asked(700, "select sum(quantity), count(*) from order_items where product_id = ?", (3,), (5000,)),
    # The page of a category, cheapest first, visible ones only.
    asked(
        4000,
        "select id, title, price from products where category_id = ? and is_visible = 1 order by price limit 24",
        (7,),
        (31,),
    ),
    # Reviews of a product, newest first.
    asked(
        4000,
        "select r.stars, r.body, c.name from reviews r join customers c on c.id = r.customer_id "
        "where r.product_id = ? order by r.created_at desc limit 10",
        (4,),
        (6500,),
    ),
    asked(2000, "select avg(stars), count(*) from reviews where product_id = ?", (9,), (7100,)),
    # What the bank calls back with.
    asked(1200, "select id, order_id, state from payments where reference = ?", ("PAY-0007919",), ("PAY-0500000",)),
    # Orders that wait: few of many.
    asked(1500, "select id, customer_id, total from orders where status = 'open' order by placed_at limit 50"),
    # Names of orders of a country: three tables.
    asked(
        60,
        "select o.id, o.total, i.quantity from customers c join orders o on o.customer_id = c.id "
        "join order_items i on i.order_id = o.id where c.email = ?",
        ("nobody@example.com",),
    ),
    # Tiny tables.
    asked(300, "select value from settings where key = ?", ("key 3",), ("key 30",)),
    asked(300, "select * from categories where parent_id = ? order by position", (3,), (7,)),
    asked(200, "select name from countries where is_eu = 1 order by name"),
    # Now and then: reports, searches inside of words, halves of a table.
    asked(4, "select count(*), sum(total) from orders where is_gift = 1"),
    asked(6, "select id, title from products where title like ? limit 40", ("%bade%",), ("%rore%",)),
    asked(2, "select substr(placed_at, 1, 7) as month, sum(total) from orders group by month order by month"),
    asked(1, "select id, email from customers where newsletter = 1 and is_active = 1"),
    asked(1, "select id, title from products where stock < ? order by stock", (3,)),
    asked(1, "select count(*) from visits where path = ?", ("/p/17",)),
    asked(
        2,
        "select path, count(*) from visits where visited_at >= ? group by path order by 2 desc limit 20",
        (at(39_000 * 300),),
    ),
    # Writes.
    asked(
        40_000,
        "insert into visits (customer_id, path, referrer, visited_at) values (?, ?, ?, ?)",
        (7, "/p/7", "search", at(40_001 * 300)),
    ),
    asked(
        600,
        "insert into orders (customer_id, status, is_gift, total, placed_at) values (?, 'open', 0, ?, ?)",
        (8, 4000, at(60_001 * 500)),
    ),
    asked(
        1500, "insert into order_items (order_id, product_id, quantity, price) values (?, ?, ?, ?)", (10, 20, 1, 900)
    ),
    asked(
        600, "insert into payments (order_id, reference, amount, state) values (?, ?, ?, 'new')", (11, "PAY-X", 4000)
    ),
    asked(1200, "update orders set status = ?, shipped_at = ? where id = ?", ("shipped", at(3e7), 59_900)),
    asked(3000, "update products set stock = stock - 1 where id = ?", (17,), (7000,)),
    asked(2500, "update carts set updated_at = ? where token = ?", (at(3e7), "cart-00500")),
    asked(
        60,
        "insert into reviews (product_id, customer_id, stars, body, created_at) values (?, ?, 5, 'fine', ?)",
        (5, 6, at(3e7)),
    ),
    asked(15, "delete from orders where id = ?", (30_000,), (59_999,)),
)

WORKLOAD = Workload(
    name="shop",
    about="a web shop",
    schema=SCHEMA,
    fill=_fill,
    statements=STATEMENTS,
    expected=(
        need("the orders of a customer, newest first", "orders(customer_id, placed_at)", "orders(customer_id)"),
        need("the items of an order, and of one that is deleted", "order_items(order_id)"),
        need("the sales of a product", "order_items(product_id)"),
        need(
            "a category's page",
            "products(category_id+is_visible, price) where is_visible = 1",
            "products(category_id, price)",
            "products(category_id)",
            "products(is_visible, category_id)",
        ),
        need("the reviews of a product", "reviews(product_id, created_at)", "reviews(product_id)"),
        need("the payment of a reference", "payments(reference)"),
        need(
            "the queue of open orders",
            "orders(status, placed_at) where status = 'open'",
            "orders(placed_at) where status = 'open'",
            "orders(status)",
        ),
    ),
    acceptable=(),
    must_not=(
        "settings",
        "categories",
        "countries",
        "visits",
        "carts",
        "cart_items",
        "orders(is_gift)",
        "products(title)",
        "products(stock)",
        "customers(newsletter)",
        "customers(is_active)",
    ),
    drops_ok=("customers_country",),
    drops_wrong=("payments_order", "customers_country_created"),
)
