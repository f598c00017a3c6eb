//! The parts of a run: people of one shard, a thousand at most, in an object of the data bucket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::direct::Bucket;

use crate::{error::SendError, keys, progress::Progress};

/// The most people of a part.
pub(crate) const MAX_PEOPLE: usize = 1_000;
/// The most parts of a run: 20 million people.
const MAX_PARTS: usize = 20_000;
/// Bytes of a line: an id has 256 characters, and there are some items.
const MAX_LINE: usize = 16 * 1024;

/// A part, as `build-audience` or a sender wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Its object.
    pub(crate) key: String,
    /// Its name: `03-0000`; of people who were put off `03-0000-1`, `03-0000-2`, ...
    pub(crate) part: String,
    /// The shard of all of its people.
    pub(crate) shard: u32,
    /// How many they are.
    pub(crate) people: usize,
}

/// A person of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    /// The user.
    pub(crate) user: String,
    /// The products that the message is about; a cart's, for example.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) items: Vec<String>,
}

impl Part {
    /// The part of those who were put off when this one was sent.
    pub(crate) fn later(&self, run: &str, people: usize) -> Self {
        let (first, count) = match self.part.splitn(3, '-').collect::<Vec<_>>()[..] {
            [shard, number, again] => (format!("{shard}-{number}"), again.parse().unwrap_or(0)),
            _ => (self.part.clone(), 0_u32),
        };
        let part = format!("{first}-{}", count + 1);
        Self {
            key: keys::later(run, &part),
            part,
            shard: self.shard,
            people,
        }
    }
}

/// The parts of the audience of `run`.
pub(crate) async fn audience(bucket: &Bucket, run: &str) -> Result<Vec<Part>, SendError> {
    let key = keys::parts(run);
    let object = match bucket.get(&key).await {
        Ok(object) => object,
        Err(error) if error.is_not_found() => {
            return Err(SendError::NoAudience {
                run: run.to_owned(),
            });
        }
        Err(error) => return Err(error.into()),
    };
    let parts: Vec<Part> = lines(&key, &object.bytes)?;
    match parts.len() > MAX_PARTS || parts.iter().any(|part| part.shard >= messages::key::SHARDS) {
        true => Err(SendError::Object { key }),
        false => Ok(parts),
    }
}

/// The people of `part`, each once.
pub(crate) async fn members(bucket: &Bucket, part: &Part) -> Result<Vec<Member>, SendError> {
    let object = bucket.get(&part.key).await?;
    let mut members: Vec<Member> = lines(&part.key, &object.bytes)?;
    if members.len() > MAX_PEOPLE {
        return Err(SendError::Object {
            key: part.key.clone(),
        });
    }
    let mut known = std::collections::HashSet::new();
    members.retain(|member| known.insert(member.user.clone()));
    Ok(members)
}

/// The lines of an object, each of them JSON.
pub(crate) fn lines<T: for<'a> Deserialize<'a>>(
    key: &str,
    bytes: &[u8],
) -> Result<Vec<T>, SendError> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.trim_ascii().is_empty());
    let read = |line: &[u8]| match line.len() <= MAX_LINE {
        true => serde_json::from_slice(line).ok(),
        false => None,
    };
    let lines: Option<Vec<T>> = lines.map(read).collect();
    lines.ok_or_else(|| SendError::Object {
        key: key.to_owned(),
    })
}

/// `values` as JSON, a line each.
pub(crate) fn to_lines<T: Serialize>(values: &[T]) -> Vec<u8> {
    let mut lines = Vec::new();
    for value in values {
        // Texts and numbers: there is nothing JSON could not hold.
        if let Ok(json) = serde_json::to_vec(value) {
            lines.extend(json);
            lines.push(b'\n');
        }
    }
    lines
}

/// What is to be sent at `now` (epoch seconds): parts that are not done, and those of people who were put
/// off until now, by shard and name.
pub(crate) fn open(audience: Vec<Part>, progress: &[Progress], now: i64) -> Vec<Part> {
    let is_open = |known: &Progress| !known.done && known.again_at.is_none_or(|at| at <= now);
    let open: BTreeMap<&str, bool> = progress
        .iter()
        .map(|known| (known.part.as_str(), is_open(known)))
        .collect();
    let due = progress.iter().filter_map(|known| known.later.as_ref());
    let due = due.filter(|later| later.at <= now);
    let mut parts: Vec<Part> = audience
        .into_iter()
        .chain(due.map(|later| later.part.clone()))
        .filter(|part| open.get(part.part.as_str()).copied().unwrap_or(true))
        .collect();
    parts.sort_by(|one, other| (one.shard, &one.part).cmp(&(other.shard, &other.part)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Later;

    fn part(name: &str) -> Part {
        Part {
            key: format!("audience/{name}"),
            part: name.to_owned(),
            shard: name[..2].parse().unwrap(),
            people: 3,
        }
    }

    #[test]
    fn who_is_put_off_again_is_a_part_of_the_same_part() {
        let later = part("03-0000").later("r", 2);
        assert_eq!(later.part, "03-0000-1");
        assert_eq!(later.key, "messages/runs/r/later/03-0000-1.jsonl");
        assert_eq!(later.later("r", 1).part, "03-0000-2");
    }

    #[test]
    fn what_is_done_is_not_open_and_what_is_due_is() {
        let first = Progress {
            done: true,
            later: Some(Later {
                at: 10,
                part: part("00-0000").later("r", 1),
            }),
            ..Progress::new("00-0000")
        };
        let audience = || vec![part("01-0000"), part("00-0000")];
        let names = |now| {
            let parts = open(audience(), std::slice::from_ref(&first), now);
            parts.into_iter().map(|part| part.part).collect::<Vec<_>>()
        };
        assert_eq!(names(9), ["01-0000"]);
        assert_eq!(names(10), ["00-0000-1", "01-0000"]);
    }

    #[test]
    fn lines_are_json_and_short() {
        let members: Vec<Member> = lines(
            "k",
            b"{\"user\":\"a\"}\n\n{\"user\":\"b\",\"items\":[\"i\"]}\n",
        )
        .unwrap();
        assert_eq!(members[1].items, ["i"]);
        assert_eq!(
            to_lines(&members),
            b"{\"user\":\"a\"}\n{\"user\":\"b\",\"items\":[\"i\"]}\n"
        );
        let long = format!("{{\"user\":\"{}\"}}", "x".repeat(MAX_LINE));
        assert!(lines::<Member>("k", long.as_bytes()).is_err());
        assert!(lines::<Member>("k", b"{\"user\":").is_err());
    }
}
