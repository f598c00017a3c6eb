//! Whom a campaign is for.

use serde::Deserialize;

/// Whom a campaign is for. Consent, caps and suppressions are not said here: they always hold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Audience {
    /// Everybody who is in the contacts.
    Contacts {},
    /// The users of a declared batch job of kind `segments`, as `batch-recommend` loaded them last.
    Segment(SegmentAudience),
    /// The users that a query of Athena names.
    Query(QueryAudience),
    /// The user ids in an object of the data bucket, one a line, or CSV with a column `user_id`.
    List(String),
    /// The visitors who did something, and not something else since.
    After(AfterEvent),
}

/// Users of a segment: of item affinity when the job asks items, of item-attribute affinity when it asks
/// attributes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SegmentAudience {
    /// The declared batch job.
    pub job: String,
    /// The item, or the query by attributes, as it is in the job's input; the end of the list's key.
    pub of: String,
}

/// A query whose first column is user ids.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueryAudience {
    /// Athena SQL with a column `user_id`.
    pub sql: String,
}

/// "Four hours after the last event of this type, unless they bought since".
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AfterEvent {
    /// The event type that begins it, such as `cart`.
    pub event: String,
    /// Hours between the last such event and the message: 1 to 168.
    pub hours: u32,
    /// An event type that calls it off, such as `purchase`.
    pub unless: Option<String>,
}
