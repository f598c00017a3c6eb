//! The five types of datasets, and the fields that Personalize asks for or reserves in each.

use super::schema::FieldType;

/// A type of dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DatasetType {
    /// Who did what with an item, when.
    Interactions,
    /// What can be recommended.
    Items,
    /// To whom.
    Users,
    /// What users can be asked to do.
    Actions,
    /// Who took which action or did not, when.
    ActionInteractions,
}

/// Field types that a reserved keyword may have.
type Allowed = &'static [FieldType];

const TEXT: Allowed = &[FieldType::Text];
const TEXT_OR_CATEGORIES: Allowed = &[FieldType::Text, FieldType::Categories];
const WHOLE: Allowed = &[FieldType::Integer];
const NUMBER: Allowed = &[FieldType::Integer, FieldType::Decimal];

impl DatasetType {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Interactions,
        Self::Items,
        Self::Users,
        Self::Actions,
        Self::ActionInteractions,
    ];

    /// Reads a `datasetType`, in any case as the service does.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|one| one.name().eq_ignore_ascii_case(text))
    }

    /// Its name in ARNs and messages.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Interactions => "INTERACTIONS",
            Self::Items => "ITEMS",
            Self::Users => "USERS",
            Self::Actions => "ACTIONS",
            Self::ActionInteractions => "ACTION_INTERACTIONS",
        }
    }

    /// Whether rows say who did what; rows of the other types describe something with an id.
    #[must_use]
    pub(crate) fn is_interactions(self) -> bool {
        matches!(self, Self::Interactions | Self::ActionInteractions)
    }

    /// The field that names what a row is about.
    #[must_use]
    pub(crate) fn id_field(self) -> &'static str {
        match self {
            Self::Interactions | Self::Items => "ITEM_ID",
            Self::Actions | Self::ActionInteractions => "ACTION_ID",
            Self::Users => "USER_ID",
        }
    }

    /// The fields that a schema must have, and what they hold.
    #[must_use]
    pub(crate) fn required(self) -> &'static [(&'static str, FieldType)] {
        match self {
            Self::Interactions => &[
                ("USER_ID", FieldType::Text),
                ("ITEM_ID", FieldType::Text),
                ("TIMESTAMP", FieldType::Integer),
            ],
            Self::ActionInteractions => &[
                ("USER_ID", FieldType::Text),
                ("ACTION_ID", FieldType::Text),
                ("EVENT_TYPE", FieldType::Text),
                ("TIMESTAMP", FieldType::Integer),
            ],
            Self::Items => &[("ITEM_ID", FieldType::Text)],
            Self::Users => &[("USER_ID", FieldType::Text)],
            Self::Actions => &[("ACTION_ID", FieldType::Text)],
        }
    }

    /// Names that a schema may use for one thing only, with the types they may have.
    #[must_use]
    pub(crate) fn reserved(self) -> &'static [(&'static str, Allowed)] {
        match self {
            Self::Interactions => &[
                ("EVENT_TYPE", TEXT),
                ("EVENT_VALUE", NUMBER),
                ("IMPRESSION", TEXT),
                ("RECOMMENDATION_ID", TEXT),
                ("EVENT_ATTRIBUTION_SOURCE", TEXT),
            ],
            Self::ActionInteractions => &[("IMPRESSION", TEXT), ("RECOMMENDATION_ID", TEXT)],
            Self::Items => &[("CREATION_TIMESTAMP", WHOLE)],
            Self::Users => &[],
            Self::Actions => &[
                ("CREATION_TIMESTAMP", WHOLE),
                ("VALUE", NUMBER),
                ("TYPE", TEXT_OR_CATEGORIES),
                ("ACTION_EXPIRATION_TIMESTAMP", WHOLE),
                ("EXPIRATION_TIMESTAMP", WHOLE),
                ("REPEAT_FREQUENCY", WHOLE),
            ],
        }
    }

    /// The most metadata fields: those neither required nor reserved.
    #[must_use]
    pub(crate) fn most_metadata(self) -> usize {
        match self {
            Self::Interactions | Self::ActionInteractions => 5,
            Self::Items => 100,
            Self::Users => 25,
            Self::Actions => 10,
        }
    }
}

/// The event type of an action interaction in the form that is kept: `taken`, `not_taken` or
/// `viewed`. Personalize writes `Not Taken` in events and `NOT_TAKEN` in files and filters.
#[must_use]
pub(crate) fn action_event_type(text: &str) -> Option<&'static str> {
    let plain = text.to_ascii_lowercase().replace(' ', "_");
    ["taken", "not_taken", "viewed"]
        .into_iter()
        .find(|one| *one == plain)
}

/// What an event type of an action interaction, in the form that is kept, says about taking the action:
/// positive for, negative against, and the more the farther from 0. Who only looked has not decided.
#[must_use]
pub(crate) fn action_outcome(event_type: &str) -> Option<f32> {
    match event_type {
        "taken" => Some(1.0),
        "not_taken" => Some(-1.0),
        "viewed" => Some(-0.25),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for one in DatasetType::ALL {
            assert_eq!(DatasetType::parse(&one.name().to_lowercase()), Some(one));
        }
        assert_eq!(DatasetType::parse("Baskets"), None);
    }

    #[test]
    fn event_types_of_actions_are_three_in_any_spelling() {
        assert_eq!(action_event_type("Not Taken"), Some("not_taken"));
        assert_eq!(action_event_type("NOT_TAKEN"), Some("not_taken"));
        assert_eq!(action_event_type("Viewed"), Some("viewed"));
        assert_eq!(action_event_type("clicked"), None);
    }
}
