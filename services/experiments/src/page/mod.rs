//! Reports, each as one page: everything in it, no scripts, nothing loaded from elsewhere.

mod hold_out;
mod html;
mod plot;
mod tables;

use serde_json::Value;

use crate::{
    analysis::results::{MismatchResult, Results},
    definition::lifecycle,
    service::View,
};
pub(crate) use hold_out::render as render_hold_out;
use html::{escape, moment};

const STYLE: &str = include_str!("style.css");

/// The page of an experiment.
pub(crate) fn render(view: &View, results: &Results) -> String {
    let experiment = &view.experiment;
    let title = escape(&experiment.name);
    let status = lifecycle::name(&experiment.status);
    let note = view.winner_note().map_or_else(String::new, |note| {
        format!("<p class=\"note\">{}</p>", escape(&note))
    });
    let body = format!(
        "<p class=\"sub\">{id} · {status} · {units} units of {planned} planned · {unassigned} sights \
         unassigned · as of {at}</p>\n\
         <p>{description}</p>\n<p class=\"advice\">{advice}</p>\n{note}\n{mismatch}\n\
         <h2>Arms</h2>\n{arms}\n<h2>Lift over time</h2>\n{plot}\n<h2>Guardrails</h2>\n{guardrails}\n\
         <h2>What happened</h2>\n{events}\n<footer>{footer}</footer>",
        id = escape(&experiment.id),
        units = results.units,
        unassigned = results.unassigned,
        planned = experiment.plan.units,
        at = moment(results.counted_until),
        description = escape(&experiment.description),
        advice = escape(&advice(&results.advice)),
        mismatch = mismatch(results),
        arms = tables::arms(results),
        plot = plot::lifts(results),
        guardrails = tables::guardrails(results),
        events = tables::events(&view.record.events),
        footer = "Intervals and p-values hold at all times together: look as often as you like. \
                  The level of the experiment is divided among its arms. Units that crossed were shown \
                  another arm later; they count for the one they saw first. Sights are unassigned when the \
                  shop did not tell the arm that the visitor is in; they make nobody a unit.",
    );
    document(&title, &body)
}

/// A whole page; title and body are HTML.
fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main>\n<h1>{title}</h1>\n{body}</main></body></html>\n"
    )
}

/// The advice as a sentence.
fn advice(advice: &Value) -> String {
    let text = |member: &str| advice[member].as_str().unwrap_or_default().to_owned();
    let number = |member: &str| advice[member].as_f64().unwrap_or_default();
    match advice["action"].as_str() {
        Some("checkAssignment") => {
            "Believe nothing yet: the units are not where they should be. Find the cause first."
                .into()
        }
        Some("stopArms") => {
            let arms = advice["arms"].as_array().into_iter().flatten();
            let arms: Vec<&str> = arms.filter_map(Value::as_str).collect();
            format!("Take {} out: a guardrail is broken.", arms.join(", "))
        }
        Some("winner") => format!("{} is better: decide for it.", text("arm")),
        Some("noDifference") => format!(
            "No difference larger than {:.1} % either way: keep what is simpler.",
            100.0 * number("largerThan")
        ),
        _ => format!(
            "Not known yet: {} of {} planned units.",
            number("units"),
            number("planned")
        ),
    }
}

fn mismatch(results: &Results) -> String {
    match results.mismatch {
        Some(found) if found.alarm => alarm(found),
        Some(found) => format!(
            "<p>The units are where they should be (sample ratio p = {:.2}). CUPED took out {:.0} % of \
             the variance.</p>",
            found.p_value,
            100.0 * results.variance_reduction
        ),
        None => {
            "<p>Lists are blended: a unit prefers the arm whose items it chooses more often.</p>"
                .into()
        }
    }
}

fn alarm(found: MismatchResult) -> String {
    format!(
        "<p class=\"alarm\">Sample ratio mismatch (p = {:.4}): the arms do not get the units that \
         their weights say. Lost exposures, bots or a slow arm bias the outcomes too.</p>",
        found.p_value
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::Record;

    fn page() -> String {
        let text = include_str!("../../testdata/results.json");
        let results: Results = serde_json::from_str(text).unwrap();
        let mut record = Record::default();
        record.happened(1_800_000_000, "started <b>");
        let experiment = results.experiment.clone();
        render(&View { experiment, record }, &results)
    }

    #[test]
    fn the_page_has_everything_and_nothing_from_outside() {
        let page = page();
        for part in [
            "22.7 %",
            "<svg",
            "watch",
            "812 of 1000 planned units",
            "0.31",
            "<td>17</td>",
            "23 sights unassigned",
        ] {
            assert!(page.contains(part), "{part} is missing in {page}");
        }
        assert!(
            !page.contains("<script") && !page.contains("http"),
            "{page}"
        );
    }

    #[test]
    fn what_people_wrote_is_escaped() {
        let page = page();
        assert!(page.contains("Newer &lt;taste&gt;") && page.contains("started &lt;b&gt;"));
        assert!(!page.contains("<taste>"));
    }
}
