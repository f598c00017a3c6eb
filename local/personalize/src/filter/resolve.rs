//! A filter and a request made into a predicate. Names are looked up once per request.

use filter_expression::syntax::{Action, Condition, Filter, Operand, Source, Subject, Term, Test};
use recommender::Ids;
use rustc_hash::FxHashSet;

use super::{
    predicate::{Node, Predicate, Wanted},
    values::{Value, Values},
};
use crate::{
    data::{
        dataset_type::action_event_type,
        group::{FILTERED_ACTION_INTERACTIONS, FILTERED_INTERACTIONS, Group, filtered},
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
    /// What the user did with items, or for a filter of actions with actions; in time order.
    pub(crate) history: &'a [Interaction],
    /// The user's number, if known.
    pub(crate) user: Option<u32>,
    /// The number of the request's item, if known.
    pub(crate) item: Option<u32>,
    /// Values for placeholders.
    pub(crate) values: &'a Values,
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
            subject: expression.subject,
        };
        if resolver.guard_holds(&expression.guard)?
            && let Some(node) = resolver.condition(&expression.condition)?
        {
            clauses.push((expression.action, node));
        }
    }
    let group = question.group;
    let rows = match filter.subject() {
        Some(Subject::User) => &group.user_rows,
        Some(Subject::Action) => &group.action_rows,
        Some(Subject::Item) | None => &group.item_rows,
    };
    Ok(Predicate {
        group,
        rows,
        clauses,
    })
}

struct Resolver<'q, 'a> {
    question: &'q Question<'a>,
    action: Action,
    subject: Subject,
}

impl Resolver<'_, '_> {
    fn guard_holds(&self, guard: &[Test]) -> Result<bool, Fault> {
        let group = self.question.group;
        for test in guard {
            let node = self.field(test, &group.user_rows, &group.users, "USER_ID")?;
            // An unknown user has the number of nobody, whose row is empty.
            let user = self.question.user.unwrap_or(u32::MAX);
            if !node.is_some_and(|node| node.holds(group, &group.user_rows, user)) {
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

#[cfg(test)]
mod tests {
    use filter_expression::parse::parse;

    use super::*;
    use crate::{
        data::{
            batch::Batch,
            record::{EventRecord, Record},
            rows::Cell,
            schema::{DatasetType, tests::schema},
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
            let event = Record::Event(EventRecord {
                user_id: Some("ann".to_owned()),
                session_id: "s".to_owned(),
                event_type: event_type.to_owned(),
                item_id: item.to_owned(),
                sent_at: 1,
                ..EventRecord::default()
            });
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

    #[test]
    fn users_of_a_segment_are_kept_by_their_row_and_by_what_they_did() {
        let group = group();
        let values = Values::new();
        let question = Question {
            group: &group,
            history: &[],
            user: None,
            item: None,
            values: &values,
        };
        let keeps = |text: &str| {
            let predicate = resolve(&parse(text).unwrap(), &question).unwrap();
            predicate.keeps(group.users.get("ann").unwrap())
        };
        assert!(keeps("INCLUDE UserID WHERE Users.AGE >= 20"));
        assert!(!keeps("EXCLUDE UserID WHERE Users.AGE >= 20"));
        assert!(keeps(
            r#"INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("purchase")"#
        ));
        assert!(!keeps(
            r#"INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("return")"#
        ));
        assert!(!keeps(
            r#"INCLUDE UserID WHERE Interactions.EVENT_TYPE NOT IN ("*")"#
        ));
    }

    #[test]
    fn actions_are_kept_by_their_row_and_by_what_was_done_with_them() {
        let mut group = group();
        let fields = [("ACTION_ID", "string"), ("VALUE", "long?")];
        group.set_schema(DatasetType::Actions, schema("Actions", &fields).unwrap());
        let action = |id: &str, value| {
            let cells = vec![Cell::Text(id.to_owned()), Cell::Number(value)];
            (id.to_owned(), cells)
        };
        let rows = vec![action("join", 5.0), action("rate", 50.0)];
        group.import(
            Batch::Rows(DatasetType::Actions, rows),
            ImportMode::Full,
            0.0,
        );
        let refused = EventRecord {
            user_id: Some("ann".to_owned()),
            event_type: "not_taken".to_owned(),
            item_id: "join".to_owned(),
            ..EventRecord::default()
        };
        group.take(Record::ActionInteraction(refused)).unwrap();
        let history = group.action_history("ann");
        let values = Values::from([("VALUE".to_owned(), vec![values::Value::Number(20.0)])]);
        let question = Question {
            group: &group,
            history: &history,
            user: group.users.get("ann"),
            item: None,
            values: &values,
        };
        let keeps = |text: &str| {
            let predicate = resolve(&parse(text).unwrap(), &question).unwrap();
            let action = |id| predicate.keeps(group.actions.get(id).unwrap());
            (action("join"), action("rate"))
        };
        let valuable = "INCLUDE ActionID WHERE Actions.VALUE > ($VALUE)";
        assert_eq!(keeps(valuable), (false, true));
        let refused = r#"EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("Not Taken")"#;
        assert_eq!(keeps(refused), (false, true));
    }
}
