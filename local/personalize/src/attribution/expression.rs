//! What a metric does with the events of its type: `SAMPLECOUNT()`, `SUM(Items.<column>)` or
//! `SUM(Interactions.<column>)`.

/// A function over events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// How many events there were.
    Count,
    /// The sum of a column of the events' items.
    OfItems(String),
    /// The sum of a column of the events themselves.
    OfInteractions(String),
}

impl Expression {
    /// Reads an expression, in any case.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("SAMPLECOUNT()") {
            return Some(Self::Count);
        }
        let head = text.get(..4)?;
        let inside = text[4..].strip_suffix(')')?;
        let (dataset, column) = inside.split_once('.')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !head.eq_ignore_ascii_case("SUM(") || column.is_empty() || !column.bytes().all(plain) {
            return None;
        }
        match dataset.to_ascii_lowercase().as_str() {
            "items" => Some(Self::OfItems(column.to_owned())),
            "interactions" => Some(Self::OfInteractions(column.to_owned())),
            _ => None,
        }
    }

    /// The function's name in a report.
    #[must_use]
    pub(crate) fn function(&self) -> &'static str {
        match self {
            Self::Count => "samplecount",
            Self::OfItems(_) | Self::OfInteractions(_) => "sum",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_sum_a_column_or_count() {
        let column = |name: &str| name.to_owned();
        for (text, expression) in [
            ("SAMPLECOUNT()", Expression::Count),
            ("SUM(Items.PRICE)", Expression::OfItems(column("PRICE"))),
            (
                "sum(interactions.EVENT_VALUE)",
                Expression::OfInteractions(column("EVENT_VALUE")),
            ),
        ] {
            assert_eq!(Expression::parse(text), Some(expression));
        }
        for wrong in [
            "",
            "SUM",
            "SUM(",
            "SUM(PRICE)",
            "SUM(Users.AGE)",
            "SUM(Items.)",
            "AVG(Items.PRICE)",
            "üüü",
        ] {
            assert_eq!(Expression::parse(wrong), None, "{wrong}");
        }
    }
}
