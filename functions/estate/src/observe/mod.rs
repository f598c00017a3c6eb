//! What there is: everything in the estate's dataset group, its schemas and its schedules.

mod describe;
mod schedules;
mod tags;

use aws_sdk_personalize::Client;
use futures::{StreamExt, TryStreamExt, stream, try_join};
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
    generation,
};

use crate::resource::{Declared, Fields, Found, takes_tags};

pub(crate) use schedules::Schedules;

/// How many resources are described at a time: Personalize throttles its control plane early.
const AT_A_TIME: usize = 8;

/// What there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// The estate's resources, and what else is in its dataset group.
    pub(crate) found: Vec<Found>,
    /// Dataset groups in the account and region.
    pub(crate) dataset_groups: usize,
    /// Schemas in the account and region.
    pub(crate) schemas: usize,
    /// Whether interactions were ever imported, which recommenders need.
    pub(crate) has_data: bool,
    /// Schemas that the estate's datasets have and that are not the estate's.
    pub(crate) foreign_schemas: Vec<Found>,
    /// Kinds and names of what other dataset groups have: names are the account's.
    pub(crate) taken: Vec<(Kind, String)>,
}

impl World {
    /// The estate's dataset group.
    pub(crate) fn group(&self) -> Option<&Found> {
        self.of(Kind::DatasetGroup).next()
    }

    /// Whether another dataset group has the name.
    pub(crate) fn is_taken(&self, kind: Kind, name: &str) -> bool {
        let mut taken = self.taken.iter();
        taken.any(|(of, named)| *of == kind && named == name)
    }

    /// The resources of one kind.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(move |found| found.kind == kind)
    }
}

/// A kind, a name and an ARN.
type Listed = (Kind, String, String);

/// Every resource of a paged list.
macro_rules! list {
    ($kind:expr, $request:expr, $arn:ident, $call:literal) => {{
        let mut pages = $request.into_paginator().items().send();
        let mut listed: Vec<Listed> = Vec::new();
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(failure($call))?;
            if let (Some(name), Some(arn)) = (summary.name, summary.$arn) {
                listed.push(($kind, name, arn));
            }
        }
        listed
    }};
}

/// Looks at everything that `declared` names, that was applied before as `known` (kinds and names),
/// and that lies in the declared dataset group.
pub(crate) async fn observe(
    client: &Client,
    schedules: Option<&Schedules>,
    declared: &[Declared],
    known: &[(Kind, String)],
) -> Result<World, AwsError> {
    let groups = async {
        Ok::<_, AwsError>(list!(
            Kind::DatasetGroup,
            client.list_dataset_groups(),
            dataset_group_arn,
            "personalize:ListDatasetGroups"
        ))
    };
    let schemas = async {
        Ok(list!(
            Kind::Schema,
            client.list_schemas(),
            schema_arn,
            "personalize:ListSchemas"
        ))
    };
    let (groups, schemas) = try_join!(groups, schemas)?;
    let mut world = World {
        dataset_groups: groups.len(),
        schemas: schemas.len(),
        ..World::default()
    };
    let is_ours = |(kind, name, _): &Listed| {
        let of_kind = declared.iter().filter(|one| one.kind == *kind);
        let names = of_kind.map(|one| &one.name);
        let before = known.iter().filter(|(known, _)| known == kind);
        let mut names = names.chain(before.map(|(_, name)| name));
        match kind {
            Kind::Schema => names.any(|stable| generation::belongs(name, stable)),
            _ => names.any(|declared| declared == name),
        }
    };
    let is_declared = |(kind, name, _): &&Listed| {
        let mut declared = declared.iter();
        declared.any(|one| one.kind == *kind && one.name == *name)
    };
    let group = groups.iter().find(is_declared);
    let group = group.or_else(|| groups.iter().find(|group| is_ours(group)));
    let in_group = async {
        match group {
            Some(group) => in_groups(client, Some(&group.2)).await,
            None => Ok(Vec::new()),
        }
    };
    let (in_group, everywhere) = try_join!(in_group, in_groups(client, None))?;
    world.taken = everywhere
        .into_iter()
        // The ARN of an event tracker does not have its name.
        .filter(|(kind, _, _)| *kind != Kind::EventTracker)
        .filter(|(_, _, arn)| !in_group.iter().any(|(_, _, ours)| ours == arn))
        .map(|(kind, name, _)| (kind, name))
        .collect();
    let (mut ours, others): (Vec<Listed>, Vec<Listed>) = schemas.into_iter().partition(is_ours);
    ours.extend(in_group);
    ours.extend(group.cloned());
    world.found = describe_all(client, ours).await?;
    let used = |(_, name, _): &Listed| {
        let mut datasets = world.of(Kind::Dataset);
        datasets.any(|dataset| {
            dataset
                .fields
                .get("schema")
                .is_some_and(|used| *used == **name)
        })
    };
    let foreign = others.into_iter().filter(used).collect();
    world.foreign_schemas = describe_all(client, foreign).await?;
    world.has_data = has_data(client, &world).await?;
    if let Some(schedules) = schedules {
        world.found.extend(schedules.observe().await?);
    }
    Ok(world)
}

