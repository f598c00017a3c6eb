//! Those who are held out and the others.

use super::*;
use crate::definition::hold_out::{Comparison, HELD_OUT, OTHERS, tests::holding_out};

/// Users who are counted in the group with this index.
fn users_of(definitions: &Definitions, group: usize) -> impl Iterator<Item = String> {
    let comparison = Comparison::of(definitions).unwrap();
    let is_of = move |user: &String| comparison.counts(user) && comparison.group(user) == group;
    let users = (0..20_000).map(|number| format!("u{number}"));
    users.filter(is_of)
}

fn tally<'a>(ledger: &'a Ledger, definitions: &Definitions) -> &'a Tally {
    let comparison = Comparison::of(definitions).unwrap();
    &ledger.tallies[&comparison.experiment.id]
}

#[test]
fn buyers_and_revenue_of_both_are_counted() {
    let definitions = holding_out();
    let mut ledger = Ledger::default();
    for group in [HELD_OUT, OTHERS] {
        let user = users_of(&definitions, group).next().unwrap();
        let events = ["view", "purchase", "purchase"].iter().enumerate();
        for (number, kind) in events {
            let mut event = event(&format!("{user}-{number}"), kind, &user);
            // Wherever recommendations are seen.
            event.placement = None;
            ledger.take(&event, Some(&definitions), &Drafted::new());
        }
    }
    let tally = tally(&ledger, &definitions);
    assert_eq!(tally.periods()[0].units, [1, 1]);
    assert!(
        tally
            .units
            .values()
            .all(|unit| *unit.outcomes == [1.0, 20.0])
    );
}

#[test]
fn who_is_on_the_other_side_after_signing_in_is_a_crossover() {
    let definitions = holding_out();
    let [held, other] = [HELD_OUT, OTHERS].map(|group| users_of(&definitions, group).next());
    let (session, user) = (held.unwrap(), other.unwrap());
    let mut ledger = Ledger::default();
    let mut guest = event("1", "view", &user);
    (guest.session, guest.user) = (session.clone(), None);
    let mut known = event("2", "view", &user);
    known.session.clone_from(&session);
    take(&mut ledger, &[guest, known], &definitions);
    let tally = tally(&ledger, &definitions);
    assert_eq!(tally.periods()[0].units, [1, 0]);
    assert_eq!(tally.crossovers(2), [1, 0]);
}

#[test]
fn most_others_are_not_counted_and_another_share_begins_anew() {
    let mut definitions = holding_out();
    let mut ledger = Ledger::default();
    let views = (0..1_000).map(|number| event(&number.to_string(), "view", &format!("u{number}")));
    let views: Vec<Event> = views.collect();
    take(&mut ledger, &views, &definitions);
    let counted = tally(&ledger, &definitions).units.len();
    assert!((200..300).contains(&counted), "{counted} of 1,000");
    definitions.hold_out.as_mut().unwrap().share = 600;
    let user = users_of(&definitions, OTHERS).next().unwrap();
    take(&mut ledger, &[event("more", "view", &user)], &definitions);
    assert_eq!(tally(&ledger, &definitions).units.len(), 1);
}
