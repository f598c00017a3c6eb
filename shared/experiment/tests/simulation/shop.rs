//! A shop with uneven traffic, rare purchases and heavy-tailed revenue.

use experiment::definition::{Definitions, Experiment, Measure, Method};
use rand::{Rng, rngs::SmallRng};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// What is measured of a unit.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    /// Whether it bought.
    Rate,
    /// What it paid: mostly nothing, else log-normal around 1 with this deviation of the logarithm.
    Revenue(f64),
    /// The same, of units of which few are customers at all, who show in what they paid before.
    Habit(f64),
    /// The same as revenue, but most units are there in the first days, and then come back and pay again
    /// for as long as the experiment runs.
    Returning(f64),
}

/// An experiment and the shop that it runs in.
#[derive(Clone)]
pub(crate) struct Scenario {
    /// For people.
    pub(crate) name: &'static str,
    /// What is measured.
    pub(crate) outcome: Outcome,
    /// How many units of 1 buy, in the control.
    pub(crate) rate: f64,
    /// New units on an average day, of all arms.
    pub(crate) units_per_day: f64,
    /// Days, each ended by a look.
    pub(crate) looks: u32,
    /// The arms, the control first.
    pub(crate) weights: Vec<u32>,
    /// What each arm does to the rate, relative: 0.1 is ten per cent more.
    pub(crate) effects: Vec<f64>,
    /// How the arms share traffic.
    pub(crate) method: Method,
    /// What the guardrail, which is the same metric, tolerates.
    pub(crate) tolerated_loss: f64,
}

/// A unit's outcome and what it paid before.
#[derive(Clone, Copy, Default)]
pub(crate) struct Unit {
    pub(crate) outcome: f64,
    pub(crate) covariate: f64,
}

const WEEK: [f64; 7] = [0.8, 0.8, 0.9, 0.9, 1.1, 1.4, 1.1];

impl Scenario {
    /// An A/A test: two arms of the same weight and no effect.
    pub(crate) fn even(
        name: &'static str,
        outcome: Outcome,
        rate: f64,
        units_per_day: f64,
    ) -> Self {
        Self {
            name,
            outcome,
            rate,
            units_per_day,
            looks: 30,
            weights: vec![1, 1],
            effects: vec![0.0, 0.0],
            method: Method::Fixed,
            tolerated_loss: 0.0,
        }
    }

    /// Its definition: that of the example, with these arms and this plan.
    pub(crate) fn experiment(&self) -> Experiment {
        let text = include_str!("../../examples/definitions.json");
        let definitions: Definitions = serde_json::from_str(text).unwrap();
        let mut experiment = definitions.experiments.into_iter().next().unwrap();
        let test = experiment.arms.remove(1);
        let control = experiment.arms.remove(0);
        for (index, weight) in self.weights.iter().enumerate() {
            let mut arm = if index == 0 { &control } else { &test }.clone();
            arm.name = format!("arm-{index}");
            arm.weight = *weight;
            experiment.arms.push(arm);
        }
        experiment.method = self.method;
        if !matches!(self.outcome, Outcome::Rate) {
            experiment.primary.measure = Measure::Value;
        }
        experiment.guardrails[0].tolerated_loss = self.tolerated_loss;
        experiment.plan.units = (self.units_per_day * f64::from(self.looks)) as u64;
        experiment
    }

    /// How many new units a day brings.
    pub(crate) fn arrivals(&self, day: u32, rng: &mut SmallRng) -> u32 {
        let weekday = WEEK[day as usize % WEEK.len()];
        let novelty = match self.outcome {
            // A fifth of those who are still to come; as many in all.
            Outcome::Returning(_) => 0.2 * 0.8_f64.powf(day.into()) * f64::from(self.looks),
            _ => 1.0,
        };
        (self.units_per_day * weekday * novelty * rng.random_range(0.7..1.3)) as u32
    }

    /// A new unit of an arm.
    pub(crate) fn unit(&self, arm: usize, rng: &mut SmallRng) -> Unit {
        if let Outcome::Habit(sigma) = self.outcome {
            return self.customer(arm, sigma * FRAC_1_SQRT_2, rng);
        }
        let buys = rng.random::<f64>() < self.rate * (1.0 + self.effects[arm]);
        Unit {
            outcome: if buys { self.payment(rng) } else { 0.0 },
            covariate: 0.0,
        }
    }

    /// One of four customers buys, as usual; others neither bought before nor buy now.
    fn customer(&self, arm: usize, sigma: f64, rng: &mut SmallRng) -> Unit {
        if rng.random::<f64>() >= 4.0 * self.rate {
            return Unit::default();
        }
        let usual = log_normal(sigma, rng);
        let buys = rng.random::<f64>() < 0.25 * (1.0 + self.effects[arm]);
        Unit {
            outcome: f64::from(u8::from(buys)) * usual * log_normal(sigma, rng),
            covariate: usual * log_normal(sigma, rng),
        }
    }

    /// What a purchase counts.
    pub(crate) fn payment(&self, rng: &mut SmallRng) -> f64 {
        match self.outcome {
            Outcome::Rate => 1.0,
            Outcome::Revenue(sigma) | Outcome::Habit(sigma) | Outcome::Returning(sigma) => {
                log_normal(sigma, rng)
            }
        }
    }

    /// The difference of an arm's true mean from the control's.
    pub(crate) fn truth(&self, arm: usize) -> f64 {
        let payment = match self.outcome {
            Outcome::Rate => 1.0,
            Outcome::Revenue(sigma) | Outcome::Habit(sigma) | Outcome::Returning(sigma) => {
                (sigma * sigma / 2.0).exp()
            }
        };
        self.rate * self.effects[arm] * payment
    }
}

/// A log-normal number with median 1.
pub(crate) fn log_normal(sigma: f64, rng: &mut SmallRng) -> f64 {
    (sigma * normal(rng)).exp()
}

/// A standard normal number (Box and Muller 1958).
pub(crate) fn normal(rng: &mut SmallRng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (TAU * rng.random::<f64>()).cos()
}
