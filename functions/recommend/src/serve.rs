//! One field from end to end: the caller known, the estate kept in the process, the request checked,
//! the ladder climbed, the metrics written.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use aws_config::SdkConfig;
use futures::future::join_all;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    caller::{Caller, DEFAULT_USER_ID_CLAIM},
    environment::{self, MissingVariable},
    estate::EstateSource,
    experiments::{Experiments, Versioned},
    refreshed::Refreshed,
    visitor::{Visitor, sound_id},
};

use crate::{
    answer::Recommendations,
    aws::Aws,
    deadline::Deadline,
    drops::Drops,
    error::{RecommendError, RequestError},
    estate::{EstateReader, EstateView},
    event::Event,
    explain::Explanation,
    ladder::{House, Outcome, climb, gather},
    product::{MAX_PRODUCTS, Product},
    question::{Unasked, questions},
    report::report,
    request::{PageArguments, Request},
    services::{Record, Services},
    situation::Situation,
};

/// How old the placements and ARNs may grow before they are read again behind a request.
const ESTATE_AGE: Duration = Duration::from_secs(60);

/// How often a request waits for them because something declared was not there.
const MISSING_AGE: Duration = Duration::from_secs(5);

/// The most placements of one page.
const MAX_PLACEMENTS: usize = 10;

/// The pool's group of administrators, as the schema names it.
const ADMIN_GROUP: &str = "admins";

/// The function.
pub(crate) struct Recommend {
    estate: Refreshed<EstateReader>,
    experiments: Refreshed<Experiments>,
    services: Aws,
    drops: Drops,
    user_id_claim: String,
}

/// The value of a field.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// `recommendations`.
    One(Recommendations),
    /// `page`.
    Page(Vec<Recommendations>),
    /// `product`.
    Product(Box<Option<Product>>),
    /// `products`.
    Products(Vec<Product>),
    /// `explain`.
    Explanation(Value),
}

