//! The generations of a resource that is replaced behind a stable name: which one is wanted, which
//! one is in service, and which are left over.

use shared::{arn::Kind, config::Generation, generation};

use super::judge::Context;
use crate::resource::{Declared, Found};

/// What stands behind one stable name.
#[derive(Debug)]
pub(crate) struct Generations<'a> {
    /// The one that is as declared; of a filter with a date, the one in service.
    pub(crate) wanted: Option<&'a Found>,
    /// The one that is used.
    pub(crate) in_service: Option<&'a Found>,
    /// All others: of a filter with a date none, for they are the business of `rotate-filters`.
    pub(crate) left_over: Vec<&'a Found>,
    /// What is made when none is wanted; the expression is a filter's.
    pub(crate) next: Generation,
}

impl<'a> Generations<'a> {
    /// The generations of `declared`, a schema or a filter.
    pub(crate) fn of(context: &Context<'a>, declared: &Declared) -> Self {
        let members = members(context, declared);
        if declared.kind == Kind::Schema {
            schemas(context, declared, members)
        } else {
            filters(context, declared, members)
        }
    }
}

/// What bears the stable name or the name of a generation of it, and is not on its way out.
fn members<'a>(context: &Context<'a>, declared: &Declared) -> Vec<&'a Found> {
    let is_another = |name: &str| {
        let mut others = context
            .declared
            .iter()
            .filter(|one| one.kind == declared.kind);
        others.any(|other| other.name == name && other.name != declared.name)
    };
    let of_kind = context.world.of(declared.kind);
    of_kind
        .filter(|found| !found.is_leaving())
        .filter(|found| {
            generation::belongs(&found.name, &declared.name) && !is_another(&found.name)
        })
        .collect()
}

fn schemas<'a>(
    context: &Context<'a>,
    declared: &Declared,
    members: Vec<&'a Found>,
) -> Generations<'a> {
    let avro = declared.fields.get("avro");
    let as_declared = |found: &&&Found| found.fields.get("avro") == avro;
    let wanted = members.iter().find(as_declared).copied();
    let used: Vec<&str> = context
        .world
        .of(Kind::Dataset)
        .filter_map(|dataset| dataset.fields.get("schema")?.as_str())
        .collect();
    let in_service = members
        .iter()
        .find(|found| used.contains(&found.name.as_str()))
        .copied();
    let content = avro.map(ToString::to_string).unwrap_or_default();
    Generations {
        wanted,
        in_service: in_service.or(wanted),
        left_over: without(members, wanted),
        next: Generation {
            name: free_name(context, declared, &content),
            expression: String::new(),
        },
    }
}

fn filters<'a>(
    context: &Context<'a>,
    declared: &Declared,
    members: Vec<&'a Found>,
) -> Generations<'a> {
    let alias = context.known.alias(&declared.name);
    let in_service = members
        .iter()
        .find(|found| alias.is_some_and(|alias| alias.arn == found.arn))
        .copied();
    let config = context.config.filter(&declared.name);
    let due = config.and_then(|filter| Some((filter.rotate, filter.generation(context.now).ok()?)));
    if let Some((Some(_), next)) = due {
        let wanted = in_service.or(members.first().copied());
        return Generations {
            wanted,
            in_service: wanted,
            left_over: Vec::new(),
            next,
        };
    }
    let expression = declared.fields.get("expression");
    let as_declared = |found: &&Found| found.fields.get("expression") == expression;
    let wanted = in_service
        .filter(as_declared)
        .or_else(|| members.iter().copied().find(as_declared));
    let expression = expression
        .and_then(|text| text.as_str())
        .unwrap_or_default();
    Generations {
        wanted,
        in_service: in_service.or(wanted),
        left_over: without(members, wanted),
        next: Generation {
            name: free_name(context, declared, expression),
            expression: expression.to_owned(),
        },
    }
}

/// The plain name, or when that is taken the one that tells the content.
fn free_name(context: &Context<'_>, declared: &Declared, content: &str) -> String {
    let mut taken = context.world.of(declared.kind);
    if taken.any(|found| found.name == declared.name) {
        generation::name(&declared.name, None, content)
    } else {
        declared.name.clone()
    }
}

fn without<'a>(members: Vec<&'a Found>, wanted: Option<&Found>) -> Vec<&'a Found> {
    let is_wanted = |found: &&Found| wanted.is_some_and(|wanted| wanted.arn == found.arn);
    members
        .into_iter()
        .filter(|found| !is_wanted(found))
        .collect()
}
