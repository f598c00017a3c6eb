//! The products of each message of a wave: candidates, then what of them can be bought now, was not bought
//! since, and is not kept out by the placement's rules.

use std::{collections::HashSet, sync::Arc};

use experiment::{
    assign::{Choice, Visitor, assign},
    definition::Definitions,
};
use futures::{StreamExt, stream};
use interactions::{OWN_LIST, Participation};
use jiff::Timestamp;
use shared::{
    catalog::CatalogItem,
    config::{Placement, Strategy, messages::Fill},
};

use super::{
    Memo, Products, Question,
    candidates::{Candidates, Why},
    question,
    rules::may_be_shown,
};
use crate::{campaign::Campaign, error::SendError, services::Services};

/// People whom Personalize is asked about at once.
const AT_ONCE: usize = 24;
/// Results asked for, by the products wanted: some are sold out.
const SPARE: usize = 3;
/// The most results that are asked for in place of those bought.
const MOST_BOUGHT: usize = 100;
/// Products of a cart that something has to go with.
const MOST_ABOUT: usize = 3;
/// Candidates looked at before a message has nothing to show.
const MOST_LOOKED_AT: usize = 80;

/// Items that an impression has at most.
const MAX_IMPRESSION: usize = 25;

/// Whose message is filled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The user.
    pub(crate) user: &'a str,
    /// The key that stands for them.
    pub(crate) person: &'a str,
    /// What it is about, such as what is left in their cart.
    pub(crate) items: &'a [String],
}

/// What is in a message.
#[derive(Debug)]
pub(crate) struct Filled {
    /// Best first, and why.
    pub(crate) products: Vec<(Arc<CatalogItem>, Why)>,
    /// What is told of it.
    pub(crate) shown: Shown,
}

/// What is told of a message's products.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// The answer they are of; one of ours when Personalize gave none.
    pub(crate) recommendation_id: String,
    /// The experiments it is part of.
    pub(crate) participations: Vec<Participation>,
    /// The products, as many as an impression has.
    pub(crate) items: Vec<String>,
    /// Whether the person agreed that what they do is used.
    pub(crate) agreed: bool,
}

/// What fills the messages of a run.
#[derive(Clone, Copy)]
pub(crate) struct Shelf<'a> {
    /// Who is asked.
    pub(crate) services: &'a Services,
    /// For what.
    pub(crate) campaign: &'a Campaign,
    /// What is tried.
    pub(crate) definitions: &'a Definitions,
    /// The run.
    pub(crate) run: &'a str,
}

