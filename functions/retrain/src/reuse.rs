//! Which training to take up instead of paying for a second one: one that is under way, or one that
//! has ended and that nobody has judged yet, because the run that started it came to grief. Pure.

/// How long, in seconds, a version that nobody judged is worth judging: after that there is newer data.
const FRESH_SECONDS: i64 = 2 * 24 * 3_600;

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

/// The latest version that is trained, still fresh at `now`, and newer than all of `judged`: the last
/// one that was decided about, and the one in service.
pub(crate) fn not_judged<'a>(
    versions: &'a [Version],
    judged: &[String],
    now: i64,
) -> Option<&'a Version> {
    let is_judged = |version: &&Version| judged.contains(&version.arn);
    let since = versions.iter().filter(is_judged);
    let since = since.map(|version| version.created_at).max();
    let since = since.unwrap_or(i64::MIN).max(now - FRESH_SECONDS + 1);
    versions
        .iter()
        .filter(|version| version.status == "ACTIVE" && version.training_mode != "AUTOTRAIN")
        .filter(|version| !is_judged(version) && version.created_at >= since)
        .max_by_key(|version| version.created_at)
}

/// Whether there is a trained version that an UPDATE can start from.
pub(crate) fn can_update(versions: &[Version]) -> bool {
    versions
        .iter()
        .any(|version| version.status == "ACTIVE" && version.training_mode == "FULL")
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

    #[test]
    fn a_trained_version_that_nobody_judged_is_judged_first() {
        let all = [
            version("old", "ACTIVE", "FULL", 100),
            version("judged", "ACTIVE", "FULL", 200),
            version("new", "ACTIVE", "FULL", 300),
            version("own", "ACTIVE", "AUTOTRAIN", 400),
        ];
        let own = str::to_owned;
        let arn = |found: Option<&Version>| found.map(|version| version.arn.clone());
        assert_eq!(
            arn(not_judged(&all, &[own("judged")], 400)),
            Some("new".to_owned())
        );
        assert_eq!(arn(not_judged(&all[..2], &[own("judged")], 400)), None);
        assert_eq!(arn(not_judged(&all, &[own("new")], 400)), None);
        assert_eq!(arn(not_judged(&all, &[], 400)), Some("new".to_owned()));
        assert_eq!(not_judged(&all, &[], 300 + FRESH_SECONDS), None);
    }

    #[test]
    fn an_update_needs_a_full_training_before_it() {
        assert!(!can_update(&[version("a", "CREATE FAILED", "FULL", 1)]));
        assert!(can_update(&[version("a", "ACTIVE", "FULL", 1)]));
    }
}
