//! Claiming a block before its messages leave, and settling it after.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use uuid::Uuid;

use super::{
    Item, MessagesTable,
    blocks::{is_part, sk},
    json, key, number, person_pk, run_pk,
    runs::is_run,
    text,
    transaction::{Transacted, update},
};
use crate::{
    error::MessagesError,
    key::shard,
    ledger::{Block, BlockState, Claim, Claimed, Lease, MAX_BLOCK, Outcome, Settled},
    sends::{DAY, KEPT_DAYS, Sends, Sent},
};

/// Where in a transaction that the lease is held is checked, and where the block is.
const LEASE: usize = 0;

/// The blocks that a part may have.
const MAX_BLOCKS: u32 = 100_000;

impl MessagesTable {
    /// Writes that the messages of `claim` are about to be sent: the block, and the message among what
    /// each of its people had. Either all of it is written or nothing.
    ///
    /// # Errors
    /// When the claim is not one, or the table cannot be written: then it may be written all the same, and
    /// nothing is to be sent.
    pub async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, MessagesError> {
        check(claim)?;
        let token = Uuid::new_v4().to_string();
        let mut operations = vec![self.held(claim.lease)?, self.put_new(block(claim, &token))?];
        let now = jiff::Timestamp::from_second(claim.now).unwrap_or(jiff::Timestamp::MAX);
        for (user, sends) in &claim.people {
            let sent = Sent {
                run: claim.run.to_owned(),
                campaign: claim.campaign.to_owned(),
                channel: claim.channel,
                at: claim.now,
            };
            operations.push(self.put(sends_item(user, &sends.with(sent, now)))?);
        }
        match self.transact(operations, &token).await? {
            Transacted::Done => Ok(Claimed::Claimed),
            Transacted::Refused(places) if places.contains(&LEASE) => Ok(Claimed::LostLease),
            Transacted::Refused(_) => self.whose(claim, &token).await,
        }
    }

    /// A block that stands in the way may be this very one, whose first answer was lost.
    async fn whose(&self, claim: &Claim<'_>, token: &str) -> Result<Claimed, MessagesError> {
        let block = self
            .item(&run_pk(claim.run), &sk(claim.part, claim.n))
            .await?;
        let made_by = block.as_ref().and_then(|block| block.get("claim"));
        let is_own = made_by
            .and_then(|by| by.as_s().ok())
            .is_some_and(|by| by == token);
        Ok(if is_own {
            Claimed::Claimed
        } else {
            Claimed::Exists
        })
    }

    /// Writes what became of the people of a claimed block, in the order of the claim.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn settle(
        &self,
        run: &str,
        part: &str,
        n: u32,
        outcomes: &[Outcome],
        now: i64,
    ) -> Result<Settled, MessagesError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&run_pk(run), &sk(part, n))))
            .update_expression(SETTLE)
            .condition_expression(IS_CLAIMED)
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(settled(outcomes, now)));
        Ok(match self.holds(request).await? {
            true => Settled::Settled,
            false => Settled::Already,
        })
    }

    /// Writes what is known of some people of a block that stays claimed, as of others nobody knows yet; in the
    /// order of the claim. Gives whether the block was claimed.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn note(
        &self,
        run: &str,
        block: &Block,
        known: &[Option<Outcome>],
    ) -> Result<bool, MessagesError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&run_pk(run), &sk(&block.part, block.n))))
            .update_expression("SET known = :known")
            .condition_expression(IS_CLAIMED)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":claimed", text("claimed"))
            .expression_attribute_values(":known", json(&known));
        self.holds(request).await
    }

    /// Settles a block that a killed sender left (or again one of whose people some were held, when somebody
    /// knows what became of them), and takes the message off what those of its people had
    /// who are [`Outcome::Released`], so that another block may claim them. `people` is what the table has
    /// of them now.
    ///
    /// # Errors
    /// When the outcomes are not as many as the block's people, one who is released is missing among
    /// `people`, or the table cannot be written.
    pub async fn release(
        &self,
        run: &str,
        lease: &Lease,
        block: &Block,
        outcomes: &[Outcome],
        people: &[(String, Sends)],
        now: i64,
    ) -> Result<Settled, MessagesError> {
        if outcomes.len() != block.users.len() {
            return Err(MessagesError::Invalid(
                "a block has an outcome for each of its people",
            ));
        }
        let mut operations = vec![self.held(lease)?, self.settling(run, block, outcomes, now)?];
        for (user, outcome) in block.users.iter().zip(outcomes) {
            if *outcome == Outcome::Released {
                let known = people.iter().find(|(known, _)| known == user);
                let (_, sends) = known.ok_or(MessagesError::Invalid(
                    "whoever is released has to be among the people",
                ))?;
                operations.push(self.put(sends_item(user, &sends.without(run)))?);
            }
        }
        let token = Uuid::new_v4().to_string();
        Ok(match self.transact(operations, &token).await? {
            Transacted::Done => Settled::Settled,
            Transacted::Refused(places) if places.contains(&LEASE) => Settled::LostLease,
            Transacted::Refused(_) => Settled::Already,
        })
    }

    fn settling(
        &self,
        run: &str,
        block: &Block,
        outcomes: &[Outcome],
        now: i64,
    ) -> Result<TransactWriteItem, MessagesError> {
        let mut values = settled(outcomes, now);
        // Of a settled block it is decided again what became of those who are held; by one alone.
        let condition = match block.state {
            BlockState::Claimed => IS_CLAIMED,
            BlockState::Settled => {
                values.remove(":claimed");
                values.insert(":before".to_owned(), json(&block.outcomes));
                IS_AS_READ
            }
        };
        let settling = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(&run_pk(run), &sk(&block.part, block.n))))
            .update_expression(SETTLE)
            .condition_expression(condition)
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values));
        Ok(update(settling.build()?))
    }
}

