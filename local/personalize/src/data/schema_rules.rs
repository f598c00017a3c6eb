//! What Personalize asks of a schema for each type of dataset.

use super::{
    dataset_type::DatasetType,
    schema::{Field, FieldType, Schema},
};

impl Schema {
    /// Whether this schema can be that of a dataset of this type.
    ///
    /// # Errors
    /// What it lacks, or which field is not as Personalize wants it.
    pub(crate) fn check(&self, dataset_type: DatasetType) -> Result<(), String> {
        self.check_required(dataset_type)?;
        self.check_reserved(dataset_type)?;
        self.check_metadata(dataset_type)
    }

    fn check_required(&self, dataset_type: DatasetType) -> Result<(), String> {
        for (name, field_type) in dataset_type.required() {
            let fits = self
                .field(name)
                .is_some_and(|field| field.field_type == *field_type && !field.nullable);
            if !fits {
                let expected = if *field_type == FieldType::Integer {
                    "long"
                } else {
                    "string"
                };
                return Err(format!(
                    "a schema for {} needs the field {name} of type {expected}, not nullable and not categorical",
                    dataset_type.name()
                ));
            }
        }
        Ok(())
    }

    fn check_reserved(&self, dataset_type: DatasetType) -> Result<(), String> {
        for (name, allowed) in dataset_type.reserved() {
            if let Some(field) = self.field(name)
                && !allowed.contains(&field.field_type)
            {
                let expected = match allowed[0] {
                    FieldType::Text => "a string that is not categorical",
                    _ if allowed.len() == 1 => "a long",
                    _ => "a number",
                };
                return Err(format!(
                    "the field {name} is a reserved keyword and must be {expected}"
                ));
            }
        }
        Ok(())
    }

    fn check_metadata(&self, dataset_type: DatasetType) -> Result<(), String> {
        let name = dataset_type.name();
        let prose = |field: &&Field| field.field_type == FieldType::Prose;
        match (self.fields.iter().filter(prose).count(), dataset_type) {
            (0, _) | (1, DatasetType::Items) => {}
            (_, DatasetType::Items) => {
                return Err("a schema for ITEMS may have one textual field".to_owned());
            }
            _ => return Err(format!("a schema for {name} may have no textual field")),
        }
        let others = self.fields.len() - dataset_type.required().len();
        if !dataset_type.is_interactions() && others == 0 {
            return Err(format!(
                "a schema for {name} needs at least one metadata field"
            ));
        }
        let reserved = dataset_type.reserved().iter();
        let reserved = reserved.filter(|(name, _)| self.field(name).is_some());
        let (metadata, most) = (others - reserved.count(), dataset_type.most_metadata());
        if metadata > most {
            return Err(format!(
                "a schema for {name} may have {most} metadata fields, not {metadata}"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::tests::schema;

    #[test]
    fn what_a_dataset_type_needs_is_asked_for() {
        let missing = schema(
            "Interactions",
            &[("USER_ID", "string"), ("ITEM_ID", "string")],
        );
        assert!(missing.unwrap_err().contains("TIMESTAMP"));
        let wrong = schema(
            "Interactions",
            &[
                ("USER_ID", "string"),
                ("ITEM_ID", "int"),
                ("TIMESTAMP", "long"),
            ],
        );
        assert!(wrong.unwrap_err().contains("ITEM_ID"));
        assert!(
            schema("Items", &[("ITEM_ID", "string")])
                .unwrap_err()
                .contains("metadata")
        );
        assert!(
            schema("Whatever", &[("A", "uuid")])
                .unwrap_err()
                .contains("uuid")
        );
        assert!(
            schema("Whatever", &[("A", "int"), ("a", "int")])
                .unwrap_err()
                .contains("twice")
        );
    }
    #[test]
    fn reserved_and_metadata_fields_are_held_to_their_rules() {
        let required = [
            ("USER_ID", "string"),
            ("ITEM_ID", "string"),
            ("TIMESTAMP", "long"),
        ];
        let with = |more: &[(&str, &str)]| schema("Interactions", &[&required[..], more].concat());
        assert!(with(&[("EVENT_VALUE", "float?"), ("DEVICE", "c:string")]).is_ok());
        let complaint = with(&[("EVENT_TYPE", "c:string")]).unwrap_err();
        assert!(complaint.contains("EVENT_TYPE"), "{complaint}");
        assert!(with(&[("EVENT_VALUE", "string")]).is_err());
        assert!(with(&[("NOTE", "t:string")]).is_err());
        let six: Vec<_> = ["A", "B", "C", "D", "E", "F"]
            .map(|name| (name, "int"))
            .into();
        assert!(with(&six).unwrap_err().contains("5 metadata fields, not 6"));
        let twice = [("ITEM_ID", "string"), ("A", "t:string"), ("B", "t:string")];
        assert!(schema("Items", &twice).unwrap_err().contains("one textual"));
        assert!(
            schema("Whatever", &[("A B", "int")])
                .unwrap_err()
                .contains("A B")
        );
    }

    #[test]
    fn actions_have_schemas_too() {
        let actions = [
            ("ACTION_ID", "string"),
            ("VALUE", "long?"),
            ("REPEAT_FREQUENCY", "long?"),
            ("MEMBERSHIP", "c:string?"),
        ];
        assert!(schema("Actions", &actions).is_ok());
        let done = [
            ("USER_ID", "string"),
            ("ACTION_ID", "string"),
            ("TIMESTAMP", "long"),
        ];
        let complaint = schema("Action_Interactions", &done).unwrap_err();
        assert!(complaint.contains("EVENT_TYPE"), "{complaint}");
    }
}
