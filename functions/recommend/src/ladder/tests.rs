use std::{collections::HashMap, time::Instant};

use serde_json::{Value, json};
use shared::visitor::Visitor;

use super::{gather::OUR_ID, *};
use crate::{
    fake::{Fake, Reply, estate, request_of},
    services::Record,
};

async fn ask_in(
    definitions: &Definitions,
    request: Request,
    elsewhere: &[&str],
    fake: &Fake,
) -> Outcome {
    let estate = estate();
    let house = House {
        estate: &estate,
        definitions,
        services: fake,
        deadline: Deadline::new(&estate.config.serving, Instant::now()),
    };
    let gathered = gather(request, 5, &house).await;
    let elsewhere = elsewhere.iter().map(|id| (*id).to_owned()).collect();
    climb(gathered, &elsewhere, &house).await.1
}

async fn ask_of(request: Request, fake: &Fake) -> Outcome {
    ask_in(&Definitions::default(), request, &[], fake).await
}

async fn ask(visitor: Visitor, arguments: Value, fake: &Fake) -> Outcome {
    ask_of(request_of(visitor, arguments), fake).await
}

fn user() -> Visitor {
    Visitor::User("u".into())
}

fn home(replies: Reply) -> Fake {
    Fake {
        personalize: HashMap::from([("", replies)]),
        ..Fake::default()
    }
}

fn ids(outcome: &Outcome) -> Vec<&str> {
    let items = outcome.answer.items.iter();
    items.map(|item| item.id.as_str()).collect()
}

fn first_cause(outcome: &Outcome) -> Option<(Source, Cause)> {
    outcome.tried.first().copied()
}

#[tokio::test]
async fn personalize_answers_with_reasons_and_its_id() {
    let fake = home(Reply::Items(&["a", "popular-b", "c"]));
    let outcome = ask(user(), json!({"placement": "home", "limit": 2}), &fake).await;
    assert_eq!(outcome.answer.source, Source::Personalize);
    assert_eq!(outcome.answer.recommendation_id.as_deref(), Some("rid-"));
    assert_eq!(ids(&outcome), ["a", "popular-b"]);
    assert_eq!(outcome.answer.items[1].reason, "Popular right now");
    assert_eq!((outcome.placeholders, first_cause(&outcome)), (1, None));
    assert_eq!(outcome.new.len(), 1, "to be kept");
}

#[tokio::test]
async fn a_kept_answer_is_given_until_the_visitor_s_taste_changes() {
    let fake = home(Reply::Items(&["a", "b"]));
    let arguments = json!({"placement": "home"});
    let first = ask(user(), arguments.clone(), &fake).await;
    let records = first.new.into_iter().map(Record::Answer).collect();
    fake.keep(records, Duration::ZERO).await;
    let second = ask(user(), arguments.clone(), &fake).await;
    assert_eq!(second.answer.source, Source::Cache);
    assert_eq!(ids(&second), ["a", "b"]);
    assert_eq!(second.answer.recommendation_id.as_deref(), Some("rid-"));
    assert_eq!(second.latency, None);
    fake.memory.lock().unwrap().generation += 1;
    let third = ask(user(), arguments, &fake).await;
    assert_eq!(third.answer.source, Source::Personalize);
}

#[tokio::test]
async fn what_was_just_bought_is_on_no_rung() {
    for reply in [Reply::Items(&["a", "b"]), Reply::Fails(Cause::Busy)] {
        let fake = Fake {
            popular: vec!["a".into(), "b".into()],
            ..home(reply)
        };
        fake.memory.lock().unwrap().purchases = vec!["a".to_owned().into()];
        let outcome = ask(user(), json!({"placement": "home"}), &fake).await;
        assert_eq!(ids(&outcome), ["b"]);
        let mut request = request_of(user(), json!({"placement": "home"}));
        request.placement.show_bought = true;
        assert_eq!(ids(&ask_of(request, &fake).await), ["a", "b"]);
    }
}

#[tokio::test]
async fn who_does_not_agree_is_nobody() {
    let fake = Fake {
        popular: vec!["p".into()],
        ..home(Reply::Items(&["a"]))
    };
    fake.memory.lock().unwrap().personalization = Some(false);
    let outcome = ask(user(), json!({"placement": "home"}), &fake).await;
    assert_eq!(
        first_cause(&outcome),
        Some((Source::Personalize, Cause::NobodyNamed))
    );
    assert_eq!(ids(&outcome), ["p"]);
}

#[tokio::test]
async fn who_may_have_refused_is_nobody() {
    let fake = Fake {
        popular: vec!["p".into()],
        is_forgetful: true,
        ..home(Reply::Items(&["a"]))
    };
    let outcome = ask(user(), json!({"placement": "home"}), &fake).await;
    assert_eq!(ids(&outcome), ["p"]);
}

#[tokio::test]
async fn a_personalize_that_never_answers_is_left_for_the_list_of_the_user() {
    let fake = Fake {
        lists: HashMap::from([("user#u".to_owned(), vec!["mine".to_owned()])]),
        popular: vec!["p".into()],
        ..home(Reply::NeverComes)
    };
    let started = Instant::now();
    let outcome = ask(user(), json!({"placement": "home"}), &fake).await;
    assert!(started.elapsed() < Duration::from_millis(250));
    assert_eq!(
        first_cause(&outcome),
        Some((Source::Personalize, Cause::Timeout))
    );
    assert_eq!(outcome.answer.source, Source::ReadyMade);
    assert_eq!(ids(&outcome), ["mine"]);
    let id = outcome.answer.recommendation_id.unwrap();
    assert!(id.starts_with(OUR_ID) && id.len() <= 40, "{id}");
}

