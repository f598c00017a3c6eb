//! Models: those that an experiment waits for are made, and it starts once they answer; those of arms
//! that lost are deleted.

use experiment::definition::{Experiment, Status};
use shared::estate::Estate;

use crate::{
    clock,
    definition::lifecycle::Step,
    error::ServiceError,
    models::{Personalize, Progress, advance, retire},
    service::Service,
    settings::Settings,
    store::record::{Model, Stage},
    worker::whole_seconds,
};

/// Looks after the models of all experiments. What fails for one is told there, and stops no other.
pub(crate) async fn all(
    service: &Service,
    personalize: &Personalize,
    settings: &Settings,
) -> Result<(), ServiceError> {
    let definitions = service.all().await?;
    for experiment in &definitions.experiments {
        let done = match &experiment.status {
            Status::Creating => create(service, personalize, experiment).await,
            Status::Stopped | Status::Decided { .. } => {
                let retire_at = experiment.end.unwrap_or(0) + whole_seconds(settings.retire);
                match clock::now() >= retire_at {
                    true => clean_up(service, personalize, experiment).await,
                    false => Ok(()),
                }
            }
            Status::Draft | Status::Running | Status::Paused => Ok(()),
        };
        if let Err(error) = done {
            tracing::error!(experiment = experiment.id, %error, "its models wait for the next turn");
        }
    }
    Ok(())
}

async fn create(
    service: &Service,
    personalize: &Personalize,
    experiment: &Experiment,
) -> Result<(), ServiceError> {
    let id = &experiment.id;
    let record = service.records.get(id).await?;
    let estate = service.estate.open().await?;
    for model in record
        .models
        .iter()
        .filter(|model| model.stage == Stage::Wanted)
    {
        match advance(personalize, &estate, id, model).await? {
            Progress::Moved(moved) => keep(service, id, &moved).await?,
            Progress::Waiting => {}
            Progress::Failed(reason) => return fail(service, experiment, model, &reason).await,
        }
    }
    if service.records.get(id).await?.is_ready() {
        service.step(id, &Step::Start { ready: true }).await?;
    }
    Ok(())
}

/// Back to a draft, which can be written again. What was made so far stays for the next start.
async fn fail(
    service: &Service,
    experiment: &Experiment,
    model: &Model,
    reason: &str,
) -> Result<(), ServiceError> {
    let id = &experiment.id;
    let back = |definitions: &mut experiment::Definitions| {
        let mut experiments = definitions.experiments.iter_mut();
        if let Some(known) = experiments.find(|one| one.id == *id && one.status == Status::Creating)
        {
            known.status = Status::Draft;
        }
        Ok(())
    };
    service.definitions.change(clock::now(), back).await?;
    let text = format!("arm {}: {reason}; it is a draft again", model.wanted.arm);
    service.happened(id, "draft", &text).await
}

async fn clean_up(
    service: &Service,
    personalize: &Personalize,
    experiment: &Experiment,
) -> Result<(), ServiceError> {
    let winner = match &experiment.status {
        Status::Decided { winner } => Some(winner),
        _ => None,
    };
    let record = service.records.get(&experiment.id).await?;
    let lost: Vec<&Model> = record
        .models
        .iter()
        .filter(|model| model.stage != Stage::Gone && Some(&model.wanted.arm) != winner)
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let estate: Estate = service.estate.open().await?;
    for model in lost {
        // Somebody declared it since: it is the estate's now.
        if estate.config.campaign(&model.wanted.campaign).is_some() {
            continue;
        }
        if let Progress::Moved(moved) = retire(personalize, &estate, model).await? {
            keep(service, &experiment.id, &moved).await?;
            let text = format!("the campaign {} was deleted", model.wanted.campaign);
            service
                .records
                .happened(&experiment.id, clock::now(), &text)
                .await?;
        }
    }
    Ok(())
}

async fn keep(service: &Service, id: &str, moved: &Model) -> Result<(), ServiceError> {
    let replace = |record: &mut crate::store::record::Record| {
        let mut models = record.models.iter_mut();
        if let Some(model) = models.find(|model| model.wanted == moved.wanted) {
            model.clone_from(moved);
        }
    };
    service.records.change(id, replace).await?;
    Ok(())
}
