//! What a filter may not do, by the rules of Personalize and the schemas of the group.

use std::collections::{BTreeMap, BTreeSet};

use filter_expression::{
    FilterError,
    syntax::{Expression, FieldName, Filter, Operator, Source, Subject, Test},
};

use super::operand::{check_operand, field_type};
use crate::data::schema::{DatasetType, Schema};

/// Fields that one filter may read.
const FIELDS: usize = 10;
/// Fields that all filters of a dataset group may read together.
pub(crate) const FIELDS_IN_GROUP: usize = 20;
/// Fields of actions that Personalize itself filters by.
const RESERVED_FOR_ACTIONS: [&str; 3] = [
    "ACTION_EXPIRATION_TIMESTAMP",
    "EXPIRATION_TIMESTAMP",
    "REPEAT_FREQUENCY",
];

/// The schemas of a group, as far as it has datasets.
pub(crate) type Schemas = BTreeMap<DatasetType, Schema>;

/// Whether a filter is allowed in a group.
///
/// # Errors
/// The first thing that is not, and where it stands.
pub(crate) fn check(filter: &Filter, schemas: &Schemas) -> Result<(), FilterError> {
    let mut fields = BTreeSet::new();
    let subject = filter.subject();
    for expression in &filter.expressions {
        check_sources(expression)?;
        for test in expression.tests() {
            if Some(expression.subject) != subject {
                return Err(FilterError::at(
                    test.position,
                    "all expressions of a chain must be about the same: ItemID, ActionID or UserID",
                ));
            }
            check_test(test, schemas)?;
            fields.insert(field(&test.field));
            if fields.len() > FIELDS {
                return Err(FilterError::at(
                    test.position,
                    format!("a filter may read at most {FIELDS} fields"),
                ));
            }
        }
    }
    Ok(())
}

/// The fields that a filter reads, as `DATASET.FIELD`.
#[must_use]
pub(crate) fn fields(filter: &Filter) -> BTreeSet<String> {
    let tests = filter.expressions.iter().flat_map(Expression::tests);
    tests.map(|test| field(&test.field)).collect()
}

fn field(field: &FieldName) -> String {
    let dataset = dataset_type(field.dataset).name();
    format!("{dataset}.{}", field.name.to_ascii_uppercase())
}

/// The dataset that a test reads.
pub(super) fn dataset_type(source: Source) -> DatasetType {
    match source {
        Source::Interactions => DatasetType::Interactions,
        Source::Items | Source::CurrentItem => DatasetType::Items,
        Source::ActionInteractions => DatasetType::ActionInteractions,
        Source::Actions => DatasetType::Actions,
        Source::Users | Source::CurrentUser => DatasetType::Users,
    }
}

/// The datasets that an expression may test, the more usual one first.
fn sources(subject: Subject) -> (&'static str, [Source; 2]) {
    match subject {
        Subject::Item => (
            "Items or Interactions",
            [Source::Items, Source::Interactions],
        ),
        Subject::Action => (
            "Actions or Action_Interactions",
            [Source::Actions, Source::ActionInteractions],
        ),
        Subject::User => (
            "Users or Interactions",
            [Source::Users, Source::Interactions],
        ),
    }
}

fn check_sources(expression: &Expression) -> Result<(), FilterError> {
    let (names, allowed) = sources(expression.subject);
    let tests = expression.condition.tests();
    let first = tests.first().map(|test| test.field.dataset);
    for test in tests {
        let wrong = |problem: String| Err(FilterError::at(test.position, problem));
        match test.field.dataset {
            Source::CurrentUser => {
                return wrong("CurrentUser may be used only after IF".to_owned());
            }
            Source::CurrentItem => {
                return wrong(
                    "CurrentItem may stand only on the right side of a comparison".to_owned(),
                );
            }
            source if !allowed.contains(&source) => {
                return wrong(format!("this expression can test only {names}"));
            }
            source if Some(source) != first => {
                return wrong(format!(
                    "{} cannot be in one expression; chain two expressions with `|`",
                    names.replace(" or ", " and ")
                ));
            }
            _ => {}
        }
    }
    check_guard(expression)
}

