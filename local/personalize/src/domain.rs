//! The domains that Personalize knows shops of: what their data must have besides the usual.

use serde::{Deserialize, Serialize};

use crate::data::schema::{DatasetType, FieldType, Schema};

/// A domain of a dataset group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Domain {
    /// A shop.
    Ecommerce,
    /// Films and series.
    VideoOnDemand,
}

impl Domain {
    /// Reads a `domain`.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Ecommerce, Self::VideoOnDemand]
            .into_iter()
            .find(|one| one.name() == text)
    }

    /// Its name on the wire.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ecommerce => "ECOMMERCE",
            Self::VideoOnDemand => "VIDEO_ON_DEMAND",
        }
    }

    /// Fields that a schema of this domain needs besides those of every schema of its type.
    fn required(self, dataset_type: DatasetType) -> &'static [(&'static str, FieldType)] {
        match (self, dataset_type) {
            (_, DatasetType::Interactions) => &[("EVENT_TYPE", FieldType::Text)],
            (Self::Ecommerce, DatasetType::Items) => &[
                ("PRICE", FieldType::Decimal),
                ("CATEGORY_L1", FieldType::Categories),
            ],
            (Self::VideoOnDemand, DatasetType::Items) => &[
                ("GENRES", FieldType::Categories),
                ("CREATION_TIMESTAMP", FieldType::Integer),
            ],
            _ => &[],
        }
    }

    /// Whether a schema can be that of a dataset of this type in this domain.
    ///
    /// # Errors
    /// The field that it lacks, or that the domain has no such datasets.
    pub(crate) fn check(self, schema: &Schema, dataset_type: DatasetType) -> Result<(), String> {
        let actions = [DatasetType::Actions, DatasetType::ActionInteractions];
        if actions.contains(&dataset_type) {
            return Err(format!(
                "a domain dataset group has no {} dataset",
                dataset_type.name()
            ));
        }
        for (name, field_type) in self.required(dataset_type) {
            let field = schema.field(name);
            if field.is_none_or(|field| field.field_type != *field_type) {
                let expected = match field_type {
                    FieldType::Integer => "long",
                    FieldType::Decimal => "float",
                    FieldType::Categories => "string, categorical",
                    _ => "string",
                };
                return Err(format!(
                    "a schema for {} in the domain {} needs the field {name} of type {expected}",
                    dataset_type.name(),
                    self.name()
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::schema::tests::schema;

    #[test]
    fn a_domain_asks_for_its_fields() {
        let items = [
            ("ITEM_ID", "string"),
            ("PRICE", "float"),
            ("CATEGORY_L1", "c:string"),
        ];
        let whole = schema("Items", &items).unwrap();
        let shop = Domain::Ecommerce;
        assert_eq!(shop.check(&whole, DatasetType::Items), Ok(()));
        let part = schema("Items", &items[..2]).unwrap();
        let problem = shop.check(&part, DatasetType::Items).unwrap_err();
        assert!(problem.contains("CATEGORY_L1"), "{problem}");
        let films = Domain::VideoOnDemand.check(&whole, DatasetType::Items);
        assert!(films.unwrap_err().contains("GENRES"));
        assert!(shop.check(&whole, DatasetType::Actions).is_err());
    }
}
