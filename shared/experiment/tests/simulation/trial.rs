//! One simulated experiment, looked at every day, and tallies of many.

use crate::shop::{Outcome, Scenario, Unit};
use experiment::definition::{Direction, Method};
use experiment::statistics::guardrail::Verdict;
use experiment::statistics::mismatch::Period;
use experiment::statistics::moments::Moments;
use experiment::{Evidence, Report, analyse, bandit};
use rand::{Rng, SeedableRng, rngs::SmallRng};

/// In how many experiments something ever happened, at any look.
#[derive(Default)]
pub(crate) struct Tally {
    /// All experiments.
    pub(crate) experiments: u32,
    /// A difference was significant.
    pub(crate) significant: u32,
    /// An interval of a difference missed the truth.
    pub(crate) missed: u32,
    /// The sample ratio alarm went off.
    pub(crate) mismatched: u32,
    /// An arm was stopped by the guardrail.
    pub(crate) stopped: u32,
    /// There was enough data to say anything.
    pub(crate) spoke: u32,
    /// The day of the first significant difference, of those that had one.
    pub(crate) days: Vec<u32>,
    /// The covariate's variance reduction at the end, summed.
    pub(crate) variance_reduction: f64,
}

impl Tally {
    /// Runs a scenario many times.
    pub(crate) fn of(scenario: &Scenario, experiments: u32, seed: u64) -> Self {
        let mut tally = Self::default();
        for trial in 0..experiments {
            let mut rng = SmallRng::seed_from_u64(seed.wrapping_add(u64::from(trial) << 20));
            tally.run(scenario, &mut rng);
        }
        tally
    }

    /// A count as a share of all experiments.
    pub(crate) fn share(&self, count: u32) -> f64 {
        f64::from(count) / f64::from(self.experiments)
    }

    fn run(&mut self, scenario: &Scenario, rng: &mut SmallRng) {
        let mut experiment = scenario.experiment();
        let arms = experiment.arms.len();
        let mut units: Vec<(usize, Unit)> = Vec::new();
        let mut moments = vec![Moments::default(); arms];
        let mut exposures: Vec<Period> = Vec::new();
        let mut ever = [false; 5];
        let mut first = None;
        self.experiments += 1;
        for day in 0..scenario.looks {
            let weights = experiment.arm_buckets();
            if exposures
                .last()
                .is_none_or(|period| period.weights != weights)
            {
                let units = vec![0; arms];
                exposures.push(Period { weights, units });
            }
            let period = exposures.last_mut().unwrap();
            for _ in 0..scenario.arrivals(day, rng) {
                let arm = pick(&period.weights, rng);
                let unit = scenario.unit(arm, rng);
                period.units[arm] += 1;
                moments[arm].add(unit.outcome, unit.covariate);
                if matches!(scenario.outcome, Outcome::Returning(_)) {
                    units.push((arm, unit));
                }
            }
            come_back(scenario, &mut units, &mut moments, rng);
            let evidence = Evidence {
                exposures,
                primary: moments,
                guardrails: vec![],
            };
            let report = look(&experiment, evidence.clone());
            Evidence {
                exposures,
                primary: moments,
                ..
            } = evidence;
            let now = observed(scenario, &report);
            ever = std::array::from_fn(|what| ever[what] || now[what]);
            if now[0] && first.is_none() {
                first = Some(day + 1);
            }
            if scenario.method == Method::Thompson {
                let chances =
                    bandit::chances(&moments, experiment.primary.measure, Direction::Increase);
                let weights = bandit::weights(&chances, bandit::FLOOR);
                for (arm, weight) in experiment.arms.iter_mut().zip(weights) {
                    arm.weight = weight;
                }
            }
            if day + 1 == scenario.looks {
                self.variance_reduction += report.variance_reduction;
            }
        }
        self.days.extend(first);
        let [significant, missed, mismatched, stopped, spoke] = ever.map(u32::from);
        self.significant += significant;
        self.missed += missed;
        self.mismatched += mismatched;
        self.stopped += stopped;
        self.spoke += spoke;
    }
}

/// The guardrail is on the primary metric.
fn look(experiment: &experiment::Experiment, mut evidence: Evidence) -> Report {
    evidence.guardrails = vec![evidence.primary.clone()];
    analyse(experiment, &evidence).unwrap()
}

/// Significant, missed, mismatched, stopped, spoke.
fn observed(scenario: &Scenario, report: &Report) -> [bool; 5] {
    let compared = || {
        report
            .arms
            .iter()
            .enumerate()
            .filter_map(|(index, arm)| Some((index, arm.comparison?.difference)))
    };
    let stops = |arm: &experiment::report::ArmReport| {
        arm.guardrails
            .iter()
            .any(|guardrail| guardrail.margin.verdict == Verdict::Stop)
    };
    [
        compared().any(|(_, difference)| !difference.contains(0.0)),
        compared().any(|(arm, difference)| !difference.contains(scenario.truth(arm))),
        report.mismatch.alarm,
        report.arms.iter().any(stops),
        compared().next().is_some(),
    ]
}

/// Every fifth purchase of the shop is followed by another a day, by anybody who was there before.
fn come_back(
    scenario: &Scenario,
    units: &mut [(usize, Unit)],
    moments: &mut [Moments],
    rng: &mut SmallRng,
) {
    let purchases = (units.len() as f64 * scenario.rate / 5.0) as usize;
    for _ in 0..purchases {
        let index = rng.random_range(0..units.len());
        let (arm, unit) = &mut units[index];
        let outcome = unit.outcome + scenario.payment(rng);
        moments[*arm].replace(unit.outcome, outcome, unit.covariate);
        unit.outcome = outcome;
    }
}

fn pick(weights: &[u32], rng: &mut SmallRng) -> usize {
    let mut left = rng.random_range(0..weights.iter().sum());
    for (arm, weight) in weights.iter().enumerate() {
        if left < *weight {
            return arm;
        }
        left -= weight;
    }
    weights.len() - 1
}
