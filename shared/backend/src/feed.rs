//! An endpoint that the configuration describes: the requests of its pages, and what is in an answer.

use serde_json::{Map, Value};
use shared::config::backend::{self as config, Format, Method, Pagination};

use crate::{
    answer::{Answer, Json},
    client::Client,
    decode::Records,
    error::BackendError,
    expression::Expression,
    pages::Pages,
    pagination::{self, Position, Told},
    request::Request,
};

/// An endpoint, with its expressions compiled.
#[derive(Debug, Clone)]
pub struct Feed {
    config: config::Feed,
    items: Option<Expression>,
    next: Option<Expression>,
    total: Option<Expression>,
    total_pages: Option<Expression>,
}

/// What an answer holds.
#[derive(Debug)]
pub struct FeedPage {
    /// Its records.
    pub records: Records,
    /// Where the list goes on; `None` at its end.
    pub next: Option<Position>,
}

impl Feed {
    /// Compiles what `config` declares.
    ///
    /// # Errors
    /// [`BackendError::Expression`] when a JMESPath is none; a configuration found sound has no such.
    pub fn new(config: &config::Feed) -> Result<Self, BackendError> {
        let compiled = |expression: Option<&String>| {
            let expression = expression.map(String::as_str);
            expression.map(Expression::compile).transpose()
        };
        let next = match &config.pagination {
            Pagination::Cursor { next, .. } | Pagination::Next { next } => Some(next),
            _ => None,
        };
        Ok(Self {
            items: compiled(config.items.as_ref())?,
            next: compiled(next)?,
            total: compiled(config.total.as_ref())?,
            total_pages: compiled(config.total_pages.as_ref())?,
            config: config.clone(),
        })
    }

    /// What it was made of.
    #[must_use]
    pub fn config(&self) -> &config::Feed {
        &self.config
    }

    /// Where its list begins.
    #[must_use]
    pub fn first(&self) -> Position {
        pagination::first(&self.config.pagination)
    }

    /// Reads its records page by page, with `extra` query parameters.
    #[must_use]
    pub fn pages<'a>(&'a self, client: &'a Client, extra: Vec<(String, String)>) -> Pages<'a> {
        Pages::new(self, client, extra)
    }

    /// The request for what is at `position`, with `extra` query parameters.
    #[must_use]
    pub fn request(&self, position: &Position, extra: &[(String, String)]) -> Request {
        if let Position::Url(url) = position {
            return self.with_headers(Request::next(url));
        }
        let extra = extra.iter().map(|(name, value)| (name, value));
        let texts = self.config.query.iter().chain(extra);
        let mut parameters: Vec<(String, Value)> = texts
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        let size = self.config.page_size.as_ref();
        parameters.extend(size.map(|size| (size.parameter.clone(), Value::from(size.value))));
        parameters.extend(pagination::parameter(&self.config.pagination, position));
        let path = self.config.path.as_str();
        self.with_headers(match self.config.method {
            Method::Get => parameters
                .iter()
                .fold(Request::get(path), |request, (name, value)| {
                    request.query(name, written(value))
                }),
            Method::Post => {
                let members: Map<String, Value> = parameters.into_iter().collect();
                Request::post(path, &Value::Object(members))
            }
        })
    }

    /// `request` with the headers that are declared.
    #[must_use]
    pub fn with_headers(&self, request: Request) -> Request {
        let headers = self.config.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }

    /// What is in the answer to the request for `position`.
    ///
    /// # Errors
    /// [`BackendError::Unreadable`] when it has another shape than declared,
    /// [`BackendError::Expression`] when an expression fails on it.
    pub fn page(&self, position: &Position, answer: &Answer) -> Result<FeedPage, BackendError> {
        if self.config.format == Format::Json {
            return self.json_page(position, answer);
        }
        // Only for its end: of CSV and XML, records are counted by reading them once more.
        let told = match self.config.pagination {
            Pagination::Page { .. } | Pagination::Offset { .. } => Told {
                records: self.records(answer)?.count() as u64,
                ..Told::default()
            },
            _ => Told::default(),
        };
        Ok(FeedPage {
            records: self.records(answer)?,
            next: pagination::next(&self.config.pagination, position, answer, &told),
        })
    }

