//! Tokens of OAuth: given out, used, expired.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::faults::Faults;

/// More tokens than these are not in use at once; older ones are forgotten.
const KEPT: usize = 1000;

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Token>>);

#[derive(Debug)]
struct Token {
    given: Instant,
    life: Duration,
    uses: u64,
}

impl Tokens {
    /// A new token, and the seconds it is good for: `usual` unless a fault says otherwise.
    pub(crate) fn issue(&self, faults: &Faults, usual: u64) -> (String, u64) {
        let seconds = if faults.token_seconds > 0 {
            faults.token_seconds
        } else {
            usual
        };
        let token = Token {
            given: Instant::now(),
            life: Duration::from_secs(seconds),
            uses: 0,
        };
        let name = Uuid::new_v4().simple().to_string();
        let mut tokens = self.tokens();
        if tokens.len() >= KEPT {
            tokens.retain(|_, token| token.given.elapsed() < token.life);
        }
        if tokens.len() >= KEPT {
            let oldest = tokens
                .iter()
                .min_by_key(|(_, token)| token.given)
                .map(|(name, _)| name.clone());
            oldest.and_then(|name| tokens.remove(&name));
        }
        tokens.insert(name.clone(), token);
        (name, seconds)
    }

    /// Whether the token is good for one more request.
    pub(crate) fn take(&self, name: &str, faults: &Faults) -> bool {
        let mut tokens = self.tokens();
        let Some(token) = tokens.get_mut(name) else {
            return false;
        };
        token.uses += 1;
        let used_up = faults.expire_tokens_after > 0 && token.uses > faults.expire_tokens_after;
        if used_up || token.given.elapsed() >= token.life {
            tokens.remove(name);
            return false;
        }
        true
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Token>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
