//! Everybody who is in the contacts.

use std::time::Instant;

use messages::MessagesTable;

use crate::{crowd::Crowd, cursor::Position, error::AudienceError};

/// Takes contacts from `position` on until `until`; gives where it stopped, or nothing at the end.
///
/// # Errors
/// When the table or S3 does not answer.
pub(crate) async fn read(
    table: &MessagesTable,
    position: Option<Position>,
    crowd: &mut Crowd<'_>,
    until: Instant,
) -> Result<Option<Position>, AudienceError> {
    let mut from = match position {
        None => None,
        Some(Position::Contacts(from)) => Some(from),
        Some(_) => return Err(AudienceError::OtherAudience),
    };
    loop {
        let page = table.contacts(0, 1, from.as_deref()).await?;
        for user in &page.users {
            crowd.add(user, &[]).await?;
        }
        match page.next {
            None => return Ok(None),
            Some(next) if Instant::now() >= until => return Ok(Some(Position::Contacts(next))),
            next => from = next,
        }
    }
}