impl Shelf<'_> {
    /// What is in the messages of `people`, in their order; nothing where too little is left.
    pub(crate) async fn fill(
        &self,
        people: &[Asked<'_>],
    ) -> Result<Vec<Option<Filled>>, SendError> {
        let declared = &self.campaign.declared;
        let users: Vec<&str> = people.iter().map(|one| one.user).collect();
        let is_batch = declared.recommendations == Fill::Batch;
        let mut memos = self.services.memos.of(&users, is_batch).await?;
        let popular = self.services.memos.popular().await?;
        let asked = people.iter().map(|one| {
            let memo = memos.remove(one.user).unwrap_or_default();
            self.candidates(one, memo, &popular)
        });
        let asked: Vec<_> = asked.collect();
        let found = stream::iter(asked).buffered(AT_ONCE);
        let found: Vec<(Candidates, Memo)> = found.collect().await;
        let wanted = declared.items;
        let first = found.iter().flat_map(|(candidates, memo)| {
            let may = self.unseen(candidates, memo);
            may.take(wanted + wanted / 2 + 1)
        });
        let first: HashSet<&str> = first.map(|(id, _)| id).collect();
        let mut products = self.services.catalogue.products(&first).await?;
        let is_short = |(candidates, memo): &&(Candidates, Memo)| {
            self.chosen(candidates, memo, &products).len() < wanted
        };
        let short = found.iter().filter(is_short);
        let more = short.flat_map(|(candidates, memo)| self.unseen(candidates, memo));
        let more: HashSet<&str> = more
            .map(|(id, _)| id)
            .filter(|id| !first.contains(id))
            .collect();
        if !more.is_empty() {
            products.extend(self.services.catalogue.products(&more).await?);
        }
        let filled = found.iter().zip(people).map(|((candidates, memo), one)| {
            let chosen = self.chosen(candidates, memo, &products);
            (chosen.len() >= declared.min_items.max(1)).then(|| Filled {
                shown: self.shown(candidates, one, &chosen),
                products: chosen,
            })
        });
        Ok(filled.collect())
    }

    /// What may be shown to a person, before it is known whether it can be bought.
    async fn candidates(
        &self,
        one: &Asked<'_>,
        memo: Memo,
        popular: &Arc<Vec<String>>,
    ) -> (Candidates, Memo) {
        let placement = &self.campaign.placement;
        let mut candidates = Candidates {
            popular: Arc::clone(popular),
            agreed: memo.memory.agreed(),
            ..Candidates::default()
        };
        // Of who does not agree to be known nothing is known: they get what everybody gets.
        if !candidates.agreed {
            return (candidates, memo);
        }
        candidates.cart = one.items.to_vec();
        if placement.strategy == Strategy::Static {
            candidates.chosen = placement.items.clone();
        } else if self.campaign.declared.recommendations == Fill::Batch {
            candidates.list = memo.list.as_ref().map(|list| list.items.clone());
        } else {
            self.ask(one, &memo, &mut candidates).await;
        }
        (candidates, memo)
    }

    /// Asks Personalize, under what experiments make of the placement. Without an answer the popular list
    /// stands in.
    async fn ask(&self, one: &Asked<'_>, memo: &Memo, candidates: &mut Candidates) {
        let (placement, participations) = self.varied(one.user);
        let placement = placement.as_ref().unwrap_or(&self.campaign.placement);
        candidates.participations = participations;
        candidates.why = Why::of(placement.strategy);
        let bought = memo.bought().len().min(MOST_BOUGHT);
        let results = self.campaign.declared.items * SPARE + one.items.len() + bought;
        let questions = self.questions(placement, one, results);
        let answers = questions
            .iter()
            .map(|question| self.services.personalize.ask(question));
        for answer in futures::future::join_all(answers).await {
            match answer {
                Ok(answer) => candidates.answers.push(answer),
                // The message of a refusal may quote an id.
                Err(error) => tracing::warn!(code = error.code(), "Personalize did not answer"),
            }
        }
    }

    fn questions(&self, placement: &Placement, one: &Asked<'_>, results: usize) -> Vec<Question> {
        let of = |item| question(self.campaign, placement, one.user, item, results);
        match placement.strategy {
            Strategy::Similar => {
                let about = one.items.iter().take(MOST_ABOUT);
                about.filter_map(|item| of(Some(item))).collect()
            }
            _ => of(None).into_iter().collect(),
        }
    }

    /// The placement as experiments change it for `user`, if they do, and which these are.
    fn varied(&self, user: &str) -> (Option<Placement>, Vec<Participation>) {
        let name = &self.campaign.declared.placement;
        let assignment = assigned(self.definitions, name, user);
        let change = assignment.change();
        let is_changed = change.settings().next().is_some();
        let placement = is_changed.then(|| {
            let changed = shared::experiments::changed(&self.campaign.placement, &change);
            changed.inspect_err(|unknown| tracing::warn!(%unknown, "an arm is not served"))
        });
        let placement = placement.and_then(Result::ok);
        (placement, told(&assignment))
    }

    /// Candidates that the person did not buy, each once, as many as are looked at.
    fn unseen<'c>(
        &self,
        candidates: &'c Candidates,
        memo: &'c Memo,
    ) -> impl Iterator<Item = (&'c str, Why)> {
        let bought = match self.campaign.placement.show_bought {
            true => HashSet::new(),
            false => memo.bought(),
        };
        let ids = candidates.ids();
        ids.filter(move |(id, _)| !bought.contains(id))
            .take(MOST_LOOKED_AT)
    }

    fn chosen(
        &self,
        candidates: &Candidates,
        memo: &Memo,
        products: &Products,
    ) -> Vec<(Arc<CatalogItem>, Why)> {
        let rules = &self.campaign.placement.rules;
        let known = self.unseen(candidates, memo).filter_map(|(id, why)| {
            let product = products.get(id)?;
            may_be_shown(product, rules).then(|| (Arc::clone(product), why))
        });
        known.take(self.campaign.declared.items).collect()
    }

    fn shown(
        &self,
        candidates: &Candidates,
        one: &Asked<'_>,
        chosen: &[(Arc<CatalogItem>, Why)],
    ) -> Shown {
        let items = chosen.iter().take(MAX_IMPRESSION);
        let own = || format!("{OWN_LIST}{}.{}", self.run, one.person);
        Shown {
            recommendation_id: candidates.recommendation_id().unwrap_or_else(own),
            participations: candidates.participations.clone(),
            items: items.map(|(item, _)| item.item_id.clone()).collect(),
            agreed: candidates.agreed,
        }
    }
}

/// The experiments that `user` is in at `placement` now, as `recommend` tells them. Lists are not blended
/// in a message: who is in such an experiment gets what is declared.
pub(crate) fn participations(
    definitions: &Definitions,
    placement: &str,
    user: &str,
) -> Vec<Participation> {
    told(&assigned(definitions, placement, user))
}

fn assigned<'a>(
    definitions: &'a Definitions,
    placement: &str,
    user: &'a str,
) -> experiment::assign::Assignment<'a> {
    let visitor = Visitor {
        user: Some(user),
        session: None,
    };
    assign(
        definitions,
        placement,
        visitor,
        Timestamp::now().as_second(),
    )
}

fn told(assignment: &experiment::assign::Assignment<'_>) -> Vec<Participation> {
    let applied = assignment.applied.iter();
    let told = applied.filter_map(|applied| match applied.choice {
        Choice::Arm(arm) => Some(Participation {
            experiment: applied.experiment.id.clone(),
            arm: Some(arm.name.clone()),
        }),
        Choice::Interleaved(_) => None,
    });
    told.collect()
}
