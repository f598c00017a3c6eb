//! Whether an endpoint is described so that it can be asked and read.

use super::Problems;
use crate::config::backend::{Auth, Feed, Format, Pagination};

const MAX_PAGE: u32 = 10_000;

impl Problems {
    pub(super) fn feed(&mut self, at: &str, feed: &Feed) {
        if !feed.path.starts_with('/') {
            let hint = "begins with /: what is before it is BACKEND_URL";
            self.add(&format!("{at}.path"), hint);
        }
        for name in feed.headers.keys() {
            self.header(&format!("{at}.headers"), name);
        }
        self.format(at, feed);
        self.auth(&format!("{at}.auth"), &feed.auth);
        self.pagination(&format!("{at}.pagination"), feed);
        self.path(&format!("{at}.items"), feed.items.as_deref());
        if let Some(size) = &feed.page_size {
            self.parameter(&format!("{at}.pageSize.parameter"), &size.parameter);
            if !(1..=MAX_PAGE).contains(&size.value) {
                let range = format!("is 1 to {MAX_PAGE}");
                self.add(&format!("{at}.pageSize.value"), range);
            }
        }
        if let Some(updated) = &feed.updated_since {
            self.parameter(&format!("{at}.updatedSince.parameter"), &updated.parameter);
        }
        self.products(at, feed);
    }

    fn products(&mut self, at: &str, feed: &Feed) {
        if let Some(one) = &feed.one {
            self.path(&format!("{at}.one.item"), one.item.as_deref());
            if !one.path.starts_with('/') || !one.path.contains("{id}") {
                let hint = "has no {id}, or no / first; write it like /products/{id}";
                self.add(&format!("{at}.one.path"), hint);
            }
        }
        let fields = feed.fields.iter().flat_map(|fields| fields.expressions());
        for (key, expression) in fields {
            self.path(&format!("{at}.fields.{key}"), Some(expression));
        }
    }

    /// CSV and XML are read record by record: there is no document for an expression to look into.
    fn format(&mut self, at: &str, feed: &Feed) {
        let is_xml = feed.format == Format::Xml;
        if is_xml != feed.record.is_some() {
            let hint = "is needed with `format: xml`, and only there";
            self.add(&format!("{at}.record"), hint);
        }
        let delimiter = feed.delimiter;
        let is_fit = |c: char| c.is_ascii() && !"\"\r\n".contains(c);
        if delimiter.is_some_and(|c| feed.format != Format::Csv || !is_fit(c)) {
            let hint = "is one ASCII character, with `format: csv`";
            self.add(&format!("{at}.delimiter"), hint);
        }
        if feed.format == Format::Json {
            return;
        }
        let by_document = matches!(
            feed.pagination,
            Pagination::Cursor { .. } | Pagination::Next { .. }
        );
        let needs_document = [
            ("items", feed.items.is_some()),
            ("total", feed.total.is_some()),
            ("totalPages", feed.total_pages.is_some()),
            ("pagination.next", by_document),
        ];
        for (key, _) in needs_document.into_iter().filter(|(_, there)| *there) {
            self.add(&format!("{at}.{key}"), "is for JSON");
        }
    }

    fn auth(&mut self, at: &str, auth: &Auth) {
        match auth {
            Auth::Header { name, .. } => self.header(&format!("{at}.name"), name),
            Auth::Query { name, .. } => self.parameter(&format!("{at}.name"), name),
            Auth::ClientCredentials { token_url, .. } => {
                let known = ["/", "https://", "http://"];
                if !known.iter().any(|start| token_url.starts_with(start)) {
                    let hint = "is a path at the backend, or begins with https://";
                    self.add(&format!("{at}.tokenUrl"), hint);
                }
            }
            Auth::None | Auth::Basic { .. } | Auth::Bearer { .. } => {}
        }
        if auth.members().iter().any(|member| member.is_empty()) {
            self.add(at, "names a member of the secret that has no name");
        }
    }

    fn pagination(&mut self, at: &str, feed: &Feed) {
        let (total, pages) = (feed.total.as_deref(), feed.total_pages.as_deref());
        self.path(&format!("{at} (total)"), total);
        self.path(&format!("{at} (totalPages)"), pages);
        let (mut by_page, mut by_offset) = (false, false);
        match &feed.pagination {
            Pagination::Page { parameter, first } => {
                by_page = true;
                self.parameter(&format!("{at}.parameter"), parameter);
                if *first > 1 {
                    self.add(&format!("{at}.first"), "is 0 or 1");
                }
            }
            Pagination::Offset { parameter } => {
                by_offset = true;
                self.parameter(&format!("{at}.parameter"), parameter);
            }
            Pagination::Cursor { parameter, next } => {
                self.parameter(&format!("{at}.parameter"), parameter);
                self.path(&format!("{at}.next"), Some(next));
            }
            Pagination::Next { next } => self.path(&format!("{at}.next"), Some(next)),
            Pagination::None | Pagination::Link => {}
        }
        if (total.is_some() && !by_page && !by_offset) || (pages.is_some() && !by_page) {
            let hint = "total is for `kind: page` and `offset`, totalPages for `page`";
            self.add(at, hint);
        }
    }
}
