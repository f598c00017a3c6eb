//! Tracked interactions after they were accepted: the lines of the S3 event log, the messages of the
//! dead-letter queue, and how both reach Amazon Personalize.
//!
//! `track` writes them, and so does whatever else knows what was shown or clicked; `replay` sends them again,
//! `compact-events` makes few large objects of many small ones. What is accepted in the first place is the
//! writer's own matter.

mod deliver;
mod event_log;
mod interaction;
mod letter;
mod line;
mod log;
mod personalize;
mod program;
mod put_all;
mod settings;

pub use deliver::{BATCH, NotTaken, Undelivered, deliver};
pub use event_log::{EventLog, NotLogged};
pub use interaction::{IMPRESSION, Interaction, OWN_LIST, Participation, Visit};
pub use letter::{Letter, MAX_MESSAGE_BYTES};
pub use line::{CONSENT_UNKNOWN, Identified, Line, Logged};
pub use log::{Lines, LogError, LogReader, Object, PREFIX, day_prefix, key_before, new_key};
pub use personalize::Personalize;
pub use program::is_program;
pub use put_all::{Refused, put_all};
pub use settings::{Settings, SettingsError, SettingsReader, Tracker};
