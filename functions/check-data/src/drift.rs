//! How far a dataset is from the one imported last: its volume, and its mix of event types.

use std::collections::BTreeMap;

use shared::{
    config::{DataChecks, Tolerance},
    operations::{GoodImport, ImportMode},
};

use crate::{tally::Tally, verdict::Problems};

/// Compares what was counted with the last good import of the same mode.
pub(crate) fn judge(
    problems: &mut Problems,
    tally: &Tally,
    mode: ImportMode,
    last: &GoodImport,
    limits: &DataChecks,
) {
    // What is new since yesterday may be much or little; an import that was never checked has no volume.
    if mode == ImportMode::Full && last.rows > 0 {
        volume(problems, tally.good, last.rows, limits.volume);
    }
    if let Some(share) = mix(&tally.events, &last.event_mix) {
        let text = format!(
            "the mix of event types differs by {} from the last good import: look for a source that is missing or counted twice, in the chart of the report",
            percent(share)
        );
        problems.tolerate(share, limits.event_mix, "dataChecks.eventMix", &text);
    }
}

fn volume(problems: &mut Problems, now: u64, last: u64, limit: Tolerance) {
    let fewer = share(last.saturating_sub(now), last);
    let more = share(now.saturating_sub(last), now);
    let text = format!("{now} good rows where the last good import had {last}: ");
    problems.tolerate(
        fewer,
        limit,
        "dataChecks.volume",
        &format!("{text}look for files that are missing"),
    );
    if more > limit.stop {
        problems.warn(format!("{text}look for files that are there twice"));
    }
}

/// The share of rows that would need another event type (the total variation distance of the two
/// mixes); `None` when one of them has no rows.
fn mix(now: &BTreeMap<String, u64>, last: &BTreeMap<String, u64>) -> Option<f64> {
    let (all_now, all_last) = (now.values().sum::<u64>(), last.values().sum::<u64>());
    if all_now == 0 || all_last == 0 {
        return None;
    }
    let gained = now.iter().map(|(event, rows)| {
        let before = last.get(event).copied().unwrap_or(0);
        (share(*rows, all_now) - share(before, all_last)).max(0.0)
    });
    Some(gained.sum())
}

/// `part` of `whole`, 0 of nothing.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    // Counts of rows stay far below 2^53, where a float would begin to round them.
    #[allow(clippy::cast_precision_loss)]
    let (part, whole) = (part as f64, whole.max(1) as f64);
    part / whole
}

/// `0.123` as `12.3 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::tests::interactions;

    fn import(rows: u64, mix: &[(&str, u64)]) -> GoodImport {
        GoodImport {
            run: "last".to_owned(),
            imported_at: 0,
            rows,
            event_mix: mix
                .iter()
                .map(|(name, n)| ((*name).to_owned(), *n))
                .collect(),
            fingerprint: String::new(),
            objects: Vec::new(),
        }
    }

    /// (passed, problems) of `views` and `purchases` after `last`.
    fn judged(
        views: usize,
        purchases: usize,
        mode: ImportMode,
        last: &GoodImport,
    ) -> (bool, String) {
        let mut rows = vec![("u", "i", "1", "view"); views];
        rows.extend(vec![("u", "i", "1", "purchase"); purchases]);
        let mut problems = Problems::default();
        let limits = DataChecks::default();
        judge(&mut problems, &interactions(&rows), mode, last, &limits);
        let passed = problems.passed();
        let texts: Vec<String> = problems
            .into_list()
            .into_iter()
            .map(|one| one.text)
            .collect();
        (passed, texts.join("\n"))
    }

    #[test]
    fn like_the_last_time_is_nothing_to_tell() {
        let last = import(100, &[("view", 80), ("purchase", 20)]);
        assert_eq!(
            judged(75, 20, ImportMode::Full, &last),
            (true, String::new())
        );
    }

    #[test]
    fn a_volume_below_half_stops_and_below_four_fifths_warns() {
        let last = import(100, &[("view", 100)]);
        assert!(!judged(49, 0, ImportMode::Full, &last).0);
        let (passed, text) = judged(60, 0, ImportMode::Full, &last);
        assert!(
            passed && text.contains("60 good rows where the last good import had 100"),
            "{text}"
        );
        assert_eq!(
            judged(10, 0, ImportMode::Incremental, &last),
            (true, String::new())
        );
    }

    #[test]
    fn growth_is_told_and_never_stops() {
        let last = import(100, &[("view", 100)]);
        let (passed, text) = judged(1_000, 0, ImportMode::Full, &last);
        assert!(passed && text.contains("there twice"), "{text}");
    }

    #[test]
    fn a_mix_that_turned_over_stops() {
        let last = import(100, &[("view", 90), ("purchase", 10)]);
        let (passed, text) = judged(30, 70, ImportMode::Full, &last);
        assert!(!passed && text.contains("60.0 %"), "{text}");
        let (passed, text) = judged(70, 30, ImportMode::Full, &last);
        assert!(passed && text.contains("20.0 %"), "{text}");
    }
}
