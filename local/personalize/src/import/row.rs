//! One row of a CSV file: its values checked against the schema and made into what a batch keeps.

use csv::StringRecord;

use super::csv::{CsvError, ID_LENGTH};
use crate::data::{
    batch::InteractionBatch,
    context,
    dataset_type::action_event_type,
    histories::Interaction,
    rows::Cell,
    schema::{DatasetType, Field, FieldType, Schema},
};

/// The end of the year 9999: beyond it a timestamp is in milliseconds.
const LAST_SECOND: i64 = 253_402_300_799;

/// What a column is for, found out once for all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    User,
    Item,
    Timestamp,
    EventType,
    EventValue,
    Context,
    Other,
}

impl Role {
    /// The role of a field of interactions.
    pub(super) fn of(field: &Field) -> Self {
        match field.name.to_ascii_uppercase().as_str() {
            "USER_ID" => Self::User,
            "ITEM_ID" | "ACTION_ID" => Self::Item,
            "TIMESTAMP" => Self::Timestamp,
            "EVENT_TYPE" => Self::EventType,
            "EVENT_VALUE" => Self::EventValue,
            _ if field.field_type == FieldType::Categories => Self::Context,
            _ => Self::Other,
        }
    }
}

/// A record that is being read.
pub(super) struct Row<'a> {
    pub(super) schema: &'a Schema,
    pub(super) roles: &'a [Role],
    pub(super) columns: &'a [usize],
    pub(super) record: &'a StringRecord,
    pub(super) line: u64,
}

/// A value as it stands in the file.
enum Given<'a> {
    Nothing,
    Text(&'a str),
    Whole(i64),
    Number(f64),
    Flag(bool),
}

impl<'a> Row<'a> {
    /// Reads the row as an interaction.
    pub(super) fn interaction(
        &self,
        dataset_type: DatasetType,
        batch: &mut InteractionBatch,
    ) -> Result<(), CsvError> {
        let (mut user, mut interaction) = (0, Interaction::new(0, 0));
        for ((field, role), &column) in self.schema.fields.iter().zip(self.roles).zip(self.columns)
        {
            match (role, self.given(field, &self.record[column])?) {
                (Role::User, Given::Text(id)) => user = batch.users.intern(self.id(field, id)?),
                (Role::Item, Given::Text(id)) => {
                    interaction.item = batch.items.intern(self.id(field, id)?);
                }
                (Role::Timestamp, Given::Whole(second)) => {
                    interaction.timestamp = self.second(field, second)?;
                }
                (Role::EventType, Given::Text(name)) => {
                    let name = self.event_type(field, dataset_type, name)?;
                    interaction.event_type = batch.event_types.intern(&name);
                }
                #[expect(clippy::cast_possible_truncation, reason = "values are kept as f32")]
                (Role::EventValue, Given::Number(value)) => interaction.value = value as f32,
                #[expect(clippy::cast_precision_loss, reason = "values are kept as f32")]
                (Role::EventValue, Given::Whole(value)) => interaction.value = value as f32,
                _ => {}
            }
        }
        if self.roles.contains(&Role::Context)
            && let Some(text) = self.context()
        {
            interaction.context = batch.contexts.intern(&text);
        }
        batch.rows.push((user, interaction));
        Ok(())
    }

    fn context(&self) -> Option<String> {
        let fields = self.schema.fields.iter().zip(self.roles).zip(self.columns);
        let contextual = fields.filter(|((_, role), _)| **role == Role::Context);
        context::text(
            contextual.map(|((field, _), column)| (field.name.as_str(), &self.record[*column])),
        )
    }

    /// Reads the row as an item, a user or an action.
    pub(super) fn entity(
        &self,
        dataset_type: DatasetType,
    ) -> Result<(String, Vec<Cell>), CsvError> {
        let mut id = String::new();
        let mut cells = Vec::with_capacity(self.columns.len());
        for (field, &column) in self.schema.fields.iter().zip(self.columns) {
            let given = self.given(field, &self.record[column])?;
            if let (true, Given::Text(text)) = (
                field.name.eq_ignore_ascii_case(dataset_type.id_field()),
                &given,
            ) {
                self.id(field, text)?.clone_into(&mut id);
            }
            cells.push(match given {
                Given::Nothing => Cell::Empty,
                Given::Text(text) => Cell::Text(text.to_owned()),
                #[expect(clippy::cast_precision_loss, reason = "filters compare as f64")]
                Given::Whole(number) => Cell::Number(number as f64),
                Given::Number(number) => Cell::Number(number),
                Given::Flag(flag) => Cell::Flag(flag),
            });
        }
        Ok((id, cells))
    }

    fn given(&self, field: &Field, text: &'a str) -> Result<Given<'a>, CsvError> {
        if text.is_empty() {
            return if field.nullable {
                Ok(Given::Nothing)
            } else {
                Err(self.wrong(field, "Empty value"))
            };
        }
        let shown = || text.chars().take(40).collect::<String>();
        match field.field_type {
            FieldType::Text | FieldType::Categories | FieldType::Prose => {
                let longest = field.field_type.longest();
                if text.len() > longest && text.chars().count() > longest {
                    let problem = format!("Length cannot be more than {longest} characters");
                    return Err(self.wrong(field, problem));
                }
                Ok(Given::Text(text))
            }
            FieldType::Integer => match text.parse() {
                Ok(number) => Ok(Given::Whole(number)),
                Err(_) => Err(self.wrong(field, format!("`{}` is not a whole number", shown()))),
            },
            FieldType::Decimal => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Given::Number(number)),
                _ => Err(self.wrong(field, format!("`{}` is not a number", shown()))),
            },
            FieldType::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Ok(Given::Flag(true)),
                "false" | "0" => Ok(Given::Flag(false)),
                _ => Err(self.wrong(field, format!("`{}` is not a boolean", shown()))),
            },
        }
    }

    fn id<'t>(&self, field: &Field, id: &'t str) -> Result<&'t str, CsvError> {
        if id.len() > ID_LENGTH && id.chars().count() > ID_LENGTH {
            return Err(self.wrong(
                field,
                format!("Length cannot be more than {ID_LENGTH} characters"),
            ));
        }
        Ok(id)
    }

    fn event_type(
        &self,
        field: &Field,
        dataset_type: DatasetType,
        name: &str,
    ) -> Result<String, CsvError> {
        if dataset_type != DatasetType::ActionInteractions {
            return Ok(self.id(field, name)?.to_lowercase());
        }
        match action_event_type(name) {
            Some(name) => Ok(name.to_owned()),
            None => Err(self.wrong(field, "Only TAKEN, NOT_TAKEN or VIEWED is allowed")),
        }
    }

    fn second(&self, field: &Field, second: i64) -> Result<i64, CsvError> {
        if (0..=LAST_SECOND).contains(&second) {
            return Ok(second);
        }
        Err(self.wrong(
            field,
            format!("`{second}` is not in epoch seconds (milliseconds must be divided by 1000)"),
        ))
    }

    fn wrong(&self, field: &Field, problem: impl Into<String>) -> CsvError {
        CsvError::Value {
            column: field.name.clone(),
            problem: problem.into(),
            line: self.line,
        }
    }
}
