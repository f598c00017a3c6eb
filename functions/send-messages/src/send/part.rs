//! One part: who is left of it, the line, and what is written down at its end.

use std::{collections::HashSet, sync::Arc};

use jiff::Timestamp;
use messages::{Block, Lease, Outcome};
use tokio::sync::Mutex;

use super::{
    block::Ledger,
    job::{Job, Time},
    line::{Line, Tally},
};
use crate::{
    error::SendError,
    part::{self, Member, Part},
    progress::{Later, Progress},
    standing::{Standing, count, next_block, standing},
};

/// Seconds of which those who were put off are sent to together.
const GATHERED: i64 = 600;
/// Seconds after which people are tried again for whom a service was too busy.
const THROTTLED: i64 = 30;

/// Sends `part`, of which `known` was written down before; what came of it, also when it failed on its way.
pub(super) async fn send(
    job: &Arc<Job>,
    lease: &Lease,
    turn: Option<Time>,
    part: &Part,
    known: Option<Progress>,
) -> (Tally, Result<(), SendError>) {
    let (line, blocks) = match begin(job, lease, turn, part, known.is_some()).await {
        Ok(begun) => begun,
        Err(error) => return (Tally::default(), Err(error)),
    };
    let mut line = line;
    let ran = line.run().await;
    let mut tally = std::mem::take(&mut line.tally);
    for (reason, people) in &line.aside.skipped {
        tally.skipped.insert((*reason).to_owned(), *people);
    }
    tally.later = line.aside.later.len() as u64;
    let ended = match ran {
        Ok(()) if !line.is_over() => finish(job, part, known, &mut line, &tally, blocks).await,
        ran => {
            // What was shown was shown, however it goes on.
            let written = line.exposures.write(job).await;
            ran.and(written)
        }
    };
    (tally, ended)
}

async fn begin(
    job: &Arc<Job>,
    lease: &Lease,
    turn: Option<Time>,
    part: &Part,
    was_at_its_end: bool,
) -> Result<(Line, Vec<Block>), SendError> {
    let blocks = match job.run.dry_run {
        true => Vec::new(),
        false => job.services.table.blocks(&job.run.run, &part.part).await?,
    };
    let members = part::members(&job.services.bucket, part).await?;
    let people = left(members, &blocks, was_at_its_end);
    let ledger = Ledger {
        part: part.part.clone(),
        lease: lease.clone(),
        attempt: blocks
            .iter()
            .map(|block| block.attempt + 1)
            .max()
            .unwrap_or(0),
        next: Mutex::new(next_block(&blocks)),
        turn,
    };
    Ok((Line::new(job, ledger, people), blocks))
}

/// Who is left of `members`. When a sender was at the part's end before, those are left alone who were
/// released since: of all others it is written down why they have no message.
fn left(members: Vec<Member>, blocks: &[Block], was_at_its_end: bool) -> Vec<Member> {
    let standing = standing(blocks);
    let is_left = |member: &Member| match standing.get(member.user.as_str()) {
        None => !was_at_its_end,
        Some(standing) => *standing == Standing::Released,
    };
    members.into_iter().filter(is_left).collect()
}

