//! `searchCriteria[filterGroups][0][filters][0][field]=...`: what pulls of products ask for.

use std::collections::BTreeMap;

use crate::{
    answer::Refusal,
    database::{Order, Place, Span, Which},
    parameters::{Parameters, cited, milliseconds},
};

/// Things of a page unless the request says, and at most.
const USUAL: u64 = 20;
const MOST: u64 = 300;
/// Names of a parameter's members, and what the other spelling calls them.
const SPELLINGS: [(&str, &str); 6] = [
    ("filter_groups", "filterGroups"),
    ("condition_type", "conditionType"),
    ("page_size", "pageSize"),
    ("current_page", "currentPage"),
    ("sort_orders", "sortOrders"),
    ("search_criteria", "searchCriteria"),
];

/// Search criteria; filters are all to be met.
#[derive(Debug)]
pub(super) struct Criteria {
    filters: Vec<Filter>,
    descending: bool,
    pub(super) size: u64,
    pub(super) page: u64,
}

#[derive(Debug, Default)]
struct Filter {
    field: String,
    value: String,
    condition: String,
}

impl Criteria {
    /// Reads what begins with `searchCriteria`; other parameters only choose members of the answer.
    pub(super) fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        let mut criteria = Self {
            filters: Vec::new(),
            descending: false,
            size: USUAL,
            page: 1,
        };
        let mut filters: BTreeMap<(String, String), Filter> = BTreeMap::new();
        for (name, value) in parameters.pairs() {
            let path = path(name);
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let unknown = || Refusal::bad(format!("{} is not known here", cited(name)));
            match path[..] {
                [
                    "searchCriteria",
                    "filterGroups",
                    group,
                    "filters",
                    filter,
                    member,
                ] => {
                    let key = (group.to_owned(), filter.to_owned());
                    if filter != "0" {
                        return Err(Refusal::bad(
                            "a group of several filters (OR) is not known here",
                        ));
                    }
                    let filter = filters.entry(key).or_default();
                    match member {
                        "field" => filter.field.clone_from(value),
                        "value" => filter.value.clone_from(value),
                        "conditionType" => filter.condition.clone_from(value),
                        _ => return Err(unknown()),
                    }
                }
                ["searchCriteria", "sortOrders", "0", "field"] if value == "entity_id" => {}
                ["searchCriteria", "sortOrders", "0", "direction"] => {
                    criteria.descending = value.eq_ignore_ascii_case("desc");
                }
                ["searchCriteria", "pageSize"] => criteria.size = number(name, value, MOST)?,
                ["searchCriteria", "currentPage"] => criteria.page = number(name, value, 1 << 32)?,
                ["searchCriteria", ..] => return Err(unknown()),
                _ => {}
            }
        }
        criteria.filters = filters.into_values().collect();
        Ok(criteria)
    }

    /// The products that are asked for.
    pub(super) fn span(&self) -> Result<Span, Refusal> {
        let order = if self.descending {
            Order::NumberDown
        } else {
            Order::Number
        };
        let mut span = Span {
            which: Which::All,
            order,
            ..Span::default()
        };
        for Filter {
            field,
            value,
            condition,
        } in &self.filters
        {
            let number = || {
                value
                    .parse()
                    .map_err(|_| Refusal::bad(format!("{field} must be a whole number")))
            };
            match (field.as_str(), condition.as_str()) {
                ("entity_id", "gt") => {
                    let number = number()?;
                    span.after = Some(Place { changed: 0, number });
                }
                ("entity_id", "lteq") => span.last = Some(number()?),
                ("status", "eq" | "") if value == "1" => span.which = Which::Listed,
                ("status", "eq" | "") if value == "2" => span.which = Which::Withdrawn,
                // All products of this shop are to be seen in lists and in searches.
                ("visibility", "in" | "eq" | "")
                    if value.split(',').any(|one| one.trim() == "4") => {}
                ("updated_at", "gteq") => {
                    let time = format!("{}Z", value.replacen(' ', "T", 1));
                    span.changed_from = Some(milliseconds(field, &time)?);
                }
                _ => {
                    let filter = format!("{field} {condition} {value}");
                    return Err(Refusal::bad(format!(
                        "the filter {} is not known here",
                        cited(&filter)
                    )));
                }
            }
        }
        Ok(span)
    }

    /// The numbers of the one filter `entity_id in 1,2`.
    pub(super) fn numbers(&self) -> Result<Vec<i64>, Refusal> {
        match &self.filters[..] {
            [
                Filter {
                    field,
                    value,
                    condition,
                },
            ] if field == "entity_id" && condition == "in" => super::super::numbers(field, value),
            _ => Err(Refusal::bad(
                "the one filter that is known here is entity_id in 1,2,3",
            )),
        }
    }
}

/// `a[b][c]` as its parts, in one spelling.
fn path(name: &str) -> Vec<String> {
    let parts = name.split('[').map(|part| part.trim_end_matches(']'));
    let spelled = parts.map(|part| {
        let other = SPELLINGS.iter().find(|(snake, _)| *snake == part);
        other.map_or(part, |(_, camel)| camel).to_owned()
    });
    spelled.collect()
}

fn number(name: &str, value: &str, most: u64) -> Result<u64, Refusal> {
    let number = value
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| Refusal::bad(format!("{} must be a number from 1 to {most}", cited(name))))
}
