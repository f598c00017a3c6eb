//! A filter ready to be asked about items, actions or users by their numbers. Everything was looked
//! up before, so a question compares a few numbers.

use filter_expression::syntax::{Action, Operator};
use rustc_hash::FxHashSet;

use crate::data::{
    group::Group,
    rows::{Kept, Rows},
};

/// What a filter lets through.
#[derive(Debug)]
pub(crate) struct Predicate<'a> {
    pub(super) group: &'a Group,
    /// The rows of what is asked about.
    pub(super) rows: &'a Rows,
    pub(super) clauses: Vec<(Action, Node)>,
}

impl Predicate<'_> {
    /// Whether it passes; `id` is a number of the group.
    #[must_use]
    pub(crate) fn keeps(&self, id: u32) -> bool {
        self.clauses.iter().all(|(action, node)| {
            node.holds(self.group, self.rows, id) == (*action == Action::Include)
        })
    }
}

/// So many values are looked through one by one.
const FEW: usize = 8;

/// Values in order, so that being among many of them is soon found out.
#[derive(Debug)]
pub(in crate::filter) struct Wanted(Vec<u32>);

impl FromIterator<u32> for Wanted {
    fn from_iter<I: IntoIterator<Item = u32>>(values: I) -> Self {
        let mut values: Vec<u32> = values.into_iter().collect();
        values.sort_unstable();
        Self(values)
    }
}

impl Wanted {
    fn has(&self, value: u32) -> bool {
        match *self.0 {
            [] => false,
            [one] => one == value,
            _ if self.0.len() <= FEW => self.0.contains(&value),
            _ => self.0.binary_search(&value).is_ok(),
        }
    }
}

#[derive(Debug)]
pub(in crate::filter) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    /// The row's own number is among these.
    Among {
        ids: FxHashSet<u32>,
        negated: bool,
    },
    /// The user did something of these event types; of any without a list.
    Did {
        types: Option<Wanted>,
        negated: bool,
    },
    /// One of the cell's symbols is among these.
    Symbols {
        column: usize,
        wanted: Wanted,
        negated: bool,
    },
    /// The cell's number compares with one of these.
    Numbers {
        column: usize,
        operator: Operator,
        wanted: Vec<f64>,
    },
}

impl Node {
    pub(super) fn holds(&self, group: &Group, rows: &Rows, id: u32) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(group, rows, id)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(group, rows, id)),
            Self::Among { ids, negated } => ids.contains(&id) != *negated,
            Self::Did { types, negated } => {
                let wanted = |event_type| types.as_ref().is_none_or(|types| types.has(event_type));
                let mut done = group.interactions_of(id);
                done.any(|one| wanted(one.event_type)) != *negated
            }
            Self::Symbols {
                column,
                wanted,
                negated,
            } => {
                let found = match rows.cell(id, *column) {
                    Kept::Symbol(symbol) => wanted.has(*symbol),
                    Kept::Symbols(symbols) => symbols.iter().any(|one| wanted.has(*one)),
                    _ => false,
                };
                found != *negated
            }
            Self::Numbers {
                column,
                operator,
                wanted,
            } => match rows.cell(id, *column) {
                Kept::Number(number) if operator.is_negated() => {
                    wanted.iter().all(|one| operator.compare(*number, *one))
                }
                Kept::Number(number) => wanted.iter().any(|one| operator.compare(*number, *one)),
                // Nothing is not among the values, and is neither less nor greater.
                _ => operator.is_negated(),
            },
        }
    }
}
