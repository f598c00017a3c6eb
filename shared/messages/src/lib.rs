//! Messages to people: contacts, consent, caps, suppressions, the ledger, signed links.
//!
//! [`judge`] decides, without asking anybody, whether a person gets a message now; [`MessagesTable`] is
//! the `Messages` table: what is known of people, and the ledger by which nobody gets a message twice;
//! [`links`] are the addresses in messages, which nobody else can make; [`evidence`] is what the
//! services say they did.
//!
//! # Once
//!
//! People belong to one of [`key::SHARDS`] shards, and who sends to a shard holds its [`Lease`]. Before a
//! message leaves, its *block* (at most [`MAX_BLOCK`] people of a channel) is claimed: one transaction
//! checks the lease, puts the block, which must be new, and puts what each of its people got lately. After
//! the call to the service the block is settled with what became of each. A block that is claimed and not
//! settled is what a killed sender left: whether its messages left is looked up in the evidence, and its
//! people are settled as sent, or [released](MessagesTable::release), which takes the message off their
//! caps again so that another block may claim them.

pub mod address;
mod contact;
pub mod csv;
mod error;
pub mod evidence;
mod judge;
pub mod key;
mod ledger;
pub mod links;
pub mod object;
mod sends;
mod silence;
mod table;
mod verdict;

pub use contact::{Consent, Contact, ContactError, MAX_ATTRIBUTES, PushAddress, PushService};
pub use error::MessagesError;
pub use judge::{Rules, judge};
pub use ledger::{
    Block, BlockState, Claim, Claimed, Lease, MAX_BLOCK, Outcome, Run, RunState, Settled,
};
pub use sends::{KEPT_DAYS, MAX_SENDS, Sends, Sent};
pub use shared::config::messages::Channel;
pub use silence::end_of_silence;
pub use table::{
    ConsentChange, MessagesTable, Page, Person, SHORT_LINK_DAYS, Suppressing, Suppression,
    SuppressionReason,
};
pub use verdict::{Reason, Verdict};
