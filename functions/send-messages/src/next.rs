//! What a run needs next. It is seen by what is written down, so that it does not matter who asks, how
//! often, or what was lost in between.

use std::{cmp::Reverse, collections::BTreeMap};

use jiff::Timestamp;
use messages::RunState;
use serde::{Deserialize, Serialize};

use crate::{
    error::SendError,
    part::{self, Part},
    progress::Progress,
    services::Services,
};

/// The longest wait, in seconds: then it is looked whether the run is told to stop.
const LONGEST_WAIT: i64 = 300;
/// Senders of a dry run: it is to be seen, not to be quick.
const DRY_SENDERS: usize = 4;

/// How a sender of the last turn ended, as the workflow tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct SenderEnd {
    done: bool,
    #[serde(default)]
    shards: Vec<u32>,
    #[serde(default)]
    error: String,
    #[serde(default)]
    cause: String,
}

/// What is next.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Next {
    action: Action,
    /// Until when to wait.
    at: Option<String>,
    /// The senders that are to work at once.
    senders: Vec<Sender>,
    /// Why it cannot go on.
    why: Option<String>,
}

/// What the workflow does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Send,
    Settle,
    Wait,
    Report,
    Fail,
}

/// A sender and its shards.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sender {
    shards: Vec<u32>,
}

/// Looks what `run` needs next.
pub(crate) async fn next(
    services: &Services,
    run: &str,
    ends: &[SenderEnd],
) -> Result<Next, SendError> {
    let table = &services.table;
    let Some(known) = table.run(run).await? else {
        return Err(SendError::NoRun {
            run: run.to_owned(),
        });
    };
    if known.state != RunState::Running {
        let stopping = [RunState::Stopping];
        table.set_state(run, &stopping, RunState::Stopped).await?;
        return Ok(Next::plain(Action::Report));
    }
    if let Some(why) = why(ends) {
        return Ok(Next {
            why: Some(why),
            ..Next::plain(Action::Fail)
        });
    }
    let (audience, progress) = tokio::try_join!(
        part::audience(&services.bucket, run),
        services.progress.all(run, "")
    )?;
    let most = match known.dry_run {
        true => services.max_senders.min(DRY_SENDERS),
        false => services.max_senders,
    };
    let now = Timestamp::now().as_second();
    Ok(decide(audience, &progress, most, now))
}

fn decide(audience: Vec<Part>, progress: &[Progress], most: usize, now: i64) -> Next {
    let open = part::open(audience, progress, now);
    if !open.is_empty() {
        return Next {
            senders: deal(&open, most),
            ..Next::plain(Action::Send)
        };
    }
    let uncertain = progress.iter().filter(|known| known.uncertain > 0);
    let settle = uncertain.filter_map(|known| known.settle_at).min();
    if settle.is_some_and(|at| at <= now) {
        return Next::plain(Action::Settle);
    }
    let later = progress.iter().filter_map(|known| known.later.as_ref());
    let later = later.map(|later| later.at).filter(|at| *at > now);
    let again = progress.iter().filter(|known| !known.done);
    let again = again.filter_map(|known| known.again_at);
    match later.chain(again).chain(settle).min() {
        Some(at) => {
            let at = at.min(now + LONGEST_WAIT);
            let at = Timestamp::from_second(at).map(|at| at.to_string()).ok();
            Next {
                at,
                ..Next::plain(Action::Wait)
            }
        }
        None => Next::plain(Action::Report),
    }
}

/// Gives the shards to at most `most` senders, the largest first, each to who has the fewest people.
fn deal(open: &[Part], most: usize) -> Vec<Sender> {
    let mut people: BTreeMap<u32, usize> = BTreeMap::new();
    for part in open {
        *people.entry(part.shard).or_default() += part.people;
    }
    let mut shards: Vec<(u32, usize)> = people.into_iter().collect();
    shards.sort_by_key(|(shard, people)| (Reverse(*people), *shard));
    let count = most.min(shards.len()).max(1);
    let mut senders: Vec<(usize, Sender)> = (0..count).map(|_| Default::default()).collect();
    for (shard, people) in shards {
        if let Some((load, sender)) = senders.iter_mut().min_by_key(|(load, _)| *load) {
            *load += people.max(1);
            sender.shards.push(shard);
        }
    }
    senders.into_iter().map(|(_, sender)| sender).collect()
}

/// Why senders failed, if some did.
fn why(ends: &[SenderEnd]) -> Option<String> {
    let failed = ends.iter().filter(|end| !end.done);
    let failed = failed.map(|end| {
        let shards: Vec<String> = end.shards.iter().map(u32::to_string).collect();
        format!("Shards {}: {}: {}", shards.join(", "), end.error, end.cause)
    });
    let failed: Vec<String> = failed.collect();
    (!failed.is_empty()).then(|| failed.join("; "))
}

impl Next {
    fn plain(action: Action) -> Self {
        Self {
            action,
            at: None,
            senders: Vec::new(),
            why: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Later;

    fn part(shard: u32, people: usize) -> Part {
        Part {
            key: String::new(),
            part: format!("{shard:02}-0000"),
            shard,
            people,
        }
    }

    fn done(shard: u32) -> Progress {
        Progress {
            done: true,
            ..Progress::new(&format!("{shard:02}-0000"))
        }
    }

    #[test]
    fn shards_are_dealt_by_their_people() {
        let audience = vec![part(0, 900), part(1, 100), part(2, 500), part(3, 450)];
        let next = decide(audience, &[], 2, 0);
        assert_eq!(next.action, Action::Send);
        let shards: Vec<_> = next.senders.into_iter().map(|one| one.shards).collect();
        assert_eq!(shards, [vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn what_is_due_first_is_waited_for_and_minutes_at_most() {
        let audience = || vec![part(0, 1), part(1, 1)];
        let put_off = Progress {
            later: Some(Later {
                at: 5_000,
                part: part(0, 1).later("r", 1),
            }),
            ..done(0)
        };
        let uncertain = Progress {
            uncertain: 49,
            settle_at: Some(1_200),
            ..done(1)
        };
        let at = |now| {
            let known = [put_off.clone(), uncertain.clone()];
            let next = decide(audience(), &known, 9, now);
            (next.action, next.at)
        };
        let time = |text: &str| Some(text.to_owned());
        assert_eq!(at(1_000), (Action::Wait, time("1970-01-01T00:20:00Z")));
        assert_eq!(at(800), (Action::Wait, time("1970-01-01T00:18:20Z")));
        assert_eq!(at(1_200), (Action::Settle, None));
        assert_eq!(at(5_000).0, Action::Send, "who was put off goes first");
        let next = decide(audience(), &[done(0), done(1)], 9, 0);
        assert_eq!(next, Next::plain(Action::Report));
    }

    #[test]
    fn senders_that_failed_are_told() {
        let ends = r#"[{"done": true}, {"done": false, "shards": [1, 2], "error": "Failed", "cause": "paused"}]"#;
        let ends: Vec<SenderEnd> = serde_json::from_str(ends).unwrap();
        assert_eq!(why(&ends).unwrap(), "Shards 1, 2: Failed: paused");
        assert_eq!(why(&ends[..1]), None);
    }
}
