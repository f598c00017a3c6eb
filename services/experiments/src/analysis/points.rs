//! The intervals over time, for the plots: one point an interval, and no more than can be seen.

use serde::{Deserialize, Serialize};

use super::results::Bounds;

/// How many points are kept; with more, every second goes.
const POINTS_MAX: usize = 800;

/// The intervals at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Point {
    /// Epoch seconds.
    pub(crate) at: i64,
    /// Units that were counted.
    pub(crate) units: u64,
    /// The lift of each arm, or of the hold-out each metric, in the order of the results; none of the
    /// control and before there is enough.
    pub(crate) lifts: Vec<Option<Bounds>>,
}

/// Adds the point `now` to those `before`, unless the last is younger than `every` seconds.
pub(crate) fn extend(mut before: Vec<Point>, now: Point, every: i64) -> Vec<Point> {
    let last = before.last().map(|point| point.at);
    if last.is_some_and(|last| now.at < last + every) {
        return before;
    }
    before.push(now);
    if before.len() > POINTS_MAX {
        let last = before.len() - 1;
        let mut index = 0;
        before.retain(|_| {
            index += 1;
            (last + 1 - index).is_multiple_of(2)
        });
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinned_points_keep_the_latest() {
        let point = |at: i64| Point {
            at,
            units: 0,
            lifts: Vec::new(),
        };
        let many: Vec<Point> = (0..POINTS_MAX as i64).map(point).collect();
        let now = point(POINTS_MAX as i64);
        let kept = extend(many.clone(), now.clone(), 1);
        assert_eq!(kept.last().unwrap().at, POINTS_MAX as i64);
        assert!(kept.len() <= POINTS_MAX / 2 + 1);
        assert_eq!(extend(many.clone(), now, 60), many, "too soon");
    }
}
