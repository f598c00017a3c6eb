//! The ledger of a run: what was claimed, and what became of it.

use serde::{Deserialize, Serialize};
use shared::config::messages::Channel;

use crate::sends::Sends;

/// The most people of a block. DynamoDB takes 100 items in a transaction, SES 50 entries in a call.
pub const MAX_BLOCK: usize = 49;

/// The right to send to the people of a shard, until somebody else takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Below [`SHARDS`](crate::key::SHARDS).
    pub shard: u32,
    /// Unlike any other: who has an older one can claim nothing any more.
    pub owner: String,
    /// Epoch seconds after which anybody may take it.
    pub until: i64,
}

/// People who are to get a message now.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// The run.
    pub run: &'a str,
    /// The run's campaign.
    pub campaign: &'a str,
    /// The part of the run, `03-0000`.
    pub part: &'a str,
    /// The block's number within the part: below 100,000.
    pub n: u32,
    /// The way the messages take.
    pub channel: Channel,
    /// That of the people's shard.
    pub lease: &'a Lease,
    /// How often the part was tried before.
    pub attempt: u32,
    /// 1 to [`MAX_BLOCK`] users of the shard, each once, and what they have had so far, without this
    /// message.
    pub people: Vec<(String, Sends)>,
    /// Epoch seconds.
    pub now: i64,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The block and its people's counts are in the table: its messages are to be sent at once.
    Claimed,
    /// Somebody else has the shard now: nothing was written, and nothing is to be sent.
    LostLease,
    /// There is such a block: nothing was written; another number is to be taken.
    Exists,
}

/// People of a run and a channel, claimed together.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The part of the run.
    pub part: String,
    /// The number within the part.
    pub n: u32,
    /// The way the messages take.
    pub channel: Channel,
    /// Whether it is known what became of them.
    pub state: BlockState,
    /// Epoch seconds.
    pub claimed_at: i64,
    /// How often the part was tried before.
    pub attempt: u32,
    /// The users, in the order of the claim.
    pub users: Vec<String>,
    /// What became of each; empty as long as the block is claimed.
    pub outcomes: Vec<Outcome>,
    /// Of a claimed block, what its sender knew of each when others got no answer; else empty.
    pub known: Vec<Option<Outcome>>,
}

/// Whether it is known what became of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockState {
    /// Its messages are being sent, or whoever sent them was killed.
    Claimed,
    /// It is known.
    Settled,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The service took it, under this id.
    Sent(String),
    /// The service refused it, for this reason; no address is in it.
    Failed(String),
    /// Nobody knows whether the service took it, for this reason. It is not sent again.
    Held(String),
    /// It never left, and another block may claim it.
    Released,
}

/// A run of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its id: 1 to 100 of letters, digits, `-`, `_` and `.`.
    pub run: String,
    /// Its campaign.
    pub campaign: String,
    /// What it does.
    pub state: RunState,
    /// Epoch seconds.
    pub started_at: i64,
    /// Whether it makes previews alone.
    pub dry_run: bool,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It sends.
    Running,
    /// It was told to stop, and does when the blocks under way are settled.
    Stopping,
    /// It stopped, and goes on when it is told to.
    Stopped,
    /// It is over.
    Done,
}

impl RunState {
    /// All.
    pub const ALL: [Self; 4] = [Self::Running, Self::Stopping, Self::Stopped, Self::Done];

    /// The name, as the table writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }
}

/// What became of settling a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is settled.
    Settled,
    /// It was settled before, or there is none: nothing was written.
    Already,
    /// Somebody else has the shard now: nothing was written.
    LostLease,
}
