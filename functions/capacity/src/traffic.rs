//! The requests of a resource, counted in windows of five minutes: the windows that Personalize bills
//! by. Pure.

use std::collections::BTreeMap;

/// The length of a window.
pub(crate) const WINDOW: i64 = 300;

/// Requests by the epoch second a window begins at. A window that is not there says nothing: CloudWatch
/// has no zeros for a resource that nobody asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Traffic {
    windows: BTreeMap<i64, f64>,
}

impl Traffic {
    /// Adds requests to the window that begins at `at`.
    pub(crate) fn add(&mut self, at: i64, requests: f64) {
        *self.windows.entry(at).or_default() += requests;
    }

    /// The highest average of a window that begins in `from..to`, in requests a second.
    pub(crate) fn peak(&self, from: i64, to: i64) -> f64 {
        let windows = self.windows.range(from..to);
        let highest = windows.map(|(_, requests)| *requests).fold(0.0, f64::max);
        #[expect(clippy::cast_precision_loss, reason = "300")]
        let seconds = WINDOW as f64;
        highest / seconds
    }

    /// When the last window with a request ended.
    pub(crate) fn last_request(&self) -> Option<i64> {
        let mut backwards = self.windows.iter().rev();
        let last = backwards.find(|(_, requests)| **requests > 0.0);
        last.map(|(at, _)| at + WINDOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_calls_of_a_campaign_count_together() {
        let mut traffic = Traffic::default();
        traffic.add(0, 600.0);
        traffic.add(0, 300.0);
        traffic.add(300, 0.0);
        assert!((traffic.peak(0, 300) - 3.0).abs() < 1e-9);
        assert!(traffic.peak(300, 600).abs() < 1e-9);
        assert_eq!(traffic.last_request(), Some(300));
        assert_eq!(Traffic::default().last_request(), None);
    }
}
