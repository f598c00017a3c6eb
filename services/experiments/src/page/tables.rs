//! The tables of the report.

use super::html::{escape, moment, per_cent};
use crate::{
    analysis::results::{Bounds, Results},
    store::record::Event,
};

const NONE: &str = "–";

/// The arms: units, crossovers, mean, difference, lift, p-value.
pub(super) fn arms(results: &Results) -> String {
    let interval = |bounds: Option<Bounds>, show: fn(f64) -> String| {
        bounds.map_or(NONE.to_owned(), |one| {
            format!(
                "{} <small>({} to {})</small>",
                show(one.estimate),
                show(one.lower),
                show(one.upper)
            )
        })
    };
    let plain = |value: f64| format!("{value:+.4}");
    let rows = results.arms.iter().map(|arm| {
        format!(
            "<tr><th>{}{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&arm.name),
            if arm.control {
                " <small>control</small>"
            } else {
                ""
            },
            arm.units,
            arm.crossovers,
            arm.mean
                .map_or(NONE.to_owned(), |mean| format!("{mean:.4}")),
            interval(arm.difference, plain),
            interval(arm.lift, per_cent),
            arm.p_value.map_or(NONE.to_owned(), |p| format!("{p:.2}")),
        )
    });
    format!(
        "<table><tr><th>Arm</th><th>Units</th><th>Crossed</th><th>{}</th><th>Difference</th><th>Lift</th><th>p</th></tr>{}</table>",
        escape(&results.experiment.primary.name),
        rows.collect::<String>()
    )
}

/// The guardrails of each arm.
pub(super) fn guardrails(results: &Results) -> String {
    let rows: String = results
        .arms
        .iter()
        .flat_map(|arm| arm.guardrails.iter().map(move |found| (arm, found)))
        .map(|(arm, found)| {
            format!(
                "<tr><th>{}</th><td>{}</td><td class=\"{2}\">{2}</td><td>{3:+.4}</td></tr>",
                escape(&arm.name),
                escape(&found.metric),
                escape(&found.verdict),
                found.margin
            )
        })
        .collect();
    if rows.is_empty() {
        return "<p>None.</p>".to_owned();
    }
    format!(
        "<table><tr><th>Arm</th><th>Metric</th><th>Verdict</th><th>Margin</th></tr>{rows}</table>"
    )
}

/// What happened, latest first.
pub(super) fn events(events: &[Event]) -> String {
    let rows = events.iter().rev().map(|event| {
        let (at, text) = (moment(event.at), escape(&event.text));
        format!("<li><time>{at}</time> {text}</li>")
    });
    format!("<ul>{}</ul>", rows.collect::<String>())
}
