//! Who answers: Personalize or what it said before; when it cannot, the list made ready for the user
//! or the product, the popular list of their segment, the popular list of everybody, the items
//! declared; when there are none, nothing. A shop always gets an answer, in time, and the answer says
//! where it came from.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use experiment::definition::Definitions;
use futures::future::join_all;
use jiff::Timestamp;
use shared::{
    config::Strategy,
    lists,
    visitor::{Memory, Visitor},
};
use uuid::Uuid;

use crate::{
    answer::{Recommendations, RecommendedItem, Source},
    candidate::{Candidate, Why},
    deadline::Deadline,
    estate::EstateView,
    experiments::{Draft, Drafted, Participation, Variant, Varied, blend, vary},
    kept::Kept,
    propose::{Proposal, in_order_of, propose},
    question::{Question, Unasked, questions, ranking},
    request::Request,
    rules::{Arranged, Dropped, Placed, Shown, arrange, pinned},
    services::{Cause, Recalled, Services},
};

/// Before ids of answers that are not Personalize's own: it does not know them, and `track` keeps
/// them from it.
const OUR_ID: &str = "LST-";

/// Seconds that whose item is whose is kept: events that come later than two days count for nobody.
const DRAFT_LIFE: i64 = 2 * 24 * 60 * 60;

/// What Personalize says to a request, before anybody else is asked.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The request, as experiments change it; nobody's, when the visitor does not agree to be known.
    request: Request,
    /// The id the answer gets when Personalize gives it none.
    id: String,
    memory: Option<Memory>,
    participations: Vec<Participation>,
    proposal: Result<Proposal, Cause>,
    draft: Option<Draft>,
    latency: Option<Duration>,
}

/// An answer, and what operators want to know about it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// For the shop.
    pub(crate) answer: Recommendations,
    /// How long Personalize took, when it was asked.
    pub(crate) latency: Option<Duration>,
    /// The rungs that gave nothing, and why.
    pub(crate) tried: Vec<(Source, Cause)>,
    /// Popular items that Personalize put in place of what a filter removed.
    pub(crate) placeholders: usize,
    /// The items in their places.
    pub(crate) placed: Vec<Placed>,
    /// What is not shown.
    pub(crate) dropped: Vec<Dropped>,
    /// Personalize's answers to be kept.
    pub(crate) new: Vec<Kept>,
    /// Whose item is whose, when arms were blended.
    pub(crate) draft: Option<Draft>,
}

/// What requests are answered with.
#[derive(Debug)]
pub(crate) struct House<'a, S> {
    /// What is declared, and there.
    pub(crate) estate: &'a EstateView,
    /// The experiments.
    pub(crate) definitions: &'a Definitions,
    /// The outside world.
    pub(crate) services: &'a S,
    /// When the answer is due.
    pub(crate) deadline: Deadline,
}

/// Asks Personalize, or what is kept of its answers, about `request`. `spare` is how many more items
/// are asked for than are wanted.
pub(crate) async fn gather<S: Services>(
    request: Request,
    spare: usize,
    house: &House<'_, S>,
) -> Gathered {
    let now = Timestamp::now().as_second();
    let id = format!("{OUR_ID}{}", Uuid::now_v7().simple());
    let mut varied = vary(&request, house.definitions, now);
    let mut asked = asked(&varied, spare, house);
    let recalled = recall(&request, &asked, house).await;
    if recalled
        .memory
        .as_ref()
        .is_some_and(|memory| !memory.agreed())
    {
        varied = vary(&request.of_nobody(), &Definitions::default(), now);
        asked = self::asked(&varied, spare, house);
    }
    let started = Instant::now();
    let variants = varied.variants.iter().zip(asked);
    let proposals = variants.map(async |(variant, asked)| {
        let proposal = proposed(&variant.request, asked, &recalled, house).await;
        (variant.arm.clone(), proposal)
    });
    let proposals = join_all(proposals).await;
    let (proposal, draft) = match &varied.draft {
        Some(drafted) => blended(proposals, drafted, &id, now),
        None => (only(proposals), None),
    };
    let is_kept = |proposal: &Proposal| proposal.source == Source::Cache;
    let was_asked = !matches!(
        proposal,
        Err(Cause::NobodyNamed | Cause::NotThere | Cause::Unasked)
    ) && !proposal.as_ref().is_ok_and(is_kept);
    Gathered {
        request: varied.variants.swap_remove(0).request,
        id,
        memory: recalled.memory,
        participations: varied.participations,
        proposal,
        draft,
        latency: was_asked.then(|| started.elapsed()),
    }
}

