//! How lists go on, as functions: from where a list is and what was answered to where it goes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::config::backend::Pagination;

use crate::{answer::Answer, link};

/// Where in a list one is. Small: it is kept between the pages of a pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Position {
    /// At its beginning.
    Start,
    /// At a page, by the backend's number.
    Page {
        /// Its number.
        number: u64,
        /// The first number that is no longer asked for; none when the list is read to its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<u64>,
    },
    /// Behind so many records.
    Offset {
        /// How many.
        records: u64,
        /// As many as are read at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<u64>,
    },
    /// Where the answer before said.
    Cursor(String),
    /// At the URL that the answer before gave.
    Url(String),
}

/// What an answer says about its list.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Told {
    /// Records in it.
    pub(crate) records: u64,
    /// What the pagination's own expression found.
    pub(crate) next: Value,
    /// Records in all.
    pub(crate) total: Option<u64>,
    /// Pages in all.
    pub(crate) total_pages: Option<u64>,
}

/// Where a list begins.
pub(crate) fn first(pagination: &Pagination) -> Position {
    match pagination {
        Pagination::Page { first, .. } => Position::Page {
            number: u64::from(*first),
            end: None,
        },
        Pagination::Offset { .. } => Position::Offset {
            records: 0,
            end: None,
        },
        _ => Position::Start,
    }
}

/// The parameter that asks for `position`.
pub(crate) fn parameter(pagination: &Pagination, position: &Position) -> Option<(String, Value)> {
    match (pagination, position) {
        (Pagination::Page { parameter, .. }, Position::Page { number, .. }) => {
            Some((parameter.clone(), Value::from(*number)))
        }
        (Pagination::Offset { parameter }, Position::Offset { records, .. }) => {
            Some((parameter.clone(), Value::from(*records)))
        }
        (Pagination::Cursor { parameter, .. }, Position::Cursor(cursor)) => {
            Some((parameter.clone(), Value::from(cursor.as_str())))
        }
        _ => None,
    }
}