const SETTLE: &str = "SET #state = :settled, outcomes = :outcomes, settledAt = :now";
const IS_CLAIMED: &str = "#state = :claimed";
const IS_AS_READ: &str = "outcomes = :before";

fn settled(outcomes: &[Outcome], now: i64) -> std::collections::HashMap<String, AttributeValue> {
    Item::from([
        (":settled".to_owned(), text("settled")),
        (":claimed".to_owned(), text("claimed")),
        (":outcomes".to_owned(), json(&outcomes)),
        (":now".to_owned(), number(now)),
    ])
}

fn block(claim: &Claim<'_>, token: &str) -> Item {
    let users: Vec<&str> = claim.people.iter().map(|(user, _)| user.as_str()).collect();
    let mut item = key(&run_pk(claim.run), &sk(claim.part, claim.n));
    item.extend([
        ("state".to_owned(), text("claimed")),
        ("channel".to_owned(), text(claim.channel.name())),
        ("claim".to_owned(), text(token)),
        ("claimedAt".to_owned(), number(claim.now)),
        ("attempt".to_owned(), number(claim.attempt)),
        ("users".to_owned(), json(&users)),
        (
            "expiresAt".to_owned(),
            number(claim.now + i64::from(KEPT_DAYS) * DAY),
        ),
    ]);
    item
}

fn sends_item(user: &str, sends: &Sends) -> Item {
    let mut item = key(&person_pk(user), "sends");
    item.insert("recent".to_owned(), text(sends.to_text()));
    item.insert("expiresAt".to_owned(), number(sends.expires_at()));
    item
}

/// Whether `claim` is one. What is wrong here would break what is promised of the ledger.
fn check(claim: &Claim<'_>) -> Result<(), MessagesError> {
    let users: HashSet<&str> = claim.people.iter().map(|(user, _)| user.as_str()).collect();
    let wrong = if claim.people.is_empty() || claim.people.len() > MAX_BLOCK {
        "a block has 1 to 49 people"
    } else if users.len() != claim.people.len() {
        "a block has each person once"
    } else if users.iter().any(|user| shard(user) != claim.lease.shard) {
        "a block has people of its lease's shard alone"
    } else if claim.people.iter().any(|(_, sends)| sends.has(claim.run)) {
        "a block has nobody who has the run's message"
    } else if !is_run(claim.run) {
        "a run's id has 1 to 100 letters, digits, `-`, `_` and `.`"
    } else if !is_part(claim.part) || claim.n >= MAX_BLOCKS {
        "a part's name has 1 to 40 letters, digits and `-`, and a part at most 100,000 blocks"
    } else {
        return Ok(());
    };
    Err(MessagesError::Invalid(wrong))
}
