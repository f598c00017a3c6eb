//! What is to be done about one declared resource.

use std::collections::HashMap;

use serde_json::json;
use shared::{
    arn::Kind,
    config::{DatasetType, EstateConfig},
    operations::ResourceState,
};

use super::{Action, Change, Generations, Plan, Problem, Waiting, schema_change};
use crate::{
    compare::{Difference, Way, differences, way},
    declared::is_part_of,
    observe::World,
    resource::{Declared, Fields, Found, Record},
    schedules,
};

/// What is remembered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// What was applied, by kind and stable name.
    pub(crate) records: HashMap<(Kind, String), Record>,
    /// States by kind and stable name; a filter's is its alias.
    pub(crate) states: HashMap<(Kind, String), ResourceState>,
    /// Whether anything can be remembered; without, nothing is adopted.
    pub(crate) remembers: bool,
}

impl Known {
    /// What a filter's stable name stands for.
    pub(crate) fn alias(&self, filter: &str) -> Option<&ResourceState> {
        self.states.get(&(Kind::Filter, filter.to_owned()))
    }

    /// What was applied of a resource.
    pub(crate) fn record(&self, kind: Kind, name: &str) -> Option<&Record> {
        self.records.get(&(kind, name.to_owned()))
    }
}

/// All that judgement needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) config: &'a EstateConfig,
    pub(crate) declared: &'a [Declared],
    pub(crate) world: &'a World,
    pub(crate) known: &'a Known,
    /// Epoch seconds.
    pub(crate) now: i64,
}

impl<'a> Context<'a> {
    /// The resource that stands in the place of `declared`; not for kinds with generations.
    pub(crate) fn find(&self, declared: &Declared) -> Option<&'a Found> {
        let mut all = self.world.found.iter();
        all.find(|found| is_part_of(found, declared))
    }

    /// Whether the dataset group is there and was never applied: it becomes the estate's.
    fn adopts(&self) -> bool {
        let group = &self.config.dataset_group.name;
        self.known.remembers
            && self.world.group().is_some()
            && self.known.record(Kind::DatasetGroup, group).is_none()
    }
}

/// Judges the name of the dataset group: what is in the one before cannot move to another.
pub(super) fn group(context: &Context<'_>, plan: &mut Plan) {
    let declared = &context.config.dataset_group.name;
    let records = context.known.records.keys();
    let mut before = records.filter(|(kind, name)| *kind == Kind::DatasetGroup && name != declared);
    if let Some((_, before)) = before.next() {
        plan.problems.push(Problem {
            kind: Kind::DatasetGroup,
            name: declared.clone(),
            text: format!(
                "the estate is in the dataset group `{before}`, and names of solutions, campaigns and filters are the account's: keep that name, or tear the estate down first"
            ),
        });
    }
}

/// Judges a resource that has one place: adds to `plan` what is to be done about it.
pub(super) fn plain(context: &Context<'_>, declared: &Declared, plan: &mut Plan) {
    let found = context.find(declared);
    if declared.kind == Kind::Schedule && schedules::is_past(&declared.fields, context.now) {
        return past(declared, found, plan);
    }
    let Some(found) = found else {
        return missing(context, declared, plan);
    };
    if found.name != declared.name {
        return plan.problem(declared, format!(
            "the dataset group already has the {} `{}`, and takes only one: declare that name, or delete it first",
            found.kind, found.name
        ));
    }
    if found.is_leaving() {
        plan.coming(declared, &found.status);
        return missing(context, declared, plan);
    }
    if found.is_failed() {
        return plan.change(failed(declared, found));
    }
    let to_be = with_schema_name(context, declared);
    let record = context.known.record(declared.kind, &declared.name);
    let all = differences(&to_be, found, record);
    let (in_place, fixed): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|one| way(declared.kind, &one.field) == Way::InPlace);
    for difference in &fixed {
        plan.problem(declared, unchangeable(declared.kind, difference));
    }
    let obstacle = obstacle(context, declared, &in_place);
    if let Some(obstacle) = obstacle.or_else(|| refused(found, &in_place)) {
        return plan.problem(declared, obstacle);
    }
    if !found.is_ready() {
        plan.coming(declared, &found.status);
    }
    if !in_place.is_empty() {
        return plan.change(with(Action::Update, declared, in_place));
    }
    if context.adopts() && fixed.is_empty() {
        plan.change(Change::new(Action::Adopt, declared.kind, &declared.name));
    }
}