fn check_guard(expression: &Expression) -> Result<(), FilterError> {
    let Some(first) = expression.guard.first() else {
        return Ok(());
    };
    if expression.subject == Subject::User {
        return Err(FilterError::at(
            first.position,
            "a filter of users has no current user, so no IF",
        ));
    }
    let mut tests = expression.guard.iter();
    match tests.find(|test| test.field.dataset != Source::CurrentUser) {
        Some(test) => Err(FilterError::at(
            test.position,
            "only CurrentUser may be tested after IF",
        )),
        None => Ok(()),
    }
}

fn check_test(test: &Test, schemas: &Schemas) -> Result<(), FilterError> {
    let wrong = |problem: String| Err(FilterError::at(test.position, problem));
    let (source, name) = (test.field.dataset, &test.field.name);
    if source.is_interactions() {
        if !name.eq_ignore_ascii_case("EVENT_TYPE") {
            return wrong("Interactions can be filtered only by EVENT_TYPE".to_owned());
        }
        if !matches!(test.operator, Operator::In | Operator::NotIn) {
            return wrong("EVENT_TYPE takes only IN and NOT IN".to_owned());
        }
    }
    let mut reserved = RESERVED_FOR_ACTIONS.iter();
    if source == Source::Actions && reserved.any(|one| one.eq_ignore_ascii_case(name)) {
        return wrong(format!(
            "Personalize itself leaves out actions by {name}; a filter cannot read it"
        ));
    }
    check_placeholders(test)?;
    let field_type = field_type(&test.field, test.position, schemas)?;
    if test.operator.is_range() && !field_type.is_number() {
        return wrong(format!("{name} is text: it has no order to compare by"));
    }
    check_operand(test, field_type, schemas)
}

