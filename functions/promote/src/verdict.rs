//! Whether a campaign's answers are those of a healthy one. Pure.

/// What became of the questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Answers that hold items.
    pub(crate) with_items: usize,
    /// Answers without an item.
    pub(crate) empty: usize,
    /// Errors that are the campaign's own.
    pub(crate) errors: usize,
}

/// What one question came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    WithItems,
    Empty,
    Error,
}

impl Tally {
    /// Counts one more.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::WithItems => self.with_items += 1,
            Outcome::Empty => self.empty += 1,
            Outcome::Error => self.errors += 1,
        }
    }

    /// Healthy is who answers at least half of the questions with items: single users or items that a
    /// version does not know are no fault of it.
    pub(crate) fn is_healthy(self) -> bool {
        self.with_items > 0 && self.with_items >= self.empty + self.errors
    }

    /// For a person: without any id.
    pub(crate) fn words(self) -> String {
        let asked = self.with_items + self.empty + self.errors;
        format!(
            "{} of {asked} answers held items ({} empty, {} errors)",
            self.with_items, self.empty, self.errors
        )
    }
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

    fn tally(with_items: usize, empty: usize, errors: usize) -> Tally {
        Tally {
            with_items,
            empty,
            errors,
        }
    }

    #[test]
    fn most_answers_have_to_hold_items() {
        assert!(tally(10, 0, 0).is_healthy());
        assert!(tally(5, 3, 2).is_healthy());
        assert!(!tally(4, 6, 0).is_healthy());
        assert!(!tally(4, 0, 6).is_healthy());
        assert!(!tally(0, 1, 0).is_healthy());
        assert!(!tally(0, 0, 0).is_healthy());
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
