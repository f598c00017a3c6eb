//! What goes wrong on request.

use std::sync::{
    Arc, Mutex, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};

use crate::{
    answer::Refusal,
    database::{Listed, Place, Span},
    dice,
};

/// Stands in a title for a byte that is no UTF-8. It is no character, so no title has it.
const BAD_BYTE: char = '\u{FFFF}';

/// Which faults, and how many: shares are in percent of requests or of products.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Faults {
    /// Percent of requests that are answered with 429.
    pub(crate) throttle: f64,
    /// Seconds that 429 asks to wait.
    pub(crate) retry_after: u64,
    /// Percent of requests that are answered with 500.
    pub(crate) error: f64,
    /// Milliseconds that every answer waits.
    pub(crate) delay: u64,
    /// Percent of answers that end in the middle.
    pub(crate) cut: f64,
    /// Requests after which a token of OAuth is refused; 0 is never.
    pub(crate) expire_tokens_after: u64,
    /// Seconds after which a token of OAuth is refused; 0 is its usual life.
    pub(crate) token_seconds: u64,
    /// The page, from 1, that comes twice; 0 is none.
    pub(crate) repeat_page: u64,
    /// Percent of products with a byte in their title that is no UTF-8.
    pub(crate) bad_utf8: f64,
    /// Prices that are numbers elsewhere come as text.
    pub(crate) string_prices: bool,
    /// Percent of products without a title.
    pub(crate) missing_title: f64,
    /// Other seeds meet other requests and products.
    pub(crate) seed: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            throttle: 0.0,
            retry_after: 1,
            error: 0.0,
            delay: 0,
            cut: 0.0,
            expire_tokens_after: 0,
            token_seconds: 0,
            repeat_page: 0,
            bad_utf8: 0.0,
            string_prices: false,
            missing_title: 0.0,
            seed: 1,
        }
    }
}

impl Faults {
    /// # Errors
    /// When a share is none or a delay is longer than anyone waits.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let shares = [
            ("throttle", self.throttle),
            ("error", self.error),
            ("cut", self.cut),
            ("badUtf8", self.bad_utf8),
            ("missingTitle", self.missing_title),
        ];
        for (name, share) in shares {
            if !(0.0..=100.0).contains(&share) {
                return Err(Refusal::bad(format!(
                    "{name} must be a percentage from 0 to 100"
                )));
            }
        }
        if self.delay > 60_000 {
            return Err(Refusal::bad("delay must be at most 60000 milliseconds"));
        }
        Ok(())
    }

    /// The product as it is served; without a title when that is to be missing.
    pub(crate) fn shown(&self, product: Listed) -> Shown {
        // Numbers are never negative.
        let position = product.number.cast_unsigned();
        let mut title = Some(product.title.clone());
        if dice::happens(self.missing_title, self.seed, "missingTitle", position) {
            title = None;
        } else if dice::happens(self.bad_utf8, self.seed, "badUtf8", position) {
            title = Some(format!("{}{BAD_BYTE}", product.title));
        }
        Shown {
            title,
            string_price: self.string_prices,
            product,
        }
    }

    /// The page to serve for page `asked` (from 1), when one comes twice.
    pub(crate) fn page(&self, asked: u64) -> u64 {
        let repeats = self.repeat_page > 0 && asked > self.repeat_page;
        if repeats { asked - 1 } else { asked }
    }

    /// How many pages or products there seem to be, when `repeated` of them come twice.
    pub(crate) fn seeming(&self, total: u64, repeated: u64) -> u64 {
        if self.repeat_page > 0 && total > 0 {
            total + repeated
        } else {
            total
        }
    }

    /// JSON as it is sent, with the bad bytes in it.
    pub(crate) fn spoil(&self, json: Vec<u8>) -> Vec<u8> {
        if self.bad_utf8 == 0.0 {
            return json;
        }
        let mut mark = [0; 4];
        let mark = BAD_BYTE.encode_utf8(&mut mark).as_bytes();
        let mut rest = json.as_slice();
        let mut sent = Vec::with_capacity(json.len());
        while let Some(place) = rest.windows(mark.len()).position(|bytes| bytes == mark) {
            sent.extend_from_slice(&rest[..place]);
            sent.push(0xFF);
            rest = &rest[place + mark.len()..];
        }
        sent.extend_from_slice(rest);
        sent
    }
}

/// A product as it is served, faults included.
#[derive(Debug)]
pub(crate) struct Shown {
    /// In place of the product's own.
    pub(crate) title: Option<String>,
    string_price: bool,
    pub(crate) product: Listed,
}

impl Shown {
    /// A price where the backend has a number.
    pub(crate) fn number(&self, price: f64) -> serde_json::Value {
        if self.string_price {
            price.to_string().into()
        } else {
            price.into()
        }
    }
}

/// The faults of now and the requests since they began.
#[derive(Debug, Default)]
pub(crate) struct Current {
    faults: RwLock<Arc<Faults>>,
    requests: AtomicU64,
    keyed: Mutex<Keyed>,
}

/// The pages whose requests say where they begin, and where the last one did.
#[derive(Debug, Default)]
struct Keyed {
    pages: u64,
    after: Option<Place>,
}

impl Current {
    pub(crate) fn now(&self) -> Arc<Faults> {
        Arc::clone(&self.faults.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on these, and counted anew: the same requests meet the same faults again.
    pub(crate) fn set(&self, faults: Faults) {
        let mut current = self.faults.write().unwrap_or_else(PoisonError::into_inner);
        self.requests.store(0, Ordering::Relaxed);
        *self.keyed.lock().unwrap_or_else(PoisonError::into_inner) = Keyed::default();
        *current = Arc::new(faults);
    }

    /// Begins the page where the one before it did, when that one is to come twice. For requests that
    /// say after which product their page begins; who goes on from there loses nothing.
    pub(crate) fn again(&self, span: &mut Span) {
        let repeat = self.now().repeat_page;
        let mut keyed = self.keyed.lock().unwrap_or_else(PoisonError::into_inner);
        keyed.pages += 1;
        let before = std::mem::replace(&mut keyed.after, span.after);
        if repeat > 0 && keyed.pages == repeat + 1 {
            span.after = before;
        }
    }

    /// The page to serve for page `asked` (from 1), when one comes twice and is right when it is asked for
    /// again.
    pub(crate) fn page_once(&self, asked: u64) -> u64 {
        let repeat = self.now().repeat_page;
        let mut keyed = self.keyed.lock().unwrap_or_else(PoisonError::into_inner);
        keyed.pages += 1;
        let repeats = repeat > 0 && asked > 1 && keyed.pages == repeat + 1;
        if repeats { asked - 1 } else { asked }
    }

    /// The number of a new request.
    pub(crate) fn request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }
}
