//! One step of a model towards its campaign, or away from it.

use shared::{
    arn::Kind,
    campaign,
    config::DatasetType,
    estate::Estate,
    lists::NOBODY,
    operations::ResourceState,
    resource::{is_active, is_failed},
};

use super::{Personalize, personalize::Question};
use crate::{
    error::ServiceError,
    store::record::{Model, Stage},
};

/// How many questions warm a campaign.
const QUESTIONS: usize = 5;

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The model is now so; there is more to do.
    Moved(Model),
    /// Personalize works at it.
    Waiting,
    /// It can never be, and why.
    Failed(String),
}

/// The next step of `model` for the arm of `experiment`.
pub(crate) async fn advance(
    personalize: &Personalize,
    estate: &Estate,
    experiment: &str,
    model: &Model,
) -> Result<Progress, ServiceError> {
    let Some(version) = &model.solution_version_arn else {
        return train(personalize, estate, experiment, model).await;
    };
    let described = match personalize.describe(version).await {
        Ok(described) => described,
        Err(error) if error.is_not_found() => {
            return Ok(Progress::Failed(format!("the version {version} is gone")));
        }
        Err(error) => return Err(gone_wrong(error)),
    };
    if described.is_failed() {
        let reason = described.failure_reason.unwrap_or(described.status);
        return Ok(Progress::Failed(format!(
            "the training of {} failed: {reason}",
            model.wanted.solution
        )));
    }
    if !described.is_active() {
        return Ok(Progress::Waiting);
    }
    let arn = campaign::arn_beside(version, &model.wanted.campaign);
    let arn = arn.map_err(|error| ServiceError::Shape {
        place: "a solution version".to_owned(),
        message: error.to_string(),
    })?;
    let found = personalize.campaign(&arn).await?;
    match (&model.campaign_arn, found) {
        // What has our name before we asked for it is not ours to use or to delete.
        (None, Some(found)) if found.solution_version_arn != *version => {
            Ok(Progress::Failed(format!(
                "there is a campaign {} already, which nobody made for this: take another id or arm",
                model.wanted.campaign
            )))
        }
        (None, _) => Ok(Progress::Moved(Model {
            campaign_arn: Some(arn),
            ..model.clone()
        })),
        (Some(_), None) => {
            let named = (model.wanted.campaign.as_str(), experiment);
            let rate = model.wanted.min_provisioned_tps;
            personalize
                .create_campaign(named, version, rate, &estate.config)
                .await?;
            Ok(Progress::Waiting)
        }
        (Some(_), Some(found)) if is_failed(&found.status) => Ok(Progress::Failed(format!(
            "the campaign {} could not be made ({})",
            model.wanted.campaign, found.status
        ))),
        (Some(_), Some(found)) if is_active(&found.status) => {
            serve(personalize, estate, model, &arn).await
        }
        (Some(_), Some(_)) => Ok(Progress::Waiting),
    }
}

async fn train(
    personalize: &Personalize,
    estate: &Estate,
    experiment: &str,
    model: &Model,
) -> Result<Progress, ServiceError> {
    let solution = &model.wanted.solution;
    let known = estate.operations.resource(Kind::Solution, solution).await?;
    let Some(known) = known else {
        return Ok(Progress::Failed(format!(
            "the solution {solution} is not made yet: run apply-estate first"
        )));
    };
    let named = (model.wanted.campaign.as_str(), experiment);
    let version = personalize.train(&known.arn, named, &estate.config).await?;
    Ok(Progress::Moved(Model {
        solution_version_arn: Some(version),
        ..model.clone()
    }))
}

/// The campaign answers: `recommend` finds it by its name from now on.
async fn serve(
    personalize: &Personalize,
    estate: &Estate,
    model: &Model,
    arn: &str,
) -> Result<Progress, ServiceError> {
    let state = ResourceState {
        kind: Kind::Campaign,
        name: model.wanted.campaign.clone(),
        arn: arn.to_owned(),
        status: "ACTIVE".to_owned(),
        updated_at: crate::clock::now(),
        tracking_id: None,
    };
    estate.operations.put_resource(&state).await?;
    warm(personalize, estate, model, arn).await?;
    Ok(Progress::Moved(Model {
        stage: Stage::Ready,
        ..model.clone()
    }))
}

/// Asks a new campaign a few times, so that no visitor is its first. What it answers matters to nobody.
async fn warm(
    personalize: &Personalize,
    estate: &Estate,
    model: &Model,
    arn: &str,
) -> Result<(), ServiceError> {
    let interactions = DatasetType::Interactions;
    let known = estate.operations.good_check(interactions).await?;
    let (users, items) = known.map_or_else(Default::default, |known| {
        (known.sample_users, known.sample_items)
    });
    let recipe = estate.config.solution(&model.wanted.solution);
    let recipe = recipe.map_or_else(String::new, shared::config::Solution::recipe_arn);
    let of_items = recipe.contains("sim") || recipe.contains("semantic");
    let questions: Vec<Question<'_>> = if of_items {
        items
            .iter()
            .take(QUESTIONS)
            .map(|item| Question::Item(item))
            .collect()
    } else {
        let nobody = std::iter::once(NOBODY);
        let users = users.iter().map(String::as_str).chain(nobody);
        users.take(QUESTIONS).map(Question::User).collect()
    };
    for question in questions {
        if let Err(error) = personalize.ask(arn, question).await {
            tracing::warn!(%error, "a new campaign did not answer while it was warmed");
        }
    }
    Ok(())
}

/// Deletes the campaign of `model`, which we made; none other is ever named here.
pub(crate) async fn retire(
    personalize: &Personalize,
    estate: &Estate,
    model: &Model,
) -> Result<Progress, ServiceError> {
    let gone = || {
        Progress::Moved(Model {
            stage: Stage::Gone,
            ..model.clone()
        })
    };
    let Some(arn) = &model.campaign_arn else {
        return Ok(gone());
    };
    if !personalize.delete_campaign(arn).await? {
        return Ok(Progress::Waiting);
    }
    let operations = &estate.operations;
    operations
        .delete_resource(Kind::Campaign, &model.wanted.campaign)
        .await?;
    Ok(gone())
}

fn gone_wrong(error: shared::resource::DescribeError) -> ServiceError {
    match error {
        shared::resource::DescribeError::Aws(error) => error.into(),
        shared::resource::DescribeError::Arn(error) => ServiceError::Shape {
            place: "a solution version".to_owned(),
            message: error.to_string(),
        },
    }
}
