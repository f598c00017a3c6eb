//! A single test of a filter: what is looked up for it, and the node that it becomes.

use filter_expression::syntax::{Action, Operand, Source, Subject, Term, Test};
use recommender::Ids;
use rustc_hash::FxHashSet;

use super::Resolver;
use crate::{
    data::{
        dataset_type::action_event_type,
        group::{FILTERED_ACTION_INTERACTIONS, FILTERED_INTERACTIONS, filtered},
        rows::{Kept, Rows},
    },
    fault::Fault,
    filter::{
        predicate::{Node, Wanted},
        values::Value,
    },
};

impl Resolver<'_, '_> {
    /// None when it depends on a placeholder that may be left out and is.
    pub(super) fn test(&self, test: &Test) -> Result<Option<Node>, Fault> {
        let group = self.question.group;
        match test.field.dataset {
            Source::Interactions | Source::ActionInteractions => self.interactions(test),
            Source::Actions => self.field(test, &group.action_rows, &group.actions, "ACTION_ID"),
            Source::Users | Source::CurrentUser => {
                self.field(test, &group.user_rows, &group.users, "USER_ID")
            }
            Source::Items | Source::CurrentItem => {
                self.field(test, &group.item_rows, &group.items, "ITEM_ID")
            }
        }
    }

    /// What the user did something of these types with; or the users who did.
    fn interactions(&self, test: &Test) -> Result<Option<Node>, Fault> {
        let Some(values) = self.values(test, false)? else {
            return Ok(None);
        };
        let with_actions = test.field.dataset == Source::ActionInteractions;
        let names = values.iter().filter_map(|value| match value {
            Value::Text(name) => Some(name.to_lowercase()),
            Value::Number(_) => None,
        });
        let names: Vec<String> = names.collect();
        let any = names.iter().any(|name| name == "*");
        let number = |name: &String| {
            let plain = action_event_type(name).filter(|_| with_actions);
            self.question.group.event_types.get(plain.unwrap_or(name))
        };
        let types: FxHashSet<u32> = names.iter().filter_map(number).collect();
        let negated = test.operator.is_negated();
        if self.subject == Subject::User {
            let types = (!any).then(|| types.into_iter().collect());
            return Ok(Some(Node::Did { types, negated }));
        }
        let latest = match with_actions {
            true => FILTERED_ACTION_INTERACTIONS,
            false => FILTERED_INTERACTIONS,
        };
        let ids = filtered(self.question.history, latest)
            .filter(|interaction| any || types.contains(&interaction.event_type))
            .map(|interaction| interaction.item)
            .collect();
        Ok(Some(Node::Among { ids, negated }))
    }

    /// A test of a column of `rows`, or of the id itself.
    pub(super) fn field(
        &self,
        test: &Test,
        rows: &Rows,
        ids: &Ids,
        id_field: &str,
    ) -> Result<Option<Node>, Fault> {
        let negated = test.operator.is_negated();
        let is_id = test.field.name.eq_ignore_ascii_case(id_field);
        // The schemas may have changed since the filter was made.
        let column = rows.column(&test.field.name);
        let Some(column) = column else {
            return Ok(is_id.then(|| Node::Among {
                ids: FxHashSet::default(),
                negated,
            }));
        };
        if let Operand::CurrentItem(other) = &test.operand {
            return Ok(Some(self.current_item(test, rows, column, other)));
        }
        let number = rows.is_number(column);
        let Some(values) = self.values(test, number)? else {
            return Ok(None);
        };
        let texts = values.iter().filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Number(_) => None,
        });
        Ok(Some(if is_id {
            Node::Among {
                ids: texts.filter_map(|text| ids.get(text)).collect(),
                negated,
            }
        } else if number {
            let numbers = values.iter().filter_map(|value| match value {
                Value::Number(number) => Some(*number),
                Value::Text(_) => None,
            });
            Node::Numbers {
                column,
                operator: test.operator,
                wanted: numbers.collect(),
            }
        } else {
            Node::Symbols {
                column,
                wanted: texts.filter_map(|text| rows.symbols().get(text)).collect(),
                negated,
            }
        }))
    }

    fn current_item(&self, test: &Test, rows: &Rows, column: usize, other: &str) -> Node {
        let item = self.question.item.unwrap_or(u32::MAX);
        let cell = rows
            .column(other)
            .map_or(&Kept::Empty, |other| rows.cell(item, other));
        let symbols = |wanted: Wanted| Node::Symbols {
            column,
            wanted,
            negated: test.operator.is_negated(),
        };
        let numbers = |wanted| Node::Numbers {
            column,
            operator: test.operator,
            wanted,
        };
        match cell {
            Kept::Symbol(symbol) => symbols(Wanted::from_iter([*symbol])),
            Kept::Symbols(several) => symbols(several.iter().copied().collect()),
            Kept::Number(number) => numbers(vec![*number]),
            _ if rows.is_number(column) => numbers(Vec::new()),
            _ => symbols(Wanted::from_iter([])),
        }
    }

    /// The values of a test, placeholders filled in; None when one is left out that may be.
    fn values(&self, test: &Test, number: bool) -> Result<Option<Vec<Value>>, Fault> {
        let Operand::Terms(terms) = &test.operand else {
            return Ok(Some(Vec::new()));
        };
        let mut values = Vec::with_capacity(terms.len());
        for term in terms {
            match term {
                Term::Text(text) => values.push(Value::Text(text.clone())),
                Term::Number(number) => values.push(Value::Number(*number)),
                Term::Placeholder(name) => match self.question.values.get(name) {
                    Some(given) => values.extend(typed(name, given, number)?),
                    None if self.action == Action::Exclude => return Ok(None),
                    None => {
                        return Err(Fault::invalid(
                            "filterValues",
                            format!("the filter includes by ${name}: a value for it is required"),
                        ));
                    }
                },
            }
        }
        Ok(Some(values))
    }
}

fn typed(name: &str, values: &[Value], number: bool) -> Result<Vec<Value>, Fault> {
    let fits = |value: &Value| matches!(value, Value::Number(_)) == number;
    if values.iter().all(fits) {
        return Ok(values.to_vec());
    }
    Err(Fault::invalid(
        &format!("filterValues.{name}"),
        if number {
            "the field is a number: write values without quotes"
        } else {
            "the field is text: write values in escaped double quotes"
        },
    ))
}
