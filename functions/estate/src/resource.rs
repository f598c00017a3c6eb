//! A resource of the estate as it is declared and as it is found, and how the two are told apart.
//! No SDK type, and no order of creation: that is `plan`.

use serde_json::Value;
use shared::{
    arn::Kind,
    config::DatasetType,
    resource::{is_active, is_failed},
};

/// What a resource is made of, as far as Personalize does not let it change once it is made.
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
        if self.name != declared.name {
            return Some(format!(
                "the dataset group already has the {} `{}`, and takes only one: declare that name",
                self.content.kind(),
                self.name
            ));
        }
        let what = match (&self.content, &declared.content) {
            (
                Content::DatasetGroup {
                    domain: Some(domain),
                },
                Content::DatasetGroup { .. },
            ) => {
                format!("it is a domain dataset group ({domain}), and a custom one is declared")
            }
            (Content::Schema { avro: found }, Content::Schema { avro }) if found != avro => {
                "it has another definition".to_owned()
            }
            (Content::Dataset { schema: found, .. }, Content::Dataset { schema, .. })
                if found != schema =>
            {
                format!("it has the schema `{found}`, and `{schema}` is declared")
            }
            (Content::Filter { expression: found }, Content::Filter { expression })
                if words(found) != words(expression) =>
            {
                format!("it has another expression: {found}")
            }
            (found @ Content::Solution { .. }, content @ Content::Solution { .. }) => {
                solution_difference(found, content)?
            }
            _ => return None,
        };
        Some(format!(
            "a {} of this name exists, and {what}; Personalize cannot change it: declare yours under a new name",
            self.content.kind()
        ))
    }
}

fn solution_difference(found: &Content, declared: &Content) -> Option<String> {
    let (
        Content::Solution {
            recipe_arn: found_recipe,
            event_type: found_event,
            auto_training: found_auto,
        },
        Content::Solution {
            recipe_arn,
            event_type,
            auto_training,
        },
    ) = (found, declared)
    else {
        return None;
    };
    let or_any = |event: &Option<String>| event.clone().unwrap_or_else(|| "any".to_owned());
    if found_recipe != recipe_arn {
        Some(format!("it has the recipe {found_recipe}"))
    } else if found_event != event_type {
        Some(format!(
            "it is trained on events of type {}",
            or_any(found_event)
        ))
    } else if found_auto.is_some() && found_auto != auto_training {
        // Wrong in either direction costs: trainings billed unasked, or a model that grows old.
        let state = if *found_auto == Some(true) {
            "on"
        } else {
            "off"
        };
        Some(format!("its automatic training is {state}"))
    } else {
        None
    }
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
