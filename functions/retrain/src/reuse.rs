//! Which training under way to take up instead of paying for a second one. Pure.

/// A solution version, as far as this decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) arn: String,
    pub(crate) status: String,
    /// `FULL`, `UPDATE` or `AUTOTRAIN`.
    pub(crate) training_mode: String,
    /// Epoch seconds.
    pub(crate) created_at: i64,
}

impl Version {
    /// One that is being stopped is not: it never becomes usable.
    fn is_under_way(&self) -> bool {
        matches!(
            self.status.as_str(),
            "CREATE PENDING" | "CREATE IN_PROGRESS"
        )
    }
}

/// The training to take up: one of the asked mode, else any, the latest first. Any will do, because
/// what is asked for is a newer version than the one in service; a second one would be billed too.
pub(crate) fn under_way<'a>(versions: &'a [Version], training_mode: &str) -> Option<&'a Version> {
    versions
        .iter()
        .filter(|version| version.is_under_way())
        .max_by_key(|version| (version.training_mode == training_mode, version.created_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(arn: &str, status: &str, training_mode: &str, created_at: i64) -> Version {
        let own = str::to_owned;
        Version {
            arn: own(arn),
            status: own(status),
            training_mode: own(training_mode),
            created_at,
        }
    }

    #[test]
    fn finished_failed_and_stopping_trainings_are_not_taken_up() {
        let all = [
            version("a", "ACTIVE", "FULL", 4),
            version("b", "CREATE FAILED", "FULL", 3),
            version("c", "CREATE STOPPED", "FULL", 2),
            version("d", "CREATE STOPPING", "FULL", 1),
        ];
        assert_eq!(under_way(&all, "FULL"), None);
    }

    #[test]
    fn the_asked_mode_comes_first_then_the_latest() {
        let all = [
            version("old", "CREATE PENDING", "FULL", 1),
            version("new", "CREATE IN_PROGRESS", "FULL", 2),
            version("update", "CREATE PENDING", "UPDATE", 3),
        ];
        let taken = |mode| under_way(&all, mode).map(|version| version.arn.as_str());
        assert_eq!(taken("FULL"), Some("new"));
        assert_eq!(taken("UPDATE"), Some("update"));
        assert_eq!(
            under_way(&all[..1], "UPDATE").map(|version| version.created_at),
            Some(1)
        );
    }
}
