//! One event, one step.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use backend::{Client, Secrets};
use jiff::Timestamp;
use serde_json::Value;
use shared::{
    aws,
    config::Backend,
    direct::{Access, Bucket},
    environment::{self, required},
    estate::{Estate, EstateSource},
    operations::{PullPart, PullPlan, PullProgress},
};
use tokio::{sync::Mutex, time::Instant};

use crate::{
    adapter::{Adapter, Entry, Mode, Plan},
    adapters,
    error::PullError,
    event::{Answer, Event, One, Planned, PulledPart},
    finish::finish,
    measure::{Measured, emit},
    page::{Written, id_hash, written},
    part::{Part, Time},
    plan::{self, Known},
    product::is_id,
    shop::Shop,
    store::{Kept, single, single_reject},
};

/// What is left of an invocation when no page is begun any more.
const NEARLY_UP: Duration = Duration::from_secs(60);
/// What is left of it when a page that did not come is given up.
const UP: Duration = Duration::from_secs(10);

/// The function.
pub(crate) struct CatalogPull {
    source: EstateSource,
    bucket: Bucket,
    url: String,
    secrets: Secrets,
    /// Kept between invocations with what it was made of: it knows the secret and a token.
    client: Mutex<Option<(Backend, Arc<Client>)>>,
}

impl CatalogPull {
    /// Makes the clients; asks nothing yet.
    pub(crate) async fn from_environment() -> Result<Self, PullError> {
        let sdk = aws::for_workflows().await;
        let access = Access::new(&sdk);
        let manager = aws_sdk_secretsmanager::Client::new(access.config());
        Ok(Self {
            bucket: Bucket::new(&access, required("DATA_BUCKET")?),
            url: environment::or("BACKEND_URL", ""),
            secrets: Secrets::named(manager, environment::or("BACKEND_SECRET", "")),
            source: EstateSource::from_environment(access)?,
            client: Mutex::default(),
        })
    }

    /// Does one step; a part is pulled until Lambda's `deadline` is near.
    pub(crate) async fn run(
        &self,
        event: Event,
        deadline: SystemTime,
    ) -> Result<Answer, PullError> {
        let estate = self.source.open().await?;
        let Some(shop) = self.shop(estate).await? else {
            return match event {
                Event::Plan { .. } => Ok(Answer::Planned(Planned::default())),
                _ => Err(PullError::NoCatalog),
            };
        };
        match event {
            Event::Plan { mode, run } => self.plan(&shop, mode, run).await.map(Answer::Planned),
            Event::Pull { run, pull, part } => {
                let pulled = self.pull(&shop, run.unwrap_or(pull), part.part, deadline);
                pulled.await.map(Answer::Pulled)
            }
            Event::Finish { run, pull } => finish(&shop, run.unwrap_or(pull))
                .await
                .map(Answer::Finished),
            Event::One { id } => self.one(&shop, id).await.map(Answer::One),
        }
    }

    /// The declared backend; `None` when there is none, or the deployment has no address of one.
    async fn shop(&self, estate: Estate) -> Result<Option<Shop>, PullError> {
        let backend = estate.config.backend.clone();
        let Some(backend) = backend.filter(|_| !self.url.is_empty()) else {
            return Ok(None);
        };
        let Some(catalog) = backend.catalog.clone() else {
            return Ok(None);
        };
        let adapter = adapters::declared(&catalog)?;
        let client = self.client(backend, adapter.as_ref()).await?;
        Ok(Some(Shop {
            estate,
            catalog,
            adapter,
            client,
        }))
    }

    async fn client(
        &self,
        backend: Backend,
        adapter: &dyn Adapter,
    ) -> Result<Arc<Client>, PullError> {
        let mut kept = self.client.lock().await;
        if let Some((made_of, client)) = kept.as_ref()
            && *made_of == backend
        {
            return Ok(Arc::clone(client));
        }
        let (secrets, rate) = (self.secrets.clone(), backend.requests_per_second);
        let client = Arc::new(Client::new(&self.url, adapter.auth(), secrets, rate)?);
        *kept = Some((backend, Arc::clone(&client)));
        Ok(client)
    }

