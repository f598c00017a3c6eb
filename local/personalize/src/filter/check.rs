//! What a filter may not do, by the rules of Personalize and the schemas of the group.

use filter_expression::{
    FilterError,
    syntax::{Expression, FieldName, Filter, Operand, Operator, Source, Term, Test},
};

use crate::data::schema::{DatasetType, FieldType, Schema};

/// Fields that one filter may read.
const FIELDS: usize = 10;

/// The schemas of a group, as far as it has datasets.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Schemas<'a> {
    /// Of the Interactions dataset.
    pub(crate) interactions: Option<&'a Schema>,
    /// Of the Items dataset.
    pub(crate) items: Option<&'a Schema>,
    /// Of the Users dataset.
    pub(crate) users: Option<&'a Schema>,
}

/// Whether a filter is allowed in a group.
///
/// # Errors
/// The first thing that is not, and where it stands.
pub(crate) fn check(filter: &Filter, schemas: Schemas<'_>) -> Result<(), FilterError> {
    let mut fields: Vec<&FieldName> = Vec::new();
    for expression in &filter.expressions {
        check_sources(expression)?;
        for test in expression.tests() {
            check_test(test, schemas)?;
            if !fields.contains(&&test.field) {
                fields.push(&test.field);
            }
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

fn check_sources(expression: &Expression) -> Result<(), FilterError> {
    let tests = expression.condition.tests();
    let first = tests.first().map(|test| test.field.dataset);
    for test in tests {
        match test.field.dataset {
            Source::CurrentUser => {
                return Err(FilterError::at(
                    test.position,
                    "CurrentUser may be used only after IF",
                ));
            }
            Source::CurrentItem => {
                return Err(FilterError::at(
                    test.position,
                    "CurrentItem may stand only on the right side of a comparison",
                ));
            }
            source if Some(source) != first => {
                return Err(FilterError::at(
                    test.position,
                    "Interactions and Items cannot be in one expression; chain two expressions with `|`",
                ));
            }
            _ => {}
        }
    }
    match expression
        .guard
        .iter()
        .find(|test| test.field.dataset != Source::CurrentUser)
    {
        Some(test) => Err(FilterError::at(
            test.position,
            "only CurrentUser may be tested after IF",
        )),
        None => Ok(()),
    }
}

fn check_test(test: &Test, schemas: Schemas<'_>) -> Result<(), FilterError> {
    let wrong = |problem: String| Err(FilterError::at(test.position, problem));
    let name = &test.field.name;
    if test.field.dataset == Source::Interactions {
        if !name.eq_ignore_ascii_case("EVENT_TYPE") {
            return wrong("Interactions can be filtered only by EVENT_TYPE".to_owned());
        }
        if !matches!(test.operator, Operator::In | Operator::NotIn) {
            return wrong("EVENT_TYPE takes only IN and NOT IN".to_owned());
        }
    }
    if test.placeholders().next().is_some()
        && (test.operator.is_range() || test.operator.is_negated())
    {
        return wrong(
            "a placeholder may follow only IN and =; use a fixed value, or IN with the opposite action"
                .to_owned(),
        );
    }
    let field_type = field_type(&test.field, test.position, schemas)?;
    if test.operator.is_range() && !field_type.is_number() {
        return wrong(format!("{name} is text: it has no order to compare by"));
    }
    check_operand(test, field_type, schemas)
}

fn check_operand(
    test: &Test,
    field_type: FieldType,
    schemas: Schemas<'_>,
) -> Result<(), FilterError> {
    let wrong = |problem: String| Err(FilterError::at(test.position, problem));
    let name = &test.field.name;
    match &test.operand {
        Operand::CurrentItem(other) => {
            if test.field.dataset != Source::Items {
                return wrong("CurrentItem can be compared only with Items".to_owned());
            }
            let other_field = FieldName {
                dataset: Source::Items,
                name: other.clone(),
            };
            let other_type = self::field_type(&other_field, test.position, schemas)?;
            if other_type.is_number() != field_type.is_number() {
                return wrong(format!(
                    "{name} and CurrentItem.{other} are of different types"
                ));
            }
        }
        Operand::Terms(terms) => {
            let single = !matches!(test.operator, Operator::In | Operator::NotIn);
            if single && terms.len() > 1 {
                return wrong(format!(
                    "{name} is compared with more than one value; use IN"
                ));
            }
            for term in terms {
                match term {
                    Term::Text(_) if field_type.is_number() => {
                        return wrong(format!(
                            "{name} is a number; write the value without quotes"
                        ));
                    }
                    Term::Number(_) if !field_type.is_number() => {
                        return wrong(format!("{name} is text; write the value in double quotes"));
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

fn field_type(
    field: &FieldName,
    position: usize,
    schemas: Schemas<'_>,
) -> Result<FieldType, FilterError> {
    let (schema, dataset_type) = match field.dataset {
        Source::Interactions => (schemas.interactions, DatasetType::Interactions),
        Source::Items | Source::CurrentItem => (schemas.items, DatasetType::Items),
        Source::CurrentUser => (schemas.users, DatasetType::Users),
    };
    let dataset = dataset_type.name();
    let wrong = |problem: String| Err(FilterError::at(position, problem));
    let Some(schema) = schema else {
        return wrong(format!("the dataset group has no {dataset} dataset"));
    };
    match schema.field(&field.name).map(|field| field.field_type) {
        None => wrong(format!(
            "{} is no field of the schema of the {dataset} dataset",
            field.name
        )),
        Some(FieldType::Prose) => wrong(format!(
            "{} is textual; textual fields cannot be filtered by",
            field.name
        )),
        Some(FieldType::Boolean) => wrong(format!(
            "{} is a boolean; booleans cannot be filtered by, use a string field",
            field.name
        )),
        Some(field_type) => Ok(field_type),
    }
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
        let schemas = Schemas {
            interactions: Some(&interactions),
            items: Some(&items),
            users: None,
        };
        check(&parse(text).unwrap(), schemas)
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
                "EXCLUDE ItemID WHERE Items.PRICE = 3 IF CurrentUser.AGE = 3",
                "no USERS dataset",
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
}
