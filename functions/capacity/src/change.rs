//! Whether a rate is changed: up at once, down late and seldom, because while Personalize scales it
//! may lose requests. Pure.

use shared::operations::Lower;

/// How long a lower rate has to do before it is taken. The wait begins anew with each change, so that
/// there is at most one lowering in this time.
const HOLD: i64 = 3_600;

/// What to do about the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing; `lower` is what to remember.
    Keep {
        /// The lower rate that is waited with, if there is one.
        lower: Option<Lower>,
    },
    /// Pay for more.
    Raise(u32),
    /// Pay for less.
    Lower(u32),
}

/// Compares the rate in force with the one that is asked for.
pub(crate) fn change(current: u32, target: u32, waiting: Option<Lower>, now: i64) -> Change {
    if target > current {
        return Change::Raise(target);
    }
    if target == current {
        return Change::Keep { lower: None };
    }
    // Somebody else may have lowered the rate below what was waited with.
    let waiting = waiting.filter(|waiting| waiting.rate < current);
    let waiting = waiting.unwrap_or(Lower {
        since: now,
        rate: target,
    });
    let lower = Lower {
        rate: waiting.rate.max(target),
        ..waiting
    };
    if now - lower.since >= HOLD {
        Change::Lower(lower.rate)
    } else {
        Change::Keep { lower: Some(lower) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs through the targets, one each five minutes; the rates in force after each.
    fn run(mut rate: u32, targets: &[u32]) -> Vec<u32> {
        let mut waiting = None;
        let mut rates = Vec::new();
        for (target, now) in targets.iter().zip((0..).step_by(300)) {
            match change(rate, *target, waiting, now) {
                Change::Keep { lower } => waiting = lower,
                Change::Raise(to) | Change::Lower(to) => {
                    rate = to;
                    waiting = None;
                }
            }
            rates.push(rate);
        }
        rates
    }

    #[test]
    fn it_goes_up_at_once() {
        assert_eq!(run(1, &[1, 8, 9]), [1, 8, 9]);
    }

    #[test]
    fn it_goes_down_after_an_hour_and_at_most_once_in_one() {
        let mut targets = vec![4; 13];
        targets.extend([1; 14]);
        let rates = run(10, &targets);
        assert_eq!((rates[11], rates[12]), (10, 4));
        assert_eq!(
            (rates[24], rates[25]),
            (4, 1),
            "an hour after it was first asked for"
        );
    }

    #[test]
    fn the_highest_of_the_hour_is_what_it_goes_down_to() {
        let mut targets = vec![2; 13];
        targets[5] = 7;
        assert_eq!(run(10, &targets)[12], 7);
    }

    #[test]
    fn an_hour_that_needs_the_rate_again_begins_anew() {
        let mut targets = vec![2; 20];
        targets[10] = 10;
        assert!(run(10, &targets).iter().all(|rate| *rate == 10));
    }

    #[test]
    fn the_wait_begins_anew_below_somebody_elses_lowering() {
        let waiting = Some(Lower { since: 0, rate: 7 });
        let anew = Lower {
            since: HOLD,
            rate: 2,
        };
        assert_eq!(
            change(5, 2, waiting, HOLD),
            Change::Keep { lower: Some(anew) }
        );
    }
}
