"""Analyses made by hand, as a report is to show them."""

from __future__ import annotations

from datetime import UTC, datetime

from noormme_py.optimize.finding import Finding
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.suggestion import Advice, Figures, Served, Suggestion

MADE_AT = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)
SECRET = "ada@example.com"

OPEN_ORDERS = """\
select o.id, o.total, c.name
from orders as o join customers as c on c.id = o.customer_id
where o.customer_id = ? and o.status = 'open'
order by o.created_at desc limit 20"""
BY_SKU = "select * from products where sku = ?"
BY_ID = 'select "id", "name", "email" from "customers" where "id" = ?'
ITEMS = 'select "order_id", "product_id", "quantity" from "order_items" where "order_id" = ?'
TOTALS = "select status, sum(total) from orders where created_at >= ? group by status"
INSERTED = 'insert into "orders" ("customer_id", "status", "total", "created_at") values (?, ?, ?, ?) returning "id"'
RAW = f"select id from customers where lower(email) = '{SECRET}'"

SCANNED = ("SCAN o", "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)", "USE TEMP B-TREE FOR ORDER BY")
LOOKED_UP = (
    "SEARCH o USING INDEX orders_customer_id_status_created_at (customer_id=? AND status=?)",
    "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)",
)

RECORD = Record(
    (
        StatementRecord(
            OPEN_ORDERS,
            4_812,
            ((SECRET,),),
            61_300_000_000,
            48_000_000,
            0,
            96_240,
            0,
            "app/orders.py:41 in open_orders",
        ),
        StatementRecord(
            ITEMS, 96_240, ((7,),), 9_100_000_000, 9_000_000, 1_000_000, 288_720, 0, "app/orders.py:57 in with_items"
        ),
        StatementRecord(
            BY_SKU, 1_940, ((SECRET,),), 7_420_000_000, 11_000_000, 0, 1_940, 0, "app/catalogue.py:18 in find"
        ),
        StatementRecord(TOTALS, 60, ((SECRET,),), 2_250_000_000, 61_000_000, 0, 240, 0, "app/report.py:9 in totals"),
        StatementRecord(
            INSERTED,
            5_300,
            ((SECRET, 1, 2, 3),),
            410_000_000,
            2_500_000,
            90_000_000,
            5_300,
            3,
            "app/orders.py:12 in place",
        ),
        StatementRecord(RAW, 210, (), 310_000_000, 4_000_000, 0, 195, 0, "app/login.py:30 in by_mail"),
        StatementRecord(BY_ID, 31_002, ((5,),), 190_000_000, 800_000, 0, 31_002, 0, "app/customers.py:8 in get"),
    ),
    span_s=3_600.0,
)

ORDERS_INDEX = Suggestion(
    "create",
    "orders",
    "orders_customer_id_status_created_at",
    'create index "orders_customer_id_status_created_at" on "orders" ("customer_id", "status", "created_at" desc)',
    'drop index "orders_customer_id_status_created_at"',
    (
        Served(OPEN_ORDERS, 4_812, Figures(SCANNED, 1_204_000, 12.7), Figures(LOOKED_UP, 620, 0.041)),
        Served(
            TOTALS,
            60,
            Figures(("SCAN orders", "USE TEMP B-TREE FOR GROUP BY"), 2_410_000, 37.5),
            Figures(
                (
                    "SCAN orders USING COVERING INDEX orders_customer_id_status_created_at",
                    "USE TEMP B-TREE FOR GROUP BY",
                ),
                1_960_000,
                24.1,
            ),
        ),
    ),
    5_818_900_000,
    5_300,
    5_120_000,
    "high",
    "copy",
    "A customer's open orders are found by reading all 120,000 orders, 4,812 times an hour.",
)
SKU_INDEX = Suggestion(
    "create",
    "products",
    "products_sku",
    'create index "products_sku" on "products" ("sku")',
    'drop index "products_sku"',
    (
        Served(
            BY_SKU,
            1_940,
            Figures(("SCAN products",), 60_010, 3.8),
            Figures(("SEARCH products USING INDEX products_sku (sku=?)",), 24, 0.012),
        ),
    ),
    116_372_000,
    0,
    412_000,
    "high",
    "copy",
    "Products are looked up by sku, which no index has.",
)
DROPPED = Suggestion(
    "drop",
    "customers",
    "customers_email",
    'drop index "customers_email"',
    'create index "customers_email" on "customers" ("email")',
    (),
    0,
    0,
    920_000,
    "medium",
    "plan",
    'Everything it serves is served by "customers_email_name" too.',
)

FINDINGS = (
    Finding(
        "stale-statistics", "low", "orders", "The planner's statistics of orders are out of date.",
        "sqlite_stat1 says 1,200 rows, and there are 120,000.", "analyze",
    ),
    Finding(
        "n+1", "high", "order_items", "The items of orders are loaded one order at a time.",
        "96,240 runs in 4,812 units of work, 20 in each, with different parameters.",
        'load them together: find_many(…, include=["items"])', ITEMS, "app/orders.py:57 in with_items",
    ),
    Finding(
        "non-sargable", "medium", "customers.email", "lower(email) hides the column from its index.",
        "210 runs read all of the 18,000 customers.",
        'create index "customers_lower_email" on "customers" (lower("email"))', RAW, "app/login.py:30 in by_mail",
    ),
    Finding("page-size", "info", "page_size", "The pages have 1024 bytes.", "PRAGMA page_size is 1024.", None),
)  # fmt: skip

SHOP = Analysis(
    "/srv/app/shop.db",
    MADE_AT,
    "3.46.1",
    RECORD,
    {
        OPEN_ORDERS: SCANNED,
        BY_SKU: ("SCAN products",),
        TOTALS: ("SCAN orders", "USE TEMP B-TREE FOR GROUP BY"),
        BY_ID: ("SEARCH customers USING INTEGER PRIMARY KEY (rowid=?)",),
        ITEMS: (
            "COMPOUND QUERY",
            "  LEFT-MOST SUBQUERY",
            "    SEARCH order_items USING INDEX items_order (order_id=?)",
        ),
    },
    FINDINGS,
    Advice((ORDERS_INDEX, SKU_INDEX, DROPPED), ("2 statements could not be explained.",), 3.4),
    ("14 lines of the log were not understood.",),
)

HOSTILE_NAME = "</style></script><script>alert(1)</script><img src=http://evil.example/x>\"'&\x1b[31m\u202e\ud800"


def hostile() -> Analysis:
    """Return an analysis in which every name and text is out to break the page."""
    name = HOSTILE_NAME
    sql = f'select "{name}" from "{name}" where x = ?'
    figures = Figures((f"SCAN {name}", f"  SEARCH {name}"), 9_000, 1.0)
    served = Served(sql, 10, figures, Figures((f"SEARCH {name}",), 10, 0.1))
    suggestion = Suggestion(
        "create", name, name, f'create index "{name}"', name, (served,), 5, 5, 5, "low", "copy", name
    )
    return Analysis(
        f"/srv/{name}", MADE_AT, "3.46.1",
        Record((StatementRecord(sql, 10, (), 10, 10, 10, 10, 10, name), StatementRecord("x" * 5_000, 3))),
        {sql: (f"SCAN {name}",)},
        (Finding(name, "high", name, name, name, name, sql, name),),
        Advice((suggestion,), (name,), 1.0),
        (name,),
    )  # fmt: skip
