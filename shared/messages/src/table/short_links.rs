//! Short links. A token has some hundred characters, and a text message of two parts 306: the table keeps the token
//! under a name of twelve.

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use shared::aws::failure;

use super::{MessagesTable, TRIES, key, number, pause, text};
use crate::{error::MessagesError, links::MAX_TOKEN, sends::DAY};

/// How long a short link leads somewhere, in days.
pub const SHORT_LINK_DAYS: u32 = 90;
/// Bytes of the token's hash in its name. Whoever tries a billion names finds none: there are 2^72.
const NAME_BYTES: usize = 9;
/// Characters of a name.
const NAME: usize = NAME_BYTES / 3 * 4;
/// The most items of a BatchWriteItem.
const MAX_PUTS: usize = 25;
/// BatchWriteItems that run at once.
const AT_ONCE: usize = 4;

impl MessagesTable {
    /// The short names of `tokens`, kept for [`SHORT_LINK_DAYS`] days from `now` (epoch seconds). A token has the
    /// same name whenever it is asked for.
    ///
    /// # Errors
    /// When the table cannot be written; some may be by then.
    pub async fn shorten(&self, tokens: &[String], now: i64) -> Result<Vec<String>, MessagesError> {
        let names: Vec<String> = tokens.iter().map(|token| name(token)).collect();
        let expires = now + i64::from(SHORT_LINK_DAYS) * DAY;
        let put = |(name, token): (&String, &String)| {
            let mut item = key(&pk(name), "link");
            item.insert("token".to_owned(), text(token));
            item.insert("expiresAt".to_owned(), number(expires));
            let put = PutRequest::builder().set_item(Some(item)).build()?;
            Ok(WriteRequest::builder().put_request(put).build())
        };
        // A call may have no item twice.
        let mut distinct: Vec<_> = names.iter().zip(tokens).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let puts: Vec<WriteRequest> = distinct
            .into_iter()
            .map(put)
            .collect::<Result<_, MessagesError>>()?;
        let chunks: Vec<Vec<WriteRequest>> = puts
            .chunks(MAX_PUTS)
            .map(<[WriteRequest]>::to_vec)
            .collect();
        stream::iter(chunks)
            .map(|chunk| self.write(chunk))
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(names)
    }

    /// The token that [`shorten`](Self::shorten) gave `name` to; none when it gave it to none, or long ago.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn lengthen(&self, name: &str) -> Result<Option<String>, MessagesError> {
        if name.len() != NAME {
            return Ok(None);
        }
        let Some(item) = self.item(&pk(name), "link").await? else {
            return Ok(None);
        };
        let token = self.text("link", &item, "token")?;
        Ok((token.len() <= MAX_TOKEN).then(|| token.to_owned()))
    }

    async fn write(&self, mut left: Vec<WriteRequest>) -> Result<(), MessagesError> {
        for tries in 0..TRIES {
            let request = self.client.batch_write_item();
            let answer = request.request_items(&self.table, left).send().await;
            let answer = answer.map_err(failure("dynamodb:BatchWriteItem"))?;
            let unprocessed = answer.unprocessed_items;
            left = unprocessed
                .and_then(|mut tables| tables.remove(&self.table))
                .unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
            pause(tries).await;
        }
        Err(self.busy("BatchWriteItem"))
    }
}

fn name(token: &str) -> String {
    let hash = Sha256::digest(token);
    URL_SAFE_NO_PAD.encode(&hash[..NAME_BYTES])
}

fn pk(name: &str) -> String {
    format!("link#{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_the_token_s_own() {
        let one = name("token");
        assert_eq!(one.len(), NAME);
        assert_eq!(one, name("token"));
        assert_ne!(one, name("another"));
        assert!(
            one.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }
}
