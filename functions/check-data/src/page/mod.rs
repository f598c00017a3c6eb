//! The report for a person: one HTML file that needs nothing else, in light and dark.
//!
//! What is in it is decided in `report`; here it is only shown.

mod chart;
mod text;

use std::collections::BTreeSet;

use chart::Bar;
use text::{escape, number};

use crate::{
    drift::{percent, share},
    report::Report,
};

const STYLE: &str = include_str!("style.css");

/// The page of one report.
pub(crate) fn render(report: &Report) -> String {
    let title = format!("{} of {}", report.dataset.name(), report.checked_at);
    let sections = [
        head(report),
        problems(report),
        counts(report),
        rejected(report),
        over_time(report),
        event_mix(report),
        rows_per_user(report),
        objects(report),
    ];
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>check-data: {}</title>\n<style>\n{STYLE}</style>\n{}</html>\n",
        escape(&title),
        sections.concat()
    )
}

fn head(report: &Report) -> String {
    let (class, verdict) = if report.passed {
        ("good", "Good: it may be imported.")
    } else {
        ("bad", "Not good: it is not imported.")
    };
    format!(
        "<h1>Check of {}</h1>\n<p class=\"soft\">{} of <code>{}</code>, run <code>{}</code>, {}</p>\n\
         <p class=\"verdict {class}\">{verdict}</p>\n",
        report.dataset.name(),
        report.import_mode.name(),
        escape(&report.source),
        escape(&report.run),
        escape(&report.checked_at)
    )
}

fn problems(report: &Report) -> String {
    if report.problems.is_empty() {
        return String::new();
    }
    let items = report.problems.iter().map(|problem| {
        let (class, word) = if problem.stops {
            ("bad", "Stops the import")
        } else {
            ("warn", "Warning")
        };
        let text = escape(&problem.text);
        format!("<li><strong class=\"{class}\">{word}:</strong> {text}</li>\n")
    });
    section(
        "What to look at",
        &format!("<ul>\n{}</ul>", items.collect::<String>()),
    )
}

fn counts(report: &Report) -> String {
    let mut rows = vec![
        ("good rows", number(report.rows)),
        ("rejected rows", number(report.rejections())),
    ];
    if let Some(last) = &report.last_import {
        let text = format!("{} ({})", number(last.rows), last.imported_at);
        rows.push(("good rows of the last import", text));
    }
    for (name, count) in [("users", &report.users), ("items", &report.items)] {
        if count.different > 0 {
            let about = if count.exact { "" } else { "about " };
            rows.push((name, format!("{about}{}", number(count.different))));
        }
    }
    if let Some(unknown) = report.unknown_items {
        let share = percent(share(unknown, report.rows));
        let text = format!("{} ({share})", number(unknown));
        rows.push(("rows with an item that the items dataset lacks", text));
    }
    if let Some([first, last]) = &report.time_span {
        rows.push(("first interaction", first.clone()));
        rows.push(("last interaction", last.clone()));
    }
    let to = &report.duplicates_compared_with;
    rows.push(("duplicates looked for among", to.clone()));
    rows.push(("what is imported", report.location.clone()));
    section("In numbers", &table(rows))
}

fn rejected(report: &Report) -> String {
    if report.rejected.is_empty() {
        return String::new();
    }
    let bars: Vec<Bar<'_>> = report
        .rejected
        .iter()
        .map(|(reason, rows)| Bar {
            name: reason.name(),
            now: *rows,
            last: None,
        })
        .collect();
    let place = report.rejected_rows.as_ref().map_or_else(String::new, |file| {
        let which = if file.complete { "They" } else { "The first of them" };
        format!(
            "<p class=\"soft\">{which} are in <code>{}</code>, with object, line and reason.</p>",
            escape(&file.key)
        )
    });
    let title = "Rejected rows by reason";
    section(title, &(chart::bars(title, &bars) + &place))
}

fn over_time(report: &Report) -> String {
    if report.over_time.is_empty() {
        return String::new();
    }
    let title = "Interactions over time";
    section(title, &chart::columns(title, &report.over_time))
}

fn event_mix(report: &Report) -> String {
    if report.event_mix.is_empty() {
        return String::new();
    }
    let last = report.last_import.as_ref().map(|last| &last.event_mix);
    let before = last.into_iter().flat_map(|mix| mix.keys());
    let names: BTreeSet<&String> = report.event_mix.keys().chain(before).collect();
    let bars: Vec<Bar<'_>> = names
        .into_iter()
        .map(|name| Bar {
            name,
            now: report.event_mix.get(name).copied().unwrap_or(0),
            last: last.map(|mix| mix.get(name).copied().unwrap_or(0)),
        })
        .collect();
    let legend = if last.is_some() {
        "<p class=\"soft\"><i class=\"now\"></i>now <i class=\"last\"></i>in the last good import</p>"
    } else {
        ""
    };
    let title = "Event types";
    section(title, &(chart::bars(title, &bars) + legend))
}

fn rows_per_user(report: &Report) -> String {
    if report.rows_per_user.is_empty() {
        return String::new();
    }
    let groups = report.rows_per_user.iter();
    let bars: Vec<Bar<'_>> = groups
        .map(|(name, users)| Bar {
            name,
            now: *users,
            last: None,
        })
        .collect();
    let title = "Users by their number of interactions";
    section(title, &chart::bars(title, &bars))
}

fn objects(report: &Report) -> String {
    let rows = report.objects.iter().map(|object| {
        let text = format!(
            "{} rows, {} bytes",
            number(object.rows),
            number(object.bytes)
        );
        (object.key.as_str(), text)
    });
    section("Objects", &table(rows.collect()))
}

fn section(title: &str, content: &str) -> String {
    format!("<h2>{}</h2>\n{content}\n", escape(title))
}

fn table(rows: Vec<(&str, String)>) -> String {
    let rows = rows.into_iter().map(|(name, value)| {
        let (name, value) = (escape(name), escape(&value));
        format!("<tr><td>{name}</td><td class=\"n\"><code>{value}</code></td></tr>\n")
    });
    format!("<table>\n{}</table>", rows.collect::<String>())
}
