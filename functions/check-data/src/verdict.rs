//! Whether a dataset may be imported, in words: Personalize's minimum data, and the objects that
//! cannot be read at all.
//!
//! Numbers: developer guide, "Amazon Personalize endpoints and quotas" and "Preparing training data".

use serde::Serialize;
use shared::{
    config::{DatasetType, EstateConfig, Tolerance},
    operations::{GoodImport, ImportMode},
};

use crate::{
    drift::{self, percent, share},
    minimum::{self, MIN_ROWS},
    tally::Tally,
};

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

/// What was asked of a check.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// What is checked.
    pub(crate) dataset: DatasetType,
    /// What it is checked for.
    pub(crate) mode: ImportMode,
    /// The estate.
    pub(crate) config: &'a EstateConfig,
    /// The last import of this mode that succeeded.
    pub(crate) last: Option<&'a GoodImport>,
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

    /// Adds one that warns or stops when `share` is beyond the tolerance at `path` of the configuration.
    pub(crate) fn tolerate(&mut self, share: f64, limit: Tolerance, path: &str, text: &str) {
        if share > limit.stop {
            self.stop(format!(
                "{text} ({path}.stop is {}; raise it if this is how it should be)",
                percent(limit.stop)
            ));
        } else if share > limit.warn {
            self.warn(format!("{text} ({path}.warn is {})", percent(limit.warn)));
        }
    }

    /// Judges the counts of a dataset that was read to its end.
    pub(crate) fn judge(&mut self, asked: &Asked<'_>, tally: &Tally) {
        if tally.good == 0 {
            return self.stop(format!(
                "there is no good row of {}{}",
                asked.dataset.name(),
                most(tally)
            ));
        }
        if asked.mode == ImportMode::Full {
            self.enough(asked, tally);
        }
        self.unknown_items(tally, asked.config);
        if let Some(last) = asked.last {
            let limits = &asked.config.data_checks;
            drift::judge(self, tally, asked.mode, last, limits);
        }
    }

    /// What replaces all rows has to have enough for a training.
    fn enough(&mut self, asked: &Asked<'_>, tally: &Tally) {
        if asked.dataset == DatasetType::Interactions {
            self.interactions(tally);
            minimum::judge(self, tally, asked.config);
        } else if tally.good < MIN_ROWS {
            self.warn(format!(
                "{} good rows of {}: Personalize asks for at least {MIN_ROWS} records an import and may refuse it{}",
                tally.good, asked.dataset.name(), most(tally)
            ));
        }
    }

    fn unknown_items(&mut self, tally: &Tally, config: &EstateConfig) {
        let Some(unknown) = tally.catalogue.unknown_rows() else {
            return;
        };
        let share = share(unknown, tally.good);
        let text = format!(
            "{unknown} good interactions ({}) are with items that the items dataset does not have: nothing is known of these but the clicks; look for ids of another system, or for items that were left out",
            percent(share)
        );
        let limit = config.data_checks.unknown_items;
        self.tolerate(share, limit, "dataChecks.unknownItems", &text);
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
pub(crate) mod tests {
    use super::*;
    use crate::{reason::Reason, tally::tests::interactions};

    /// The shipped estate with a change.
    pub(crate) fn config_with(change: impl FnOnce(&mut EstateConfig)) -> EstateConfig {
        let text = include_str!("../../../config/personalization.yaml");
        let mut config = shared::config::parse("personalization.yaml", text).unwrap();
        change(&mut config);
        config
    }

    fn judged(tally: &Tally, mode: ImportMode) -> (bool, String) {
        let asked = Asked {
            dataset: DatasetType::Interactions,
            mode,
            config: &config_with(|_| ()),
            last: None,
        };
        let mut problems = Problems::default();
        problems.judge(&asked, tally);
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
        assert_eq!(
            judged(&tally(1_000, 25), ImportMode::Full),
            (true, String::new())
        );
    }

    #[test]
    fn too_few_rows_say_what_most_were_rejected_for() {
        let mut few = tally(999, 25);
        for _ in 0..3 {
            few.rejected(Reason::TimeInMilliseconds);
        }
        few.rejected(Reason::Duplicate);
        let (passed, text) = judged(&few, ImportMode::Full);
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
            judged(&tally(1_000, 24), ImportMode::Full)
                .1
                .contains("24 users have two")
        );
        let (passed, text) = judged(&tally(2_530, 2_505), ImportMode::Full);
        assert!(!passed && text.contains("25 of 2505 users"), "{text}");
        assert!(judged(&tally(2_525, 2_500), ImportMode::Full).0);
    }

    #[test]
    fn what_is_added_needs_no_minimum_of_its_own() {
        assert_eq!(
            judged(&tally(10, 10), ImportMode::Incremental),
            (true, String::new())
        );
        assert!(!judged(&tally(0, 1), ImportMode::Incremental).0);
    }

    #[test]
    fn beyond_a_tolerance_is_told_and_beyond_the_next_is_stopped() {
        let limit = Tolerance {
            warn: 0.1,
            stop: 0.5,
        };
        let told = |share| {
            let mut problems = Problems::default();
            problems.tolerate(share, limit, "dataChecks.volume", "less");
            (problems.passed(), problems.into_list().len())
        };
        assert_eq!(
            (told(0.1), told(0.5), told(0.51)),
            ((true, 0), (true, 1), (false, 1))
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
