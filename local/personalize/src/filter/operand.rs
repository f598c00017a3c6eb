//! The values of a filter against the types of the fields that they are compared with.

use filter_expression::{
    FilterError,
    syntax::{FieldName, Operand, Operator, Source, Term, Test},
};

use super::check::{Schemas, dataset_type};
use crate::data::schema::FieldType;

/// Whether a field can be compared with what stands on the right side.
pub(super) fn check_operand(
    test: &Test,
    field_type: FieldType,
    schemas: &Schemas,
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
                    Term::Text(text) if text == "*" && !test.field.dataset.is_interactions() => {
                        return wrong(
                            "`*` stands for all event types; only EVENT_TYPE takes it".to_owned(),
                        );
                    }
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

/// What a field holds, if filters may read it.
pub(super) fn field_type(
    field: &FieldName,
    position: usize,
    schemas: &Schemas,
) -> Result<FieldType, FilterError> {
    let dataset_type = dataset_type(field.dataset);
    let dataset = dataset_type.name();
    let wrong = |problem: String| Err(FilterError::at(position, problem));
    let Some(schema) = schemas.get(&dataset_type) else {
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
