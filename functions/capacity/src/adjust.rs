//! Looks after every campaign and recommender that declares a `capacity`: reads its traffic, decides,
//! and changes what has to be changed. Nothing is touched that something else is changing.

use shared::{
    arn::Kind,
    config::{Capacity, EstateConfig},
    estate::Estate,
    operations::CapacityState,
    resource::is_active,
};

use crate::{
    answer::{Adjusted, Decision},
    change::{Change, change},
    cloudwatch::{CloudWatch, Known},
    error::CapacityError,
    idle::{Life, quiet_for},
    personalize::{Found, Personalize, Taken},
    shutdown::{forget, shut_down},
    target::{HISTORY, is_event_on, target},
};

/// The services it asks.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) cloudwatch: CloudWatch,
    pub(crate) personalize: Personalize,
}

/// A resource with a declared capacity.
#[derive(Debug, Clone, Copy)]
struct Declared<'a> {
    kind: Kind,
    name: &'a str,
    capacity: &'a Capacity,
}

/// Adjusts all of them at `now` (epoch seconds). A failure at one does not keep from the others.
pub(crate) async fn adjust(
    services: &Services,
    estate: &Estate,
    now: i64,
) -> Result<Vec<Adjusted>, CapacityError> {
    let all = declared(&estate.config);
    let mut adjusted = Vec::with_capacity(all.len());
    let mut failed = None;
    for one in &all {
        match look_after(services, estate, *one, now).await {
            Ok(done) => {
                done.tell();
                adjusted.push(done);
            }
            Err(error) => {
                let error = CapacityError::Resource {
                    resource_kind: one.kind,
                    name: one.name.to_owned(),
                    of: all.len(),
                    error: Box::new(error),
                };
                tracing::error!(%error, "capacity");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(adjusted), Err)
}

fn declared(config: &EstateConfig) -> Vec<Declared<'_>> {
    let campaigns = config.campaigns.iter().map(|one| {
        let capacity = one.capacity.as_ref();
        (Kind::Campaign, one.name.as_str(), capacity)
    });
    let recommenders = config.recommenders.iter().map(|one| {
        let capacity = one.capacity.as_ref();
        (Kind::Recommender, one.name.as_str(), capacity)
    });
    campaigns
        .chain(recommenders)
        .filter_map(|(kind, name, capacity)| {
            let capacity = capacity?;
            Some(Declared {
                kind,
                name,
                capacity,
            })
        })
        .collect()
}

async fn look_after(
    services: &Services,
    estate: &Estate,
    declared: Declared<'_>,
    now: i64,
) -> Result<Adjusted, CapacityError> {
    let Declared { kind, name, .. } = declared;
    let memory = estate.operations.capacity(kind, name).await?;
    let known = estate.operations.resource(kind, name).await?;
    let found = match known {
        Some(known) => services.personalize.describe(kind, &known.arn).await?,
        None => None,
    };
    let leaves = |found: &Found| found.status.starts_with("DELETE");
    if memory.leaving && found.as_ref().is_none_or(leaves) {
        forget(estate, kind, name).await?;
        let reason = "it is deleted, because it was idle".to_owned();
        return Ok(Adjusted::left_alone(kind, name, reason));
    }
    let Some(found) = found else {
        let reason = "it does not exist".to_owned();
        return Ok(Adjusted::left_alone(kind, name, reason));
    };
    if !found.is_free() {
        return wait(estate, declared, &found, memory, now).await;
    }
    let idle = declared.capacity.idle.as_ref();
    let seconds = idle.map_or(HISTORY, |idle| idle.after.seconds().max(HISTORY));
    let cloudwatch = &services.cloudwatch;
    let traffic = cloudwatch.traffic(kind, &found.arn, seconds, now).await?;
    decide(services, estate, declared, (&found, &traffic), memory, now).await
}

/// Remembers that it could not be asked.
async fn wait(
    estate: &Estate,
    declared: Declared<'_>,
    found: &Found,
    memory: CapacityState,
    now: i64,
) -> Result<Adjusted, CapacityError> {
    let Declared { kind, name, .. } = declared;
    if !is_active(&found.status) {
        let memory = CapacityState {
            down_at: Some(now),
            ..memory
        };
        estate.operations.put_capacity(kind, name, &memory).await?;
    }
    let reason = match &found.update {
        Some(update) => format!("it is being updated ({update})"),
        None => format!("it is {}", found.status),
    };
    Ok(Adjusted::left_alone(kind, name, reason))
}

async fn decide(
    services: &Services,
    estate: &Estate,
    declared: Declared<'_>,
    (found, known): (&Found, &Known),
    memory: CapacityState,
    now: i64,
) -> Result<Adjusted, CapacityError> {
    let Declared {
        kind,
        name,
        capacity,
    } = declared;
    let target = target(capacity, &known.traffic, now);
    let mut adjusted = Adjusted {
        rate: Some(found.rate),
        target: Some(target.rate),
        ..Adjusted::left_alone(kind, name, target.because)
    };
    let idle = idle(capacity, found, known, &memory, now);
    if let Some(idle) = &idle {
        adjusted.idle_hours = Some(idle.hours);
        adjusted.reason = format!("{}; {}", idle.words(), adjusted.reason);
    }
    if idle.is_some_and(|idle| idle.ends) {
        let taken = shut_down(&services.personalize, estate, (kind, name), found).await?;
        return Ok(adjusted.with(Decision::ShutDown, taken));
    }
    let next = change(found.rate, target.rate, memory.lower, now);
    let (lower, decision) = match next {
        Change::Keep { lower } => (lower, Decision::Kept),
        Change::Raise(_) => (None, Decision::Raised),
        Change::Lower(_) => (None, Decision::Lowered),
    };
    let taken = match next {
        Change::Keep { .. } => Taken::Yes,
        Change::Raise(rate) | Change::Lower(rate) => {
            adjusted.reason = format!("to {rate}: {}", adjusted.reason);
            services.personalize.set_rate(found, rate).await?
        }
    };
    let after = CapacityState {
        lower,
        leaving: false,
        ..memory.clone()
    };
    if taken == Taken::Yes && after != memory {
        estate.operations.put_capacity(kind, name, &after).await?;
    }
    Ok(adjusted.with(decision, taken))
}

impl Adjusted {
    fn with(mut self, decision: Decision, taken: Taken) -> Self {
        match taken {
            Taken::Yes => self.decision = decision,
            Taken::Busy => self.reason = "something else has just begun to change it".to_owned(),
        }
        self
    }
}

/// A resource that has been idle for as long as is declared, or longer.
struct Idle {
    hours: f64,
    /// Whether it is to be shut down for it.
    ends: bool,
}

fn idle(
    capacity: &Capacity,
    found: &Found,
    known: &Known,
    memory: &CapacityState,
    now: i64,
) -> Option<Idle> {
    let idle = capacity.idle.as_ref()?;
    let life = Life {
        created: found.created,
        down: memory.down_at,
        known_from: known.from,
    };
    let quiet = quiet_for(&known.traffic, life, now);
    #[expect(clippy::cast_precision_loss, reason = "at most 63 days")]
    let hours = quiet as f64 / 3_600.0;
    (quiet >= idle.after.seconds()).then(|| Idle {
        hours,
        ends: idle.shut_down && !is_event_on(capacity, now),
    })
}

impl Idle {
    fn words(&self) -> String {
        let remedy = if self.ends {
            "it is shut down, as idle.shutDown says"
        } else {
            "it is paid for all the same: idle.shutDown would end it"
        };
        format!("nobody has asked for {:.1} hours; {remedy}", self.hours)
    }
}
