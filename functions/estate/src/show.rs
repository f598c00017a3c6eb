//! A plan in words: what is done, why, what it costs, and what stands against it.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::{
    compare::Difference,
    plan::{Action, Change, Mode, Plan, Waiting},
    plans::Kept,
};

/// The field of a schema, of which the columns are shown.
const AVRO: &str = "avro";
/// The longest value shown in a line.
const MAX_VALUE: usize = 90;

/// The plan without colours.
pub(crate) fn words(kept: &Kept) -> String {
    let coloured = coloured(kept);
    anstream::adapter::strip_str(&coloured).to_string()
}

/// The plan with colours, for a terminal.
pub(crate) fn coloured(kept: &Kept) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_plan(&mut text, kept);
    text
}

fn write_plan(out: &mut String, kept: &Kept) -> std::fmt::Result {
    let plan = &kept.plan;
    let what = match kept.mode {
        Mode::Apply => "Plan",
        Mode::Teardown => "Teardown",
    };
    writeln!(
        out,
        "{what} {} of estate `{}`, made {}",
        kept.id, plan.estate, kept.made_at
    )?;
    section(out, "", &plan.changes)?;
    section(out, "\nHeld back until somebody has seen them:", &plan.held)?;
    list(out, "On its way:", &plan.coming)?;
    list(out, "Waiting:", &plan.waiting)?;
    list(
        out,
        "In the dataset group, and not the estate's:",
        &plan.strangers,
    )?;
    if !plan.problems.is_empty() {
        let red = AnsiColor::Red.on_default().bold();
        writeln!(
            out,
            "\n{red}Problems; nothing is done until they are gone:{red:#}"
        )?;
        for problem in &plan.problems {
            writeln!(
                out,
                "  {} `{}`: {}",
                problem.kind, problem.name, problem.text
            )?;
        }
    }
    sums(out, plan)
}

fn section(out: &mut String, title: &str, changes: &[Change]) -> std::fmt::Result {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}")?;
    for change in changes {
        write_change(out, change)?;
    }
    Ok(())
}

/// One change in a line, with colours.
pub(crate) fn line(change: &Change) -> String {
    let (mark, style) = mark(change.action);
    format!("{style}{mark:>3} {} {}{style:#}", change.kind, change.name)
}

fn write_change(out: &mut String, change: &Change) -> std::fmt::Result {
    write!(out, "  {}", line(change))?;
    if let Some(reason) = &change.reason {
        write!(out, "  ({reason})")?;
    } else if change.by_hand {
        write!(out, "  (changed by hand)")?;
    }
    match change.monthly {
        Some(monthly) if monthly.abs() >= 0.005 => writeln!(out, "  {monthly:+.2} USD a month")?,
        _ => writeln!(out)?,
    }
    for difference in &change.differences {
        write_difference(out, difference)?;
    }
    Ok(())
}

fn write_difference(out: &mut String, difference: &Difference) -> std::fmt::Result {
    let hand = if difference.by_hand {
        "  (by hand)"
    } else {
        ""
    };
    if difference.field == AVRO {
        let lines = columns(&difference.from, &difference.to);
        return lines
            .iter()
            .try_for_each(|line| writeln!(out, "        {line}{hand}"));
    }
    writeln!(
        out,
        "        {}: {} -> {}{hand}",
        difference.field,
        value(&difference.from),
        value(&difference.to)
    )
}

/// How the columns of two Avro schemas differ, a line each.
fn columns(from: &Value, to: &Value) -> Vec<String> {
    let fields = |schema: &Value| schema["fields"].as_array().cloned().unwrap_or_default();
    let (from, to) = (fields(from), fields(to));
    let named = |fields: &[Value], name: &Value| {
        let mut fields = fields.iter();
        fields.find(|field| field["name"] == *name).map(column)
    };
    let gone = from
        .iter()
        .filter(|field| named(&to, &field["name"]).is_none());
    let mut lines: Vec<String> = gone
        .map(|field| format!("- column {}", column(field)))
        .collect();
    for field in &to {
        match named(&from, &field["name"]) {
            None => lines.push(format!("+ column {}", column(field))),
            Some(before) if before != column(field) => {
                lines.push(format!("~ column {before} -> {}", column(field)));
            }
            Some(_) => {}
        }
    }
    if lines.is_empty() {
        lines.push("the same columns, described otherwise".to_owned());
    }
    lines
}

/// `BRAND (null or string, categorical)`.
fn column(field: &Value) -> String {
    let kind = match &field["type"] {
        Value::Array(any) => any.iter().map(value).collect::<Vec<_>>().join(" or "),
        one => value(one),
    };
    let flags = ["categorical", "textual"].into_iter();
    let flags: Vec<&str> = flags.filter(|flag| field[flag] == true).collect();
    let described: Vec<&str> = std::iter::once(kind.as_str()).chain(flags).collect();
    format!("{} ({})", value(&field["name"]), described.join(", "))
}

