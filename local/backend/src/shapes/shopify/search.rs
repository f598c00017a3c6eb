//! Shopify's search syntax, as far as pulls of products use it: `status:` and `updated_at:`.

use crate::{
    answer::Refusal,
    database::{Span, Which},
    parameters::{cited, milliseconds},
};

/// The products that a search finds.
///
/// # Errors
/// When it has terms of another kind: leaving them out would find too much.
pub(super) fn search(text: &str) -> Result<Span, Refusal> {
    let mut span = Span {
        which: Which::All,
        ..Span::default()
    };
    for term in text.split_whitespace().filter(|term| *term != "AND") {
        let unknown = || {
            Refusal::bad(format!(
                "the term {} of the search is not known here",
                cited(term)
            ))
        };
        let (field, value) = term.split_once(':').ok_or_else(unknown)?;
        match (field, value.trim_matches(['\'', '"'])) {
            ("status", "active" | "ACTIVE") => span.which = Which::Listed,
            ("status", "archived" | "ARCHIVED") => span.which = Which::Withdrawn,
            ("updated_at", _) => {
                let (later, time) = match value.strip_prefix(">=") {
                    Some(time) => (0, time),
                    None => (1, value.strip_prefix('>').ok_or_else(unknown)?),
                };
                let time = time.trim_matches(['\'', '"']);
                span.changed_from = Some(milliseconds("updated_at", time)? + later);
            }
            _ => return Err(unknown()),
        }
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_understood_or_refused() {
        let changed = search("updated_at:>='1970-01-01T00:00:07Z' AND status:active").unwrap();
        assert_eq!(
            (changed.changed_from, changed.which),
            (Some(7000), Which::Listed)
        );
        assert_eq!(
            search("updated_at:>1970-01-01T00:00:07Z")
                .unwrap()
                .changed_from,
            Some(7001)
        );
        assert_eq!(search("").unwrap().which, Which::All);
        for wrong in [
            "mug",
            "vendor:acme",
            "updated_at:<'1970-01-01T00:00:07Z'",
            "updated_at:>=soon",
        ] {
            assert!(search(wrong).is_err(), "{wrong}");
        }
    }
}
