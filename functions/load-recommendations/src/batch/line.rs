//! One line of a batch job's output, read id by id:
//! `{"input": {"userId" | "itemId" | "itemAttributes": ...}, "output": {"recommendedItems": [...]} |
//! {"usersList": [...]}, "error": null}`. Nothing but the list's current part is kept of it.

use std::{fmt, io::Read};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use shared::lists::{self, ReadyMadeList};

use super::parts::{Parts, Stamp};

/// The longest id of Personalize.
const MAX_ID: usize = 256;
/// The longest key of DynamoDB.
const MAX_KEY: usize = 2_048;

/// Reads a line, and gives each part of its list to `emit`.
///
/// # Errors
/// In words, when the line is no answer; the list it would have made is then not to be found.
pub(crate) fn read_line(
    line: impl Read,
    stamp: &Stamp,
    emit: &mut dyn FnMut(ReadyMadeList),
) -> Result<(), String> {
    let mut json = serde_json::Deserializer::from_reader(line);
    let answer = Answer { stamp, emit };
    let list = answer.deserialize(&mut json).map_err(|e| e.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    list.finish().for_each(emit);
    Ok(())
}

/// What was asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    user_id: Option<String>,
    item_id: Option<String>,
    item_attributes: Option<String>,
}

impl Input {
    /// The key of the list that answers with `member`.
    fn key(self, job: &str, member: &str) -> Result<String, String> {
        let key = match (member, self) {
            (
                "usersList",
                Input {
                    item_id: Some(item),
                    ..
                },
            ) => format!("segment#{job}/{item}"),
            (
                "usersList",
                Input {
                    item_attributes: Some(of),
                    ..
                },
            ) => format!("segment#{job}/{of}"),
            (
                "recommendedItems",
                Input {
                    user_id: Some(user),
                    ..
                },
            ) => lists::user_key(&user),
            (
                "recommendedItems",
                Input {
                    item_id: Some(item),
                    ..
                },
            ) => lists::item_key(&item),
            _ => return Err(format!("`input` does not say whose `{member}` it is")),
        };
        if key.len() > MAX_KEY {
            return Err(format!("the list's key has more than {MAX_KEY} bytes"));
        }
        Ok(key)
    }
}

type Emit<'e> = &'e mut dyn FnMut(ReadyMadeList);

/// The whole line.
struct Answer<'s, 'e> {
    stamp: &'s Stamp,
    emit: Emit<'e>,
}

impl<'de, 's> DeserializeSeed<'de> for Answer<'s, '_> {
    type Value = Parts<'s>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, 's> Visitor<'de> for Answer<'s, '_> {
    type Value = Parts<'s>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an answer: input, output and error")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut input, mut list) = (None, None);
        while let Some(member) = members.next_key::<String>()? {
            match member.as_str() {
                "input" => input = Some(members.next_value::<Input>()?),
                "output" => {
                    list = members.next_value_seed(Output {
                        input: input.take(),
                        stamp: self.stamp,
                        emit: &mut *self.emit,
                    })?;
                }
                "error" => {
                    if let Some(error) = members.next_value::<Option<String>>()? {
                        return Err(A::Error::custom(format!("Personalize says: {error}")));
                    }
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        list.ok_or_else(|| A::Error::custom("there is no list in `output`"))
    }
}

/// The member `output`.
struct Output<'s, 'e> {
    input: Option<Input>,
    stamp: &'s Stamp,
    emit: Emit<'e>,
}

impl<'de, 's> DeserializeSeed<'de> for Output<'s, '_> {
    type Value = Option<Parts<'s>>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, 's> Visitor<'de> for Output<'s, '_> {
    type Value = Option<Parts<'s>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("recommendedItems or usersList")
    }

    /// `null`: the member `error` says why.
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut list = None;
        while let Some(member) = members.next_key::<String>()? {
            if !matches!(member.as_str(), "recommendedItems" | "usersList") {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let input = self.input.take();
            let input =
                input.ok_or_else(|| A::Error::custom("`input` must stand before `output`"))?;
            let key = input.key(&self.stamp.source, &member);
            let mut parts = Parts::new(self.stamp, key.map_err(A::Error::custom)?);
            members.next_value_seed(Ids {
                parts: &mut parts,
                emit: &mut *self.emit,
            })?;
            list = Some(parts);
        }
        Ok(list)
    }
}

/// The ids of the list.
struct Ids<'p, 's, 'e> {
    parts: &'p mut Parts<'s>,
    emit: Emit<'e>,
}

impl<'de> DeserializeSeed<'de> for Ids<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Ids<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of ids")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut ids: A) -> Result<(), A::Error> {
        while let Some(id) = ids.next_element::<String>()? {
            if id.is_empty() || id.len() > MAX_ID * 4 {
                let problem = format!("an id is empty, or longer than {MAX_ID} characters");
                return Err(A::Error::custom(problem));
            }
            self.parts.push(id).into_iter().for_each(&mut *self.emit);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<(String, Vec<String>)>, String> {
        let stamp = Stamp {
            source: "nightly".to_owned(),
            updated_at: 1,
            expires_at: 2,
        };
        let mut lists = Vec::new();
        read_line(line.as_bytes(), &stamp, &mut |list| {
            lists.push((list.list_key, list.items));
        })?;
        Ok(lists)
    }

    fn key(line: &str) -> String {
        read(line).unwrap().remove(0).0
    }

    #[test]
    fn lists_are_under_whom_or_what_they_are_for() {
        let user = r#"{"input":{"userId":"u1"},"output":{"recommendedItems":["a","b"],"scores":[0.6,0.4]},"error":null}"#;
        let read = read(user).unwrap();
        assert_eq!(
            read,
            [("user#u1".to_owned(), vec!["a".to_owned(), "b".to_owned()])]
        );
        let item = r#"{"input":{"itemId":"i1"},"output":{"recommendedItems":["a"]},"error":null}"#;
        assert_eq!(key(item), "item#i1");
        let segment = r#"{"input":{"itemId":"i1"},"output":{"usersList":["u1"]},"error":null}"#;
        assert_eq!(key(segment), "segment#nightly/i1");
        let segment =
            r#"{"input":{"itemAttributes":"ITEMS.GENRES = \"x\""},"output":{"usersList":[]}}"#;
        assert_eq!(key(segment), "segment#nightly/ITEMS.GENRES = \"x\"");
    }

    #[test]
    fn a_line_that_is_no_answer_says_why() {
        for (line, why) in [
            ("no json", "expected"),
            (
                r#"{"input":{"userId":"u1"},"output":null,"error":"no such user"}"#,
                "no such user",
            ),
            (r#"{"input":{"userId":"u1"}}"#, "no list"),
            (
                r#"{"input":{"userId":"u1"},"output":{"usersList":[]}}"#,
                "whose",
            ),
            (
                r#"{"output":{"recommendedItems":[]},"input":{"userId":"u1"}}"#,
                "before",
            ),
            (
                r#"{"input":{"userId":"u1"},"output":{"recommendedItems":["a"]}} x"#,
                "trailing",
            ),
            (
                r#"{"input":{"userId":"u1"},"output":{"recommendedItems":["#,
                "EOF",
            ),
            (
                r#"{"input":{"userId":"u1"},"output":{"recommendedItems":[""]}}"#,
                "empty",
            ),
        ] {
            let problem = read(line).unwrap_err();
            assert!(problem.contains(why), "{line}: {problem}");
        }
    }
}
