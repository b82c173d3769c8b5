"""What somebody who knows both databases would write down for SQLite beside the columns of the shop's tables."""

from __future__ import annotations

DEFAULTS = {
    ("customers", "status"): "'new'",
    ("customers", "is_active"): "true",
    ("customers", "created_at"): "current_timestamp",
    ("categories", "position"): "0",
    ("products", "keywords"): "'[]'",
    ("products", "attributes"): "'{}'",
    ("products", "is_listed"): "true",
    ("orders", "status"): "'placed'",
    ("orders", "currency"): "'EUR'",
    ("orders", "placed_at"): "current_timestamp",
    ("order_lines", "quantity"): "1",
    ("CustomerReviews", "isVerified"): "false",
    ("exchange_rates", "valid_until"): "'infinity'",
    ("warehouse_locations", "is_open"): "true",
}

# The pump brings texts, and a CHECK sees a value after its column's affinity made a number of it.
CONSTRAINTS: dict[str, tuple[str, ...]] = {
    "customers": (
        "check (name <> '')",
        "check (length(email) <= 120)",
        "check (status in ('new', 'active', 'suspended'))",
    ),
    "categories": ("foreign key (parent_id) references categories (id) on delete set null",),
    "products": (
        "check (length(sku) <= 20)",
        "check (price > 0)",
        "foreign key (category_id) references categories (id) on update cascade",
    ),
    "orders": (
        "check (total >= 0)",
        "check (length(currency) <= 3)",
        "check (status in ('placed', 'paid', 'sent', 'returned'))",
        "foreign key (customer_id) references customers (id) on delete cascade",
    ),
    "order_lines": (
        "check (quantity between 1 and 999)",
        "check (discount >= 0 and discount < 1)",
        "foreign key (order_id) references orders (id) on delete cascade",
        "foreign key (product_id) references products (id) on delete restrict",
    ),
    "CustomerReviews": (
        'check ("rating" between 1 and 5)',
        'foreign key ("customerId") references customers (id) on delete cascade',
        'foreign key ("productId") references products (id) on delete cascade',
    ),
    "exchange_rates": ("check (length(currency) <= 3)",),
    "events": (
        "check (length(kind) <= 20)",
        "check (length(agent) <= 200)",
        "foreign key (customer_id) references customers (id) on delete set null",
    ),
    "warehouse_locations": (),
    "warehouse_stock_moves": (
        "check (quantity <> 100)",
        "foreign key (product_id) references products (id)",
        "foreign key (location_code) references warehouse_locations (code) on update cascade",
    ),
}

# An index costs less when the rows are there, one of UNIQUE too.
INDEXES = (
    "create unique index customers_external_id on customers (external_id)",
    "create unique index customers_email on customers (email)",
    "create unique index categories_name on categories (name)",
    "create unique index products_sku on products (sku)",
    "create unique index warehouse_locations_place on warehouse_locations (hall, place)",
    "create unique index customers_email_any_case on customers (lower(email))",
    "create index customers_suspended on customers (created_at) where status = 'suspended'",
    "create index products_by_category on products (category_id, price desc)",
    "create index orders_by_customer on orders (customer_id)",
    "create index orders_open on orders (placed_at) where status = 'placed'",
    "create index order_lines_by_product on order_lines (product_id)",
    'create index "ReviewsByProduct" on "CustomerReviews" ("productId", "rating")',
    "create index events_by_customer on events (customer_id, happened_at)",
    "create index stock_moves_by_place on warehouse_stock_moves (location_code)",
)
