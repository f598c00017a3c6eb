//! Charts as inline SVG: no script, colours from the page's style sheet.

use super::text::{escape, number};

/// Width of every chart, in its own units.
const WIDTH: usize = 720;
/// Height of the columns of a column chart.
const HEIGHT: usize = 160;
/// Height of a row of a bar chart.
const ROW: usize = 22;
/// Where bars begin, after their names.
const NAMES: usize = 170;
/// Room behind the longest bar for its number.
const NUMBERS: usize = 110;
/// Letters of a name that fit.
const LETTERS: usize = 24;

/// One bar of a chart: a name, what it is now, and what it was.
pub(super) struct Bar<'a> {
    pub(super) name: &'a str,
    pub(super) now: u64,
    pub(super) last: Option<u64>,
}

/// Columns side by side, of which the first, the last and the highest are named.
pub(super) fn columns(title: &str, values: &[(String, u64)]) -> String {
    let highest = values.iter().map(|(_, value)| *value).max().unwrap_or(0);
    let mut svg = open(title, HEIGHT + 40);
    for (index, (name, value)) in values.iter().enumerate() {
        let (x, end) = (
            index * WIDTH / values.len(),
            (index + 1) * WIDTH / values.len(),
        );
        let height = scaled(*value, highest, HEIGHT);
        svg += &format!(
            "<rect class=\"now\" x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{height}\"><title>{}: {}</title></rect>",
            HEIGHT + 18 - height,
            (end - x).saturating_sub(1).max(1),
            escape(name),
            number(*value)
        );
    }
    svg += &text(0, 12, "start", &format!("at most {}", number(highest)));
    if let (Some((first, _)), Some((last, _))) = (values.first(), values.last()) {
        svg += &text(0, HEIGHT + 34, "start", first);
        svg += &text(WIDTH, HEIGHT + 34, "end", last);
    }
    svg + "</svg>"
}

/// Bars below each other, each with its name and number; what it was is drawn below it.
pub(super) fn bars(title: &str, bars: &[Bar<'_>]) -> String {
    let sum = |value: fn(&Bar<'_>) -> u64| bars.iter().map(value).sum::<u64>().max(1);
    let (all_now, all_last) = (sum(|bar| bar.now), sum(|bar| bar.last.unwrap_or(0)));
    let room = WIDTH - NAMES - NUMBERS;
    let mut svg = open(title, bars.len() * ROW + 4);
    for (index, bar) in bars.iter().enumerate() {
        let y = index * ROW;
        let name: String = bar.name.chars().take(LETTERS).collect();
        svg += &text(NAMES - 8, y + 15, "end", &name);
        let now = scaled(bar.now, all_now, room);
        svg += &rect("now", y + 3, now, if bar.last.is_some() { 9 } else { 15 });
        let last = scaled(bar.last.unwrap_or(0), all_last, room);
        if last > 0 {
            svg += &rect("last", y + 13, last, 5);
        }
        let share = scaled(bar.now, all_now, 100);
        let shown = format!("{} ({share} %)", number(bar.now));
        svg += &text(NAMES + now.max(last) + 6, y + 15, "start", &shown);
    }
    svg + "</svg>"
}

fn open(title: &str, height: usize) -> String {
    let title = escape(title);
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">")
}

fn rect(class: &str, y: usize, width: usize, height: usize) -> String {
    format!(
        "<rect class=\"{class}\" x=\"{NAMES}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
    )
}

fn text(x: usize, y: usize, anchor: &str, text: &str) -> String {
    let text = escape(text);
    format!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>")
}

/// `value` of `most`, as a length of `length`; what is there is never drawn as nothing.
fn scaled(value: u64, most: u64, length: usize) -> usize {
    let scaled = u128::from(value) * length as u128 / u128::from(most.max(1));
    let shown = usize::try_from(scaled).unwrap_or(length);
    shown.max(usize::from(value > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_column_fills_the_chart_and_a_small_one_is_seen() {
        let values = [("2026-01", 1_000_000), ("2026-02", 1), ("2026-03", 0)];
        let svg = columns(
            "rows",
            &values.map(|(name, value)| (name.to_owned(), value)),
        );
        let heights: Vec<&str> = svg
            .split("height=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(heights, ["160", "1", "0"], "{svg}");
        assert!(svg.contains("at most 1,000,000"), "{svg}");
    }

    #[test]
    fn a_name_from_the_data_is_cut_and_escaped() {
        let name = format!("<b>{}", "x".repeat(300));
        let bar = |last| Bar {
            name: &name,
            now: 30,
            last,
        };
        let svg = bars("mix", &[bar(Some(3)), bar(None)]);
        assert!(svg.contains("&lt;b&gt;x") && !svg.contains("<b>"), "{svg}");
        assert!(!svg.contains(&"x".repeat(LETTERS)), "{svg}");
        assert_eq!(svg.matches("class=\"last\"").count(), 1);
    }
}
