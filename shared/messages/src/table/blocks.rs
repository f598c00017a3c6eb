//! Reading the ledger of a run.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use futures::{Stream, stream};
use shared::{aws::failure, config::messages::Channel};

use super::{Item, MessagesTable, run_pk, text};
use crate::{
    error::MessagesError,
    ledger::{Block, BlockState},
};

const MAX_PART: usize = 40;

impl MessagesTable {
    /// The blocks of a part of a run, by number, as they are now.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn blocks(&self, run: &str, part: &str) -> Result<Vec<Block>, MessagesError> {
        let mut blocks = Vec::new();
        let mut from = None;
        loop {
            let request = self.query(run, &format!("block#{part}#"));
            let (page, next) = self.page_of_blocks(request, from).await?;
            blocks.extend(page);
            from = next;
            if from.is_none() {
                return Ok(blocks);
            }
        }
    }

    /// All blocks of a run, by part and number, a page (of 1 MB at most) after the other.
    pub fn all_blocks<'t>(
        &'t self,
        run: &'t str,
    ) -> impl Stream<Item = Result<Vec<Block>, MessagesError>> + 't {
        stream::try_unfold(Some(None), move |from: Option<Option<Item>>| async move {
            let Some(from) = from else { return Ok(None) };
            let request = self.query(run, "block#");
            let (page, next) = self.page_of_blocks(request, from).await?;
            Ok(Some((page, next.map(Some))))
        })
    }

    fn query(&self, run: &str, prefix: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(run_pk(run)))
            .expression_attribute_values(":prefix", text(prefix))
            .consistent_read(true)
    }

    async fn page_of_blocks(
        &self,
        request: QueryFluentBuilder,
        from: Option<Item>,
    ) -> Result<(Vec<Block>, Option<Item>), MessagesError> {
        let answer = request.set_exclusive_start_key(from).send().await;
        let answer = answer.map_err(failure("dynamodb:Query"))?;
        let items = answer.items.unwrap_or_default();
        let blocks: Result<_, _> = items.iter().map(|item| self.block(item)).collect();
        Ok((blocks?, answer.last_evaluated_key))
    }

    fn block(&self, item: &Item) -> Result<Block, MessagesError> {
        const KIND: &str = "block";
        let (part, n) = self
            .text(KIND, item, "sk")?
            .strip_prefix("block#")
            .and_then(|name| name.rsplit_once('#'))
            .ok_or_else(|| self.shape(KIND))?;
        let channel = self.text(KIND, item, "channel")?;
        let channel = Channel::ALL.into_iter().find(|one| one.name() == channel);
        let state = match self.text(KIND, item, "state")? {
            "claimed" => BlockState::Claimed,
            "settled" => BlockState::Settled,
            _ => return Err(self.shape(KIND)),
        };
        let attempt = self.number(KIND, item, "attempt")?;
        Ok(Block {
            part: part.to_owned(),
            n: n.parse().map_err(|_| self.shape(KIND))?,
            channel: channel.ok_or_else(|| self.shape(KIND))?,
            state,
            claimed_at: self.number(KIND, item, "claimedAt")?,
            attempt: u32::try_from(attempt).map_err(|_| self.shape(KIND))?,
            users: self.json(KIND, item, "users")?,
            outcomes: match state {
                BlockState::Claimed => Vec::new(),
                BlockState::Settled => self.json(KIND, item, "outcomes")?,
            },
            known: match state {
                BlockState::Claimed if item.contains_key("known") => {
                    self.json(KIND, item, "known")?
                }
                _ => Vec::new(),
            },
        })
    }
}

/// The sort key of a block.
pub(super) fn sk(part: &str, n: u32) -> String {
    format!("block#{part}#{n:05}")
}

/// Whether `part` can be one's name.
pub(super) fn is_part(part: &str) -> bool {
    (1..=MAX_PART).contains(&part.len())
        && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{
        Client,
        config::{BehaviorVersion, Config},
    };

    use super::*;
    use crate::{
        ledger::Outcome,
        table::{json, key, number},
    };

    #[test]
    fn what_a_sender_knew_is_kept_with_a_claimed_block() {
        let nowhere = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .build();
        let table = MessagesTable::new(Client::from_conf(nowhere), "Messages".to_owned());
        let known = vec![Some(Outcome::Sent("m".to_owned())), None];
        let mut item = key(&run_pk("r"), &sk("03-0000", 7));
        item.extend([
            ("state".to_owned(), text("claimed")),
            ("channel".to_owned(), text("email")),
            ("claimedAt".to_owned(), number(100)),
            ("attempt".to_owned(), number(0)),
            ("users".to_owned(), json(&["a", "b"])),
            ("known".to_owned(), json(&known)),
        ]);
        let block = table.block(&item).unwrap();
        assert_eq!((block.n, block.known), (7, known));
        assert!(block.outcomes.is_empty());
        item.remove("known");
        assert!(table.block(&item).unwrap().known.is_empty());
    }
}
