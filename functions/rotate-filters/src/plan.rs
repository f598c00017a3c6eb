//! What can be done now for one filter. Pure: what is there and what is due in, steps out.

use shared::{
    generation,
    resource::{is_active, is_failed},
};

/// The most generations of one filter: a dataset group has 30 filters in all.
const MAX_GENERATIONS: usize = 2;
/// After how many seconds a generation that failed is removed, so that it is tried again.
const RETRY_SECONDS: i64 = 3_600;

/// A filter of Personalize that is a generation of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its name.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// Personalize's status.
    pub(crate) status: String,
    /// Why it failed.
    pub(crate) failure_reason: Option<String>,
    /// Epoch seconds of its last change of status.
    pub(crate) changed_at: i64,
}

/// Everything behind one stable name.
#[derive(Debug)]
pub(crate) struct Behind<'a> {
    /// The stable name.
    pub(crate) stable: &'a str,
    /// The name of the generation that is due.
    pub(crate) due: &'a str,
    /// The generations that exist.
    pub(crate) seen: &'a [Seen],
    /// Where the alias points, and since when (epoch seconds).
    pub(crate) alias: Option<(&'a str, i64)>,
    /// For how many seconds a generation is kept that is no longer in service.
    pub(crate) grace: i64,
}

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// Make the generation that is due.
    Create,
    /// Tell of its state: ACTIVE, so that the alias is switched to it, or failed.
    Announce(&'a Seen),
    /// It is not needed any more.
    Delete(&'a Seen),
    /// It is being made or deleted; the next call goes on.
    Wait,
}

impl Behind<'_> {
    /// The generation in service, if it can still serve.
    pub(crate) fn in_service(&self) -> Option<&Seen> {
        let (arn, _) = self.alias?;
        let mut ready = self.seen.iter().filter(|seen| is_active(&seen.status));
        ready.find(|seen| seen.arn == arn)
    }

    /// The steps that can be done at `now` (epoch seconds).
    pub(crate) fn steps(&self, now: i64) -> Vec<Step<'_>> {
        let mut steps: Vec<Step<'_>> = self
            .seen
            .iter()
            .filter(|seen| self.is_over(seen, now))
            .map(Step::Delete)
            .collect();
        match self.seen.iter().find(|seen| seen.name == self.due) {
            None if self.seen.len() < MAX_GENERATIONS => steps.push(Step::Create),
            None => steps.push(Step::Wait),
            Some(due) if is_active(&due.status) && self.is_in_service(due) => {}
            Some(due) if is_active(&due.status) || is_failed(&due.status) => {
                steps.push(Step::Announce(due));
            }
            Some(_) => steps.push(Step::Wait),
        }
        if self.in_service().is_none() {
            steps.extend(self.stand_in().map(Step::Announce));
        }
        steps
    }

    /// With nothing in service, and the due one not ready, any other that can serve is better.
    fn stand_in(&self) -> Option<&Seen> {
        let ready = |seen: &&Seen| is_active(&seen.status);
        if self
            .seen
            .iter()
            .filter(ready)
            .any(|seen| seen.name == self.due)
        {
            return None;
        }
        let newest = |seen: &&Seen| generation::due(&seen.name, self.stable).map(str::to_owned);
        self.seen.iter().filter(ready).max_by_key(newest)
    }

    fn is_in_service(&self, seen: &Seen) -> bool {
        self.alias.is_some_and(|(arn, _)| arn == seen.arn)
    }

    /// Whether `seen` serves nobody and never will.
    fn is_over(&self, seen: &Seen, now: i64) -> bool {
        if self.is_in_service(seen) || !is_settled(seen) {
            return false;
        }
        if is_failed(&seen.status) {
            return seen.name != self.due || now - seen.changed_at >= RETRY_SECONDS;
        }
        // Since then the alias points to another one.
        let elsewhere = self.in_service().and(self.alias);
        seen.name != self.due && elsewhere.is_some_and(|(_, since)| now - since >= self.grace)
    }
}

