//! Members of a request, read by name and checked; every complaint names the member by its path.

use std::{collections::BTreeMap, ops::RangeInclusive};

use serde_json::{Map, Value};

use crate::fault::Fault;

/// A JSON object of a request and where in the request it is.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    path: String,
    members: Map<String, Value>,
}

impl Input {
    /// The whole body; an empty one is an empty object.
    ///
    /// # Errors
    /// When the body is not a JSON object.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Fault> {
        let members = if body.is_empty() {
            Map::new()
        } else {
            serde_json::from_slice(body)
                .map_err(|error| Fault::invalid("body", format!("not a JSON object: {error}")))?
        };
        Ok(Self {
            path: String::new(),
            members,
        })
    }

    /// The path of a member, for messages.
    #[must_use]
    pub(crate) fn path(&self, member: &str) -> String {
        if self.path.is_empty() {
            member.to_owned()
        } else {
            format!("{}.{member}", self.path)
        }
    }

    /// A complaint about a member.
    pub(crate) fn wrong(&self, member: &str, problem: impl std::fmt::Display) -> Fault {
        Fault::invalid(&self.path(member), problem)
    }

    /// A complaint about the object itself.
    pub(crate) fn wrong_self(&self, problem: impl std::fmt::Display) -> Fault {
        Fault::invalid(&self.path, problem)
    }

    /// How many bytes it has as JSON.
    #[must_use]
    pub(crate) fn size(&self) -> usize {
        serde_json::to_vec(&self.members).map_or(0, |json| json.len())
    }

    /// A member as it came; null counts as absent.
    #[must_use]
    pub(crate) fn value(&self, member: &str) -> Option<&Value> {
        self.members.get(member).filter(|value| !value.is_null())
    }

    /// A string, if it is there.
    pub(crate) fn text(&self, member: &str) -> Result<Option<&str>, Fault> {
        self.read(member, "a string", Value::as_str)
    }

    /// A string that must be there and not be empty.
    pub(crate) fn required(&self, member: &str) -> Result<&str, Fault> {
        match self.text(member)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.wrong(member, "this member is required")),
        }
    }

    /// A string of at most `longest` characters, if it is there; an empty one is an error.
    pub(crate) fn short(&self, member: &str, longest: usize) -> Result<Option<&str>, Fault> {
        match self.text(member)? {
            Some(text) if text.is_empty() || text.chars().count() > longest => {
                Err(self.wrong(member, format!("must have 1 to {longest} characters")))
            }
            text => Ok(text),
        }
    }

    /// The name of a resource to make: 1 to 63 letters, digits, `-` and `_`, the first no sign.
    pub(crate) fn name(&self, member: &str) -> Result<String, Fault> {
        let name = self.required(member)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.len() <= 63 && name.bytes().all(plain) && name.as_bytes()[0].is_ascii_alphanumeric()
        {
            Ok(name.to_owned())
        } else {
            Err(self.wrong(
                member,
                "must match ^[a-zA-Z0-9][a-zA-Z0-9\\-_]* and have at most 63 characters",
            ))
        }
    }

    /// An ARN of Personalize that must be there.
    pub(crate) fn arn(&self, member: &str) -> Result<&str, Fault> {
        self.required(member)?;
        self.optional_arn(member)?
            .ok_or_else(|| self.wrong(member, "this member is required"))
    }

    /// An ARN of Personalize, if it is there.
    pub(crate) fn optional_arn(&self, member: &str) -> Result<Option<&str>, Fault> {
        match self.text(member)? {
            Some(arn) if !is_personalize_arn(arn) => {
                Err(self.wrong(member, "must be an ARN of Amazon Personalize"))
            }
            arn => Ok(arn),
        }
    }

    /// A whole number in a range, if it is there.
    pub(crate) fn integer(
        &self,
        member: &str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<i64>, Fault> {
        match self.read(member, "a whole number", Value::as_i64)? {
            Some(number) if !range.contains(&number) => Err(self.wrong(
                member,
                format!("must be between {} and {}", range.start(), range.end()),
            )),
            number => Ok(number),
        }
    }

    /// A number, if it is there.
    pub(crate) fn number(&self, member: &str) -> Result<Option<f64>, Fault> {
        self.read(member, "a number", Value::as_f64)
    }

    /// True or false, if it is there.
    pub(crate) fn flag(&self, member: &str) -> Result<Option<bool>, Fault> {
        self.read(member, "true or false", Value::as_bool)
    }

    /// An object, if it is there.
    pub(crate) fn object(&self, member: &str) -> Result<Option<Self>, Fault> {
        let members = self.read(member, "an object", Value::as_object)?;
        Ok(members.map(|members| Self {
            path: self.path(member),
            members: members.clone(),
        }))
    }

    /// An object of strings; an absent one is empty.
    pub(crate) fn strings(&self, member: &str) -> Result<BTreeMap<String, String>, Fault> {
        let Some(object) = self.object(member)? else {
            return Ok(BTreeMap::new());
        };
        object
            .members
            .keys()
            .map(|key| {
                Ok((
                    key.clone(),
                    object.text(key)?.unwrap_or_default().to_owned(),
                ))
            })
            .collect()
    }

    /// Its members as they came.
    #[must_use]
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Its members' names.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// An object of at most `most` strings; names are letters, digits and `_`. An absent one is
    /// empty.
    pub(crate) fn named(
        &self,
        member: &str,
        most: usize,
        longest_name: usize,
        longest_value: usize,
    ) -> Result<BTreeMap<String, String>, Fault> {
        let strings = self.strings(member)?;
        if strings.len() > most {
            return Err(self.wrong(member, format!("must have at most {most} members")));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        for (name, value) in &strings {
            if !(1..=longest_name).contains(&name.len()) || !name.bytes().all(plain) {
                let problem = format!("names must be 1 to {longest_name} letters, digits and `_`");
                return Err(self.wrong(member, problem));
            }
            if value.chars().count() > longest_value {
                let member = self.path(&format!("{member}.{name}"));
                let problem = format!("must have at most {longest_value} characters");
                return Err(Fault::invalid(&member, problem));
            }
        }
        Ok(strings)
    }

    /// A list of objects with a number of elements in `range`; an absent one is empty.
    pub(crate) fn objects(
        &self,
        member: &str,
        range: RangeInclusive<usize>,
    ) -> Result<Vec<Self>, Fault> {
        self.elements(member, range)?
            .iter()
            .enumerate()
            .map(|(index, element)| {
                let path = format!("{}[{index}]", self.path(member));
                match element.as_object() {
                    Some(members) => Ok(Self {
                        path,
                        members: members.clone(),
                    }),
                    None => Err(Fault::invalid(&path, "must be an object")),
                }
            })
            .collect()
    }

    /// A list of non-empty strings with a number of elements in `range`; an absent one is empty.
    pub(crate) fn texts(
        &self,
        member: &str,
        range: RangeInclusive<usize>,
        longest: usize,
    ) -> Result<Vec<String>, Fault> {
        self.elements(member, range)?
            .iter()
            .enumerate()
            .map(|(index, element)| match element.as_str() {
                Some(text) if !text.is_empty() && text.chars().count() <= longest => {
                    Ok(text.to_owned())
                }
                _ => Err(Fault::invalid(
                    &format!("{}[{index}]", self.path(member)),
                    format!("must be a string of 1 to {longest} characters"),
                )),
            })
            .collect()
    }

    fn elements(&self, member: &str, range: RangeInclusive<usize>) -> Result<&[Value], Fault> {
        let elements = self
            .read(member, "a list", Value::as_array)?
            .map_or(&[][..], Vec::as_slice);
        if range.contains(&elements.len()) {
            Ok(elements)
        } else {
            Err(self.wrong(
                member,
                format!("must have {} to {} elements", range.start(), range.end()),
            ))
        }
    }

    fn read<'a, T>(
        &'a self,
        member: &str,
        expected: &str,
        convert: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        self.value(member)
            .map(|value| {
                convert(value).ok_or_else(|| self.wrong(member, format!("must be {expected}")))
            })
            .transpose()
    }
}