#[tokio::test]
async fn the_ladder_goes_on_over_segment_and_popular_to_what_is_declared() {
    let mut request = request_of(user(), json!({"placement": "home"}));
    request.placement.segment = Some(shared::config::ContextKey::Country);
    request.placement.items = vec!["s".into()];
    request.situation =
        crate::situation::Situation::from([(shared::config::ContextKey::Country, "DE")]);
    let mut fake = Fake {
        lists: HashMap::from([("popular#country=DE".to_owned(), vec!["d".to_owned()])]),
        popular: vec!["p".into()],
        ..home(Reply::Fails(Cause::CircuitOpen))
    };
    let rung = async |fake: &Fake| {
        let outcome = ask_of(request.clone(), fake).await;
        (outcome.answer.source, ids(&outcome).join(","))
    };
    assert_eq!(rung(&fake).await, (Source::Segment, "d".to_owned()));
    fake.lists.clear();
    assert_eq!(rung(&fake).await, (Source::Popular, "p".to_owned()));
    fake.popular.clear();
    assert_eq!(rung(&fake).await, (Source::Static, "s".to_owned()));
}

#[tokio::test]
async fn an_answer_of_which_all_is_sold_out_is_no_answer() {
    let fake = Fake {
        popular: vec!["b".into()],
        sold_out: vec!["a"],
        ..home(Reply::Items(&["a"]))
    };
    let outcome = ask(user(), json!({"placement": "home"}), &fake).await;
    assert_eq!(
        first_cause(&outcome),
        Some((Source::Personalize, Cause::Empty))
    );
    assert_eq!(ids(&outcome), ["b"]);
}

#[tokio::test]
async fn without_any_list_the_answer_is_empty_but_an_answer() {
    let outcome = ask(
        Visitor::Nobody,
        json!({"placement": "home"}),
        &Fake::default(),
    )
    .await;
    assert_eq!(outcome.answer.source, Source::None);
    assert_eq!(outcome.answer.recommendation_id, None);
    assert_eq!(outcome.latency, None);
}

#[tokio::test]
async fn what_another_placement_shows_is_not_shown_again() {
    let fake = home(Reply::Items(&["a", "b"]));
    let request = request_of(user(), json!({"placement": "home"}));
    let outcome = ask_in(&Definitions::default(), request, &["a"], &fake).await;
    assert_eq!(ids(&outcome), ["b"]);
}

/// An experiment of all users of the home page, by `method`, between no change and `popularity`.
fn experiment(method: &str) -> Definitions {
    let definitions = json!({
        "layers": [{"name": "home", "salt": "layer"}],
        "experiments": [{
            "id": "x1", "name": "X1", "placements": ["home"], "layer": "home", "salt": "x1",
            "range": {"start": 0, "end": 10_000}, "ramp": 10_000, "method": method, "status": "running",
            "arms": [
                {"name": "as-is", "weight": 1, "control": true},
                {"name": "other", "weight": 1, "change": {"campaign": "popularity"}},
            ],
            "primary": {"name": "buyers", "event": "purchase", "measure": "conversion", "direction": "increase"},
            "plan": {"units": 1_000, "days": 7, "minimumEffect": 0.1},
        }],
    });
    serde_json::from_value(definitions).unwrap()
}

#[tokio::test]
async fn a_visitor_is_in_an_arm_and_hears_which() {
    let fake = home(Reply::Items(&["a", "b"]));
    let definitions = experiment("fixed");
    let mut arms = HashSet::new();
    for n in 0..20 {
        let visitor = Visitor::User(format!("u{n}"));
        let request = request_of(visitor, json!({"placement": "home"}));
        let outcome = ask_in(&definitions, request, &[], &fake).await;
        let [participation] = &outcome.answer.experiments[..] else {
            panic!("{:?}", outcome.answer.experiments)
        };
        assert_eq!(participation.experiment, "x1");
        arms.extend(participation.arm.clone());
    }
    assert_eq!(arms.len(), 2);
    let visitor = Visitor::Session("s".into());
    let request = request_of(visitor, json!({"placement": "home"}));
    let outcome = ask_in(&definitions, request, &[], &fake).await;
    assert!(outcome.answer.experiments.is_empty(), "it is about users");
}

#[tokio::test]
async fn blended_lists_say_whose_item_is_whose() {
    let fake = home(Reply::Items(&["a", "b", "c", "d"]));
    let request = request_of(user(), json!({"placement": "home"}));
    let outcome = ask_in(&experiment("interleaving"), request, &[], &fake).await;
    assert_eq!(ids(&outcome), ["a", "b", "c", "d"]);
    assert_eq!(outcome.answer.experiments[0].arm, None);
    let id = outcome.answer.recommendation_id.unwrap();
    assert!(
        id.starts_with(OUR_ID),
        "the answer is no single one of Personalize"
    );
    let draft = outcome.draft.unwrap();
    assert_eq!(draft.list_key, shared::lists::draft_key(&id));
    assert_eq!(draft.arms.values().filter(|arm| *arm == "other").count(), 2);
}
