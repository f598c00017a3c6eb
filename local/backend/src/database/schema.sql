-- Numbers are the shop's own; ids are what others call a thing. Times are epoch milliseconds, UTC.
CREATE TABLE products (
    number INTEGER PRIMARY KEY,
    product_id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT,
    category TEXT,
    brand TEXT,
    price REAL,
    currency TEXT,
    available INTEGER NOT NULL,
    image TEXT,
    url TEXT,
    created_at INTEGER,
    updated_at INTEGER,
    deleted_at INTEGER
) STRICT;
-- Backends that give categories and brands as numbers.
CREATE TABLE names (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
) STRICT;
CREATE TABLE customers (
    number INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL UNIQUE,
    country TEXT,
    created_at INTEGER
) STRICT;
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    value REAL
) STRICT;
CREATE TABLE orders (
    number INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL,
    ordered_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    total REAL NOT NULL,
    currency TEXT
) STRICT;
CREATE TABLE order_lines (
    number INTEGER PRIMARY KEY,
    order_number INTEGER NOT NULL,
    line INTEGER NOT NULL,
    product_id TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price REAL,
    ordered_at INTEGER NOT NULL,
    customer_id TEXT NOT NULL
) STRICT;
