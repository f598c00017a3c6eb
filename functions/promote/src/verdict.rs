//! Whether a campaign's answers are those of a healthy one. Pure.

use shared::config::Promotion;

/// What became of the questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Answers that hold items.
    pub(crate) with_items: usize,
    /// Answers without an item.
    pub(crate) empty: usize,
    /// Errors that are the campaign's own.
    pub(crate) errors: usize,
    /// Items in all answers.
    pub(crate) items: usize,
    /// Those among them that only fill a list up.
    pub(crate) placeholders: usize,
}

/// What one question came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    WithItems { items: usize, placeholders: usize },
    Empty,
    Error,
}

impl Tally {
    /// Counts one more.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::WithItems {
                items,
                placeholders,
            } => {
                self.with_items += 1;
                self.items += items;
                self.placeholders += placeholders;
            }
            Outcome::Empty => self.empty += 1,
            Outcome::Error => self.errors += 1,
        }
    }

    /// Healthy is who fails at no more questions than the rule allows (single users or items that a
    /// version does not know are no fault of it), and does not fill its lists up with placeholders.
    /// Without any question there is no verdict, and no health.
    pub(crate) fn is_healthy(self, rule: &Promotion) -> bool {
        let asked = self.with_items + self.empty + self.errors;
        let failed = share(self.empty + self.errors, asked);
        self.with_items > 0
            && failed <= rule.max_failed
            && share(self.placeholders, self.items) <= rule.max_placeholders
    }

    /// For a person: without any id.
    pub(crate) fn words(self) -> String {
        let asked = self.with_items + self.empty + self.errors;
        format!(
            "{} of {asked} answers held items ({} empty, {} errors), {} of {} items were placeholders",
            self.with_items, self.empty, self.errors, self.placeholders, self.items
        )
    }
}

/// Counts here are far below what f64 holds exactly.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

/// Whether an error says something about the campaign. Throttling, a missing permission or a broken
/// line do not: taking a good version out of service for them would be wrong.
pub(crate) fn blames_campaign(code: &str) -> bool {
    matches!(
        code,
        "InternalServerError"
            | "InternalError"
            | "InternalFailure"
            | "InternalServerException"
            | "ServiceUnavailable"
            | "ServiceUnavailableException"
            | "InvalidInputException"
            | "ResourceNotFoundException"
            | "Timeout"
            | "UnreadableAnswer"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_healthy(with_items: usize, empty: usize, errors: usize, placeholders: usize) -> bool {
        let tally = Tally {
            with_items,
            empty,
            errors,
            items: with_items * 5,
            placeholders,
        };
        tally.is_healthy(&Promotion::default())
    }

    #[test]
    fn few_answers_may_fail() {
        assert!(is_healthy(10, 0, 0, 0));
        assert!(is_healthy(8, 1, 1, 0));
        assert!(!is_healthy(7, 3, 0, 0));
        assert!(!is_healthy(7, 0, 3, 0));
        assert!(!is_healthy(0, 1, 0, 0));
        assert!(!is_healthy(0, 0, 0, 0));
    }

    #[test]
    fn lists_of_placeholders_are_no_recommendations() {
        assert!(is_healthy(10, 0, 0, 25));
        assert!(!is_healthy(10, 0, 0, 26));
    }

    #[test]
    fn only_the_campaigns_own_errors_count_against_it() {
        assert!(blames_campaign("InternalServerError") && blames_campaign("Timeout"));
        for not in [
            "ThrottlingException",
            "AccessDeniedException",
            "NoConnection",
        ] {
            assert!(!blames_campaign(not), "{not}");
        }
    }
}
