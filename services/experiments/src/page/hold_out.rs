//! The report on the hold-out.

use super::{alarm, document, html::moment, plot, tables};
use crate::analysis::hold_out::{Group, HoldOutResults};

/// The page of the hold-out.
pub(crate) fn render(results: &HoldOutResults) -> String {
    let plots = results.metrics.iter().enumerate();
    let plots = plots.map(|(index, metric)| plot::plot(&results.points, index, &metric.name));
    let mismatch = Some(results.mismatch).filter(|found| found.alarm);
    let body = format!(
        "<p class=\"sub\">{share} of 10,000 · as of {at}</p>\n\
         <p>{held_out} are held out: they see what the placements declare, without experiments and \
         without their winners. They are compared with {others} of the others.</p>\n{alarm}\n\
         <h2>What the others have more</h2>\n{metrics}\n<h2>Lift over time</h2>\n{plots}\n\
         <footer>Intervals and p-values hold at all times together: look as often as you like.</footer>",
        share = results.hold_out.share,
        at = moment(results.counted_until),
        held_out = group(results.held_out),
        others = group(results.others),
        alarm = mismatch.map(alarm).unwrap_or_default(),
        metrics = tables::metrics(&results.metrics),
        plots = plots.collect::<String>(),
    );
    document("The hold-out", &body)
}

fn group(of: Group) -> String {
    let Group { units, crossovers } = of;
    match crossovers {
        0 => format!("{units} visitors"),
        some => format!("{units} visitors ({some} of them were on the other side later)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_compares_and_draws() {
        let text = include_str!("../../testdata/hold-out.json");
        let results: HoldOutResults = serde_json::from_str(text).unwrap();
        let page = render(&results);
        for part in [
            "2000 visitors",
            "8100 visitors (12 of them were on the other side later)",
            "+4.9 %",
            "<svg",
            "revenue: not enough units",
        ] {
            assert!(page.contains(part), "{part} is missing in {page}");
        }
        assert!(
            !page.contains("mismatch") && !page.contains("http"),
            "{page}"
        );
    }
}
