//! The users of a batch segment job, as `load-recommendations` left them.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use shared::{
    config::messages::SegmentAudience,
    lists::{Lists, ReadyMadeList, part_key},
};

use crate::{crowd::Crowd, cursor::Position, error::AudienceError};

/// The next part of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    part: u32,
    parts: u32,
    /// What all parts of one writing have in common.
    updated_at: i64,
}

/// Takes the segment's users from `position` on until `until`; gives where it stopped, or nothing at the end.
///
/// # Errors
/// When there is no such segment any more, it was written anew meanwhile, or a service does not answer.
pub(crate) async fn read(
    lists: &Lists,
    segment: &SegmentAudience,
    position: Option<Position>,
    crowd: &mut Crowd<'_>,
    (now, until): (i64, Instant),
) -> Result<Option<Position>, AudienceError> {
    let key = format!("segment#{}/{}", segment.job, segment.of);
    let mut place = match position {
        Some(Position::Segment(place)) => place,
        Some(_) => return Err(AudienceError::OtherAudience),
        None => {
            let first = lists.get(&key).await?;
            let first = first.filter(|list| is_fresh(list, now));
            let first = first.ok_or_else(|| AudienceError::NoSegment {
                job: segment.job.clone(),
                of: segment.of.clone(),
            })?;
            take(&first, crowd).await?;
            Place {
                part: 2,
                parts: first.parts.unwrap_or(1),
                updated_at: first.updated_at,
            }
        }
    };
    while place.part <= place.parts {
        if Instant::now() >= until {
            return Ok(Some(Position::Segment(place)));
        }
        let part = lists.get(&part_key(&key, place.part)).await?;
        let part = part.filter(|part| part.updated_at == place.updated_at);
        let part = part.ok_or_else(|| AudienceError::SegmentChanged {
            job: segment.job.clone(),
        })?;
        take(&part, crowd).await?;
        place.part += 1;
    }
    Ok(None)
}

async fn take(list: &ReadyMadeList, crowd: &mut Crowd<'_>) -> Result<(), AudienceError> {
    for user in &list.items {
        crowd.add(user, &[]).await?;
    }
    Ok(())
}

/// DynamoDB takes up to days to remove what has expired.
fn is_fresh(list: &ReadyMadeList, now: i64) -> bool {
    list.expires_at.is_none_or(|expires| expires > now)
}
