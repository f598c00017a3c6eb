//! Who did something, and then nothing that calls it off: out of the event log, in three steps.
//!
//! 1. [`log`] reads the lines of the window and keeps of each what matters as a mark, under the user, or
//!    under the session as long as nobody knows who that is;
//! 2. [`sessions`] gives the marks of sessions that were identified since to their users;
//! 3. [`judge`] puts the marks of each user together.
//!
//! Marks are in objects by shard, so that each step has one thirty-second of them in memory at a time.
//! What is read twice counts once.

mod judge;
mod log;
mod mark;
mod sessions;
mod window;

use std::time::Instant;

use interactions::LogReader;
use messages::{MessagesTable, key::SHARDS};
use serde::{Deserialize, Serialize};
use shared::config::messages::MessageCampaign;

use crate::{
    bucket::Bucket,
    crowd::Crowd,
    cursor::Position,
    error::AudienceError,
    spool::{Most, Numbers, Spool},
};
use judge::Rule;
use window::Window;

/// An object of marks: small enough that 64 of them may wait in memory.
const MARKS: Most = Most {
    lines: u32::MAX,
    bytes: 512 * 1024,
};

/// How far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    window: Window,
    step: Step,
    /// Objects of marks of users, and of sessions.
    users: Numbers,
    sessions: Numbers,
}

/// What is being done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Step {
    /// The log is read, after this key of this day.
    Log(log::At),
    /// The marks of sessions in this shard, and those after it, are to be given to users.
    Sessions(u32),
    /// The people of this shard, and those after it, are to be judged.
    Judge(u32),
}

/// What is asked, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) table: &'a MessagesTable,
    pub(crate) campaign: &'a MessageCampaign,
    pub(crate) after: &'a shared::config::messages::AfterEvent,
    /// The run, and its folder with `/` at its end.
    pub(crate) run: &'a str,
    pub(crate) folder: &'a str,
    /// Epoch seconds when the run began.
    pub(crate) started: i64,
    /// Whether the next run's window begins where this one's ends.
    pub(crate) counts: bool,
}

/// Goes on from `position` until `until`; gives where it stopped, or nothing at the end.
///
/// # Errors
/// When a service does not answer.
pub(crate) async fn read(
    search: &Search<'_>,
    position: Option<Position>,
    crowd: &mut Crowd<'_>,
    until: Instant,
) -> Result<Option<Position>, AudienceError> {
    let mut place = match position {
        None => search.start().await?,
        Some(Position::After(place)) => *place,
        Some(_) => return Err(AudienceError::OtherAudience),
    };
    let spool = |name: &str, numbers: &Numbers| {
        let folder = format!("{}work/{name}/", search.folder);
        Spool::new(folder, MARKS, numbers.clone())
    };
    let mut users = spool("users", &place.users);
    let mut sessions = spool("sessions", &place.sessions);
    let ended = search
        .go_on(&mut place, (&mut users, &mut sessions), crowd, until)
        .await?;
    users.flush(search.bucket).await?;
    sessions.flush(search.bucket).await?;
    (place.users, place.sessions) = (users.numbers, sessions.numbers);
    Ok((!ended).then(|| Position::After(Box::new(place))))
}

impl Search<'_> {
    async fn start(&self) -> Result<Place, AudienceError> {
        let window = window::of(self).await?;
        Ok(Place {
            step: Step::Log(log::At::start(&window)?),
            window,
            users: Numbers::default(),
            sessions: Numbers::default(),
        })
    }

    /// Whether it came to the end before `until`.
    async fn go_on(
        &self,
        place: &mut Place,
        (users, sessions): (&mut Spool, &mut Spool),
        crowd: &mut Crowd<'_>,
        until: Instant,
    ) -> Result<bool, AudienceError> {
        let rule = Rule {
            event: &self.after.event,
            unless: self.after.unless.as_deref(),
            window: place.window.clone(),
        };
        loop {
            if Instant::now() >= until {
                return Ok(false);
            }
            place.step = match &place.step {
                Step::Log(at) => {
                    let reader =
                        LogReader::new(self.bucket.client.clone(), self.bucket.name.clone());
                    let log = log::Log {
                        reader,
                        s3: self.bucket,
                        rule: &rule,
                    };
                    match log.page(at, users, sessions).await? {
                        Some(next) => Step::Log(next),
                        None => {
                            sessions.flush(self.bucket).await?;
                            Step::Sessions(0)
                        }
                    }
                }
                Step::Sessions(SHARDS) => {
                    users.flush(self.bucket).await?;
                    Step::Judge(0)
                }
                Step::Sessions(shard) => {
                    sessions::identify(self.bucket, sessions, users, *shard).await?;
                    Step::Sessions(shard + 1)
                }
                Step::Judge(SHARDS) => return Ok(true),
                Step::Judge(shard) => {
                    judge::shard(self.bucket, users, *shard, &rule, crowd).await?;
                    Step::Judge(shard + 1)
                }
            };
        }
    }
}
