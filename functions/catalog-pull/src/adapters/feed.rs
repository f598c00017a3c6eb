//! Any endpoint of JSON, CSV or XML, as `backend.catalog.feed` describes it.

#[cfg(test)]
mod tests;

use backend::{Answer, Auth, Expression, Record, Request};
use jiff::Timestamp;
use serde_json::Value;
use shared::config::backend::{Catalog, Fields, Format, TimeFormat};

use crate::{
    adapter::{Adapter, AdapterError, Entry, Mode, Page, Plan, Position, Scope},
    adapters::position::{keep, place},
    parts,
    product::{Found, Reason, is_true},
};

/// A described endpoint.
#[derive(Debug)]
pub(crate) struct Feed {
    feed: backend::Feed,
    fields: Mapping,
    item: Option<Expression>,
}

/// Where a product's members are in a record.
#[derive(Debug)]
struct Mapping(Vec<(&'static str, Expression)>);

impl Feed {
    /// The adapter, as configured.
    pub(crate) fn new(catalog: &Catalog) -> Result<Self, AdapterError> {
        let missing = |key: &str, message: &str| AdapterError::Setting {
            key: key.to_owned(),
            message: message.to_owned(),
        };
        let feed = catalog.feed.as_ref();
        let feed = feed.ok_or_else(|| missing("feed", "is needed with `adapter: feed`"))?;
        let fields = feed.fields.as_ref();
        let fields =
            fields.ok_or_else(|| missing("feed.fields", "says where a product's members are"))?;
        let item = feed.one.as_ref().and_then(|one| one.item.as_deref());
        Ok(Self {
            fields: Mapping::new(fields)?,
            item: item.map(Expression::compile).transpose()?,
            feed: backend::Feed::new(feed)?,
        })
    }

    fn since(&self, scope: &Scope) -> Vec<(String, String)> {
        let updated = self.feed.config().updated_since.as_ref();
        let since = scope.since.zip(updated);
        let since = since.map(|(since, updated)| {
            let written = match updated.format {
                TimeFormat::Rfc3339 => whole_seconds(since).to_string(),
                TimeFormat::EpochSeconds => since.as_second().to_string(),
            };
            (updated.parameter.clone(), written)
        });
        since.into_iter().collect()
    }

    /// The product in an answer about one; `None` when there is none.
    fn only(&self, answer: &Answer) -> Result<Option<Record>, AdapterError> {
        if self.feed.config().format != Format::Json {
            return Ok(self.feed.records(answer)?.next().transpose()?);
        }
        let json = answer.json()?;
        let found = match &self.item {
            Some(item) => item.find(&json.value)?,
            None => json.value,
        };
        let found = match found {
            Value::Array(list) => list.into_iter().next(),
            Value::Null => None,
            other => Some(other),
        };
        Ok(found.map(|value| Record {
            value,
            repaired: json.repaired,
        }))
    }
}

impl Adapter for Feed {
    fn auth(&self) -> Auth {
        self.feed.config().auth.clone()
    }

    fn lists_changes(&self) -> bool {
        self.feed.config().updated_since.is_some()
    }

    fn plan(&self, scope: &Scope) -> Result<Plan, AdapterError> {
        let first = self.feed.first();
        if scope.mode == Mode::Full && self.feed.is_counted() {
            return Ok(Plan::Ask(self.feed.request(&first, &[])));
        }
        Ok(Plan::Parts(vec![keep(&first)]))
    }

    fn parts(&self, _scope: &Scope, answer: &Answer) -> Result<Vec<Position>, AdapterError> {
        let Some(pages) = self.feed.count(answer)? else {
            return Ok(vec![keep(&self.feed.first())]);
        };
        let parts = parts::split(pages).into_iter();
        Ok(parts
            .map(|(first, end)| keep(&self.feed.position(first, end)))
            .collect())
    }

    fn request(&self, scope: &Scope, position: &Position) -> Result<Request, AdapterError> {
        Ok(self.feed.request(&place(position)?, &self.since(scope)))
    }

    fn page(
        &self,
        scope: &Scope,
        position: &Position,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Page, AdapterError> {
        let page = self.feed.page(&place(position)?, answer)?;
        let mut entries = Vec::new();
        for (index, record) in page.records.enumerate() {
            entries.push(self.fields.entry(scope, index, &record?));
        }
        Ok(Page {
            entries,
            next: page.next.as_ref().map(keep),
            wait: None,
        })
    }

    fn one(&self, id: &str) -> Result<Request, AdapterError> {
        let Some(one) = &self.feed.config().one else {
            return Err(AdapterError::Setting {
                key: "feed.one".to_owned(),
                message:
                    "says how one product is asked for, and is not there; add path: /products/{id}"
                        .to_owned(),
            });
        };
        let path = one.path.replace("{id}", &backend::segment(id));
        Ok(self.feed.with_headers(Request::get(path)))
    }

    fn product(
        &self,
        scope: &Scope,
        id: &str,
        answer: &Answer,
        _besides: &[Answer],
    ) -> Result<Entry, AdapterError> {
        let record = self.only(answer)?;
        let entry = record.map(|record| self.fields.entry(scope, 0, &record));
        Ok(entry.unwrap_or_else(|| Entry::Withdrawn { id: id.to_owned() }))
    }
}

impl Mapping {
    fn new(fields: &Fields) -> Result<Self, AdapterError> {
        let compiled = fields.expressions().into_iter();
        let compiled = compiled.map(|(key, text)| Ok((key, Expression::compile(text)?)));
        Ok(Self(compiled.collect::<Result<_, AdapterError>>()?))
    }

    /// What a record is. An expression that fails on it is a matter of this record alone.
    fn entry(&self, scope: &Scope, index: usize, record: &Record) -> Entry {
        let mut found = Found::default();
        let (mut deleted, mut failed) = (Value::Null, None);
        for (key, expression) in &self.0 {
            let value = expression.find(&record.value).unwrap_or_else(|error| {
                failed = Some(format!("{key}: {error}"));
                Value::Null
            });
            if *key == "deleted" {
                deleted = value;
            } else if let Some(member) = member(&mut found, key) {
                *member = value;
            }
        }
        let entry = found.check(scope, index, record.repaired);
        match (entry, failed) {
            (entry, None) if !is_true(&deleted) => entry,
            (Entry::Product(product), None) => Entry::Withdrawn { id: product.id },
            (Entry::Rejected { id: Some(id), .. }, None) => Entry::Withdrawn { id },
            (entry, None) => entry,
            (entry, Some(message)) => Entry::Rejected {
                id: entry.id().map(str::to_owned),
                index,
                reason: Reason::InvalidMember,
                message,
            },
        }
    }
}

fn member<'a>(found: &'a mut Found, key: &str) -> Option<&'a mut Value> {
    Some(match key {
        "id" => &mut found.id,
        "title" => &mut found.title,
        "price" => &mut found.price,
        "currency" => &mut found.currency,
        "category" => &mut found.category,
        "brand" => &mut found.brand,
        "description" => &mut found.description,
        "imageUrl" => &mut found.image_url,
        "url" => &mut found.url,
        "available" => &mut found.available,
        "createdAt" => &mut found.created_at,
        "markets" => &mut found.markets,
        "channels" => &mut found.channels,
        _ => return None,
    })
}

/// Fractions of a second are more than some backends read.
fn whole_seconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}