/// Where the list goes on; `None` at its end.
pub(crate) fn next(
    pagination: &Pagination,
    position: &Position,
    answer: &Answer,
    told: &Told,
) -> Option<Position> {
    match (pagination, position) {
        (Pagination::Page { first, .. }, Position::Page { number, end }) => {
            // What the backend tells may be any number.
            let next = number.saturating_add(1);
            let pages = told.total_pages;
            let pages = pages.map(|pages| u64::from(*first).saturating_add(pages));
            let within = |limit: &Option<u64>| limit.is_none_or(|limit| next < limit);
            (told.records > 0 && within(end) && within(&pages)).then_some(Position::Page {
                number: next,
                end: *end,
            })
        }
        (Pagination::Offset { .. }, Position::Offset { records, end }) => {
            // By what came, not by what was asked for: a backend may give less.
            let next = records.saturating_add(told.records);
            let within = |limit: &Option<u64>| limit.is_none_or(|limit| next < limit);
            (told.records > 0 && within(end) && within(&told.total)).then_some(Position::Offset {
                records: next,
                end: *end,
            })
        }
        (Pagination::Cursor { .. }, _) => {
            let next = Position::Cursor(text(&told.next)?);
            // Some backends repeat the last cursor behind the end.
            (told.records > 0 || next != *position).then_some(next)
        }
        (Pagination::Next { .. }, _) => text(&told.next).map(Position::Url),
        (Pagination::Link, _) => link::next(answer.headers("link")).map(Position::Url),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer() -> Answer {
        Answer::new(200, &[("Link", "</p?c=2>; rel=\"next\"")], "")
    }

    fn kind(pagination: Value) -> Pagination {
        serde_json::from_value(pagination).unwrap()
    }

    fn told(records: u64) -> Told {
        Told {
            records,
            ..Told::default()
        }
    }

    fn page(number: u64, end: Option<u64>) -> Position {
        Position::Page { number, end }
    }

    #[test]
    fn pages_go_on_until_one_is_empty_or_the_last_is_reached() {
        let pages = kind(json!({"kind": "page", "parameter": "page"}));
        assert_eq!(first(&pages), page(1, None));
        let next = |at, told: &Told| next(&pages, &at, &answer(), told);
        assert_eq!(next(page(1, None), &told(250)), Some(page(2, None)));
        assert_eq!(next(page(2, None), &told(0)), None);
        let of_two = Told {
            total_pages: Some(2),
            ..told(250)
        };
        assert_eq!(next(page(1, None), &of_two), Some(page(2, None)));
        assert_eq!(next(page(2, None), &of_two), None);
        assert_eq!(next(page(5, Some(7)), &told(1)), Some(page(6, Some(7))));
        assert_eq!(next(page(6, Some(7)), &told(1)), None);
        let from_zero = kind(json!({"kind": "page", "parameter": "page", "first": 0}));
        let last = super::next(&from_zero, &page(1, None), &answer(), &of_two);
        assert_eq!((first(&from_zero), last), (page(0, None), None));
    }

    #[test]
    fn numbers_beyond_all_lists_are_no_reason_to_fail() {
        let pages = kind(json!({"kind": "page", "parameter": "page"}));
        let many = Told {
            total: Some(u64::MAX),
            total_pages: Some(u64::MAX),
            ..told(1)
        };
        let next_page = next(&pages, &page(1, None), &answer(), &many);
        assert_eq!(next_page, Some(page(2, None)));
        let last = next(&pages, &page(u64::MAX, None), &answer(), &many);
        assert_eq!(last, None);
    }

    #[test]
    fn an_offset_counts_what_came() {
        let offset = kind(json!({"kind": "offset", "parameter": "skip"}));
        let at = |records, end| Position::Offset { records, end };
        let next = |position, told: &Told| next(&offset, &position, &answer(), told);
        assert_eq!(next(at(100, None), &told(50)), Some(at(150, None)));
        assert_eq!(next(at(100, Some(150)), &told(50)), None);
        let total = Told {
            total: Some(150),
            ..told(50)
        };
        assert_eq!(next(at(100, None), &total), None);
        assert_eq!(
            parameter(&offset, &at(100, None)),
            Some(("skip".to_owned(), json!(100)))
        );
    }

    #[test]
    fn a_cursor_ends_with_none_or_where_it_stands_still_behind_the_end() {
        let cursor = kind(json!({"kind": "cursor", "parameter": "after", "next": "next"}));
        let found = |next, records| Told {
            next,
            records,
            ..Told::default()
        };
        let next = |position, told: &Told| next(&cursor, &position, &answer(), told);
        let at = |cursor: &str| Position::Cursor(cursor.to_owned());
        assert_eq!(next(Position::Start, &found(json!("a"), 0)), Some(at("a")));
        assert_eq!(next(Position::Start, &found(json!(17), 1)), Some(at("17")));
        assert_eq!(next(at("a"), &found(json!("a"), 0)), None);
        for end in [json!(null), json!(""), json!(false)] {
            assert_eq!(next(at("a"), &found(end, 9)), None);
        }
    }

    #[test]
    fn links_and_urls_are_followed() {
        let link = kind(json!({"kind": "link"}));
        let url = Some(Position::Url("/p?c=2".to_owned()));
        assert_eq!(next(&link, &Position::Start, &answer(), &told(1)), url);
        assert_eq!(
            next(
                &link,
                &Position::Start,
                &Answer::new(200, &[], ""),
                &told(1)
            ),
            None
        );
        let by_url = kind(json!({"kind": "next", "next": "links.next"}));
        let told = Told {
            next: json!("/p?c=2"),
            ..Told::default()
        };
        assert_eq!(next(&by_url, &Position::Start, &answer(), &told), url);
    }

    #[test]
    fn a_position_is_small_when_it_is_kept() {
        let kept = serde_json::to_string(&page(3, None)).unwrap();
        assert_eq!(kept, r#"{"page":{"number":3}}"#);
        assert_eq!(
            serde_json::from_str::<Position>(&kept).unwrap(),
            page(3, None)
        );
        assert_eq!(
            serde_json::to_string(&Position::Start).unwrap(),
            r#""start""#
        );
    }
}
