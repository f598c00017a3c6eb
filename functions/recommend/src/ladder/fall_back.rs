//! The rungs below Personalize.

use shared::{config::Strategy, lists, visitor::Visitor};

use crate::{
    answer::Source,
    candidate::{Candidate, Why},
    ladder::{Outcome, shelf::Shelf},
    request::Request,
    services::Services,
};

/// Fills `outcome` from the first of them that has something to show.
pub(super) async fn fall_back<S: Services>(shelf: &Shelf<'_, S>, outcome: &mut Outcome) {
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
