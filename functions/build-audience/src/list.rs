//! The user ids in an object of the data bucket.

use std::time::Instant;

use crate::{
    bucket::Bucket,
    crowd::Crowd,
    cursor::Position,
    error::AudienceError,
    table::{Kind, Place, Table},
};

/// The largest list: some 200 million ids.
const MAX_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// Takes the users of the object `key` from `position` on until `until`; gives where it stopped, or nothing
/// at the end.
///
/// # Errors
/// When there is no such list, it is another one by now, or S3 does not answer.
pub(crate) async fn read(
    bucket: &Bucket,
    key: &str,
    position: Option<Position>,
    crowd: &mut Crowd<'_>,
    until: Instant,
) -> Result<Option<Position>, AudienceError> {
    let place = match position {
        None => start(bucket, key).await?,
        Some(Position::List(place)) => place,
        Some(_) => return Err(AudienceError::OtherAudience),
    };
    let table = Table { bucket, key };
    let rest = table.read(place, crowd, until).await?;
    Ok(rest.map(Position::List))
}

async fn start(bucket: &Bucket, key: &str) -> Result<Place, AudienceError> {
    let head = match bucket.head(key).await {
        Err(error) if error.is_not_found() => {
            return Err(AudienceError::NoList {
                key: key.to_owned(),
            });
        }
        head => head?,
    };
    if head.bytes > MAX_BYTES {
        return Err(AudienceError::ListTooLarge {
            key: key.to_owned(),
            bytes: head.bytes,
            most: MAX_BYTES,
        });
    }
    Table { bucket, key }.start(head, Kind::LinesOrCsv).await
}
