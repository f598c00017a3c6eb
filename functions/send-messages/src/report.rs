//! What came of a run, as an object of the data bucket and in short.

use std::collections::BTreeMap;

use jiff::Timestamp;
use messages::{Block, Outcome, Reason, Run, RunState, key};
use serde::Serialize;
use shared::metrics::{self, Unit};

use crate::{
    error::SendError,
    keys,
    part::{self, Part},
    progress::Progress,
    services::Services,
    templates::{self, Used},
};

/// Keys of people that a report names of a kind.
const MOST_NAMED: usize = 10_000;
/// Previews that the answer names.
const MOST_PREVIEWS: usize = 20;

/// What came of a run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    campaign: String,
    run: String,
    state: RunState,
    dry_run: bool,
    started_at: String,
    /// Seconds from its begin to this report.
    took_seconds: i64,
    /// People of the audience.
    people: u64,
    #[serde(flatten)]
    counts: Counts,
    /// Where previews are: the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    previews: Vec<String>,
    /// The key of the report.
    report: String,
}

/// People, by what became of them.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    /// By channel.
    sent: BTreeMap<String, u64>,
    /// By the service's reason.
    failed: BTreeMap<String, u64>,
    /// By ours.
    skipped: BTreeMap<String, u64>,
    /// Of those skipped, who got nothing so that what the campaign brings can be counted.
    held_out: u64,
    /// Who got it, by `<experiment>/<arm>`.
    arms: BTreeMap<String, u64>,
    /// Who would get it later, if the run went on.
    put_off: u64,
    /// Of whom it is not known yet.
    uncertain: u64,
    /// Of whom it will not be known.
    held: u64,
    /// Who is to get it in another block, if the run went on.
    released: u64,
}

/// The object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    templates: Vec<Used>,
    /// Keys of people of whom it is not known.
    uncertain_people: Vec<String>,
    held_people: Vec<String>,
}

/// Writes the report of `run`, and ends the run if nothing of it is left.
pub(crate) async fn report(services: &Services, run: &str) -> Result<Summary, SendError> {
    let Some(mut known) = services.table.run(run).await? else {
        return Err(SendError::NoRun {
            run: run.to_owned(),
        });
    };
    let campaign = services.campaign(&known.campaign).await?;
    let (audience, progress, templates) = tokio::try_join!(
        part::audience(&services.bucket, run),
        services.progress.all(run, ""),
        templates::used(&services.s3, &services.bucket, &campaign),
    )?;
    if known.state == RunState::Running {
        let running = [RunState::Running];
        services
            .table
            .set_state(run, &running, RunState::Done)
            .await?;
        known.state = RunState::Done;
    }
    let summary = summary(known, &audience, &progress);
    let (uncertain_people, held_people) = named(services, run, &progress).await?;
    let report = Report {
        summary: &summary,
        templates,
        uncertain_people,
        held_people,
    };
    // Texts and numbers: there is nothing JSON could not hold.
    let json = serde_json::to_vec_pretty(&report).unwrap_or_default();
    services
        .bucket
        .put(&summary.report, "application/json", json)
        .await?;
    if !summary.dry_run {
        measure(&summary);
    }
    Ok(summary)
}

fn summary(run: Run, audience: &[Part], progress: &[Progress]) -> Summary {
    let now = Timestamp::now();
    let started = Timestamp::from_second(run.started_at).unwrap_or(now);
    let mut previews: Vec<String> = progress
        .iter()
        .flat_map(|part| part.previews.iter().cloned())
        .collect();
    previews.sort_unstable();
    previews.truncate(MOST_PREVIEWS);
    Summary {
        report: keys::report(&run.campaign, &run.run),
        campaign: run.campaign,
        run: run.run,
        state: run.state,
        dry_run: run.dry_run,
        started_at: started.to_string(),
        took_seconds: now.as_second() - run.started_at,
        people: audience.iter().map(|part| part.people as u64).sum(),
        counts: counts(progress),
        previews,
    }
}