/// Whether Personalize neither makes nor deletes it: only then it can be deleted.
fn is_settled(seen: &Seen) -> bool {
    is_active(&seen.status) || is_failed(&seen.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_415_486;
    const OLD: &str = "new-20261122-aaaaaaaa";
    const DUE: &str = "new-20261123-bbbbbbbb";

    fn seen(name: &str, status: &str) -> Seen {
        Seen {
            name: name.to_owned(),
            arn: format!("arn:{name}"),
            status: status.to_owned(),
            failure_reason: None,
            changed_at: NOW - 60,
        }
    }

    /// The steps with the alias on `alias` since `since` seconds, as words.
    fn steps(generations: &[Seen], alias: Option<&str>, since: i64) -> Vec<String> {
        let alias = alias.map(|name| format!("arn:{name}"));
        let behind = Behind {
            stable: "new",
            due: DUE,
            seen: generations,
            alias: alias.as_deref().map(|arn| (arn, NOW - since)),
            grace: 300,
        };
        let words = |step| match step {
            Step::Create => "create".to_owned(),
            Step::Announce(seen) => format!("announce {}", seen.name),
            Step::Delete(seen) => format!("delete {}", seen.name),
            Step::Wait => "wait".to_owned(),
        };
        behind.steps(NOW).into_iter().map(words).collect()
    }

    #[test]
    fn the_due_one_is_made_announced_and_only_then_is_the_old_one_deleted() {
        let old = seen(OLD, "ACTIVE");
        assert_eq!(
            steps(std::slice::from_ref(&old), Some(OLD), 86_400),
            ["create"]
        );
        let pending = [old.clone(), seen(DUE, "CREATE PENDING")];
        assert_eq!(steps(&pending, Some(OLD), 86_400), ["wait"]);
        let both = [old, seen(DUE, "ACTIVE")];
        assert_eq!(steps(&both, Some(OLD), 86_400), [format!("announce {DUE}")]);
        assert!(
            steps(&both, Some(DUE), 299).is_empty(),
            "recommend may still ask the old one"
        );
        assert_eq!(steps(&both, Some(DUE), 300), [format!("delete {OLD}")]);
        assert!(steps(&both[1..], Some(DUE), 86_400).is_empty());
    }

    #[test]
    fn the_first_one_of_all_is_made_and_put_into_service() {
        assert_eq!(steps(&[], None, 0), ["create"]);
        assert_eq!(
            steps(&[seen(DUE, "ACTIVE")], None, 0),
            [format!("announce {DUE}")]
        );
    }

    #[test]
    fn a_failed_one_is_told_of_leaves_the_old_one_in_service_and_is_tried_again() {
        let mut failed = seen(DUE, "CREATE FAILED");
        let old = seen(OLD, "ACTIVE");
        let both = [old.clone(), failed.clone()];
        assert_eq!(steps(&both, Some(OLD), 86_400), [format!("announce {DUE}")]);
        failed.changed_at = NOW - RETRY_SECONDS;
        let told = steps(&[old, failed], Some(OLD), 86_400);
        assert_eq!(told[0], format!("delete {DUE}"));
    }

    #[test]
    fn there_are_never_more_than_two() {
        let overtaken = seen("new-20261121-cccccccc", "CREATE FAILED");
        let three = [seen(OLD, "ACTIVE"), overtaken.clone()];
        let told = steps(&three, Some(OLD), 60);
        assert_eq!(
            told,
            [format!("delete {}", overtaken.name), "wait".to_owned()]
        );
        let deleting = [
            seen(OLD, "ACTIVE"),
            seen("new-20261121-cccccccc", "DELETE PENDING"),
        ];
        assert_eq!(steps(&deleting, Some(OLD), 60), ["wait"]);
    }

    #[test]
    fn when_the_one_in_service_was_deleted_by_hand_any_other_serves() {
        let pending = [seen(OLD, "ACTIVE"), seen(DUE, "CREATE IN_PROGRESS")];
        let told = steps(&pending, Some("new-20261120-dddddddd"), 86_400);
        assert_eq!(told, ["wait".to_owned(), format!("announce {OLD}")]);
        let leaving = [seen(OLD, "ACTIVE"), seen(DUE, "DELETE PENDING")];
        let told = steps(&leaving, Some(DUE), 86_400);
        assert_eq!(told, ["wait".to_owned(), format!("announce {OLD}")]);
    }
}
