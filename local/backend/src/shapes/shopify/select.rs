//! Of all that is known of a thing, what a query asks for.

use std::collections::HashMap;

use async_graphql_parser::{
    Positioned,
    types::{Field, FragmentDefinition, Selection, SelectionSet},
};
use serde_json::{Map, Value};

/// Fragments within fragments are followed so far.
const DEEPEST: usize = 32;

/// The members of `value` that `set` names, under the names that it gives them.
///
/// # Errors
/// In words, when it names what is not there.
pub(super) fn select<N>(
    value: &Value,
    set: &SelectionSet,
    fragments: &HashMap<N, Positioned<FragmentDefinition>>,
) -> Result<Value, String>
where
    N: std::borrow::Borrow<str> + Eq + std::hash::Hash,
{
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| select(item, set, fragments))
            .collect(),
        Value::Object(members) if !set.items.is_empty() => {
            let mut selected = Map::new();
            collect(members, set, fragments, &mut selected, 0)?;
            Ok(Value::Object(selected))
        }
        Value::Object(_) => Err("objects must have selections".to_owned()),
        // `null` in place of an object is itself.
        scalar => Ok(scalar.clone()),
    }
}

fn collect<N>(
    members: &Map<String, Value>,
    set: &SelectionSet,
    fragments: &HashMap<N, Positioned<FragmentDefinition>>,
    selected: &mut Map<String, Value>,
    depth: usize,
) -> Result<(), String>
where
    N: std::borrow::Borrow<str> + Eq + std::hash::Hash,
{
    if depth > DEEPEST {
        return Err("fragments are nested too deep".to_owned());
    }
    let kind = members.get("__typename").and_then(Value::as_str);
    for selection in &set.items {
        let (condition, inner) = match &selection.node {
            Selection::Field(field) => {
                let (name, value) = member(members, &field.node, fragments)?;
                selected.insert(name, value);
                continue;
            }
            Selection::InlineFragment(fragment) => (
                fragment.node.type_condition.as_ref(),
                &fragment.node.selection_set,
            ),
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                let fragment = fragments.get(name);
                let fragment = fragment.ok_or_else(|| format!("there is no fragment {name}"))?;
                (
                    Some(&fragment.node.type_condition),
                    &fragment.node.selection_set,
                )
            }
        };
        if condition.is_none_or(|condition| kind == Some(condition.node.on.node.as_str())) {
            collect(members, &inner.node, fragments, selected, depth + 1)?;
        }
    }
    Ok(())
}

fn member<N>(
    members: &Map<String, Value>,
    field: &Field,
    fragments: &HashMap<N, Positioned<FragmentDefinition>>,
) -> Result<(String, Value), String>
where
    N: std::borrow::Borrow<str> + Eq + std::hash::Hash,
{
    let name = field.name.node.as_str();
    let value = members.get(name).ok_or_else(|| {
        let kind = members
            .get("__typename")
            .and_then(Value::as_str)
            .unwrap_or("this type");
        format!("Field '{name}' doesn't exist on type '{kind}'")
    })?;
    let selected = select(value, &field.selection_set.node, fragments)?;
    Ok((field.response_key().node.to_string(), selected))
}
