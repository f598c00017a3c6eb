//! Tables for a terminal: columns as wide as what is in them, all but the last cut when too wide.

use anstyle::Style;

/// The widest a column gets, in characters.
const WIDEST: usize = 44;

/// Prints a heading and a table below it to stdout.
pub(super) fn print(heading: &str, header: &[&str], rows: &[Vec<String>]) {
    let bold = Style::new().bold();
    anstream::println!("\n{bold}{heading}{bold:#}");
    for line in lines(header, rows) {
        anstream::println!("  {line}");
    }
}

fn lines(header: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let header: Vec<String> = header.iter().map(ToString::to_string).collect();
    let last = header.len().saturating_sub(1);
    let all: Vec<Vec<String>> = std::iter::once(&header)
        .chain(rows)
        .map(|row| {
            let cells = row.iter().enumerate();
            cells
                .map(|(column, cell)| {
                    if column == last {
                        cell.clone()
                    } else {
                        cut(cell)
                    }
                })
                .collect()
        })
        .collect();
    let width = |column: usize| {
        all.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            // Numbers stand on the right.
            if cell.starts_with(|first: char| first.is_ascii_digit()) && *width <= 14 {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all.iter().map(line).collect()
}

fn cut(cell: &str) -> String {
    if cell.chars().count() <= WIDEST {
        return cell.to_owned();
    }
    let kept: String = cell.chars().take(WIDEST - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_long_titles_are_cut() {
        let rows = [
            vec![
                "Mug".to_owned(),
                "12.50 GBP".to_owned(),
                "popular".to_owned(),
            ],
            vec![
                "x".repeat(60),
                "2.50 GBP".to_owned(),
                "bought together".to_owned(),
            ],
        ];
        let lines = lines(&["title", "price", "why"], &rows);
        assert!(
            lines[1].starts_with("Mug  ") && lines[1].ends_with("12.50 GBP  popular"),
            "{lines:?}"
        );
        assert!(
            lines[2].contains("x…   2.50 GBP  bought together"),
            "{lines:?}"
        );
    }
}
