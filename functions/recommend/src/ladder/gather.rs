//! What Personalize says to a request, or what is kept of its answers: under what experiments make of
//! the request, and for nobody in particular when the visitor does not agree to be known.

use std::time::{Duration, Instant};

use experiment::definition::Definitions;
use futures::future::join_all;
use jiff::Timestamp;
use shared::visitor::{Memory, Visitor};
use uuid::Uuid;

use crate::{
    answer::Source,
    experiments::{Draft, Drafted, Participation, Variant, Varied, blend, vary},
    ladder::House,
    propose::{Proposal, in_order_of, propose},
    question::{MAX_RESULTS, Question, Unasked, questions, ranking},
    request::Request,
    services::{Cause, Recalled, Services},
};

/// Before ids of answers that are not Personalize's own: it does not know them, and `track` keeps
/// them from it.
pub(super) const OUR_ID: &str = "LST-";

/// The most items that are asked for in place of those bought.
const MOST_BOUGHT: usize = 100;

/// Seconds that whose item is whose is kept: events that come later than two days count for nobody.
const DRAFT_LIFE: i64 = 2 * 24 * 60 * 60;

/// What Personalize says to a request, before anybody else is asked.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The request, as experiments change it; nobody's, when the visitor does not agree to be known.
    pub(super) request: Request,
    /// The id the answer gets when Personalize gives it none.
    pub(super) id: String,
    pub(super) memory: Option<Memory>,
    pub(super) participations: Vec<Participation>,
    pub(super) proposal: Result<Proposal, Cause>,
    pub(super) draft: Option<Draft>,
    pub(super) latency: Option<Duration>,
}

impl Gathered {
    /// The ids of what is likely to be shown.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        let proposal = self.proposal.as_ref().ok();
        let candidates = proposal.into_iter().flat_map(|known| &known.candidates);
        // Those of a long list that are read at first.
        let first = candidates.take(2 * self.request.limit);
        first.map(|candidate| candidate.id.as_str())
    }
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
    if is_to_be_nobody(&request, &recalled) {
        varied = vary(&request.of_nobody(), &Definitions::default(), now);
        asked = self::asked(&varied, spare, house);
    }
    ask_for_bought(&mut asked, &recalled);
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

/// Whether the visitor is not to be known: they refused, or it cannot be read whether they did.
fn is_to_be_nobody(request: &Request, recalled: &Recalled) -> bool {
    let agreed = recalled.memory.as_ref().map(Memory::agreed);
    !agreed.unwrap_or(request.visitor == Visitor::Nobody)
}

/// Asks for as many more items as the visitor bought: should a filter no longer know of the purchases,
/// they are left out here, and the list is still long enough.
fn ask_for_bought(asked: &mut [Result<Vec<Question>, Unasked>], recalled: &Recalled) {
    let bought = recalled
        .memory
        .as_ref()
        .map_or(0, |memory| memory.bought().len());
    for question in asked.iter_mut().flatten().flatten() {
        if question.is_personal() && question.list.is_empty() {
            let results = question.results + bought.min(MOST_BOUGHT);
            question.results = results.min(MAX_RESULTS);
        }
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
    let visitor = request.visitor_keys();
    let questions = asked.iter().flatten().flatten();
    let keys: Vec<String> = questions.map(Question::key).collect();
    let within = house.deadline.for_recall();
    house.services.recall(&visitor, &keys, within).await
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
    if within.is_zero() {
        return;
    }
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
