//! Names of what a backend only numbers, as brands and categories: asked for beside a page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    adapter::AdapterError,
    adapters::{
        listing::{Listing, id_text},
        variants::first_of,
    },
};

/// Names by id.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, Value>);

impl Names {
    /// The names of what is listed in an answer.
    pub(super) fn read(listing: &Listing, id: &str, name: &str) -> Self {
        let each = listing.items.iter();
        Self(
            each.filter_map(|one| Some((id_text(&one[id])?, one[name].clone())))
                .collect(),
        )
    }

    /// The name; null when it is not known.
    pub(super) fn of(&self, id: &Value) -> Value {
        let name = id_text(id).and_then(|id| self.0.get(&id));
        name.cloned().unwrap_or_default()
    }

    /// The first name that is known of several.
    pub(super) fn first_of<'a>(&self, ids: impl IntoIterator<Item = &'a Value>) -> Value {
        let names: Vec<Value> = ids.into_iter().map(|id| self.of(id)).collect();
        first_of(&names)
    }
}

/// Different ids, in order and comma separated, `most` in a text; none of them is 0, which stands for
/// nothing.
pub(super) fn lists<'a>(ids: impl Iterator<Item = &'a Value>, most: usize) -> Vec<String> {
    let ids: BTreeSet<String> = ids
        .filter_map(id_text)
        .filter(|id| id != "0" && id.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    let ids: Vec<String> = ids.into_iter().collect();
    ids.chunks(most.max(1)).map(|some| some.join(",")).collect()
}

/// The answers asked for beside a page, in the order they were asked for.
pub(super) struct Besides<'a> {
    backend: &'static str,
    answers: std::slice::Iter<'a, backend::Answer>,
}

impl<'a> Besides<'a> {
    /// What `answers` say.
    pub(super) fn new(backend: &'static str, answers: &'a [backend::Answer]) -> Self {
        Self {
            backend,
            answers: answers.iter(),
        }
    }

    /// The names in the next `count` answers, whose lists are at `pointer`.
    pub(super) fn names(
        &mut self,
        count: usize,
        pointer: &str,
        (id, name): (&str, &str),
    ) -> Result<Names, AdapterError> {
        let mut names = Names::default();
        for answer in self.answers.by_ref().take(count) {
            let listing = Listing::read(self.backend, answer, pointer)?;
            names.0.extend(Names::read(&listing, id, name).0);
        }
        Ok(names)
    }

    /// The answers that are left.
    pub(super) fn rest(self) -> impl Iterator<Item = &'a backend::Answer> {
        self.answers
    }
}

#[cfg(test)]
mod tests {
    use backend::Answer;
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_asked_for_once_and_in_lists() {
        let ids = [
            json!(7),
            json!("7"),
            json!(0),
            json!(12),
            json!(null),
            json!("3,4"),
            json!(5),
        ];
        assert_eq!(lists(ids.iter(), 2), ["12,5", "7"]);
        assert!(lists([json!(0)].iter(), 2).is_empty());
    }

    #[test]
    fn names_of_several_answers_are_together() {
        let answers = [
            Answer::new(200, &[], r#"{"data":[{"id":1,"name":"Alder"}]}"#),
            Answer::new(
                200,
                &[],
                r#"{"data":[{"id":"2","name":"Birch"},{"name":"Nobody"}]}"#,
            ),
        ];
        let names = Besides::new("Shop", &answers)
            .names(2, "/data", ("id", "name"))
            .unwrap();
        assert_eq!(names.of(&json!("1")), "Alder");
        assert_eq!(names.first_of([&json!(9), &json!(2), &json!(1)]), "Birch");
        assert_eq!(names.of(&json!(9)), json!(null));
    }
}
