//! The tables of the report.

use super::html::{escape, moment, per_cent};
use crate::{
    analysis::{
        hold_out::MetricResult,
        results::{Bounds, Results},
    },
    store::record::Event,
};

const NONE: &str = "–";

/// The arms: units, crossovers, mean, difference, lift, p-value.
pub(super) fn arms(results: &Results) -> String {
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
            p_value(arm.p_value),
        )
    });
    format!(
        "<table><tr><th>Arm</th><th>Units</th><th>Crossed</th><th>{}</th><th>Difference</th><th>Lift</th><th>p</th></tr>{}</table>",
        escape(&results.experiment.primary.name),
        rows.collect::<String>()
    )
}

/// The metrics of the hold-out: both means, difference, lift, p-value.
pub(super) fn metrics(metrics: &[MetricResult]) -> String {
    let rows = metrics.iter().map(|metric| {
        format!(
            "<tr><th>{}</th><td>{:.4}</td><td>{:.4}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&metric.name),
            metric.held_out,
            metric.others,
            interval(metric.difference, plain),
            interval(metric.lift, per_cent),
            p_value(metric.p_value),
        )
    });
    format!(
        "<table><tr><th>Metric</th><th>Held out</th><th>Others</th><th>Difference</th><th>Lift</th><th>p</th></tr>{}</table>",
        rows.collect::<String>()
    )
}

fn interval(bounds: Option<Bounds>, show: fn(f64) -> String) -> String {
    bounds.map_or(NONE.to_owned(), |one| {
        format!(
            "{} <small>({} to {})</small>",
            show(one.estimate),
            show(one.lower),
            show(one.upper)
        )
    })
}

fn plain(value: f64) -> String {
    format!("{value:+.4}")
}

fn p_value(p: Option<f64>) -> String {
    p.map_or(NONE.to_owned(), |p| format!("{p:.2}"))
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