/// Judges a schedule whose one time is past: it is not made any more, and what is under its name and
/// would start at another time goes.
fn past(declared: &Declared, found: Option<&Found>, plan: &mut Plan) {
    let time = |of: &Fields| [of.get("schedule").cloned(), of.get("timeZone").cloned()];
    match found {
        Some(found) if time(&found.fields) == time(&declared.fields) => {}
        Some(_) => plan.change(
            Change::new(Action::Delete, declared.kind, &declared.name)
                .because("the time that the file has for it is past"),
        ),
        None => plan.waiting(
            declared,
            "for a time that is not past: give it one in the file, or take its schedule out",
        ),
    }
}

/// Judges a resource that is replaced behind its name.
pub(super) fn generations(context: &Context<'_>, declared: &Declared, plan: &mut Plan) {
    let all = Generations::of(context, declared);
    let Some(current) = all.in_service.or(all.left_over.first().copied()) else {
        return missing(context, declared, plan);
    };
    let is_current = |found: &&Found| found.arn == current.arn;
    let field = if declared.kind == Kind::Schema {
        "avro"
    } else {
        "expression"
    };
    if let Some(wanted) = all.wanted {
        if wanted.is_failed() {
            return plan.change(failed(declared, wanted));
        }
        if !wanted.is_ready() {
            plan.coming(declared, &wanted.status);
        }
    }
    let done = all.wanted.as_ref().is_some_and(is_current) && all.left_over.is_empty();
    if done {
        return tags(context, declared, current, plan);
    }
    let record = context.known.record(declared.kind, &declared.name);
    let old = all.left_over.first().copied().unwrap_or(current);
    let is = old.fields.get(field).cloned().unwrap_or_default();
    let was = record.and_then(|record| record.found.get(field));
    let to = declared.fields.get(field).cloned().unwrap_or_default();
    // A second generation that is as declared was made by hand too: nobody else makes two.
    let by_hand = was.is_some_and(|was| *was != is && *was == to);
    plan.change(with(
        Action::Replace,
        declared,
        vec![Difference {
            field: field.to_owned(),
            from: is,
            to,
            by_hand,
        }],
    ));
}

/// The tags of a filter that is as declared.
fn tags(context: &Context<'_>, declared: &Declared, found: &Found, plan: &mut Plan) {
    let record = context.known.record(declared.kind, &declared.name);
    let mut all = differences(declared, found, record);
    all.retain(|one| way(declared.kind, &one.field) == Way::InPlace);
    if !all.is_empty() {
        plan.change(with(Action::Update, declared, all));
    } else if context.adopts() {
        plan.change(Change::new(Action::Adopt, declared.kind, &declared.name));
    }
}

/// A resource that is not there, or is on its way out.
fn missing(context: &Context<'_>, declared: &Declared, plan: &mut Plan) {
    let was_there = context.known.record(declared.kind, &declared.name);
    if context.world.is_taken(declared.kind, &declared.name) {
        return plan.problem(declared, format!(
            "another dataset group of this account and region has a {} of this name, and names are the account's: declare another name",
            declared.kind
        ));
    }
    match declared.kind {
        Kind::Campaign if version_to_serve(context, declared).is_none() => {
            let because = if follows_latest(declared) {
                "for the first version that Personalize trains by itself"
            } else {
                "for the first version that `retrain` trains and finds good enough; it makes the campaign"
            };
            return plan.waiting(declared, because);
        }
        Kind::Recommender if !context.world.has_data => {
            return plan.waiting(declared, "for interactions: `import-data` imports them");
        }
        _ => {}
    }
    let mut change = Change::new(Action::Create, declared.kind, &declared.name);
    // A schedule that has started what it was to start once is deleted by the scheduler.
    let has_ended = |record: &Record| schedules::is_past(&record.declared, context.now);
    if was_there.is_some_and(|record| !has_ended(record)) {
        change.by_hand = true;
        change = change.because("it was deleted by hand");
    }
    plan.change(change);
}

