//! The backend: whether what lists products and rows is described so that it can be asked and read.

mod feed;
#[cfg(test)]
mod tests;

use super::Problems;
use crate::config::backend::{Adapter, Backend, Catalog, Column, ColumnType, Table, WebhookKind};

const MAX_RATE: f64 = 1_000.0;
const MAX_PAGE: u32 = 1_000;
const MAX_SPLITS: u32 = 64;
const MAX_NAME: usize = 128;
const HOUR: i64 = 3_600;

impl Problems {
    pub(super) fn backend(&mut self, backend: &Backend) {
        let rate = backend.requests_per_second;
        if rate.is_some_and(|rate| !(rate > 0.0 && rate <= MAX_RATE)) {
            let range = format!("is more than 0 and at most {MAX_RATE}");
            self.add("backend.requestsPerSecond", range);
        }
        if let Some(catalog) = &backend.catalog {
            self.catalog(catalog);
        }
        for (name, table) in &backend.tables {
            self.table(name, table);
        }
    }

    fn catalog(&mut self, catalog: &Catalog) {
        let at = "backend.catalog";
        let code = |code: &String| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
        if catalog
            .currency
            .as_ref()
            .is_some_and(|currency| !code(currency))
        {
            self.add(&format!("{at}.currency"), "is an ISO 4217 code, like GBP");
        }
        if catalog
            .page_size
            .is_some_and(|size| !(1..=MAX_PAGE).contains(&size))
        {
            self.add(&format!("{at}.pageSize"), format!("is 1 to {MAX_PAGE}"));
        }
        if catalog.expire_after.is_some_and(|age| age.seconds() < HOUR) {
            self.add(&format!("{at}.expireAfter"), "is at least 1h");
        }
        if catalog.overlap.seconds() > 7 * 24 * HOUR {
            self.add(&format!("{at}.overlap"), "is at most 7d");
        }
        self.adapter(catalog);
        self.webhook(catalog);
    }

    fn adapter(&mut self, catalog: &Catalog) {
        let at = "backend.catalog.feed";
        match (&catalog.feed, catalog.adapter) {
            (None, Adapter::Feed) => self.add(at, "is needed with `adapter: feed`"),
            (Some(_), adapter) if adapter != Adapter::Feed => {
                let name = adapter.name();
                self.add(at, format!("is for `adapter: feed`, and this is `{name}`"));
            }
            (Some(feed), _) => {
                self.feed(at, feed);
                if feed.fields.is_none() {
                    let missing = "is needed: it says where a product's members are";
                    self.add(&format!("{at}.fields"), missing);
                }
                if !catalog.settings.is_empty() || catalog.page_size.is_some() {
                    let why = "settings and pageSize are for the other adapters; a feed has its own pageSize";
                    self.add("backend.catalog", why);
                }
            }
            (None, _) => {}
        }
    }

    fn webhook(&mut self, catalog: &Catalog) {
        let at = "backend.catalog.webhook";
        let Some(webhook) = &catalog.webhook else {
            return;
        };
        if webhook.kind == WebhookKind::Hmac {
            for (key, value) in [("header", &webhook.header), ("id", &webhook.id)] {
                if value.is_none() {
                    self.add(&format!("{at}.{key}"), "is needed with `kind: hmac`");
                }
            }
        }
        if let Some(header) = &webhook.header {
            self.header(&format!("{at}.header"), header);
        }
        self.path(&format!("{at}.id"), webhook.id.as_deref());
    }

    fn table(&mut self, name: &str, table: &Table) {
        let at = format!("backend.tables.{name}");
        self.sql_name(&at, name);
        let feed = format!("{at}.feed");
        self.feed(&feed, &table.feed);
        let of_products = [
            ("fields", table.feed.fields.is_some()),
            ("one", table.feed.one.is_some()),
            ("updatedSince", table.feed.updated_since.is_some()),
        ];
        for (key, _) in of_products.into_iter().filter(|(_, there)| *there) {
            self.add(
                &format!("{feed}.{key}"),
                "is for products; a table has columns",
            );
        }
        if table.columns.is_empty() {
            self.add(&format!("{at}.columns"), "are needed: at least one");
        }
        for (name, column) in &table.columns {
            self.column(&format!("{at}.columns.{name}"), name, column);
        }
        let parameters = [("projection", &table.projection), ("limit", &table.limit)];
        for (key, parameter) in parameters {
            if let Some(parameter) = parameter {
                self.parameter(&format!("{at}.{key}.parameter"), &parameter.parameter);
            }
        }
        if let Some(splits) = &table.splits {
            self.parameter(&format!("{at}.splits.parameter"), &splits.parameter);
            if !(2..=MAX_SPLITS).contains(&splits.count) {
                self.add(
                    &format!("{at}.splits.count"),
                    format!("is 2 to {MAX_SPLITS}"),
                );
            }
        }
    }

    fn column(&mut self, at: &str, name: &str, column: &Column) {
        self.sql_name(at, name);
        self.path(&format!("{at}.from"), column.from.as_deref());
        let Some(filter) = &column.filter else {
            return;
        };
        let parameters = [&filter.equals, &filter.from, &filter.to];
        if parameters.iter().all(|parameter| parameter.is_none()) {
            self.add(
                &format!("{at}.filter"),
                "names no parameter: equals, from or to",
            );
        }
        for parameter in parameters.into_iter().flatten() {
            self.parameter(&format!("{at}.filter"), parameter);
        }
        let ranged = filter.from.is_some() || filter.to.is_some();
        if ranged && column.column_type == ColumnType::Boolean {
            self.add(
                &format!("{at}.filter"),
                "has a range, and a boolean has none",
            );
        }
    }

    /// Athena knows small letters only.
    fn sql_name(&mut self, at: &str, name: &str) {
        let first = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
        let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !first || !name.chars().all(ok) || name.len() > MAX_NAME {
            self.add(
                at,
                format!("`{name}` is no name for Athena: small letters, digits and _, no digit first, at most {MAX_NAME}"),
            );
        }
    }

    fn parameter(&mut self, at: &str, name: &str) {
        if name.is_empty() || name.chars().any(char::is_whitespace) {
            self.add(at, "is the name of a query parameter");
        }
    }

    fn header(&mut self, at: &str, name: &str) {
        let ok = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if name.is_empty() || !name.chars().all(ok) {
            self.add(at, format!("`{name}` is no name of a header"));
        }
    }

    /// A JMESPath.
    fn path(&mut self, at: &str, expression: Option<&str>) {
        if let Some(expression) = expression
            && let Err(error) = jmespath::compile(expression)
        {
            let message = error.to_string();
            let message = message.lines().next().unwrap_or_default();
            self.add(at, format!("`{expression}` is no JMESPath: {message}"));
        }
    }
}