/// The questions of each variant.
fn asked<S>(
    varied: &Varied,
    spare: usize,
    house: &House<'_, S>,
) -> Vec<Result<Vec<Question>, Unasked>> {
    let of = |variant: &Variant| questions(&variant.request, house.estate, spare);
    varied.variants.iter().map(of).collect()
}

async fn proposed<S: Services>(
    request: &Request,
    asked: Result<Vec<Question>, Unasked>,
    recalled: &Recalled,
    house: &House<'_, S>,
) -> Result<Proposal, Cause> {
    let questions = asked.map_err(|unasked| cause_of(&unasked))?;
    let life = i64::try_from(house.estate.config.serving.cache_seconds).unwrap_or(0);
    let (services, deadline) = (house.services, &house.deadline);
    let mut proposal = propose(request, &questions, recalled, life, services, deadline).await?;
    rank(request, &mut proposal, house).await;
    Ok(proposal)
}

/// The lists of all arms as one. When not every arm has a list none is compared: the first there is is
/// shown, and nobody gets points.
fn blended(
    proposals: Vec<(String, Result<Proposal, Cause>)>,
    drafted: &Drafted,
    id: &str,
    now: i64,
) -> (Result<Proposal, Cause>, Option<Draft>) {
    if proposals.iter().any(|(_, proposal)| proposal.is_err()) {
        return (only(proposals), None);
    }
    let mut all = Proposal::default();
    let mut lists = Vec::with_capacity(proposals.len());
    for (arm, proposal) in proposals {
        let Ok(proposal) = proposal else { continue };
        if proposal.source == Source::Personalize {
            all.source = Source::Personalize;
        }
        all.new.extend(proposal.new);
        lists.push((arm, proposal.candidates));
    }
    let (candidates, arms) = blend(&lists, drafted, id);
    all.candidates = candidates;
    (Ok(all), Some(drafted.kept(id, arms, (now, DRAFT_LIFE))))
}

/// The first proposal there is, or why there is none.
fn only(proposals: Vec<(String, Result<Proposal, Cause>)>) -> Result<Proposal, Cause> {
    let mut cause = Cause::Empty;
    for (_, proposal) in proposals {
        match proposal {
            Ok(proposal) => return Ok(proposal),
            Err(failed) => cause = failed,
        }
    }
    Err(cause)
}

async fn recall<S: Services>(
    request: &Request,
    asked: &[Result<Vec<Question>, Unasked>],
    house: &House<'_, S>,
) -> Recalled {
    let visitor = request.visitor.key();
    let questions = asked.iter().flatten().flatten();
    let keys: Vec<String> = questions.map(Question::key).collect();
    let within = house.deadline.for_recall();
    house
        .services
        .recall(visitor.as_deref(), &keys, within)
        .await
}

/// Puts the candidates in the order of the visitor's taste, where that is declared. Without an answer
/// they keep theirs.
async fn rank<S: Services>(request: &Request, proposal: &mut Proposal, house: &House<'_, S>) {
    let ids = proposal
        .candidates
        .iter()
        .map(|candidate| candidate.id.clone());
    let Some(question) = ranking(request, house.estate, ids.collect()) else {
        return;
    };
    let within = house.deadline.for_personalize();
    if let Ok(ranked) = house.services.predict(&question, None, within).await {
        proposal.candidates = in_order_of(std::mem::take(&mut proposal.candidates), &ranked);
        proposal.recommendation_id = ranked.recommendation_id;
        proposal.source = Source::Personalize;
    }
}