/// The version that a missing campaign can start with: the one it served last, or the one that
/// another campaign of its solution serves. A campaign that follows its solution takes the latest.
pub(crate) fn version_to_serve(context: &Context<'_>, declared: &Declared) -> Option<String> {
    let solution = declared.fields.get("solution")?.as_str()?;
    let mut solutions = context.world.of(Kind::Solution);
    let trained = solutions.find(|found| found.name == solution);
    if follows_latest(declared) {
        let solution = trained.filter(|solution| solution.solution_version.is_some())?;
        return Some(format!("{}/$LATEST", solution.arn));
    }
    let arn = &trained?.arn;
    let of_it = |version: &String| version.starts_with(&format!("{arn}/"));
    let record = context.known.record(declared.kind, &declared.name);
    let last = record.and_then(|record| record.solution_version.clone());
    let mut others = context.world.of(Kind::Campaign);
    last.filter(of_it)
        .or_else(|| others.find_map(|campaign| campaign.solution_version.clone().filter(of_it)))
}

/// Whether a campaign takes what Personalize trains by itself.
fn follows_latest(declared: &Declared) -> bool {
    declared.fields.get("syncWithLatestSolutionVersion") == Some(&json!(true))
}

/// Why a dataset will not get the schema that it is to have: Personalize tried, and could not.
fn refused(found: &Found, all: &[Difference]) -> Option<String> {
    let (schema, why) = found.refused.as_ref()?;
    let change = all.iter().find(|one| one.field == "schema")?;
    (change.to == **schema).then(|| {
        format!("Personalize could not give it the schema `{schema}`: {why}; correct the schema, or declare the columns it had before")
    })
}

/// A dataset with the name of the schema's generation that it is to have.
fn with_schema_name(context: &Context<'_>, declared: &Declared) -> Declared {
    let mut to_be = declared.clone();
    if let Some(schema) = schema_of(context, declared) {
        let generations = Generations::of(context, schema);
        let wanted = generations.wanted.map(|found| found.name.clone());
        let name = wanted.unwrap_or(generations.next.name);
        to_be.fields.insert("schema".to_owned(), json!(name));
    }
    to_be
}

/// The declared schema of a declared dataset.
fn schema_of<'a>(context: &Context<'a>, dataset: &Declared) -> Option<&'a Declared> {
    let name = dataset
        .fields
        .get("schema")
        .filter(|_| dataset.kind == Kind::Dataset)?;
    let mut schemas = context
        .declared
        .iter()
        .filter(|one| one.kind == Kind::Schema);
    schemas.find(|schema| *name == *schema.name)
}

/// Why a dataset cannot take the schema that it is to have.
fn obstacle(context: &Context<'_>, declared: &Declared, all: &[Difference]) -> Option<String> {
    let change = all
        .iter()
        .find(|one| declared.kind == Kind::Dataset && one.field == "schema")?;
    let foreign = context.world.foreign_schemas.iter();
    let mut schemas = context.world.of(Kind::Schema).chain(foreign);
    let old = schemas.find(|schema| change.from == *schema.name)?;
    let new = schema_of(context, declared)?;
    let of = declared
        .fields
        .get("type")
        .and_then(|of| serde_json::from_value::<DatasetType>(of.clone()).ok())?;
    let nothing = json!(null);
    schema_change::obstacle(
        of,
        old.fields.get("avro").unwrap_or(&nothing),
        new.fields.get("avro").unwrap_or(&nothing),
    )
}

fn failed(declared: &Declared, found: &Found) -> Change {
    let why = found
        .failure_reason
        .as_deref()
        .unwrap_or("Personalize gives no reason");
    Change::new(Action::Replace, declared.kind, &declared.name)
        .because(format!("it is {}: {why}", found.status))
}