fn is_personalize_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(parts[..], ["arn", _, "personalize", _, _, resource] if !resource.is_empty())
        && text.len() <= 256
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(json: &str) -> Input {
        Input::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn complaints_name_the_member_by_its_path() {
        let input = input(r#"{"eventList":[{"itemId":"a"},{"itemId":7}]}"#);
        let events = input.objects("eventList", 1..=10).unwrap();
        let fault = events[1].text("itemId").unwrap_err();
        assert_eq!(
            fault.message,
            "Invalid value at 'eventList[1].itemId': must be a string"
        );
    }

    #[test]
    fn names_follow_the_pattern() {
        assert_eq!(input(r#"{"name":"a-B_9"}"#).name("name").unwrap(), "a-B_9");
        let long = "x".repeat(64);
        for wrong in ["", "-a", "a b", "ü", "../a", long.as_str()] {
            let json = serde_json::json!({ "name": wrong }).to_string();
            assert!(input(&json).name("name").is_err(), "{wrong}");
        }
    }

    #[test]
    fn null_is_absent() {
        assert_eq!(
            input(r#"{"numResults":null}"#)
                .integer("numResults", 0..=500)
                .unwrap(),
            None
        );
        assert!(
            input(r#"{"numResults":501}"#)
                .integer("numResults", 0..=500)
                .is_err()
        );
    }
}
