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
    config::Serving,
    direct::{Access, Bucket, DynamoDb},
    environment::{self, MissingVariable},
    estate::EstateSource,
    experiments::{Experiments, Versioned},
    refreshed::{Refreshed, Unread},
    standby::StandbyStore,
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
    ladder::{Gathered, House, Outcome, climb, gather},
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

/// How long `product` and `products` wait for the table.
const DETAILS_WITHIN: Duration = Duration::from_millis(300);

/// The most placements of one page.
const MAX_PLACEMENTS: usize = 10;

/// The most questions to Personalize that one page causes: a cart of 25, and its other placements.
const MAX_QUESTIONS: usize = 50;

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
        let access = Access::new(config);
        let bucket = Bucket::new(&access, environment::required("DATA_BUCKET")?);
        let standby = StandbyStore::new(bucket);
        let estate = EstateReader {
            source: EstateSource::from_environment(&access)?,
            standby: standby.clone(),
        };
        let experiments = Experiments::new(
            DynamoDb::new(&access),
            environment::required("EXPERIMENTS_TABLE")?,
        );
        Ok(Self {
            estate: Refreshed::new(estate, ESTATE_AGE),
            experiments: Refreshed::new(experiments, ESTATE_AGE),
            services: Aws::from_environment(&access, standby)?,
            drops: Drops::default(),
            user_id_claim: environment::or("USER_ID_CLAIM", DEFAULT_USER_ID_CLAIM),
        })
    }

    /// Reads what every request needs while Lambda still starts the process. A failure is left to the
    /// first request.
    pub(crate) async fn warm(&self) {
        let (estate, experiments, ()) = tokio::join!(
            self.estate.get(),
            self.experiments.get(),
            self.services.warm()
        );
        if let Err(error) = experiments {
            tracing::warn!(%error, "the experiments are not readable yet");
        }
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
                let page = PageArguments::of_one(arguments(&event.arguments)?);
                let mut answers = self.page(page, &caller, &event, started).await?;
                Ok(Answer::One(answers.swap_remove(0)))
            }
            "page" => {
                let page = arguments(&event.arguments)?;
                Ok(Answer::Page(
                    self.page(page, &caller, &event, started).await?,
                ))
            }
            "product" => {
                let id = sound_id("id", text(&event.arguments, "id")).map_err(RequestError::Id)?;
                let mut found = self.services.details(&[&id], DETAILS_WITHIN).await?;
                let found = found.take(&id);
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
        for (index, id) in ids.iter().enumerate() {
            let argument = format!("ids[{index}]");
            sound_id(&argument, (*id).to_owned()).map_err(RequestError::Id)?;
        }
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        let distinct: Vec<&str> = distinct.into_iter().collect();
        let mut found = self.services.details(&distinct, DETAILS_WITHIN).await?;
        let known = ids.iter().filter_map(|id| Product::shown(found.take(id)?));
        Ok(Answer::Products(known.collect()))
    }

    /// The experiments; none when they were never readable: everybody is shown what is declared.
    async fn experiments(&self, within: Duration) -> Arc<Versioned> {
        let read = self.experiments.within(within).await;
        read.unwrap_or_else(|unread| {
            tracing::warn!(%unread, "the experiments are not readable");
            Arc::default()
        })
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
        let (estate, requests) = self.requests(page, &visitor, event, started).await?;
        let serving = &estate.config.serving;
        let deadline = Deadline::new(serving, started);
        let experiments = self.experiments(deadline.for_estate()).await;
        let house = House {
            estate: &estate,
            definitions: &experiments.definitions,
            services: &self.services,
            deadline,
        };
        let gathered = requests.into_iter().map(|request| {
            let spare = self.drops.spare(&request.name, request.limit);
            gather(request, spare, &house)
        });
        let gathered = join_all(gathered).await;
        read_ahead(&gathered, &house).await;
        let (mut elsewhere, mut answers) = (HashSet::new(), Vec::new());
        let mut records = Vec::new();
        for gathered in gathered {
            let (request, mut outcome) = climb(gathered, &elsewhere, &house).await;
            let shown = outcome.answer.items.iter().map(|item| item.id.clone());
            elsewhere.extend(shown);
            self.drops
                .saw(&request.name, outcome.placed.len(), outcome.dropped.len());
            report(&outcome);
            records.extend(records_of(&request, &mut outcome, serving.explain_hours));
            answers.push(outcome.answer);
        }
        self.services.keep(records, deadline.for_keeping()).await;
        Ok(answers)
    }

    /// The requests of a page, and the estate they are made to. The estate is read again when
    /// something that is declared is not there yet.
    async fn requests(
        &self,
        page: PageArguments,
        visitor: &Visitor,
        event: &Event,
        started: Instant,
    ) -> Result<(Arc<EstateView>, Vec<Request>), RecommendError> {
        let usual = Deadline::new(&Serving::default(), started);
        let read = self.estate.within(usual.for_estate()).await;
        let mut estate = read.map_err(|unread| match unread {
            Unread::Failed(error) => RecommendError::Config(error),
            Unread::Late => RecommendError::NotReady,
        })?;
        let mut requests = sound(&page, visitor, event, &estate)?;
        let missing = |request: &Request| {
            matches!(
                questions(request, &estate, 0),
                Err(Unasked::NotThere { .. })
            )
        };
        if requests.iter().any(missing) {
            let within = Deadline::new(&estate.config.serving, started).for_estate();
            estate = self.estate.renewed(estate, MISSING_AGE, within).await;
            requests = sound(&page, visitor, event, &estate)?;
        }
        Ok((estate, requests))
    }
}

/// Reads the products of a whole page at once, into the process's cache: its placements need not wait
/// for each other's.
async fn read_ahead(gathered: &[Gathered], house: &House<'_, Aws>) {
    if gathered.len() < 2 {
        return;
    }
    let ids: BTreeSet<&str> = gathered.iter().flat_map(Gathered::ids).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    if !ids.is_empty() {
        let within = house.deadline.for_products();
        house.services.products(&ids, within).await;
    }
}

/// What is kept of an answer: what Personalize said, whose item is whose, and how it came about. Of an
/// answer that was kept already that is known, and goes by the same id.
fn records_of(request: &Request, outcome: &mut Outcome, hours: u64) -> Vec<Record> {
    let now = Timestamp::now().as_second();
    let is_explained = hours > 0 && !outcome.is_kept();
    let explanation = is_explained.then(|| Explanation::new(request, outcome, now, hours));
    let answers = std::mem::take(&mut outcome.new).into_iter();
    answers
        .map(Record::Answer)
        .chain(explanation.flatten().map(Record::Explanation))
        .chain(outcome.draft.take().map(Record::Draft))
        .collect()
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
    let requests: Vec<Request> = page.each().map(request).collect::<Result<_, _>>()?;
    let (asked, most) = (requests.iter().map(Request::questions).sum(), MAX_QUESTIONS);
    if asked > most {
        return Err(RequestError::TooManyQuestions { asked, most });
    }
    Ok(requests)
}

fn arguments<A: DeserializeOwned>(arguments: &Value) -> Result<A, RequestError> {
    serde_path_to_error::deserialize(arguments).map_err(|error| RequestError::Arguments {
        at: error.path().to_string(),
        problem: error.inner().to_string(),
    })
}

fn text(arguments: &Value, name: &str) -> String {
    arguments[name].as_str().unwrap_or_default().to_owned()
}