impl Recommend {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let estate = EstateReader(EstateSource::from_environment(config)?);
        let experiments = Experiments::new(
            aws_sdk_dynamodb::Client::new(config),
            environment::required("EXPERIMENTS_TABLE")?,
        );
        Ok(Self {
            estate: Refreshed::new(estate, ESTATE_AGE),
            experiments: Refreshed::new(experiments, ESTATE_AGE),
            services: Aws::from_environment(config)?,
            drops: Drops::default(),
            user_id_claim: environment::or("USER_ID_CLAIM", DEFAULT_USER_ID_CLAIM),
        })
    }

    /// Reads what every request needs while Lambda still starts the process. A failure is left to the
    /// first request.
    pub(crate) async fn warm(&self) {
        let (estate, _, ()) =
            tokio::join!(self.estate.get(), self.experiments(), self.services.warm());
        if let Err(error) = estate {
            tracing::warn!(%error, "the estate is not readable yet");
        }
    }

    /// Answers one field.
    pub(crate) async fn answer(&self, event: Event) -> Result<Answer, RecommendError> {
        let started = Instant::now();
        let caller = Caller::new(&event.identity, &self.user_id_claim)?;
        match event.info.field_name.as_str() {
            "recommendations" => {
                let page = PageArguments::of_one(arguments(event.arguments.clone())?);
                let mut answers = self.page(page, &caller, &event, started).await?;
                Ok(Answer::One(answers.swap_remove(0)))
            }
            "page" => {
                let page = arguments(event.arguments.clone())?;
                Ok(Answer::Page(
                    self.page(page, &caller, &event, started).await?,
                ))
            }
            "product" => {
                let id = sound_id("id", text(&event.arguments, "id")).map_err(RequestError::Id)?;
                let found = self.services.details(&[&id]).await.remove(&id);
                Ok(Answer::Product(Box::new(found.and_then(Product::shown))))
            }
            "products" => self.products(&event.arguments).await,
            "explain" => {
                caller.administrates(ADMIN_GROUP)?;
                let id = text(&event.arguments, "recommendationId");
                let explanation = self.services.explanation(&id).await?;
                Ok(Answer::Explanation(explanation.into_value()?))
            }
            unknown => Err(RequestError::UnknownField(unknown.to_owned()).into()),
        }
    }

    async fn products(&self, arguments: &Value) -> Result<Answer, RecommendError> {
        let ids = arguments["ids"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if ids.len() > MAX_PRODUCTS {
            let (sent, most) = (ids.len(), MAX_PRODUCTS);
            return Err(RequestError::TooManyItems { sent, most }.into());
        }
        let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        let distinct: Vec<&str> = distinct.into_iter().collect();
        let mut found = self.services.details(&distinct).await;
        let known = ids
            .iter()
            .filter_map(|id| Product::shown(found.remove(*id)?));
        Ok(Answer::Products(known.collect()))
    }

    /// The experiments; none when they were never readable: everybody is shown what is declared.
    async fn experiments(&self) -> Arc<Versioned> {
        match self.experiments.get().await {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "the experiments are not readable");
                Arc::default()
            }
        }
    }

    /// Answers the placements of a page, in their order: what the first shows the next does not.
    async fn page(
        &self,
        page: PageArguments,
        caller: &Caller,
        event: &Event,
        started: Instant,
    ) -> Result<Vec<Recommendations>, RecommendError> {
        let distinct: BTreeSet<&String> = page.placements.iter().collect();
        if !(1..=MAX_PLACEMENTS).contains(&distinct.len()) || distinct.len() < page.placements.len()
        {
            return Err(RequestError::Placements(page.placements.len()).into());
        }
        let (user, session) = (page.shared.user_id.clone(), page.shared.session_id.clone());
        let visitor = caller.visitor(user, session)?;
        let (estate, requests) = self.requests(page, &visitor, event).await?;
        let serving = &estate.config.serving;
        let experiments = self.experiments().await;
        let house = House {
            estate: &estate,
            definitions: &experiments.definitions,
            services: &self.services,
            deadline: Deadline::new(serving, started),
        };
        let gathered = requests.into_iter().map(|request| {
            let spare = self.drops.spare(&request.name, request.limit);
            gather(request, spare, &house)
        });
        let mut elsewhere = HashSet::new();
        let mut answers = Vec::new();
        for gathered in join_all(gathered).await {
            let (request, outcome) = climb(gathered, &elsewhere, &house).await;
            let shown = outcome.answer.items.iter().map(|item| item.id.clone());
            elsewhere.extend(shown);
            self.drops
                .saw(&request.name, outcome.placed.len(), outcome.dropped.len());
            report(&outcome);
            answers.push(
                self.kept(&request, outcome, serving.explain_hours, &house.deadline)
                    .await,
            );
        }
        Ok(answers)
    }

    /// The requests of a page, and the estate they are made to. The estate is read again when
    /// something that is declared is not there yet.
    async fn requests(
        &self,
        page: PageArguments,
        visitor: &Visitor,
        event: &Event,
    ) -> Result<(Arc<EstateView>, Vec<Request>), RecommendError> {
        let mut estate = self.estate.get().await?;
        let mut requests = sound(&page, visitor, event, &estate)?;
        let missing = |request: &Request| {
            matches!(
                questions(request, &estate, 0),
                Err(Unasked::NotThere { .. })
            )
        };
        if requests.iter().any(missing) {
            estate = self.estate.renewed(estate, MISSING_AGE).await;
            requests = sound(&page, visitor, event, &estate)?;
        }
        Ok((estate, requests))
    }

    /// The answer, after what is to be kept of it is kept.
    async fn kept(
        &self,
        request: &Request,
        mut outcome: Outcome,
        hours: u64,
        deadline: &Deadline,
    ) -> Recommendations {
        let now = Timestamp::now().as_second();
        let explanation = match hours {
            0 => None,
            hours => Explanation::new(request, &outcome, now, hours),
        };
        let answers = std::mem::take(&mut outcome.new).into_iter();
        let records = answers
            .map(Record::Answer)
            .chain(explanation.map(Record::Explanation))
            .chain(outcome.draft.take().map(Record::Draft));
        let within = deadline.for_keeping();
        self.services.keep(records.collect(), within).await;
        outcome.answer
    }
}

fn sound(
    page: &PageArguments,
    visitor: &Visitor,
    event: &Event,
    estate: &EstateView,
) -> Result<Vec<Request>, RequestError> {
    let config = &estate.config;
    let said = page.shared.context.clone().unwrap_or_default();
    let situation = Situation::new(said, &event.request, &config.serving, Timestamp::now())?;
    let request = |arguments| Request::new(arguments, visitor.clone(), situation.clone(), config);
    page.each().map(request).collect()
}

fn arguments<A: DeserializeOwned>(arguments: Value) -> Result<A, RequestError> {
    serde_path_to_error::deserialize(arguments).map_err(|error| RequestError::Arguments {
        at: error.path().to_string(),
        problem: error.inner().to_string(),
    })
}

fn text(arguments: &Value, name: &str) -> String {
    arguments[name].as_str().unwrap_or_default().to_owned()
}
