//! Names of what Personalize cannot change and what is therefore made anew behind a stable name:
//! `<stable name>[-<date>]-<mark of the content>`.

use sha2::{Digest, Sha256};

/// Hexadecimal digits of the mark.
const MARK: usize = 8;
/// The longest that is put behind a stable name: `-20261123T06-3fa9c1d2`.
pub(crate) const MAX_SUFFIX: usize = 12 + 1 + MARK;

/// The name of a generation of `stable` with this content; `due` (epoch seconds) for contents that
/// are renewed as time goes on.
#[must_use]
pub fn name(stable: &str, due: Option<i64>, content: &str) -> String {
    let date = due.map_or_else(String::new, |due| format!("-{}", date(due)));
    let digest = Sha256::digest(content.as_bytes());
    let mark: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{stable}{date}-{}", &mark[..MARK])
}

/// Whether `name` is `stable`, or a generation of it.
#[must_use]
pub fn belongs(name: &str, stable: &str) -> bool {
    let Some(rest) = name.strip_prefix(stable) else {
        return false;
    };
    if rest.is_empty() {
        return true;
    }
    let mut parts = rest.split('-').skip(1);
    let (first, second, third) = (parts.next(), parts.next(), parts.next());
    match (first, second, third) {
        (Some(mark), None, None) => is_mark(mark),
        (Some(date), Some(mark), None) => is_date(date) && is_mark(mark),
        _ => false,
    }
}

/// The date in the name of a generation of `stable`, in an order that is the time's as text too;
/// none for the plain name and for what is not renewed as time goes on.
#[must_use]
pub fn due<'a>(name: &'a str, stable: &str) -> Option<&'a str> {
    let (date, mark) = name
        .strip_prefix(stable)?
        .strip_prefix('-')?
        .split_once('-')?;
    (is_date(date) && is_mark(mark)).then_some(date)
}

fn is_mark(text: &str) -> bool {
    text.len() == MARK && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

fn is_date(text: &str) -> bool {
    let digits = text.replacen('T', "", 1);
    (digits.len() == 8 || digits.len() == 10) && digits.chars().all(|c| c.is_ascii_digit())
}

/// `20261123`, or `20261123T06` when it is not midnight.
fn date(due: i64) -> String {
    let Ok(time) = jiff::Timestamp::from_second(due) else {
        return due.to_string();
    };
    let format = if due % 86_400 == 0 {
        "%Y%m%d"
    } else {
        "%Y%m%dT%H"
    };
    time.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_known_by_their_names() {
        for due in [None, Some(1_795_392_000), Some(1_795_413_600)] {
            let name = name("new-arrivals", due, "content");
            assert!(belongs(&name, "new-arrivals"), "{name}");
            assert!(!belongs(&name, "new"), "{name}");
        }
        assert_eq!(
            name("a", Some(1_795_392_000), "x").find("-20261123-"),
            Some(1)
        );
        assert!(belongs("a", "a") && !belongs("ab", "a") && !belongs("a-b", "a"));
    }

    #[test]
    fn later_generations_have_later_dates() {
        let names: Vec<String> = [1_795_392_000, 1_795_413_600, 1_795_478_400]
            .map(|due| name("a", Some(due), "x"))
            .into();
        let dates: Vec<_> = names.iter().filter_map(|name| due(name, "a")).collect();
        assert_eq!(dates, ["20261123", "20261123T06", "20261124"]);
        assert_eq!(due(&name("a", None, "x"), "a"), None);
        assert_eq!(due("a", "a"), None);
    }

    #[test]
    fn another_content_is_another_generation() {
        assert_ne!(name("a", None, "x"), name("a", None, "y"));
        assert_eq!(name("", Some(3_600), "x").len(), MAX_SUFFIX);
    }
}
