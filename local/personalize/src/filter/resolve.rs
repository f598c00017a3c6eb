//! A filter and a request made into a predicate over items. Names are looked up once per request;
//! asking about an item compares numbers only.

use filter_expression::syntax::{Action, Condition, Filter, Operand, Operator, Source, Term, Test};
use recommender::Ids;
use rustc_hash::FxHashSet;

use super::values::{Value, Values};
use crate::{
    data::{
        group::{Group, filtered},
        histories::Interaction,
        rows::{Kept, Rows},
    },
    fault::Fault,
};

/// What a request brings to a filter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    /// The data of the group.
    pub(crate) group: &'a Group,
    /// What the user did, in time order.
    pub(crate) history: &'a [Interaction],
    /// The user's number, if known.
    pub(crate) user: Option<u32>,
    /// The number of the request's item, if known.
    pub(crate) item: Option<u32>,
    /// Values for placeholders.
    pub(crate) values: &'a Values,
}

/// Which items a filter lets through.
#[derive(Debug)]
pub(crate) struct Predicate<'a> {
    rows: &'a Rows,
    clauses: Vec<(Action, Node)>,
}

impl Predicate<'_> {
    /// Whether an item passes; `item` is a number of the group.
    #[must_use]
    pub(crate) fn keeps(&self, item: u32) -> bool {
        self.clauses
            .iter()
            .all(|(action, node)| node.holds(self.rows, item) == (*action == Action::Include))
    }
}

#[derive(Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    /// The row's own number is among these.
    Among(FxHashSet<u32>, bool),
    /// One of the cell's symbols is among these.
    Symbols(usize, Vec<u32>, bool),
    /// The cell's number compares with one of these.
    Numbers(usize, Operator, Vec<f64>),
}

impl Node {
    fn holds(&self, rows: &Rows, id: u32) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(rows, id)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(rows, id)),
            Self::Among(ids, negated) => ids.contains(&id) != *negated,
            Self::Symbols(column, wanted, negated) => {
                let found = match rows.cell(id, *column) {
                    Kept::Symbols(symbols) => symbols.iter().any(|one| wanted.contains(one)),
                    _ => false,
                };
                found != *negated
            }
            Self::Numbers(column, operator, wanted) => match rows.cell(id, *column) {
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

/// Makes the predicate of a checked filter for one request.
///
/// # Errors
/// `InvalidInputException`: a placeholder without the value it needs, or with one of a wrong type.
pub(crate) fn resolve<'a>(
    filter: &Filter,
    question: &Question<'a>,
) -> Result<Predicate<'a>, Fault> {
    let mut clauses = Vec::new();
    for expression in &filter.expressions {
        let resolver = Resolver {
            question,
            action: expression.action,
        };
        if resolver.guard_holds(&expression.guard)?
            && let Some(node) = resolver.condition(&expression.condition)?
        {
            clauses.push((expression.action, node));
        }
    }
    Ok(Predicate {
        rows: &question.group.item_rows,
        clauses,
    })
}

struct Resolver<'q, 'a> {
    question: &'q Question<'a>,
    action: Action,
}