/// Writes down how the part ended.
async fn finish(
    job: &Job,
    part: &Part,
    known: Option<Progress>,
    line: &mut Line,
    tally: &Tally,
    before: Vec<Block>,
) -> Result<(), SendError> {
    let was_at_its_end = known.is_some();
    let mut progress = known.unwrap_or_else(|| Progress::new(&part.part));
    (progress.done, progress.again_at) = (true, None);
    for (reason, people) in &tally.skipped {
        *progress.skipped.entry(reason.clone()).or_default() += people;
    }
    let later = std::mem::take(&mut line.aside.later);
    if job.run.dry_run {
        let sent = tally.sent.iter();
        progress.sent = sent
            .map(|(channel, n)| (channel.name().to_owned(), *n))
            .collect();
        if !later.is_empty() {
            progress
                .skipped
                .insert("put-off".to_owned(), later.len() as u64);
        }
        progress.previews = job.previews.taken();
    } else {
        put_off(job, part, &mut progress, later, was_at_its_end).await?;
        let blocks = job.services.table.blocks(&job.run.run, &part.part).await?;
        let now = Timestamp::now().as_second();
        // Whoever claimed what is open was dead by now, or this sender has given it up.
        count(&mut progress, &blocks, now + job.services.evidence_seconds);
        if has_released(&before, &blocks) {
            (progress.done, progress.again_at) = (false, Some(now + THROTTLED));
        }
        let untold: HashSet<u32> = match was_at_its_end {
            true => progress.untold.drain(..).collect(),
            false => before.iter().map(|block| block.n).collect(),
        };
        line.exposures.recover(job, &untold, &blocks).await?;
        let open = blocks.iter().filter(|block| block.outcomes.is_empty());
        progress.untold = open.map(|block| block.n).collect();
    }
    progress.arms = line.exposures.arms(progress.arms);
    line.exposures.write(job).await?;
    let now = Timestamp::now().as_second();
    job.services
        .progress
        .put(&job.run.run, &progress, now)
        .await
}

/// Whether somebody was released by this sender, as the service was too busy.
fn has_released(before: &[Block], blocks: &[Block]) -> bool {
    let first = next_block(before);
    let own = blocks.iter().filter(|block| block.n >= first);
    own.flat_map(|block| &block.outcomes)
        .any(|outcome| *outcome == Outcome::Released)
}

/// People who get it later are a part of their own. Those who were released before are left where they are:
/// their part is open again when the first of them may have it.
async fn put_off(
    job: &Job,
    part: &Part,
    progress: &mut Progress,
    later: Vec<(Member, i64)>,
    was_at_its_end: bool,
) -> Result<(), SendError> {
    let Some(at) = later.iter().map(|(_, at)| *at).min() else {
        return Ok(());
    };
    if was_at_its_end {
        (progress.done, progress.again_at) = (false, Some(at));
        return Ok(());
    }
    let people: Vec<Member> = later.into_iter().map(|(member, _)| member).collect();
    let part = part.later(&job.run.run, people.len());
    let lines = part::to_lines(&people);
    let bucket = &job.services.bucket;
    bucket.put(&part.key, "application/x-ndjson", lines).await?;
    let valid = i64::from(job.campaign.declared.valid_hours) * 3_600;
    let at = gathered(at, job.started().as_second() + valid);
    progress.later = Some(Later { at, part });
    Ok(())
}

/// When people are sent to of whom the first may have it `at`: with those of the minutes after, as each
/// time all who are left are a part anew; but before the message `ends`.
fn gathered(at: i64, ends: i64) -> i64 {
    let full = (at + GATHERED - 1).div_euclid(GATHERED) * GATHERED;
    if full < ends { full } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::tests::block;

    #[test]
    fn who_was_put_off_is_sent_to_every_ten_minutes() {
        assert_eq!(gathered(1_200, 9_000), 1_200);
        assert_eq!(gathered(1_201, 9_000), 1_800);
        assert_eq!(gathered(1_201, 1_801), 1_800);
        assert_eq!(gathered(1_201, 1_800), 1_201);
    }

    #[test]
    fn who_was_released_is_left_and_at_a_second_try_nobody_else() {
        let members = ["sent", "open", "released", "new"].map(|user| Member {
            user: user.to_owned(),
            items: Vec::new(),
        });
        let blocks = [
            block(
                0,
                &["sent", "released"],
                vec![Outcome::Sent("m".into()), Outcome::Released],
            ),
            block(1, &["open"], vec![]),
        ];
        let users = |again| {
            let left = left(members.to_vec(), &blocks, again);
            left.into_iter()
                .map(|member| member.user)
                .collect::<Vec<_>>()
        };
        assert_eq!(users(false), ["released", "new"]);
        assert_eq!(users(true), ["released"]);
    }
}
