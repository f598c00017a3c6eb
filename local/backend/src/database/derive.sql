-- What only shows when all events are there.
CREATE INDEX events_customer ON events (customer_id);
CREATE INDEX events_product ON events (product_id);
CREATE INDEX events_type ON events (event_type);
CREATE INDEX events_time ON events (occurred_at);

-- Who and what only events tell of. A product that is only known to have been sold is off the list.
INSERT OR IGNORE INTO customers (customer_id) SELECT DISTINCT customer_id FROM events ORDER BY customer_id;
INSERT OR IGNORE INTO products (product_id, title, available, deleted_at)
    SELECT DISTINCT product_id, product_id, 0, 0 FROM events ORDER BY product_id;
CREATE TEMPORARY TABLE first_seen (id TEXT PRIMARY KEY, time INTEGER) WITHOUT ROWID;
INSERT INTO first_seen SELECT product_id, MIN(occurred_at) FROM events GROUP BY product_id;
UPDATE products SET created_at = (SELECT time FROM first_seen WHERE id = product_id) WHERE created_at IS NULL;
DELETE FROM first_seen;
INSERT INTO first_seen SELECT customer_id, MIN(occurred_at) FROM events GROUP BY customer_id;
UPDATE customers SET created_at = (SELECT time FROM first_seen WHERE id = customer_id) WHERE created_at IS NULL;
DROP TABLE first_seen;
-- What nothing tells the time of is as old as the oldest event, but no two products are equally old: some
-- backends page by the time of creation.
CREATE TEMPORARY TABLE beginning AS SELECT COALESCE(MIN(occurred_at), 0) AS time FROM events;
UPDATE products SET created_at = (SELECT time FROM beginning) + number WHERE created_at IS NULL;
UPDATE customers SET created_at = (SELECT time FROM beginning) WHERE created_at IS NULL;
DROP TABLE beginning;
UPDATE products SET updated_at = created_at, deleted_at = CASE WHEN deleted_at IS NULL THEN NULL ELSE created_at END;
INSERT OR IGNORE INTO names (kind, name)
    SELECT DISTINCT 'category', category FROM products WHERE category IS NOT NULL ORDER BY category;
INSERT OR IGNORE INTO names (kind, name)
    SELECT DISTINCT 'brand', brand FROM products WHERE brand IS NOT NULL ORDER BY brand;

-- What one customer bought in one second is an order. The value of a purchase is its quantity when the
-- product has a price, and its price when not.
CREATE TEMPORARY TABLE purchases AS
    SELECT events.number AS event,
           DENSE_RANK() OVER (ORDER BY occurred_at, events.customer_id) AS order_number,
           events.customer_id, events.product_id, occurred_at,
           COALESCE(products.price, value) AS price,
           CASE WHEN products.price IS NOT NULL AND value >= 1 THEN CAST(ROUND(value) AS INTEGER) ELSE 1 END AS quantity,
           products.currency AS currency
    FROM events JOIN products ON products.product_id = events.product_id
    WHERE event_type = 'purchase';
INSERT INTO order_lines (order_number, line, product_id, quantity, price, ordered_at, customer_id)
    SELECT order_number, ROW_NUMBER() OVER (PARTITION BY order_number ORDER BY event),
           product_id, quantity, price, occurred_at, customer_id
    FROM purchases ORDER BY order_number, event;
INSERT INTO orders (number, customer_id, ordered_at, status, total, currency)
    SELECT order_number, MIN(customer_id), MIN(occurred_at), 'completed',
           ROUND(COALESCE(SUM(price * quantity), 0), 2), MIN(currency)
    FROM purchases GROUP BY order_number ORDER BY order_number;
DROP TABLE purchases;

CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_time ON orders (ordered_at);
CREATE INDEX orders_status ON orders (status);
CREATE INDEX order_lines_order ON order_lines (order_number);
CREATE INDEX order_lines_product ON order_lines (product_id);
CREATE INDEX order_lines_customer ON order_lines (customer_id);
CREATE INDEX order_lines_time ON order_lines (ordered_at);
CREATE INDEX products_changed ON products (updated_at);
CREATE INDEX products_created ON products (created_at, product_id);
-- Lets a page far from the start be found without reading the products before it.
CREATE INDEX products_listed ON products (number) WHERE deleted_at IS NULL;
