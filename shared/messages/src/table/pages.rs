//! Everybody who is a contact, page by page.

use shared::aws::failure;

use super::{Item, MessagesTable, key, text};
use crate::error::MessagesError;

/// Items that a page of contacts looks at.
const LOOKED_AT: i32 = 1_000;

/// Some of the users who are contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The users, in no order; there may be none on a page that is not the last.
    pub users: Vec<String>,
    /// Where the next page begins; nothing after the last. It holds a user's id: it is for a file, not for
    /// a log.
    pub next: Option<String>,
}

impl MessagesTable {
    /// Users who are contacts: a page of segment `segment` of `segments`, from where the page before
    /// ended.
    ///
    /// # Errors
    /// When `from` is no end of a page, or the table cannot be read.
    pub async fn contacts(
        &self,
        segment: i32,
        segments: i32,
        from: Option<&str>,
    ) -> Result<Page, MessagesError> {
        let from = from.map(start).transpose()?;
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .segment(segment)
            .total_segments(segments)
            .limit(LOOKED_AT)
            .projection_expression("pk")
            .filter_expression("sk = :contact")
            .expression_attribute_values(":contact", text("contact"))
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(failure("dynamodb:Scan"))?;
        let mut users = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let user = self.text("contact", &item, "pk")?.strip_prefix("person#");
            users.extend(user.map(str::to_owned));
        }
        let next = answer.last_evaluated_key.map(|last| {
            let part = |name| self.text("contact", &last, name);
            let last = (part("pk")?, part("sk")?);
            Ok::<_, MessagesError>(serde_json::json!([last.0, last.1]).to_string())
        });
        Ok(Page {
            users,
            next: next.transpose()?,
        })
    }
}

/// The key after which a page begins.
fn start(from: &str) -> Result<Item, MessagesError> {
    let parts: Result<(String, String), _> = serde_json::from_str(from);
    let (pk, sk) = parts.map_err(|_| {
        MessagesError::Invalid("contacts are read on from where a page of them ended")
    })?;
    Ok(key(&pk, &sk))
}
