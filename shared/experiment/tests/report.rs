//! The report's advice, from evidence that is made to call for each.
#![allow(clippy::unwrap_used, reason = "tests")]

use experiment::credit::Preference;
use experiment::definition::{Definitions, Experiment};
use experiment::report::{Advice, EvidenceError, analyse_interleaving};
use experiment::statistics::mismatch::Period;
use experiment::statistics::moments::Moments;
use experiment::{Evidence, Report, analyse};

const UNITS: u64 = 60_000;

fn experiment() -> Experiment {
    let text = include_str!("../examples/definitions.json");
    let definitions: Definitions = serde_json::from_str(text).unwrap();
    definitions.experiments.into_iter().next().unwrap()
}

/// Moments of units of which a share has an outcome of `value`, the others none.
fn arm(units: u64, share: f64, value: f64) -> Moments {
    let mean = share * value;
    Moments {
        units,
        mean,
        m2: units as f64 * share * (1.0 - share) * value * value,
        ..Moments::default()
    }
}

/// The example with a rate of 5 % in the control and revenue of 40 a sale.
fn report(experiment: &Experiment, units: u64, rate: f64, sale: f64) -> Report {
    let evidence = Evidence {
        exposures: vec![Period {
            weights: experiment.arm_buckets(),
            units: vec![units, units],
        }],
        primary: vec![arm(units, 0.05, 1.0), arm(units, rate, 1.0)],
        guardrails: vec![vec![arm(units, 0.05, 40.0), arm(units, rate, sale)]],
    };
    analyse(experiment, &evidence).unwrap()
}

#[test]
fn a_clear_difference_has_a_winner() {
    let found = report(&experiment(), UNITS, 0.058, 40.0);
    let winner = |arm: &str| Advice::Winner {
        arm: arm.to_owned(),
    };
    assert_eq!(found.advice, winner("purchases"));
    assert!(found.arms[1].comparison.unwrap().p_value < 0.05);
    assert_eq!(found.arms[0].comparison, None);

    let mut fewer_is_better = experiment();
    fewer_is_better.primary.direction = experiment::definition::Direction::Decrease;
    let found = report(&fewer_is_better, UNITS, 0.058, 40.0);
    assert_eq!(found.advice, winner("today"));
}

#[test]
fn a_guardrail_goes_before_a_winner() {
    let found = report(&experiment(), UNITS, 0.058, 25.0);
    let arms = vec!["purchases".to_owned()];
    assert_eq!(found.advice, Advice::StopArms { arms });
}

#[test]
fn a_mismatch_goes_before_everything() {
    let experiment = experiment();
    let evidence = Evidence {
        exposures: vec![Period {
            weights: experiment.arm_buckets(),
            units: vec![51_500, 48_500],
        }],
        primary: vec![arm(51_500, 0.05, 1.0), arm(48_500, 0.07, 1.0)],
        guardrails: vec![vec![arm(51_500, 0.05, 40.0), arm(48_500, 0.07, 40.0)]],
    };
    let found = analyse(&experiment, &evidence).unwrap();
    assert_eq!(found.advice, Advice::CheckAssignment);
}

#[test]
fn no_difference_says_how_large_one_may_be() {
    let Advice::NoDifference { larger_than } = report(&experiment(), UNITS, 0.05, 40.0).advice
    else {
        panic!("the plan is fulfilled");
    };
    assert!((0.05..0.15).contains(&larger_than), "{larger_than}");
}

#[test]
fn little_data_goes_on() {
    let found = report(&experiment(), 500, 0.06, 40.0);
    let (units, planned) = (1_000, 120_000);
    assert_eq!(found.advice, Advice::KeepRunning { units, planned });
    assert_eq!(found.arms[1].comparison, None);
}

#[test]
fn evidence_must_be_of_the_experiment() {
    let evidence = Evidence {
        exposures: vec![],
        primary: vec![Moments::default()],
        guardrails: vec![],
    };
    let error = analyse(&experiment(), &evidence).unwrap_err();
    let (what, found, expected) = ("primary", 1, 2);
    assert_eq!(
        error,
        EvidenceError::Count {
            what,
            found,
            expected
        }
    );
}

#[test]
fn reports_are_camel_case_json() {
    let report = report(&experiment(), UNITS, 0.058, 40.0);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["advice"]["action"], "winner");
    assert!(json["varianceReduction"].is_number());
    assert!(json["arms"][1]["comparison"]["pValue"].is_number());
    assert_eq!(json["arms"][1]["guardrails"][0]["verdict"], "fine");
    assert_eq!(json["mismatch"]["alarm"], false);
}

#[test]
fn interleaving_finds_the_ranking_that_is_clicked_more() {
    let counts = |wins, losses| {
        let preference = Preference {
            wins,
            losses,
            ties: 900,
        };
        analyse_interleaving(&experiment(), &[Preference::default(), preference])
            .unwrap()
            .winner
    };
    assert_eq!(counts(3_000, 2_000).as_deref(), Some("purchases"));
    assert_eq!(counts(2_000, 3_000).as_deref(), Some("today"));
    assert_eq!(counts(2_550, 2_450), None);
    assert!(analyse_interleaving(&experiment(), &[]).is_err());
}
