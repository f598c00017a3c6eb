//! Personalize's CSV of interactions, row by row.

use std::path::Path;

use recommender::{Interactions, InteractionsBuilder};

/// Reads `USER_ID,ITEM_ID,TIMESTAMP` in any order of columns; others are passed over.
///
/// # Errors
/// Which file and line, and what is wrong with it.
pub(crate) fn interactions(path: &Path) -> Result<Interactions, String> {
    let place = path.display();
    let mut reader = csv::Reader::from_path(path).map_err(|error| format!("{place}: {error}"))?;
    let header = reader
        .headers()
        .map_err(|error| format!("{place}: {error}"))?
        .clone();
    let column = |name: &str| {
        let found = header
            .iter()
            .position(|column| column.trim().eq_ignore_ascii_case(name));
        found.ok_or_else(|| format!("{place}: the header has no column {name}"))
    };
    let (user, item, time) = (column("USER_ID")?, column("ITEM_ID")?, column("TIMESTAMP")?);
    let mut builder = InteractionsBuilder::new();
    let mut row = csv::StringRecord::new();
    while reader
        .read_record(&mut row)
        .map_err(|error| format!("{place}: {error}"))?
    {
        let timestamp = row[time].trim().parse::<i64>().map_err(|_| {
            let line = row.position().map_or(0, csv::Position::line);
            format!(
                "{place}, line {line}: TIMESTAMP `{}` is no whole number of seconds",
                &row[time]
            )
        })?;
        builder.push(&row[user], &row[item], timestamp, 1.0);
    }
    Ok(builder.build())
}