    async fn plan(
        &self,
        shop: &Shop,
        mode: Mode,
        run: Option<String>,
    ) -> Result<Planned, PullError> {
        let operations = &shop.estate.operations;
        let started = Timestamp::now();
        let pull = plan::name(started);
        let run = run.unwrap_or_else(|| pull.clone());
        if let Some(known) = operations.pull_plan(&run).await? {
            return Ok(Planned::of(known));
        }
        let since = plan::since(&Known {
            mode,
            adapter: shop.catalog.adapter.name(),
            lists_changes: shop.adapter.lists_changes(),
            overlap: shop.catalog.overlap.seconds(),
            last: operations.last_pull().await?.as_ref(),
        });
        let scope = shop.scope(since, started);
        let positions = match shop.adapter.plan(&scope)? {
            Plan::Parts(parts) => parts,
            Plan::Ask(request) => {
                let answer = shop.client.send(&request).await?;
                shop.adapter.parts(&scope, &answer)?
            }
        };
        let parts = positions.into_iter().enumerate();
        let parts = parts.map(|(number, position)| PullPart {
            part: format!("part-{number:03}"),
            position: position.0,
        });
        let plan = PullPlan {
            run,
            pull,
            full: since.is_none(),
            adapter: shop.catalog.adapter.name().to_owned(),
            started_at: started.as_second(),
            since: since.map(Timestamp::as_second),
            parts: parts.collect(),
        };
        let plan = operations.plan_pull(plan, started.as_second()).await?;
        tracing::info!(
            pull = plan.pull,
            full = plan.full,
            parts = plan.parts.len(),
            "planned"
        );
        Ok(Planned::of(plan))
    }

    async fn pull(
        &self,
        shop: &Shop,
        run: String,
        part: String,
        deadline: SystemTime,
    ) -> Result<PulledPart, PullError> {
        let operations = &shop.estate.operations;
        let plan = shop.planned(run).await?;
        let begins = plan.parts.iter().find(|planned| planned.part == part);
        let Some(begins) = begins else {
            let pull = plan.pull;
            return Err(PullError::NoPart { pull, part });
        };
        let kept = operations.pull_progress(&plan.run, &part).await?;
        let before = kept.unwrap_or_else(|| beginning(begins));
        let store = Kept {
            bucket: &self.bucket,
            operations,
            plan: &plan,
        };
        let pulled = Part {
            adapter: shop.adapter.as_ref(),
            client: &shop.client,
            scope: &shop.scope_of(&plan),
            store: &store,
            time: time(deadline),
        };
        let measured = Measured::before(&before);
        let pulled = pulled.pull(before).await;
        let throttled = shop.client.take_throttled();
        let after = pulled.as_ref().ok().map(|pulled| &pulled.progress);
        emit(shop.catalog.adapter, &measured.after(after, throttled));
        Ok(PulledPart::of(pulled?))
    }

    async fn one(&self, shop: &Shop, id: String) -> Result<One, PullError> {
        if !is_id(&id) {
            return Err(PullError::Id);
        }
        let now = Timestamp::now();
        let entry = shop.product(&id, now).await?;
        let withdrawn_entry = matches!(entry, Entry::Withdrawn { .. });
        let (pull, name) = (plan::name(now), id_hash(&id));
        let Written {
            lines,
            rejects,
            products,
            rejected,
        } = written(Mode::Incremental, now, 1, vec![entry])
            .pop()
            .unwrap_or_default();
        let mut page = None;
        if !lines.is_empty() {
            page = Some(single(&self.bucket, &pull, &name, &lines).await?);
        }
        if !rejects.is_empty() {
            single_reject(&self.bucket, &pull, &name, &rejects).await?;
        }
        let measured = Measured {
            products,
            rejected,
            pages: 1,
            throttled: shop.client.take_throttled(),
        };
        emit(shop.catalog.adapter, &measured);
        Ok(One {
            id,
            page,
            withdrawn: withdrawn_entry,
            rejected: rejected > 0,
        })
    }
}

fn beginning(part: &PullPart) -> PullProgress {
    PullProgress {
        part: part.part.clone(),
        position: Some(part.position.clone()),
        way: Value::Null,
        ..PullProgress::default()
    }
}

fn time(deadline: SystemTime) -> Time {
    let left = deadline
        .duration_since(SystemTime::now())
        .unwrap_or_default();
    let now = Instant::now();
    Time {
        nearly_up: now + left.saturating_sub(NEARLY_UP),
        up: now + left.saturating_sub(UP),
    }
}
