//! Whether a dataset may be imported, in words: Personalize's minimum data, and the objects that
//! cannot be read at all.
//!
//! Numbers: developer guide, "Amazon Personalize endpoints and quotas" and "Preparing training data".

use serde::Serialize;
use shared::config::{DatasetType, EstateConfig};

use crate::tally::Tally;

/// Interactions a training needs, and records an import should have.
const MIN_ROWS: u64 = 1_000;
/// Users with at least two interactions a training needs.
const MIN_REPEATED_USERS: u64 = 25;
/// Of a hundred users, those that need at least two interactions.
const MIN_REPEATED_PERCENT: u64 = 1;
/// Problems told one by one; a dataset with more has one cause.
const MAX_PROBLEMS: usize = 20;

/// Something a person should know before the import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// Whether the dataset must not be imported because of it.
    pub(crate) stops: bool,
    /// What is wrong, where, and what to do.
    pub(crate) text: String,
}

/// The problems of one dataset.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    untold: usize,
}

impl Problems {
    /// Adds one that stops the import.
    pub(crate) fn stop(&mut self, text: impl Into<String>) {
        self.add(true, text.into());
    }

    /// Adds one that does not.
    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        self.add(false, text.into());
    }

    /// Whether the dataset may be imported.
    pub(crate) fn passed(&self) -> bool {
        !self.list.iter().any(|problem| problem.stops)
    }

    /// All of them, the last naming how many more there are.
    pub(crate) fn into_list(mut self) -> Vec<Problem> {
        if self.untold > 0 {
            let text = format!("and {} more like these", self.untold);
            self.list.push(Problem { stops: false, text });
        }
        self.list
    }

    fn add(&mut self, stops: bool, text: String) {
        // One that stops is never left untold while none is told.
        if self.list.len() < MAX_PROBLEMS || (stops && self.passed()) {
            self.list.push(Problem { stops, text });
        } else {
            self.untold += 1;
        }
    }

    /// Judges the counts of a dataset that was read to its end.
    pub(crate) fn judge(&mut self, dataset: DatasetType, tally: &Tally, config: &EstateConfig) {
        if dataset == DatasetType::Interactions {
            self.interactions(tally);
            self.event_types(tally, config);
        } else if tally.good == 0 {
            self.stop(format!(
                "there is no good row of {}{}",
                dataset.name(),
                most(tally)
            ));
        } else if tally.good < MIN_ROWS {
            self.warn(format!(
                "{} good rows of {}: Personalize asks for at least {MIN_ROWS} records an import and may refuse it{}",
                tally.good, dataset.name(), most(tally)
            ));
        }
    }

    fn interactions(&mut self, tally: &Tally) {
        // The first that is missing is told: too few rows have too few users.
        if tally.good < MIN_ROWS {
            return self.stop(format!(
                "{} good interactions, a training needs at least {MIN_ROWS}{}",
                tally.good,
                most(tally)
            ));
        }
        let (users, repeated) = (
            tally.users.distinct.count(),
            tally.users.distinct.repeated(),
        );
        if repeated < MIN_REPEATED_USERS {
            self.stop(format!(
                "{repeated} users have two interactions or more, a training needs at least {MIN_REPEATED_USERS}"
            ));
        } else if repeated * 100 < users * MIN_REPEATED_PERCENT {
            self.stop(format!(
                "{repeated} of {users} users have two interactions or more, a training needs {MIN_REPEATED_PERCENT} % of them"
            ));
        }
    }

    /// Solutions that train on one event type need the minimum of that type. Others can do without.
    fn event_types(&mut self, tally: &Tally, config: &EstateConfig) {
        for solution in &config.solutions {
            let Some(event_type) = &solution.event_type else {
                continue;
            };
            let rows = tally.events.get(event_type).copied().unwrap_or(0);
            if rows < MIN_ROWS {
                self.warn(format!(
                    "{rows} good interactions of type `{event_type}`: the solution `{}` trains on these alone and needs at least {MIN_ROWS}",
                    solution.name
                ));
            }
        }
    }
}

/// What most rejected rows were rejected for, as the end of a sentence.
fn most(tally: &Tally) -> String {
    let most = tally.rejected.iter().max_by_key(|(_, count)| **count);
    most.map_or_else(String::new, |(reason, count)| {
        format!(
            "; {} rows were rejected, {count} of them for {}: the file of rejected rows has the lines",
            tally.rejections(),
            reason.name()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{reason::Reason, tally::tests::interactions};

    fn config() -> EstateConfig {
        let text = include_str!("../../../config/personalization.yaml");
        shared::config::parse("personalization.yaml", text).unwrap()
    }

    fn judged(tally: &Tally, config: &EstateConfig) -> (bool, String) {
        let mut problems = Problems::default();
        problems.judge(DatasetType::Interactions, tally, config);
        let passed = problems.passed();
        let texts: Vec<String> = problems
            .into_list()
            .into_iter()
            .map(|one| one.text)
            .collect();
        (passed, texts.join("\n"))
    }

    /// `rows` interactions of `users` users, as evenly as can be.
    fn tally(rows: usize, users: usize) -> Tally {
        let names: Vec<String> = (0..users).map(|user| format!("u{user}")).collect();
        let rows: Vec<_> = (0..rows)
            .map(|row| (names[row % users].as_str(), "i", "1", "view"))
            .collect();
        interactions(&rows)
    }

    #[test]
    fn the_least_that_personalize_takes_passes() {
        assert_eq!(judged(&tally(1_000, 25), &config()), (true, String::new()));
    }

    #[test]
    fn too_few_rows_say_what_most_were_rejected_for() {
        let mut few = tally(999, 25);
        for _ in 0..3 {
            few.rejected(Reason::TimeInMilliseconds);
        }
        few.rejected(Reason::Duplicate);
        let (passed, text) = judged(&few, &config());
        assert!(!passed);
        assert!(text.contains("999 good interactions"), "{text}");
        assert!(
            text.contains("4 rows were rejected, 3 of them for time-in-milliseconds"),
            "{text}"
        );
    }

    #[test]
    fn users_need_histories() {
        assert!(
            judged(&tally(1_000, 24), &config())
                .1
                .contains("24 users have two")
        );
        let (passed, text) = judged(&tally(2_530, 2_505), &config());
        assert!(!passed && text.contains("25 of 2505 users"), "{text}");
        assert!(judged(&tally(2_525, 2_500), &config()).0);
    }

    #[test]
    fn a_solution_on_one_event_type_is_warned_about_without_stopping_the_others() {
        let mut config = config();
        config.solutions[0].event_type = Some("purchase".to_owned());
        let (passed, text) = judged(&tally(1_000, 25), &config);
        assert!(
            passed && text.starts_with("0 good interactions of type `purchase`"),
            "{text}"
        );
    }

    #[test]
    fn a_thousand_problems_are_told_as_twenty() {
        let mut problems = Problems::default();
        for n in 0..1_000 {
            problems.stop(format!("{n}.csv is empty"));
        }
        assert!(!problems.passed());
        let list = problems.into_list();
        assert_eq!(
            (list.len(), list[20].text.as_str()),
            (21, "and 980 more like these")
        );
    }
}