fn cause_of(unasked: &Unasked) -> Cause {
    match unasked {
        Unasked::Static => Cause::Unasked,
        Unasked::NobodyNamed => Cause::NobodyNamed,
        Unasked::NotThere { kind, name } => {
            tracing::warn!(
                kind,
                name,
                "declared, but not there yet: run apply-estate and retrain"
            );
            Cause::NotThere
        }
    }
}

/// Answers what was gathered, from the first rung of the ladder that has something to show. What is
/// in `elsewhere` is shown on the page already.
pub(crate) async fn climb<S: Services>(
    gathered: Gathered,
    elsewhere: &HashSet<String>,
    house: &House<'_, S>,
) -> (Request, Outcome) {
    let request = gathered.request;
    let memory = gathered.memory.unwrap_or_default();
    let shelf = Shelf {
        request: &request,
        bought: &memory.bought,
        elsewhere,
        services: house.services,
        deadline: &house.deadline,
    };
    let mut outcome = Outcome::nothing(&request.name, gathered.latency);
    let mut id = None;
    match gathered.proposal {
        Ok(proposal) => {
            outcome.placeholders = placeholders(&request, &proposal.candidates);
            outcome.new = proposal.new;
            if shelf
                .fill(&mut outcome, proposal.source, &proposal.candidates)
                .await
            {
                id = Some(proposal.recommendation_id.unwrap_or(gathered.id.clone()));
                outcome.draft = gathered.draft;
            }
        }
        Err(Cause::Unasked) => {}
        Err(cause) => outcome.tried.push((Source::Personalize, cause)),
    }
    if id.is_none() {
        fall_back(&shelf, &mut outcome).await;
    }
    if outcome.answer.source != Source::None {
        outcome.answer.recommendation_id = Some(id.unwrap_or(gathered.id));
    }
    outcome.answer.experiments = gathered.participations;
    (request, outcome)
}

/// The rungs below Personalize.
async fn fall_back<S: Services>(shelf: &Shelf<'_, S>, outcome: &mut Outcome) {
    let request = shelf.request;
    let is_static = matches!(
        request.placement.strategy,
        Strategy::Static | Strategy::Rank
    );
    if is_static && declared(shelf, outcome).await {
        return;
    }
    if ready_made(shelf, outcome).await {
        return;
    }
    let popular = shelf.services.popular(shelf.deadline.for_lists()).await;
    let popular = listed(popular, &Why::Popular);
    if shelf.fill(outcome, Source::Popular, &popular).await {
        return;
    }
    if !is_static {
        declared(shelf, outcome).await;
    }
}

/// The lists made ready for the user, the product, the segment; the first that can be shown.
async fn ready_made<S: Services>(shelf: &Shelf<'_, S>, outcome: &mut Outcome) -> bool {
    let rungs = ready_made_lists(shelf.request);
    if rungs.is_empty() {
        return false;
    }
    let keys: Vec<String> = rungs.iter().map(|(key, _, _)| key.clone()).collect();
    let lists = match shelf
        .services
        .lists(&keys, shelf.deadline.for_lists())
        .await
    {
        Ok(lists) => lists,
        Err(cause) => {
            outcome.tried.push((Source::ReadyMade, cause));
            return false;
        }
    };
    for (key, items) in lists {
        let rung = rungs.iter().find(|(known, _, _)| *known == key);
        if let Some((_, source, why)) = rung
            && shelf.fill(outcome, *source, &listed(items, why)).await
        {
            return true;
        }
    }
    false
}