/// Everything in the dataset group `group`, or without one in all of them, but for datasets: their names
/// are a group's own. The lists are asked for at the same time.
async fn in_groups(client: &Client, group: Option<&str>) -> Result<Vec<Listed>, AwsError> {
    let of = group.map(str::to_owned);
    let datasets = async {
        let Some(group) = group else {
            return Ok(Vec::new());
        };
        Ok(list!(
            Kind::Dataset,
            client.list_datasets().dataset_group_arn(group),
            dataset_arn,
            "personalize:ListDatasets"
        ))
    };
    let event_trackers = async {
        Ok(list!(
            Kind::EventTracker,
            client
                .list_event_trackers()
                .set_dataset_group_arn(of.clone()),
            event_tracker_arn,
            "personalize:ListEventTrackers"
        ))
    };
    let filters = async {
        Ok(list!(
            Kind::Filter,
            client.list_filters().set_dataset_group_arn(of.clone()),
            filter_arn,
            "personalize:ListFilters"
        ))
    };
    let recommenders = async {
        Ok(list!(
            Kind::Recommender,
            client.list_recommenders().set_dataset_group_arn(of.clone()),
            recommender_arn,
            "personalize:ListRecommenders"
        ))
    };
    let metric_attributions = async {
        Ok(list!(
            Kind::MetricAttribution,
            client
                .list_metric_attributions()
                .set_dataset_group_arn(of.clone()),
            metric_attribution_arn,
            "personalize:ListMetricAttributions"
        ))
    };
    let (datasets, trackers, filters, recommenders, attributions, solutions) = try_join!(
        datasets,
        event_trackers,
        filters,
        recommenders,
        metric_attributions,
        with_campaigns(client, of.clone()),
    )?;
    let all = [
        datasets,
        trackers,
        filters,
        recommenders,
        attributions,
        solutions,
    ];
    Ok(all.concat())
}

/// The solutions of a dataset group and their campaigns, which are listed by solution only.
async fn with_campaigns(client: &Client, of: Option<String>) -> Result<Vec<Listed>, AwsError> {
    let everywhere = of.is_none();
    let solutions = list!(
        Kind::Solution,
        client.list_solutions().set_dataset_group_arn(of),
        solution_arn,
        "personalize:ListSolutions"
    );
    if everywhere {
        let campaigns = list!(
            Kind::Campaign,
            client.list_campaigns(),
            campaign_arn,
            "personalize:ListCampaigns"
        );
        return Ok(campaigns.into_iter().chain(solutions).collect());
    }
    let campaigns = solutions.iter().map(|(_, _, solution)| async move {
        Ok(list!(
            Kind::Campaign,
            client.list_campaigns().solution_arn(solution),
            campaign_arn,
            "personalize:ListCampaigns"
        ))
    });
    let campaigns: Vec<Vec<Listed>> = stream::iter(campaigns)
        .buffered(AT_A_TIME)
        .try_collect()
        .await?;
    Ok(campaigns.into_iter().flatten().chain(solutions).collect())
}

/// Describes what was listed; what was deleted in between is left out.
async fn describe_all(client: &Client, listed: Vec<Listed>) -> Result<Vec<Found>, AwsError> {
    let described = listed.into_iter().map(|(kind, name, arn)| async move {
        let tags = async {
            match takes_tags(kind) {
                true => tags::read(client, &arn).await,
                false => Ok(Fields::new()),
            }
        };
        let found = describe::describe(client, kind, name, arn.clone());
        match try_join!(found, tags) {
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
            Ok((found, tags)) => Ok(found.map(|mut found| {
                found.fields.extend(tags);
                found
            })),
        }
    });
    let all: Vec<Option<Found>> = stream::iter(described)
        .buffered(AT_A_TIME)
        .try_collect()
        .await?;
    Ok(all.into_iter().flatten().collect())
}

/// Whether an import of interactions has ended well.
async fn has_data(client: &Client, world: &World) -> Result<bool, AwsError> {
    let mut datasets = world.of(Kind::Dataset);
    let Some(interactions) = datasets.find(|found| {
        found
            .fields
            .get("type")
            .is_some_and(|of| of == "interactions")
    }) else {
        return Ok(false);
    };
    let mut jobs = client
        .list_dataset_import_jobs()
        .dataset_arn(&interactions.arn)
        .into_paginator()
        .items()
        .send();
    while let Some(job) = jobs.next().await {
        let job = job.map_err(failure("personalize:ListDatasetImportJobs"))?;
        if job.status.as_deref() == Some("ACTIVE") {
            return Ok(true);
        }
    }
    Ok(false)
}