impl Resolver<'_, '_> {
    fn guard_holds(&self, guard: &[Test]) -> Result<bool, Fault> {
        let group = self.question.group;
        for test in guard {
            let node = self.field(test, &group.user_rows, &group.users, "USER_ID")?;
            // An unknown user has the number of nobody, whose row is empty.
            let user = self.question.user.unwrap_or(u32::MAX);
            if !node.is_some_and(|node| node.holds(&group.user_rows, user)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// None when all of it depends on placeholders that an EXCLUDE may leave out.
    fn condition(&self, condition: &Condition) -> Result<Option<Node>, Fault> {
        let (parts, join): (_, fn(Vec<Node>) -> Node) = match condition {
            Condition::And(parts) => (parts, Node::All),
            Condition::Or(parts) => (parts, Node::Any),
            Condition::Test(test) => return self.test(test),
        };
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            nodes.extend(self.condition(part)?);
        }
        Ok((!nodes.is_empty()).then(|| join(nodes)))
    }

    fn test(&self, test: &Test) -> Result<Option<Node>, Fault> {
        let group = self.question.group;
        match test.field.dataset {
            Source::Interactions => self.interactions(test),
            _ => self.field(test, &group.item_rows, &group.items, "ITEM_ID"),
        }
    }

    /// The items with which the user did something of these types.
    fn interactions(&self, test: &Test) -> Result<Option<Node>, Fault> {
        let Some(values) = self.values(test, false)? else {
            return Ok(None);
        };
        let group = self.question.group;
        let names = values.iter().filter_map(|value| match value {
            Value::Text(name) => Some(name.to_lowercase()),
            Value::Number(_) => None,
        });
        let names: Vec<String> = names.collect();
        let any = names.iter().any(|name| name == "*");
        let types: Vec<u32> = names
            .iter()
            .filter_map(|name| group.event_types.get(name))
            .collect();
        let items = filtered(self.question.history)
            .filter(|interaction| any || types.contains(&interaction.event_type))
            .map(|interaction| interaction.item)
            .collect();
        Ok(Some(Node::Among(items, test.operator.is_negated())))
    }

    /// A test of a column of `rows`, or of the id itself.
    fn field(
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
            return Ok(is_id.then(|| Node::Among(FxHashSet::default(), negated)));
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
            Node::Among(texts.filter_map(|text| ids.get(text)).collect(), negated)
        } else if number {
            let numbers = values.iter().filter_map(|value| match value {
                Value::Number(number) => Some(*number),
                Value::Text(_) => None,
            });
            Node::Numbers(column, test.operator, numbers.collect())
        } else {
            let symbols = texts.filter_map(|text| rows.symbols().get(text));
            Node::Symbols(column, symbols.collect(), negated)
        }))
    }

    fn current_item(&self, test: &Test, rows: &Rows, column: usize, other: &str) -> Node {
        let item = self.question.item.unwrap_or(u32::MAX);
        let cell = rows
            .column(other)
            .map_or(&Kept::Empty, |other| rows.cell(item, other));
        match cell {
            Kept::Symbols(symbols) => {
                Node::Symbols(column, symbols.to_vec(), test.operator.is_negated())
            }
            Kept::Number(number) => Node::Numbers(column, test.operator, vec![*number]),
            Kept::Empty if rows.is_number(column) => {
                Node::Numbers(column, test.operator, Vec::new())
            }
            Kept::Empty => Node::Symbols(column, Vec::new(), test.operator.is_negated()),
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

#[cfg(test)]
mod tests {
    use filter_expression::parse::parse;

    use super::*;
    use crate::{
        data::{
            batch::Batch,
            rows::Cell,
            schema::{DatasetType, tests::schema},
            stream::Record,
        },
        filter::values,
        resources::ImportMode,
    };

    /// Mug (5, red), plate (10, red and blue), fork (no price, no category), ghost (not in Items).
    fn group() -> Group {
        let mut group = Group::default();
        let fields = [
            ("ITEM_ID", "string"),
            ("PRICE", "float?"),
            ("CATEGORY", "c:string?"),
        ];
        group.set_schema(DatasetType::Items, schema("Items", &fields).unwrap());
        let users = [("USER_ID", "string"), ("AGE", "int?")];
        group.set_schema(DatasetType::Users, schema("Users", &users).unwrap());
        let text = |text: &str| Cell::Text(text.to_owned());
        let items = vec![
            (
                "mug".to_owned(),
                vec![text("mug"), Cell::Number(5.0), text("red")],
            ),
            (
                "plate".to_owned(),
                vec![text("plate"), Cell::Number(10.0), text("red|blue")],
            ),
            (
                "fork".to_owned(),
                vec![text("fork"), Cell::Empty, Cell::Empty],
            ),
        ];
        group.import(
            Batch::Rows(DatasetType::Items, items),
            ImportMode::Full,
            0.0,
        );
        let users = vec![("ann".to_owned(), vec![text("ann"), Cell::Number(20.0)])];
        group.import(
            Batch::Rows(DatasetType::Users, users),
            ImportMode::Full,
            0.0,
        );
        for (item, event_type) in [("mug", "View"), ("ghost", "Purchase")] {
            let event = Record::Event {
                user_id: Some("ann".to_owned()),
                session_id: "s".to_owned(),
                event_id: None,
                event_type: event_type.to_owned(),
                item_id: item.to_owned(),
                sent_at: 1,
                event_value: None,
            };
            group.take(event).unwrap();
        }
        group
    }

    fn kept(text: &str, filter_values: &[(&str, &str)], current: &str) -> Result<String, Fault> {
        let group = group();
        let history = group.history("ann");
        let values: Values = filter_values
            .iter()
            .map(|(name, list)| ((*name).to_owned(), values::parse(list).unwrap()))
            .collect();
        let question = Question {
            group: &group,
            history: &history,
            user: group.users.get("ann"),
            item: group.items.get(current),
            values: &values,
        };
        let predicate = resolve(&parse(text).unwrap(), &question)?;
        let names: Vec<&str> = ["mug", "plate", "fork", "ghost"]
            .into_iter()
            .filter(|name| predicate.keeps(group.items.get(name).unwrap()))
            .collect();
        Ok(names.join(" "))
    }

    #[test]
    fn fixed_filters_keep_what_they_say() {
        for (text, expected) in [
            (
                r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("PURCHASE")"#,
                "mug plate fork",
            ),
            (
                r#"INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")"#,
                "mug ghost",
            ),
            (
                r#"INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ("*")"#,
                "plate fork",
            ),
            (
                r#"INCLUDE ItemID WHERE Items.CATEGORY IN ("blue","green")"#,
                "plate",
            ),
            (
                r#"EXCLUDE ItemID WHERE Items.CATEGORY NOT IN ("red")"#,
                "mug plate",
            ),
            ("INCLUDE ItemID WHERE Items.PRICE < 10", "mug"),
            (
                "INCLUDE ItemID WHERE Items.PRICE <= 10 AND Items.PRICE > 5",
                "plate",
            ),
            (
                r#"INCLUDE ItemID WHERE Items.PRICE = 5 OR Items.CATEGORY IN ("blue")"#,
                "mug plate",
            ),
            ("INCLUDE ItemID WHERE Items.PRICE != 5", "plate fork ghost"),
            (
                r#"INCLUDE ItemID WHERE Items.ITEM_ID IN ("fork","x")"#,
                "fork",
            ),
            (
                r#"INCLUDE ItemID WHERE Items.CATEGORY IN ("red") | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("view")"#,
                "plate",
            ),
        ] {
            assert_eq!(kept(text, &[], "").unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn the_if_part_switches_an_expression_on() {
        let filter =
            |age| format!("INCLUDE ItemID WHERE Items.PRICE = 5 IF CurrentUser.AGE > {age}");
        assert_eq!(kept(&filter(18), &[], "").unwrap(), "mug");
        assert_eq!(kept(&filter(65), &[], "").unwrap(), "mug plate fork ghost");
    }

    #[test]
    fn the_current_item_is_compared_with() {
        let cheaper = "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE";
        assert_eq!(kept(cheaper, &[], "plate").unwrap(), "mug");
        assert_eq!(kept(cheaper, &[], "fork").unwrap(), "");
        let alike = "INCLUDE ItemID WHERE Items.CATEGORY IN CurrentItem.CATEGORY";
        assert_eq!(kept(alike, &[], "mug").unwrap(), "mug plate");
    }

    #[test]
    fn placeholders_are_required_for_include_and_optional_for_exclude() {
        let include = "INCLUDE ItemID WHERE Items.CATEGORY IN ($C)";
        assert_eq!(kept(include, &[("C", r#""blue""#)], "").unwrap(), "plate");
        assert!(kept(include, &[], "").unwrap_err().message.contains("$C"));
        assert!(
            kept(include, &[("C", "5")], "")
                .unwrap_err()
                .message
                .contains("filterValues.C")
        );
        let exclude = "EXCLUDE ItemID WHERE Items.CATEGORY IN ($C) OR Items.PRICE = $P";
        assert_eq!(
            kept(exclude, &[("P", "5")], "").unwrap(),
            "plate fork ghost"
        );
        assert_eq!(kept(exclude, &[], "").unwrap(), "mug plate fork ghost");
    }
}