fn mark(action: Action) -> (&'static str, Style) {
    match action {
        Action::Create => ("+", AnsiColor::Green.on_default()),
        Action::Adopt => ("=", AnsiColor::Cyan.on_default()),
        Action::Update => ("~", AnsiColor::Yellow.on_default()),
        Action::Replace => ("-/+", AnsiColor::Magenta.on_default()),
        Action::Delete => ("-", AnsiColor::Red.on_default()),
    }
}

fn value(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= MAX_VALUE {
        return text;
    }
    text.chars().take(MAX_VALUE).chain(['…']).collect()
}

fn list(out: &mut String, title: &str, all: &[Waiting]) -> std::fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for one in all {
        writeln!(out, "      {} {}: {}", one.kind, one.name, one.because)?;
    }
    Ok(())
}

fn sums(out: &mut String, plan: &Plan) -> std::fmt::Result {
    let count = |action: Action| {
        let all = plan.changes.iter();
        all.filter(|change| change.action == action).count()
    };
    let counts: Vec<String> = [
        (Action::Create, "to make"),
        (Action::Adopt, "to adopt"),
        (Action::Update, "to change"),
        (Action::Replace, "to replace"),
        (Action::Delete, "to delete"),
    ]
    .into_iter()
    .filter(|(action, _)| count(*action) > 0)
    .map(|(action, words)| format!("{} {words}", count(action)))
    .collect();
    let counts = match (counts.is_empty(), plan.held.len()) {
        (true, 0) => "nothing to do".to_owned(),
        (true, held) => format!("nothing to do, {held} held back"),
        (false, 0) => counts.join(", "),
        (false, held) => format!("{}, {held} held back", counts.join(", ")),
    };
    let bold = Style::new().bold();
    writeln!(out, "\n{bold}{counts}{bold:#}")?;
    write!(
        out,
        "Costs of existing: {:.2} USD a month now, {:.2} then",
        // Sums of nothing are minus nothing.
        plan.cost.now + 0.0,
        plan.cost.then + 0.0
    )?;
    if plan.cost.later >= 0.005 {
        let with_it = plan.cost.then + plan.cost.later;
        write!(out, ", {with_it:.2} when what waits is made")?;
    }
    writeln!(out, " (requests, training and imports go by use)")?;
    let used = plan.quotas.iter().filter(|used| used.then > 0);
    let used: Vec<String> = used
        .map(|used| format!("{} {} of {}", used.of, used.then, used.most))
        .collect();
    writeln!(out, "Quotas: {}", used.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::arn::Kind;

    use super::*;

    #[test]
    fn a_plan_reads_like_a_diff() {
        let plan = Plan {
            estate: "shop".to_owned(),
            changes: vec![
                Change::new(Action::Create, Kind::Filter, "new"),
                Change {
                    differences: vec![Difference {
                        field: "minProvisionedTPS".to_owned(),
                        from: json!(5),
                        to: json!(1),
                        by_hand: true,
                    }],
                    by_hand: true,
                    monthly: Some(-584.0),
                    ..Change::new(Action::Update, Kind::Campaign, "home")
                },
            ],
            ..Plan::default()
        };
        let text = words(&Kept::new(plan, Mode::Apply));
        assert!(text.contains("    + filter new\n"), "{text}");
        let line = "    ~ campaign home  (changed by hand)  -584.00 USD a month\n";
        assert!(text.contains(line), "{text}");
        assert!(
            text.contains("minProvisionedTPS: 5 -> 1  (by hand)"),
            "{text}"
        );
        assert!(text.contains("1 to make, 1 to change"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_schema_is_shown_by_its_columns() {
        let schema = |fields: Value| json!({ "type": "record", "fields": fields });
        let from = schema(json!([
            { "name": "ITEM_ID", "type": "string" },
            { "name": "SIZE", "type": "string" },
            { "name": "PRICE", "type": "float" },
        ]));
        let to = schema(json!([
            { "name": "ITEM_ID", "type": "string" },
            { "name": "PRICE", "type": ["null", "float"] },
            { "name": "BRAND", "type": "string", "categorical": true },
        ]));
        let lines = [
            "- column SIZE (string)",
            "~ column PRICE (float) -> PRICE (null or float)",
            "+ column BRAND (string, categorical)",
        ];
        assert_eq!(columns(&from, &to), lines);
    }

    #[test]
    fn an_empty_plan_says_so() {
        let text = words(&Kept::new(Plan::default(), Mode::Apply));
        assert!(text.contains("nothing to do"), "{text}");
    }
}
