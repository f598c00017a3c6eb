//! One interaction as it is kept, and what of it Personalize is told.

use aws_sdk_personalizeevents::{error::BuildError, primitives::DateTime, types::Event};
use serde::{Deserialize, Serialize};
use shared::visitor::{Names, Purchase, Visitor};

/// The event type of "these were shown": the only one that may come without an item.
pub const IMPRESSION: &str = "impression";

/// How ids of lists begin that no single answer of Personalize made. The log keeps them; Personalize,
/// which knows its own ids alone, is not told.
pub const OWN_LIST: &str = "LST-";

/// Whose interactions these are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    /// The visit; Personalize's name for a visitor who is not signed in.
    pub session_id: String,
    /// The user, when signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

impl Visit {
    /// Under whom it is remembered: the user, else the session.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        match &self.user_id {
            Some(user) => Visitor::User(user.clone()),
            None => Visitor::Session(self.session_id.clone()),
        }
    }

    /// The keys of what is remembered of them.
    #[must_use]
    pub fn names(&self) -> Names {
        let session = Visitor::Session(self.session_id.clone()).key();
        Names {
            first: self.visitor().key().unwrap_or_default(),
            also: session.filter(|_| self.user_id.is_some()),
        }
    }
}

/// An experiment that an answer was part of, as `recommend` told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participation {
    /// Its id.
    pub experiment: String,
    /// The arm; none when the lists of all arms were blended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
}

/// A sound interaction; its JSON is what the event log and the dead-letter queue hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interaction {
    /// Unique: an interaction that comes twice counts once.
    pub event_id: String,
    /// `view`, `purchase`, ...
    pub event_type: String,
    /// The product; none for an impression alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    /// Epoch seconds, never in the future.
    pub sent_at: i64,
    /// A price, a rating, seconds watched; finite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_value: Option<f32>,
    /// The answer it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation_id: Option<String>,
    /// What was shown together with the product: none, or at most 25.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub impression: Vec<String>,
    /// The declared placement it happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<String>,
    /// The experiments of the answer it follows from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiments: Vec<Participation>,
}

impl Interaction {
    /// Whether Personalize can learn from it: its datasets have no row without an item, and what was
    /// merely shown is told beside what was done.
    #[must_use]
    pub fn is_for_personalize(&self) -> bool {
        self.item_id.is_some()
    }

    /// What is remembered of it when it is a purchase.
    #[must_use]
    pub fn purchase(&self) -> Option<Purchase> {
        Some(Purchase {
            sent_at: self.sent_at,
            event_type: self.event_type.clone(),
            event_value: self.event_value,
            item_id: self.item_id.clone()?,
        })
    }

    /// The interaction in PutEvents' form.
    pub(crate) fn event(&self) -> Result<Event, BuildError> {
        let answer = self.recommendation_id.clone();
        let shown = &self.impression;
        Event::builder()
            .event_id(&self.event_id)
            .event_type(&self.event_type)
            .set_item_id(self.item_id.clone())
            .sent_at(DateTime::from_secs(self.sent_at))
            .set_event_value(self.event_value)
            .set_recommendation_id(answer.filter(|id| !id.starts_with(OWN_LIST)))
            .set_impression((!shown.is_empty()).then(|| shown.clone()))
            .build()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A view of `item`.
    pub(crate) fn view(event_id: &str, item: &str) -> Interaction {
        Interaction {
            event_id: event_id.to_owned(),
            event_type: "view".to_owned(),
            item_id: Some(item.to_owned()),
            sent_at: 1,
            event_value: None,
            recommendation_id: None,
            impression: Vec::new(),
            placement: None,
            experiments: Vec::new(),
        }
    }

    #[test]
    fn our_own_lists_are_not_personalize_s_business() {
        let answered = |id: &str| {
            let mut view = view("e", "a");
            view.recommendation_id = Some(id.to_owned());
            view.event().unwrap().recommendation_id
        };
        assert_eq!(answered("RID-1"), Some("RID-1".to_owned()));
        assert_eq!(answered("LST-1"), None);
    }

    #[test]
    fn a_signed_in_visit_has_two_names() {
        let visit = |user: Option<&str>| Visit {
            session_id: "s".to_owned(),
            user_id: user.map(str::to_owned),
        };
        let names = visit(Some("u")).names();
        assert_eq!(names.first, "visitor#user#u");
        assert_eq!(names.also.as_deref(), Some("visitor#session#s"));
        assert_eq!(visit(None).names().also, None);
    }

    #[test]
    fn an_impression_alone_stays_here() {
        let mut shown = view("e", "a");
        assert!(shown.is_for_personalize());
        shown.item_id = None;
        assert!(!shown.is_for_personalize());
    }
}
