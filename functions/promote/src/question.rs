//! What to ask a campaign, by the recipe it serves and what is known of the data. Pure.

use shared::operations::GoodCheck;

/// A user without interactions: every user recipe has an answer for one.
const NEUTRAL_USER: &str = "promote-neutral-user";

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Question {
    /// What would this user like?
    User(String),
    /// What is similar to this item?
    Item(String),
}

/// What to ask, or why nothing can be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Questions {
    /// About users or items that the last checked import had.
    Known(Vec<Question>),
    /// No import has left samples.
    Neutral(Question),
    /// For a person.
    Nothing { because: String },
}

/// At most `most` questions for a campaign whose solution has the recipe `recipe_arn`.
pub(crate) fn questions(recipe_arn: &str, samples: Option<&GoodCheck>, most: usize) -> Questions {
    let recipe = recipe_arn.rsplit('/').next().unwrap_or_default();
    let of = |samples: &[String], question: fn(String) -> Question| -> Vec<Question> {
        samples.iter().take(most).cloned().map(question).collect()
    };
    match asks_for(recipe) {
        Asks::User => {
            let known = of(
                samples.map_or(&[], |known| &known.sample_users),
                Question::User,
            );
            if known.is_empty() {
                Questions::Neutral(Question::User(NEUTRAL_USER.to_owned()))
            } else {
                Questions::Known(known)
            }
        }
        Asks::Item => {
            let known = of(
                samples.map_or(&[], |known| &known.sample_items),
                Question::Item,
            );
            if known.is_empty() {
                Questions::Nothing {
                    because:
                        "no checked import has left sample items to ask about; run import-data"
                            .to_owned(),
                }
            } else {
                Questions::Known(known)
            }
        }
        Asks::Otherwise => Questions::Nothing {
            because: format!("the recipe {recipe} does not answer GetRecommendations"),
        },
    }
}

enum Asks {
    User,
    Item,
    Otherwise,
}

/// Developer guide, "Choosing a recipe": what a request to a campaign of each recipe names.
fn asks_for(recipe: &str) -> Asks {
    let starts = |list: &[&str]| list.iter().any(|start| recipe.starts_with(start));
    if starts(&["aws-similar-items", "aws-sims", "aws-semantic-similarity"]) {
        Asks::Item
    } else if starts(&[
        "aws-personalized-ranking",
        "aws-item-a",
        "aws-next-best-action",
    ]) {
        Asks::Otherwise
    } else {
        Asks::User
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> GoodCheck {
        let ids = |prefix: &str| (0..20).map(|n| format!("{prefix}{n}")).collect();
        GoodCheck {
            rows: 20,
            sample_users: ids("u"),
            sample_items: ids("i"),
            ..GoodCheck::default()
        }
    }

    fn of(recipe: &str, samples: Option<&GoodCheck>) -> Questions {
        questions(
            &format!("arn:aws:personalize:::recipe/{recipe}"),
            samples,
            10,
        )
    }

    #[test]
    fn users_or_items_are_asked_by_the_recipe() {
        let samples = samples();
        let Questions::Known(users) = of("aws-user-personalization-v2", Some(&samples)) else {
            panic!("samples are known")
        };
        assert_eq!(
            (users.len(), &users[0]),
            (10, &Question::User("u0".to_owned()))
        );
        let Questions::Known(items) = of("aws-similar-items", Some(&samples)) else {
            panic!("samples are known")
        };
        assert_eq!(items[0], Question::Item("i0".to_owned()));
    }

    #[test]
    fn without_samples_a_new_user_is_asked_and_no_invented_item() {
        assert!(matches!(
            of("aws-popularity-count", None),
            Questions::Neutral(_)
        ));
        let Questions::Nothing { because } = of("aws-similar-items", None) else {
            panic!("no item is known")
        };
        assert!(because.contains("run import-data"), "{because}");
    }

    #[test]
    fn a_recipe_of_another_call_is_not_asked() {
        let samples = samples();
        let asked = of("aws-personalized-ranking-v2", Some(&samples));
        assert!(matches!(asked, Questions::Nothing { .. }), "{asked:?}");
    }
}
