//! `List*`: resources of a type in the order of their creation, a page at a time.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::Call;
use crate::{
    estate::Resource,
    fault::{Fault, FaultKind},
};

/// The longest page, and the one without `maxResults`.
const LONGEST: i64 = 100;

/// Lists what belongs, under `answer`. A token says after which resource the next page begins, so
/// that pages stay whole when resources come and go between them.
pub(super) fn list<T: Resource>(
    call: &Call<'_>,
    answer: &str,
    belongs: impl Fn(&T) -> bool,
) -> Result<Value, Fault> {
    let after = match call.input.text("nextToken")? {
        Some(token) => Some(place::<T>(token)?),
        None => None,
    };
    let longest = call.input.integer("maxResults", 1..=LONGEST)?;
    let longest = usize::try_from(longest.unwrap_or(LONGEST)).unwrap_or(usize::MAX);
    call.app.read(|estate| {
        let mut all: Vec<&T> = T::table(estate)
            .values()
            .filter(|one| call.scope.owns(one.arn()) && belongs(one))
            .collect();
        let key = |one: &T| (milliseconds(one.created()), one.arn().to_owned());
        all.sort_by_cached_key(|one| key(one));
        let start = after.map_or(0, |after| all.partition_point(|one| key(one) <= after));
        let page = &all[start..];
        let shown = &page[..page.len().min(longest)];
        let summaries: Vec<Value> = shown.iter().map(|one| summary(*one)).collect();
        let mut answer = json!({ answer: summaries });
        if page.len() > longest
            && let Some(last) = shown.last()
        {
            answer["nextToken"] = token(T::KIND, &key(last)).into();
        }
        Ok(answer)
    })
}

/// The members of a resource that a list shows.
pub(super) fn summary<T: Resource>(resource: &T) -> Value {
    let Ok(Value::Object(members)) = serde_json::to_value(resource) else {
        return Value::Null;
    };
    let shown: Map<String, Value> = members
        .into_iter()
        .filter(|(name, _)| T::SUMMARY.contains(&name.as_str()))
        .collect();
    shown.into()
}

type Key = (i64, String);

fn token(kind: &str, key: &Key) -> String {
    URL_SAFE_NO_PAD.encode(json!([kind, key.0, key.1]).to_string())
}

fn place<T: Resource>(token: &str) -> Result<Key, Fault> {
    let read = || -> Option<Key> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (kind, created, arn): (String, i64, String) = serde_json::from_slice(&bytes).ok()?;
        (kind == T::KIND).then_some((created, arn))
    };
    read().ok_or_else(|| {
        Fault::new(
            FaultKind::InvalidNextToken,
            format!(
                "nextToken is not one of a list of {}s; begin again without it",
                T::KIND
            ),
        )
    })
}

#[expect(clippy::cast_possible_truncation, reason = "times of this era fit")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{app::App, input::Input, resources::DatasetSchema, scope::Scope, server::Config};

    fn add(app: &App, names: &[&str]) {
        app.change(|estate| {
            for name in names {
                estate.add(DatasetSchema {
                    name: (*name).to_owned(),
                    schema_arn: Scope::default().arn(&format!("schema/{name}")),
                    schema: String::new(),
                    domain: None,
                    creation_date_time: 1.5,
                    last_updated_date_time: 1.5,
                })?;
            }
            Ok(())
        })
        .unwrap();
    }

    fn page(app: &Arc<App>, input: &Value) -> Result<(String, Option<String>), Fault> {
        let call = Call {
            app,
            scope: Scope::default(),
            input: Input::parse(input.to_string().as_bytes()).unwrap(),
        };
        let answer = list::<DatasetSchema>(&call, "schemas", |_| true)?;
        let names = answer["schemas"].as_array().unwrap().iter();
        let names: Vec<_> = names.map(|one| one["name"].as_str().unwrap()).collect();
        Ok((
            names.join(""),
            answer["nextToken"].as_str().map(str::to_owned),
        ))
    }

    #[test]
    fn pages_follow_each_other_while_resources_come_and_go() {
        let app = Arc::new(App::open(&Config::default()).unwrap());
        add(&app, &["a", "b", "d", "e"]);
        let (names, token) = page(&app, &json!({ "maxResults": 2 })).unwrap();
        assert_eq!(names, "ab");
        add(&app, &["c"]);
        app.change(|estate| Ok(estate.schemas.remove(&Scope::default().arn("schema/b"))))
            .unwrap();
        let next = json!({ "maxResults": 2, "nextToken": token });
        let (names, token) = page(&app, &next).unwrap();
        assert_eq!(names, "cd");
        let (names, token) = page(&app, &json!({ "nextToken": token })).unwrap();
        assert_eq!((names.as_str(), token), ("e", None));
    }

    #[test]
    fn wrong_tokens_and_sizes_are_refused() {
        let app = Arc::new(App::open(&Config::default()).unwrap());
        let other = token("campaign", &(0, "x".to_owned()));
        for wrong in ["", "x", other.as_str()] {
            let fault = page(&app, &json!({ "nextToken": wrong })).unwrap_err();
            assert_eq!(fault.kind, FaultKind::InvalidNextToken, "{wrong}");
        }
        let fault = page(&app, &json!({ "maxResults": 101 })).unwrap_err();
        assert!(fault.message.contains("maxResults"));
    }
}
