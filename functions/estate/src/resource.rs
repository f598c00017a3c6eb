//! A resource of the estate as it is declared and as it is found, and how the two are told apart.
//! No SDK type, and no order of creation: that is `plan`.

use serde_json::Value;
use shared::{
    arn::Kind,
    config::DatasetType,
    resource::{is_active, is_failed},
};

/// What a resource is made of: in this it is compared, and nothing of it is changed behind anyone's back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    /// A custom group has no domain; domain groups have other resources than the ones made here.
    DatasetGroup { domain: Option<String> },
    /// An Avro record.
    Schema { avro: Value },
    /// `schema` is the schema's name.
    Dataset { of: DatasetType, schema: String },
    /// It has nothing but a name.
    EventTracker,
    /// In Personalize's filter language.
    Filter { expression: String },
    /// `auto_training` is not known of solutions older than the setting.
    Solution {
        recipe_arn: String,
        event_type: Option<String>,
        auto_training: Option<bool>,
    },
}

impl Content {
    /// The kind of resource that has such a content.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::DatasetGroup { .. } => Kind::DatasetGroup,
            Self::Schema { .. } => Kind::Schema,
            Self::Dataset { .. } => Kind::Dataset,
            Self::EventTracker => Kind::EventTracker,
            Self::Filter { .. } => Kind::Filter,
            Self::Solution { .. } => Kind::Solution,
        }
    }
}

/// A resource that the configuration declares.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) content: Content,
}

/// A resource that Personalize has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// Personalize's status; `ACTIVE` for a schema, which has none.
    pub(crate) status: String,
    /// Why it failed, in Personalize's words.
    pub(crate) failure_reason: Option<String>,
    /// Event trackers only.
    pub(crate) tracking_id: Option<String>,
    pub(crate) content: Content,
}

impl Found {
    /// Whether what needs it can be created.
    pub(crate) fn is_active(&self) -> bool {
        is_active(&self.status)
    }

    /// Whether waiting cannot make it usable.
    pub(crate) fn is_failed(&self) -> bool {
        is_failed(&self.status)
    }

    /// Whether it stands in the place of `declared`: by name, and by type for what a group has
    /// only one of.
    pub(crate) fn stands_for(&self, declared: &Declared) -> bool {
        match (&self.content, &declared.content) {
            (Content::Dataset { of: found, .. }, Content::Dataset { of, .. }) => found == of,
            (Content::EventTracker, Content::EventTracker) => true,
            (found, content) => found.kind() == content.kind() && self.name == declared.name,
        }
    }

    /// In what it differs from `declared`, and what to do; nothing when it is as declared.
    pub(crate) fn difference(&self, declared: &Declared) -> Option<String> {
        let kind = self.content.kind();
        if self.name != declared.name {
            return Some(format!(
                "the dataset group already has the {kind} `{}`, and takes only one: declare that name",
                self.name
            ));
        }
        let (what, remedy) = content_difference(&self.content, &declared.content)?;
        Some(format!(
            "a {kind} of this name exists, and {what}: {remedy}"
        ))
    }
}

const NEW_NAME: &str = "Personalize cannot change it, so declare yours under a new name";
const NEW_SCHEMA: &str =
    "declare that one, or give the dataset yours with personalize:UpdateDataset";
const NEW_TRAINING: &str = "declare it so, or change it with personalize:UpdateSolution or on the solution's page in the console";

/// What is different, and the remedy.
fn content_difference(found: &Content, declared: &Content) -> Option<(String, &'static str)> {
    use Content::{Dataset, DatasetGroup, Filter, Schema, Solution};
    Some(match (found, declared) {
        (
            DatasetGroup {
                domain: Some(domain),
            },
            DatasetGroup { domain: None },
        ) => (
            format!("it is of the domain {domain}, and a custom one is declared"),
            NEW_NAME,
        ),
        (Schema { avro: found }, Schema { avro }) if found != avro => {
            ("it has another definition".to_owned(), NEW_NAME)
        }
        (Dataset { schema: found, .. }, Dataset { schema, .. }) if found != schema => {
            (format!("it has the schema `{found}`"), NEW_SCHEMA)
        }
        (Filter { expression: found }, Filter { expression })
            if words(found) != words(expression) =>
        {
            (format!("it has another expression ({found})"), NEW_NAME)
        }
        (
            Solution {
                recipe_arn: found, ..
            },
            Solution { recipe_arn, .. },
        ) if found != recipe_arn => (format!("it has the recipe {found}"), NEW_NAME),
        (
            Solution {
                event_type: found, ..
            },
            Solution { event_type, .. },
        ) if found != event_type => {
            let found = found.as_deref().unwrap_or("any");
            (format!("it is trained on events of type {found}"), NEW_NAME)
        }
        // Wrong in either direction costs: trainings billed unasked, or a model that grows old.
        (
            Solution {
                auto_training: Some(found),
                ..
            },
            Solution {
                auto_training: Some(declared),
                ..
            },
        ) if found != declared => {
            let state = if *found { "on" } else { "off" };
            (format!("its automatic training is {state}"), NEW_TRAINING)
        }
        _ => return None,
    })
}

/// White space between words does not make another expression.
fn words(expression: &str) -> Vec<&str> {
    expression.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(name: &str, expression: &str) -> Declared {
        let content = Content::Filter {
            expression: expression.to_owned(),
        };
        Declared {
            name: name.to_owned(),
            content,
        }
    }

    fn found(declared: &Declared) -> Found {
        Found {
            name: declared.name.clone(),
            arn: "arn".to_owned(),
            status: "ACTIVE".to_owned(),
            failure_reason: None,
            tracking_id: None,
            content: declared.content.clone(),
        }
    }

    fn solution(recipe: &str, auto_training: Option<bool>) -> Declared {
        let recipe_arn = format!("arn:aws:personalize:::recipe/{recipe}");
        let content = Content::Solution {
            recipe_arn,
            event_type: None,
            auto_training,
        };
        Declared {
            name: "taste".to_owned(),
            content,
        }
    }

    #[test]
    fn a_filter_with_another_expression_needs_a_new_name() {
        let declared = filter(
            "f",
            "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"buy\")",
        );
        let other = filter(
            "f",
            "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"view\")",
        );
        let difference = found(&other).difference(&declared).unwrap();
        assert!(difference.contains("IN (\"view\")"), "{difference}");
        assert!(difference.contains("new name"), "{difference}");
    }

    #[test]
    fn line_breaks_do_not_make_another_expression() {
        let declared = filter("f", "EXCLUDE ItemID\n  WHERE Items.A IN (1)");
        let same = filter("f", "EXCLUDE ItemID WHERE Items.A IN (1)");
        assert_eq!(found(&same).difference(&declared), None);
    }

    #[test]
    fn a_solution_is_compared_in_what_costs_or_matters() {
        let declared = solution("aws-sims", Some(false));
        let difference = |other: Declared| found(&other).difference(&declared);
        assert!(
            difference(solution("aws-hrnn", Some(false)))
                .unwrap()
                .contains("aws-hrnn")
        );
        assert!(
            difference(solution("aws-sims", Some(true)))
                .unwrap()
                .contains("training is on")
        );
        assert_eq!(difference(solution("aws-sims", None)), None);
    }

    #[test]
    fn the_one_tracker_of_a_group_stands_for_any_declared_and_says_its_name() {
        let tracker = |name: &str| Declared {
            name: name.to_owned(),
            content: Content::EventTracker,
        };
        let other = found(&tracker("old"));
        assert!(other.stands_for(&tracker("new")));
        assert!(other.difference(&tracker("new")).unwrap().contains("`old`"));
    }
}