fn counts(progress: &[Progress]) -> Counts {
    let mut all = Counts::default();
    for part in progress {
        add(&mut all.sent, &part.sent);
        add(&mut all.failed, &part.failed);
        add(&mut all.skipped, &part.skipped);
        add(&mut all.arms, &part.arms);
        all.uncertain += part.uncertain;
        all.held += part.held;
        if !part.done {
            all.released += part.released;
        }
        let later = part.later.as_ref().map(|later| &later.part);
        let is_sent = |later: &Part| progress.iter().any(|known| known.part == later.part);
        let later = later.filter(|later| !is_sent(later));
        all.put_off += later.map_or(0, |later| later.people as u64);
    }
    let held_out = all.skipped.get(Reason::HeldOut.name());
    all.held_out = held_out.copied().unwrap_or(0);
    all
}

fn add(to: &mut BTreeMap<String, u64>, counts: &BTreeMap<String, u64>) {
    for (name, people) in counts {
        *to.entry(name.clone()).or_default() += people;
    }
}

/// The keys of people who are uncertain, and of those who are held.
async fn named(
    services: &Services,
    run: &str,
    progress: &[Progress],
) -> Result<(Vec<String>, Vec<String>), SendError> {
    let (mut uncertain, mut held) = (Vec::new(), Vec::new());
    for part in progress
        .iter()
        .filter(|part| part.uncertain + part.held > 0)
    {
        for block in services.table.blocks(run, &part.part).await? {
            let key_of = |place: usize| block.users.get(place).map(|user| key::person(user));
            let (open, unknown) = places(&block);
            uncertain.extend(open.into_iter().filter_map(key_of));
            held.extend(unknown.into_iter().filter_map(key_of));
        }
        if uncertain.len().max(held.len()) >= MOST_NAMED {
            break;
        }
    }
    uncertain.truncate(MOST_NAMED);
    held.truncate(MOST_NAMED);
    Ok((uncertain, held))
}

/// The places in a block of people who are uncertain, and of those who are held.
fn places(block: &Block) -> (Vec<usize>, Vec<usize>) {
    if block.outcomes.is_empty() {
        return ((0..block.users.len()).collect(), Vec::new());
    }
    let held = block.outcomes.iter().enumerate();
    let held = held.filter(|(_, outcome)| matches!(outcome, Outcome::Held(_)));
    (Vec::new(), held.map(|(place, _)| place).collect())
}

fn measure(summary: &Summary) {
    let counts = &summary.counts;
    let failed: u64 = counts.failed.values().sum();
    let campaign = [("campaign", summary.campaign.as_str())];
    let data = [
        ("MessagesHeldOut", Unit::Count, counts.held_out as f64),
        ("MessagesFailed", Unit::Count, failed as f64),
        ("CampaignSeconds", Unit::None, summary.took_seconds as f64),
    ];
    metrics::emit("send-messages", &campaign, &data);
    // Its alarm is for all campaigns.
    let held = [("MessagesHeld", Unit::Count, counts.held as f64)];
    metrics::emit("send-messages", &[], &held);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Later;

    #[test]
    fn who_was_put_off_counts_where_it_was_decided() {
        let part = Part {
            key: String::new(),
            part: "03-0000".to_owned(),
            shard: 3,
            people: 10,
        };
        let count = |name: &str, n| BTreeMap::from([(name.to_owned(), n)]);
        let first = Progress {
            done: true,
            sent: count("email", 5),
            skipped: BTreeMap::from([("held-out".to_owned(), 1), ("capped".to_owned(), 2)]),
            later: Some(Later {
                at: 1,
                part: part.later("r", 2),
            }),
            ..Progress::new("03-0000")
        };
        let second = Progress {
            done: true,
            sent: count("email", 1),
            skipped: count("expired", 1),
            ..Progress::new("03-0000-1")
        };
        let one = counts(std::slice::from_ref(&first));
        assert_eq!((one.put_off, one.held_out), (2, 1));
        assert_eq!(one.skipped["capped"], 2);
        let both = counts(&[first, second]);
        assert_eq!((both.put_off, both.sent["email"]), (0, 6));
    }
}
