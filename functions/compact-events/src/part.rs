//! The names of a day's objects. A part says which small objects are in it:
//! `part-<n>-<first>-<last>.jsonl.gz`, both of them UUIDv7, which sort by time.

/// How long a UUID is as text.
const ID: usize = 36;

/// A part that is in place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    /// From 1, in the order of making.
    pub(crate) number: u32,
    /// The first small object in it.
    pub(crate) first: String,
    /// The last one.
    pub(crate) last: String,
}

/// An object of a day.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// A call's, by its id.
    Small(String),
    /// Many calls'.
    Part(Part),
    /// Not ours: it is left alone.
    Other,
}

impl Name {
    /// What the object `key` under the day's `prefix` is.
    pub(crate) fn of(prefix: &str, key: &str) -> Self {
        let name = key.strip_prefix(prefix).unwrap_or_default();
        if let Some(id) = name.strip_suffix(".jsonl").filter(|id| is_id(id)) {
            return Self::Small(id.to_owned());
        }
        Part::parse(name).map_or(Self::Other, Self::Part)
    }
}

impl Part {
    /// The object's name in its day.
    pub(crate) fn name(&self) -> String {
        format!(
            "part-{:05}-{}-{}.jsonl.gz",
            self.number, self.first, self.last
        )
    }

    /// Whether the small object `id` is in it.
    pub(crate) fn holds(&self, id: &str) -> bool {
        (self.first.as_str()..=self.last.as_str()).contains(&id)
    }

    fn parse(name: &str) -> Option<Self> {
        let name = name.strip_prefix("part-")?.strip_suffix(".jsonl.gz")?;
        let (number, ids) = name.split_once('-')?;
        let (first, last) = (ids.get(..ID)?, ids.get(ID + 1..)?);
        (ids.as_bytes().get(ID) == Some(&b'-') && is_id(first) && is_id(last)).then_some(())?;
        Some(Self {
            number: number.parse().ok()?,
            first: first.to_owned(),
            last: last.to_owned(),
        })
    }
}

fn is_id(id: &str) -> bool {
    id.len() == ID && uuid::Uuid::try_parse(id).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "events/day=2026-11-20/";
    const A: &str = "0193479a-0000-7000-8000-000000000000";
    const B: &str = "0193479b-0000-7000-8000-000000000000";
    const C: &str = "0193479c-0000-7000-8000-000000000000";

    #[test]
    fn names_say_what_an_object_is() {
        let name = |name: &str| Name::of(DAY, &format!("{DAY}{name}"));
        assert_eq!(name(&format!("{A}.jsonl")), Name::Small(A.to_owned()));
        let part = Part {
            number: 7,
            first: A.to_owned(),
            last: C.to_owned(),
        };
        assert_eq!(name(&part.name()), Name::Part(part.clone()));
        for other in [
            "notes.txt",
            "part-1.jsonl.gz",
            "part-1-a-b.jsonl.gz",
            "x.jsonl",
        ] {
            assert_eq!(name(other), Name::Other, "{other}");
        }
        assert!(part.holds(A) && part.holds(B) && part.holds(C));
        let earlier = "0193479a-0000-6fff-8000-000000000000";
        assert!(!part.holds(earlier));
    }

    #[test]
    fn small_objects_are_listed_before_parts() {
        assert!("ffffffff" < "part-");
    }
}