/// Ranges over the fields of items take fixed values only; over those of actions and users the
/// developer guide has examples with placeholders.
fn check_placeholders(test: &Test) -> Result<(), FilterError> {
    let described = matches!(test.field.dataset, Source::Actions | Source::Users);
    let fixed = test.operator.is_negated() || (test.operator.is_range() && !described);
    if fixed && test.placeholders().next().is_some() {
        return Err(FilterError::at(
            test.position,
            "a placeholder may follow only IN and =; use a fixed value, or IN with the opposite action",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use filter_expression::parse::parse;

    use crate::data::schema::tests::schema;

    fn complaint(text: &str) -> Option<String> {
        let interactions = schema(
            "Interactions",
            &[
                ("USER_ID", "string"),
                ("ITEM_ID", "string"),
                ("TIMESTAMP", "long"),
                ("EVENT_TYPE", "string"),
                ("DEVICE", "string"),
            ],
        )
        .unwrap();
        let items = schema(
            "Items",
            &[
                ("ITEM_ID", "string"),
                ("PRICE", "float?"),
                ("COST", "int"),
                ("CATEGORY", "c:string?"),
                ("TEXT", "t:string"),
                ("NEW", "boolean"),
            ],
        )
        .unwrap();
        let users = schema("Users", &[("USER_ID", "string"), ("AGE", "int?")]).unwrap();
        let actions = [
            ("ACTION_ID", "string"),
            ("VALUE", "long?"),
            ("REPEAT_FREQUENCY", "long?"),
        ];
        let actions = schema("Actions", &actions).unwrap();
        let schemas = Schemas::from([
            (DatasetType::Interactions, interactions),
            (DatasetType::Items, items),
            (DatasetType::Users, users),
            (DatasetType::Actions, actions),
        ]);
        check(&parse(text).unwrap(), &schemas)
            .err()
            .map(|error| error.problem)
    }

    #[test]
    fn what_personalize_allows_passes() {
        for text in [
            r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")"#,
            r#"INCLUDE ItemID WHERE Items.PRICE >= 5 AND Items.CATEGORY NOT IN ("a","b")"#,
            r#"INCLUDE ItemID WHERE Items.CATEGORY = $C | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($E)"#,
            "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.COST AND Items.CATEGORY IN CurrentItem.CATEGORY",
            r#"EXCLUDE ItemID WHERE Items.ITEM_ID IN ("x")"#,
            "EXCLUDE ItemID WHERE Items.PRICE = 3 IF CurrentUser.AGE = 3",
            "INCLUDE ActionID WHERE Actions.VALUE > ($VALUE) IF CurrentUser.AGE > 18",
            "EXCLUDE UserID WHERE Users.AGE < $AGE",
            r#"INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("*")"#,
        ] {
            assert_eq!(complaint(text), None, "{text}");
        }
    }

    #[test]
    fn what_personalize_forbids_is_refused_with_the_reason() {
        for (text, says) in [
            (
                r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("a") AND Items.PRICE < 5"#,
                "chain two",
            ),
            (
                r#"EXCLUDE ItemID WHERE Interactions.DEVICE IN ("a")"#,
                "only by EVENT_TYPE",
            ),
            (
                r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE = "a""#,
                "IN and NOT IN",
            ),
            (
                "EXCLUDE ItemID WHERE Items.CATEGORY NOT IN ($C)",
                "placeholder",
            ),
            ("EXCLUDE ItemID WHERE Items.PRICE > $P", "placeholder"),
            (
                "EXCLUDE ItemID WHERE Items.COLOUR IN ($C)",
                "no field of the schema of the ITEMS",
            ),
            (r#"EXCLUDE ItemID WHERE Items.TEXT IN ("x")"#, "textual"),
            ("EXCLUDE ItemID WHERE Items.NEW = 1", "boolean"),
            ("EXCLUDE ItemID WHERE Items.CATEGORY > 3", "no order"),
            (
                r#"EXCLUDE ItemID WHERE Items.PRICE = "3""#,
                "without quotes",
            ),
            (
                "EXCLUDE ItemID WHERE Items.CATEGORY = 3",
                "in double quotes",
            ),
            ("EXCLUDE ItemID WHERE Items.PRICE = (3, 4)", "use IN"),
            ("EXCLUDE ItemID WHERE CurrentUser.AGE = 3", "after IF"),
            (
                "EXCLUDE ItemID WHERE Items.PRICE = 3 IF Items.COST = 3",
                "only CurrentUser",
            ),
            (
                r#"EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("TAKEN")"#,
                "no ACTION_INTERACTIONS dataset",
            ),
            (
                "EXCLUDE ActionID WHERE Actions.REPEAT_FREQUENCY = 3",
                "REPEAT_FREQUENCY",
            ),
            ("EXCLUDE ActionID WHERE Items.PRICE = 3", "only Actions"),
            (
                "EXCLUDE UserID WHERE Users.AGE = 3 IF CurrentUser.AGE = 3",
                "no IF",
            ),
            (
                "EXCLUDE UserID WHERE Users.AGE = 3 | EXCLUDE ItemID WHERE Items.PRICE = 3",
                "the same",
            ),
            (
                r#"EXCLUDE ItemID WHERE Items.CATEGORY IN ("*")"#,
                "EVENT_TYPE",
            ),
            (
                "EXCLUDE ItemID WHERE Items.PRICE < CurrentItem.CATEGORY",
                "different types",
            ),
        ] {
            let problem = complaint(text).unwrap_or_default();
            assert!(problem.contains(says), "{text}: {problem}");
        }
    }

    #[test]
    fn fields_are_counted_once_whatever_their_case() {
        let filter =
            parse("EXCLUDE ItemID WHERE Items.PRICE < 3 OR Item.price > 5 IF CurrentUser.AGE = 3");
        let fields = fields(&filter.unwrap());
        assert_eq!(
            fields.into_iter().collect::<Vec<_>>(),
            ["ITEMS.PRICE", "USERS.AGE"]
        );
    }
}
