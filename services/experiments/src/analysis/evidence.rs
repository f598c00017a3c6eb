//! What the statistics need of what was counted.

use experiment::{
    credit::Preference,
    definition::{Experiment, Metric},
    report::{Evidence, EvidenceError, InterleavingReport, Report, analyse, analyse_interleaving},
    statistics::moments::Moments,
};

use crate::ingest::{tally::Tally, unit::metrics};

/// The moments of each metric, of each arm.
pub(crate) fn moments(experiment: &Experiment, tally: &Tally) -> Vec<Vec<Moments>> {
    let arms = experiment.arms.len();
    let mut moments = vec![vec![Moments::default(); arms]; metrics(experiment).count()];
    for unit in tally.units.values() {
        let of_unit = unit.outcomes.iter().zip(&unit.covariates);
        for (metric, (outcome, covariate)) in moments.iter_mut().zip(of_unit) {
            if let Some(arm) = metric.get_mut(usize::from(unit.arm)) {
                arm.add(*outcome, *covariate);
            }
        }
    }
    moments
}

/// What is known of an experiment whose units see one arm each.
///
/// # Errors
/// When the definition has no control, which validation refuses.
pub(crate) fn of_arms(experiment: &Experiment, tally: &Tally) -> Result<Report, EvidenceError> {
    let mut moments = moments(experiment, tally);
    let evidence = Evidence {
        exposures: tally.periods(),
        primary: moments.remove(0),
        guardrails: moments,
    };
    analyse(experiment, &evidence)
}

/// What is known by each metric alone, the primary one first.
///
/// # Errors
/// When the definition has no control, which validation refuses.
pub(crate) fn of_each_metric(
    experiment: &Experiment,
    tally: &Tally,
) -> Result<Vec<Report>, EvidenceError> {
    let by_metric = metrics(experiment).zip(moments(experiment, tally));
    let report = |(metric, primary): (&Metric, Vec<Moments>)| {
        let alone = Experiment {
            primary: metric.clone(),
            guardrails: Vec::new(),
            ..experiment.clone()
        };
        let evidence = Evidence {
            exposures: tally.periods(),
            primary,
            guardrails: Vec::new(),
        };
        analyse(&alone, &evidence)
    };
    by_metric.map(report).collect()
}

/// What is known of an experiment whose lists are blended.
///
/// # Errors
/// When the definition has no control, which validation refuses.
pub(crate) fn of_blended(
    experiment: &Experiment,
    tally: &Tally,
) -> Result<InterleavingReport, EvidenceError> {
    let mut preferences = vec![Preference::default(); experiment.arms.len()];
    let control = experiment.control().unwrap_or_default();
    for unit in tally.units.values() {
        // Points are counted one by one, so they are whole.
        let points = |arm: usize| unit.outcomes.get(arm).map_or(0, |points| *points as u32);
        for (arm, preference) in preferences.iter_mut().enumerate() {
            preference.count(points(arm), points(control));
        }
    }
    analyse_interleaving(experiment, &preferences)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::ledger::{
        Drafted, Ledger,
        tests::{event, running},
    };

    #[test]
    fn units_and_outcomes_of_each_arm_reach_the_report() {
        let definitions = running();
        let mut ledger = Ledger::default();
        for number in 0..2_000 {
            let user = format!("u{number}");
            let kinds = ["view", "purchase"].iter().take(1 + number % 2);
            for kind in kinds {
                let event = event(&format!("{kind}{number}"), kind, &user);
                ledger.take(&event, Some(&definitions), &Drafted::new());
            }
        }
        let report = of_arms(&definitions.experiments[0], &ledger.tallies["a"]).unwrap();
        assert_eq!(report.arms.iter().map(|arm| arm.units).sum::<u64>(), 2_000);
        assert!(!report.mismatch.alarm);
        let means: Vec<f64> = report.arms.iter().map(|arm| arm.mean).collect();
        assert!(
            means.iter().all(|mean| (mean - 0.5).abs() < 0.1),
            "{means:?}"
        );
        assert!(report.arms[1].comparison.is_some());
    }
}
