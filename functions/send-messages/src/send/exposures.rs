//! Who was shown what, for experiments: an impression in the event log for each message of a visitor who is
//! in one, as the shop tells of its pages.

use std::collections::{BTreeMap, HashSet};

use interactions::{IMPRESSION, Interaction, Line, Logged, OWN_LIST, Visit};
use jiff::Timestamp;
use messages::{Block, Outcome, key};
use uuid::Uuid;

use super::job::Job;
use crate::{
    error::SendError,
    fill::{Shown, participations},
};

/// Messages that left.
#[derive(Debug, Default)]
pub(super) struct Exposures(Vec<(String, Shown)>);

impl Exposures {
    /// `user` has a message with what is `shown`.
    pub(super) fn push(&mut self, user: String, shown: Shown) {
        self.0.push((user, shown));
    }

    /// Adds the messages of those `blocks` whose numbers are `untold`: whoever sent them was killed before
    /// it told of them. What they showed is not known any more; the arm is.
    pub(super) async fn recover(
        &mut self,
        job: &Job,
        untold: &HashSet<u32>,
        blocks: &[Block],
    ) -> Result<(), SendError> {
        let told: HashSet<&str> = self.0.iter().map(|(user, _)| user.as_str()).collect();
        let earlier = blocks.iter().filter(|block| untold.contains(&block.n));
        let sent = earlier.flat_map(|block| block.users.iter().zip(&block.outcomes));
        let sent = sent.filter(|(_, outcome)| matches!(outcome, Outcome::Sent(_)));
        let untold: Vec<&str> = sent
            .map(|(user, _)| user.as_str())
            .filter(|user| !told.contains(user))
            .collect();
        if untold.is_empty() || !is_of_interest(job) {
            return Ok(());
        }
        let mut memos = job.services.memos.of(&untold, false).await?;
        let recovered: Vec<(String, Shown)> = untold
            .into_iter()
            .map(|user| {
                let memo = memos.remove(user).unwrap_or_default();
                let placement = &job.campaign.declared.placement;
                let shown = Shown {
                    recommendation_id: format!("{OWN_LIST}{}.{}", job.run.run, key::person(user)),
                    participations: participations(&job.definitions, placement, user),
                    agreed: memo.memory.agreed(),
                    items: Vec::new(),
                };
                (user.to_owned(), shown)
            })
            .collect();
        self.0.extend(recovered);
        Ok(())
    }

    /// `arms` and the people of each arm here.
    pub(super) fn arms(&self, mut arms: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
        let agreed = self.0.iter().filter(|(_, shown)| shown.agreed);
        for told in agreed.flat_map(|(_, shown)| &shown.participations) {
            let arm = told.arm.as_deref().unwrap_or_default();
            *arms
                .entry(format!("{}/{arm}", told.experiment))
                .or_default() += 1;
        }
        arms
    }

    /// What is to be told; once.
    fn told(&mut self, is_dry: bool) -> Vec<(String, Shown)> {
        let mut told = std::mem::take(&mut self.0);
        told.retain(|_| !is_dry);
        told
    }

    /// Tells the event log. Told twice it counts once, by the event's id.
    /// Of a dry run, however it ends, there is nothing to tell: nobody was shown anything.
    pub(super) async fn write(&mut self, job: &Job) -> Result<(), SendError> {
        let exposures = self.told(job.run.dry_run);
        if exposures.is_empty() || !is_of_interest(job) {
            return Ok(());
        }
        let now = Timestamp::now();
        let lines: Vec<Line> = exposures
            .into_iter()
            .filter(|(_, shown)| shown.agreed)
            .map(|(user, shown)| line(job, user, shown, now.as_second()))
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let key = interactions::new_key(now, Uuid::now_v7());
        let lines = crate::part::to_lines(&lines);
        let bucket = &job.services.bucket;
        Ok(bucket.put(&key, "application/x-ndjson", lines).await?)
    }
}

/// Whether an experiment, or the hold-out from all of them, is about the placement.
fn is_of_interest(job: &Job) -> bool {
    let placement = &job.campaign.declared.placement;
    let mut experiments = job.definitions.experiments.iter();
    job.definitions.hold_out.is_some()
        || experiments.any(|experiment| experiment.placements.contains(placement))
}

fn line(job: &Job, user: String, shown: Shown, now: i64) -> Line {
    let person = key::person(&user);
    Line::Logged(Logged {
        visit: Visit {
            // A session of one person alone: a shared one would make all of them one.
            session_id: format!("message-{person}"),
            user_id: Some(user),
        },
        interaction: Interaction {
            event_id: format!("message-{}-{person}", job.run.run),
            event_type: IMPRESSION.to_owned(),
            item_id: None,
            sent_at: now,
            event_value: None,
            recommendation_id: Some(shown.recommendation_id),
            impression: shown.items,
            placement: Some(job.campaign.declared.placement.clone()),
            experiments: shown.participations,
        },
        received_at: now,
        consent: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dry_run_shows_nobody_anything() {
        let shown = || Shown {
            recommendation_id: "r".to_owned(),
            participations: Vec::new(),
            agreed: true,
            items: Vec::new(),
        };
        let mut exposures = Exposures::default();
        exposures.push("u".to_owned(), shown());
        assert!(exposures.told(true).is_empty());
        exposures.push("u".to_owned(), shown());
        assert_eq!(exposures.told(false).len(), 1);
        assert!(exposures.told(false).is_empty());
    }
}
