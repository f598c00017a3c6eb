//! Filters, also those whose expression holds a date and which are made anew as time goes on.
//!
//! Personalize has no update for a filter, and its range operators take no placeholder. So a filter
//! has a stable name here, under which `recommend` finds it, and behind it *generations*: filters of
//! Personalize, each with its own name and a fixed expression.

use std::collections::BTreeSet;

use filter_expression::syntax::Filter as Parsed;
use serde::Deserialize;

use crate::{config::age::Age, generation};

/// A filter.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    /// Its stable name.
    pub name: String,
    /// The expression, in Personalize's filter language. `{{ now - 30d }}` (and `{{ now }}`,
    /// `{{ now + 12h }}`) stands for epoch seconds, and needs `rotate`.
    pub expression: String,
    /// How often an expression with a date is renewed.
    pub rotate: Option<Age>,
}

/// One filter of Personalize behind a stable name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Its name in Personalize.
    pub name: String,
    /// What it is made of; no `{{ }}` left.
    pub expression: String,
}

/// An expression whose `{{ }}` says no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{{{{{inside}}}}}` is no time; write {{{{ now }}}}, {{{{ now - 30d }}}} or {{{{ now + 12h }}}}"
)]
pub struct NotATime {
    inside: String,
}

impl Filter {
    /// The generation that is due at `now` (epoch seconds). `now` is cut down to a multiple of
    /// `rotate`, so that it is the same one until the next is due.
    ///
    /// # Errors
    /// When a `{{ }}` says no time; a configuration that was found sound has none.
    pub fn generation(&self, now: i64) -> Result<Generation, NotATime> {
        let Some(every) = self.rotate else {
            return Ok(Generation {
                name: generation::name(&self.name, None, &words(&self.expression)),
                expression: self.expression.clone(),
            });
        };
        let due = now - now.rem_euclid(every.seconds());
        let expression = dated(&self.expression, due)?;
        Ok(Generation {
            name: generation::name(&self.name, Some(due), &words(&expression)),
            expression,
        })
    }

    /// The names of its placeholders, without `$`; none of an expression with an error in it.
    #[must_use]
    pub fn placeholders(&self) -> BTreeSet<String> {
        let generation = self.generation(0).ok();
        let parsed =
            generation.and_then(|one| filter_expression::parse::parse(&one.expression).ok());
        let names = parsed.iter().flat_map(Parsed::placeholders);
        names.map(str::to_owned).collect()
    }

    /// Whether the filter of Personalize with that name and expression serves as this filter now:
    /// also one that has the plain name, or was made by hand, when its expression is the due one.
    #[must_use]
    pub fn is_served_by(&self, name: &str, expression: &str, now: i64) -> bool {
        let Ok(due) = self.generation(now) else {
            return false;
        };
        generation::belongs(name, &self.name) && words(expression) == words(&due.expression)
    }
}

/// White space between words does not make another expression.
fn words(expression: &str) -> String {
    expression.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `expression` with its times written out.
fn dated(expression: &str, due: i64) -> Result<String, NotATime> {
    let mut written = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, behind) = after.split_once("}}").ok_or_else(|| not_a_time(after))?;
        let time = time(inside, due).ok_or_else(|| not_a_time(inside))?;
        written.push_str(before);
        written.push_str(&time.to_string());
        rest = behind;
    }
    written.push_str(rest);
    Ok(written)
}

fn not_a_time(inside: &str) -> NotATime {
    let inside = inside.to_owned();
    NotATime { inside }
}

/// `now`, `now - 30d`, `now + 12h`.
fn time(inside: &str, due: i64) -> Option<i64> {
    let offset = inside.trim().strip_prefix("now")?.trim();
    if offset.is_empty() {
        return Some(due);
    }
    let (sign, age) = match offset.split_at_checked(1)? {
        ("-", age) => (-1, age),
        ("+", age) => (1, age),
        _ => return None,
    };
    Some(due + sign * Age::parse(age.trim())?.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T06:31:26Z
    const NOW: i64 = 1_795_415_486;

    fn new_arrivals() -> Filter {
        Filter {
            name: "new".to_owned(),
            expression: "INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP > {{ now - 30d }}"
                .to_owned(),
            rotate: Age::parse("1d"),
        }
    }

    #[test]
    fn a_dated_filter_is_the_same_all_day_and_another_the_next() {
        let filter = new_arrivals();
        let today = filter.generation(NOW).unwrap();
        assert_eq!(
            today.expression,
            "INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP > 1792800000"
        );
        assert!(today.name.starts_with("new-20261123-"), "{}", today.name);
        assert_eq!(filter.generation(NOW + 3_600).unwrap(), today);
        assert_ne!(filter.generation(NOW + 86_400).unwrap().name, today.name);
        assert!(filter.is_served_by(&today.name, &today.expression, NOW));
        assert!(!filter.is_served_by(&today.name, &today.expression, NOW + 86_400));
    }

    #[test]
    fn a_filter_without_a_date_is_served_under_its_plain_name_too() {
        let filter = Filter {
            name: "bought".to_owned(),
            expression: "EXCLUDE ItemID\n WHERE Interactions.EVENT_TYPE IN (\"purchase\")"
                .to_owned(),
            rotate: None,
        };
        let same = "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"purchase\")";
        assert!(filter.is_served_by("bought", same, NOW));
        assert!(filter.is_served_by(&filter.generation(0).unwrap().name, same, NOW));
        assert!(!filter.is_served_by("bought", "EXCLUDE ItemID WHERE Items.A IN (1)", NOW));
        assert!(!filter.is_served_by("other", same, NOW));
    }

    #[test]
    fn what_is_no_time_is_named() {
        let mut filter = new_arrivals();
        for wrong in [
            "{{ yesterday }}",
            "{{ now * 3d }}",
            "{{ now - 3y }}",
            "{{ now",
        ] {
            filter.expression = format!("INCLUDE ItemID WHERE Items.A > {wrong}");
            assert!(filter.generation(NOW).is_err(), "{wrong}");
        }
    }
}
