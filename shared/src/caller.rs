//! Who calls the GraphQL API, as AppSync itself found out: what a caller says about themselves in an
//! argument never decides whose data is read or written.
//!
//! AppSync developer guide, "Resolver mapping template context reference", `identity`: nothing for
//! an API key, `userArn` and `accountId` for IAM, `sub`, `username`, `groups` and `claims` for a user
//! pool.

use serde_json::Value;

use crate::{
    fault::{Fault, FaultKind},
    visitor::{IdError, Visitor},
};

/// Where the shop's user id is in a token when nothing else is said.
pub const DEFAULT_USER_ID_CLAIM: &str = "username";

/// A caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// With the API key, which every browser has: somebody who is not signed in.
    Anonymous,
    /// Signed in by the user pool.
    Shopper {
        /// The shop's id of the user.
        user: String,
        /// The groups of the pool the user is in.
        groups: Vec<String>,
    },
    /// A service of the account, by IAM.
    Backend,
}

/// A caller who may not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallerError {
    /// An API key names nobody.
    #[error(
        "userId is for shoppers who are signed in and for backends: with the API key send a sessionId, or sign in"
    )]
    NotSignedIn,
    /// The token does not say which user of the shop it is for.
    #[error(
        "the token has no claim `{0}` of 1 to 256 characters: set the parameter UserIdClaim to the claim that holds the shop's user id"
    )]
    NoClaim(String),
    /// An identity of a kind the template does not set up.
    #[error("callers of this kind are not known here: use the API key, the user pool or IAM")]
    Unknown,
    /// An id that cannot be one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The field is for the group of administrators.
    #[error("this is for backends, and for users in the group `{0}`")]
    NotAdmin(String),
}

impl Fault for CallerError {
    fn kind(&self) -> FaultKind {
        FaultKind::InvalidInput
    }
}

impl Caller {
    /// The caller in AppSync's `identity`; `claim` names where a token has the shop's user id:
    /// `username`, `sub`, or any other claim.
    ///
    /// # Errors
    /// When a token names no user, or the identity is of an unknown kind.
    pub fn new(identity: &Value, claim: &str) -> Result<Self, CallerError> {
        let Some(identity) = identity.as_object().filter(|known| !known.is_empty()) else {
            return match identity {
                Value::Null | Value::Object(_) => Ok(Self::Anonymous),
                _ => Err(CallerError::Unknown),
            };
        };
        let claims = identity.get("claims");
        if claims.is_some_and(Value::is_object) {
            let named = identity
                .get(claim)
                .filter(|_| claim == "username" || claim == "sub");
            let named = named.or_else(|| claims.and_then(|claims| claims.get(claim)));
            let user = named.and_then(Value::as_str).map(str::to_owned);
            return match user.map(Visitor::user) {
                Some(Ok(Visitor::User(user))) => Ok(Self::Shopper {
                    user,
                    groups: strings(identity.get("groups")),
                }),
                _ => Err(CallerError::NoClaim(claim.to_owned())),
            };
        }
        match identity.contains_key("userArn") {
            true => Ok(Self::Backend),
            false => Err(CallerError::Unknown),
        }
    }

    /// For whom this caller asks. A shopper asks for nobody but themselves, whatever `user` says.
    ///
    /// # Errors
    /// When the caller may not name a user, or an id cannot be one.
    pub fn visitor(
        &self,
        user: Option<String>,
        session: Option<String>,
    ) -> Result<Visitor, CallerError> {
        let session = session.map(Visitor::session).transpose()?;
        match (self, user) {
            (Self::Shopper { user, .. }, _) => Ok(Visitor::User(user.clone())),
            (Self::Anonymous, Some(_)) => Err(CallerError::NotSignedIn),
            (Self::Backend, Some(user)) => Ok(Visitor::user(user)?),
            (_, None) => Ok(session.unwrap_or(Visitor::Nobody)),
        }
    }

    /// Whether the caller is a backend, or in the group `admins`.
    ///
    /// # Errors
    /// [`CallerError::NotAdmin`] when not.
    pub fn administrates(&self, admins: &str) -> Result<(), CallerError> {
        match self {
            Self::Backend => Ok(()),
            Self::Shopper { groups, .. } if groups.iter().any(|group| group == admins) => Ok(()),
            _ => Err(CallerError::NotAdmin(admins.to_owned())),
        }
    }
}

fn strings(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shopper() -> Caller {
        let identity = json!({
            "sub": "0-1", "username": "u1", "groups": ["admins"], "sourceIp": ["127.0.0.1"],
            "claims": {"sub": "0-1", "custom:shop_id": "4711"},
        });
        Caller::new(&identity, DEFAULT_USER_ID_CLAIM).unwrap()
    }

    #[test]
    fn the_identity_decides_what_a_caller_is() {
        for nobody in [json!(null), json!({})] {
            assert_eq!(Caller::new(&nobody, "sub"), Ok(Caller::Anonymous));
        }
        let role = json!({"accountId": "1", "userArn": "arn:aws:sts::1:assumed-role/shop/x"});
        assert_eq!(Caller::new(&role, "sub"), Ok(Caller::Backend));
        let other = json!({"resolverContext": {"userId": "u1"}});
        assert_eq!(Caller::new(&other, "sub"), Err(CallerError::Unknown));
        assert_eq!(Caller::new(&json!("u1"), "sub"), Err(CallerError::Unknown));
    }

    #[test]
    fn the_user_s_id_is_in_the_claim_that_is_named() {
        let identity = json!({
            "sub": "0-1", "username": "u1", "claims": {"custom:shop_id": "4711", "empty": ""},
        });
        let user = |claim| match Caller::new(&identity, claim) {
            Ok(Caller::Shopper { user, .. }) => Ok(user),
            other => Err(other),
        };
        assert_eq!(user("username").unwrap(), "u1");
        assert_eq!(user("sub").unwrap(), "0-1");
        assert_eq!(user("custom:shop_id").unwrap(), "4711");
        assert!(user("empty").is_err() && user("accountId").is_err());
    }

    #[test]
    fn shoppers_ask_for_nobody_else() {
        let asked = shopper().visitor(Some("u2".into()), Some("s".into()));
        assert_eq!(asked, Ok(Visitor::User("u1".into())));
    }

    #[test]
    fn an_api_key_names_a_session_at_most() {
        let asked = |user: Option<&str>, session: Option<&str>| {
            Caller::Anonymous.visitor(user.map(str::to_owned), session.map(str::to_owned))
        };
        assert_eq!(asked(None, Some("s")), Ok(Visitor::Session("s".into())));
        assert_eq!(asked(None, None), Ok(Visitor::Nobody));
        assert_eq!(asked(Some("u1"), Some("s")), Err(CallerError::NotSignedIn));
    }

    #[test]
    fn backends_ask_for_any_user() {
        let asked = Caller::Backend.visitor(Some("u2".into()), None);
        assert_eq!(asked, Ok(Visitor::User("u2".into())));
    }

    #[test]
    fn administrators_are_backends_and_a_group() {
        assert!(shopper().administrates("admins").is_ok());
        assert!(shopper().administrates("operators").is_err());
        assert!(Caller::Backend.administrates("admins").is_ok());
        assert!(Caller::Anonymous.administrates("admins").is_err());
    }
}