    /// How many pages of the list there are, by the answer to its first request; `None` when it does
    /// not say, or its pages have no numbers.
    ///
    /// # Errors
    /// As [`Feed::page`].
    pub fn count(&self, answer: &Answer) -> Result<Option<u64>, BackendError> {
        if !self.is_counted() {
            return Ok(None);
        }
        let Json { value, .. } = answer.json()?;
        let told = self.told(&value)?;
        let asked = self
            .config
            .page_size
            .as_ref()
            .map(|size| u64::from(size.value));
        let came = self.list(value)?.len() as u64;
        // A backend may give fewer than it was asked for.
        let size = asked.map_or(came, |asked| asked.min(came));
        let by_records = |total: u64| (size > 0).then(|| total.div_ceil(size));
        Ok(told.total_pages.or_else(|| told.total.and_then(by_records)))
    }

    /// Whether its answers say how much there is, and any page can be asked for.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        match self.config.pagination {
            Pagination::Page { .. } => self.total.is_some() || self.total_pages.is_some(),
            Pagination::Offset { .. } => self.total.is_some() && self.config.page_size.is_some(),
            _ => false,
        }
    }

    /// The position of the pages from `page` (counted from 0) up to `end`.
    #[must_use]
    pub fn position(&self, page: u64, end: Option<u64>) -> Position {
        match (&self.config.pagination, &self.config.page_size) {
            (Pagination::Page { first, .. }, _) => Position::Page {
                number: u64::from(*first).saturating_add(page),
                end: end.map(|end| u64::from(*first).saturating_add(end)),
            },
            (Pagination::Offset { .. }, Some(size)) => Position::Offset {
                records: page.saturating_mul(u64::from(size.value)),
                end: end.map(|end| end.saturating_mul(u64::from(size.value))),
            },
            _ => self.first(),
        }
    }

    /// Every record of an answer, whatever its place in the list; of JSON the declared list.
    ///
    /// # Errors
    /// As [`Feed::page`].
    pub fn records(&self, answer: &Answer) -> Result<Records, BackendError> {
        match self.config.format {
            Format::Json => {
                let Json { value, repaired } = answer.json()?;
                Ok(Records::json(self.list(value)?, repaired))
            }
            Format::Csv => {
                let delimiter = self.config.delimiter.map_or(Ok(b','), u8::try_from);
                Records::csv(answer.body.clone(), delimiter.unwrap_or(b','))
            }
            Format::Xml => {
                let name = self.config.record.as_deref().unwrap_or_default();
                Ok(Records::xml(&answer.body, name))
            }
        }
    }

    fn json_page(&self, position: &Position, answer: &Answer) -> Result<FeedPage, BackendError> {
        let Json { value, repaired } = answer.json()?;
        let mut told = self.told(&value)?;
        let list = self.list(value)?;
        told.records = list.len() as u64;
        Ok(FeedPage {
            next: pagination::next(&self.config.pagination, position, answer, &told),
            records: Records::json(list, repaired),
        })
    }

    fn told(&self, document: &Value) -> Result<Told, BackendError> {
        let find = |expression: &Option<Expression>| match expression {
            Some(expression) => expression.find(document),
            None => Ok(Value::Null),
        };
        Ok(Told {
            records: 0,
            next: find(&self.next)?,
            total: number(&find(&self.total)?),
            total_pages: number(&find(&self.total_pages)?),
        })
    }

    fn list(&self, document: Value) -> Result<Vec<Value>, BackendError> {
        let (list, place) = match &self.items {
            Some(items) => (items.take(document)?, self.config.items.as_deref()),
            None => (document, None),
        };
        match list {
            Value::Array(list) => Ok(list),
            _ => Err(BackendError::Unreadable(format!(
                "{} is no list; set `items` to the JMESPath of the list",
                place.map_or("the document".to_owned(), |place| format!("`{place}`"))
            ))),
        }
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