/// The keys of the lists that can stand in for Personalize, best first.
fn ready_made_lists(request: &Request) -> Vec<(String, Source, Why)> {
    let mut rungs = Vec::new();
    match (request.placement.strategy, &request.visitor) {
        (Strategy::ForYou, Visitor::User(user)) => {
            rungs.push((lists::user_key(user), Source::ReadyMade, Why::Taste));
        }
        (Strategy::Similar, _) => {
            let list = |item: &String| {
                (
                    lists::item_key(item),
                    Source::ReadyMade,
                    Why::GoesWith(item.clone()),
                )
            };
            rungs.extend(request.items.iter().map(list));
        }
        _ => {}
    }
    let segment = request.placement.segment;
    let segment = segment.and_then(|key| Some((key, request.situation.get(key)?)));
    rungs.extend(segment.map(|(key, value)| {
        (
            lists::segment_popular_key(key.name(), value),
            Source::Segment,
            Why::Popular,
        )
    }));
    rungs
}

/// The items declared; of a list to be ranked, the list as it was sent.
async fn declared<S: Services>(shelf: &Shelf<'_, S>, outcome: &mut Outcome) -> bool {
    let items = match shelf.request.placement.strategy {
        Strategy::Rank => &shelf.request.items,
        _ => &shelf.request.placement.items,
    };
    let items = listed(items.clone(), &Why::Chosen);
    shelf.fill(outcome, Source::Static, &items).await
}

fn listed(items: Vec<String>, why: &Why) -> Vec<Candidate> {
    let candidate = |id| Candidate {
        id,
        score: None,
        why: why.clone(),
    };
    items.into_iter().map(candidate).collect()
}

/// Only where popular items were not what was asked for.
fn placeholders(request: &Request, candidates: &[Candidate]) -> usize {
    if request.placement.strategy == Strategy::Popular {
        return 0;
    }
    let popular = |candidate: &&Candidate| candidate.why == Why::Popular;
    candidates.iter().filter(popular).count()
}

impl Outcome {
    fn nothing(placement: &str, latency: Option<Duration>) -> Self {
        Self {
            answer: Recommendations {
                placement: placement.to_owned(),
                recommendation_id: None,
                source: Source::None,
                experiments: Vec::new(),
                items: Vec::new(),
            },
            latency,
            tried: Vec::new(),
            placeholders: 0,
            placed: Vec::new(),
            dropped: Vec::new(),
            new: Vec::new(),
            draft: None,
        }
    }
}

/// Where candidates become what is shown.
struct Shelf<'a, S> {
    request: &'a Request,
    bought: &'a [String],
    elsewhere: &'a HashSet<String>,
    services: &'a S,
    deadline: &'a Deadline,
}

impl<S: Services> Shelf<'_, S> {
    /// Answers with what may be shown of `candidates`; false when that is nothing.
    async fn fill(&self, outcome: &mut Outcome, source: Source, candidates: &[Candidate]) -> bool {
        if candidates.is_empty() {
            outcome.tried.push((source, Cause::Empty));
            return false;
        }
        let placement = &self.request.placement;
        let pins = pinned(&placement.rules, &self.request.situation);
        let ids = candidates.iter().map(|candidate| candidate.id.as_str());
        let mut ids: Vec<&str> = ids
            .chain(self.request.in_view().iter().map(String::as_str))
            .chain(pins.iter().map(|(id, _)| *id))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let products = self
            .services
            .products(&ids, self.deadline.for_products())
            .await;
        let shown = Shown {
            products: &products,
            bought: self.bought,
            elsewhere: self.elsewhere,
        };
        let Arranged { items, dropped } = arrange(self.request, candidates, &shown);
        outcome.dropped.extend(dropped);
        if items.is_empty() {
            outcome.tried.push((source, Cause::Empty));
            return false;
        }
        let item = |placed: &Placed| RecommendedItem::new(placed, &products);
        outcome.answer.items = items.iter().map(item).collect();
        outcome.answer.source = source;
        outcome.placed = items;
        true
    }
}

#[cfg(test)]
mod tests;