fn unchangeable(kind: Kind, difference: &Difference) -> String {
    format!(
        "{} is {} and cannot become {}: Personalize changes it for no {kind}; declare a {kind} of a new name, and remove this one when the new one serves",
        difference.field, difference.from, difference.to
    )
}

fn with(action: Action, declared: &Declared, differences: Vec<Difference>) -> Change {
    Change {
        by_hand: differences.iter().any(|difference| difference.by_hand),
        differences,
        ..Change::new(action, declared.kind, &declared.name)
    }
}

impl Plan {
    pub(super) fn change(&mut self, change: Change) {
        self.changes.push(change);
    }

    fn problem(&mut self, declared: &Declared, text: String) {
        self.problems.push(Problem {
            kind: declared.kind,
            name: declared.name.clone(),
            text,
        });
    }

    fn coming(&mut self, declared: &Declared, status: &str) {
        self.coming.push(Waiting {
            kind: declared.kind,
            name: declared.name.clone(),
            because: status.to_owned(),
        });
    }

    fn waiting(&mut self, declared: &Declared, because: &str) {
        self.waiting.push(Waiting {
            kind: declared.kind,
            name: declared.name.clone(),
            because: because.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Declared;

    const NOW: i64 = 1_798_120_800; // 2026-12-24T14:00:00Z
    const PAST: &str = "at(2026-12-24T13:59:59)";
    const TO_COME: &str = "at(2026-12-24T14:00:01)";

    fn schedule(when: &str) -> Fields {
        let fields = [("schedule", json!(when)), ("timeZone", json!("UTC"))];
        let fields = fields.map(|(field, value)| (field.to_owned(), value));
        fields.into_iter().collect()
    }

    /// The plan for a campaign's schedule that is declared, there and remembered as said.
    fn planned(declared: &str, there: Option<&str>, remembered: Option<&str>) -> Plan {
        let text = include_str!("../../../../config/personalization.yaml");
        let config = shared::config::parse("config", text).unwrap();
        let name = "message-eve".to_owned();
        let key = (Kind::Schedule, name.clone());
        let record = remembered.map(|when| Record {
            declared: schedule(when),
            found: schedule(when),
            seen: true,
            ..Record::default()
        });
        let known = Known {
            records: record.map(|record| (key, record)).into_iter().collect(),
            ..Known::default()
        };
        let found = there.map(|when| Found {
            fields: schedule(when),
            ..Found::new(Kind::Schedule, name.clone(), "arn".to_owned())
        });
        let world = World {
            found: found.into_iter().collect(),
            ..World::default()
        };
        let declared = Declared {
            kind: Kind::Schedule,
            name,
            fields: schedule(declared),
            left_alone: &[],
        };
        let context = Context {
            config: &config,
            declared: &[],
            world: &world,
            known: &known,
            now: NOW,
        };
        let mut plan = Plan::default();
        plain(&context, &declared, &mut plan);
        plan
    }

    #[test]
    fn a_time_that_is_past_is_no_schedule_any_more() {
        let ended = planned(PAST, None, Some(PAST));
        assert!(ended.changes.is_empty(), "it did what it was to do");
        assert!(ended.waiting[0].because.contains("give it one in the file"));
        assert!(planned(PAST, Some(PAST), Some(PAST)).is_empty());
        let other = planned(PAST, Some(TO_COME), Some(TO_COME));
        assert_eq!(other.changes[0].action, Action::Delete);
    }

    #[test]
    fn a_schedule_that_ended_was_not_deleted_by_hand() {
        let again = planned(TO_COME, None, Some(PAST));
        assert_eq!(again.changes[0].action, Action::Create);
        assert!(!again.changes[0].by_hand);
        assert!(planned(TO_COME, None, Some(TO_COME)).changes[0].by_hand);
        let moved = planned(TO_COME, Some(PAST), Some(PAST));
        assert_eq!(moved.changes[0].action, Action::Update);
    }
}
