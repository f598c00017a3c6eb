//! One part of a pull, page by page, until it is done or the time is nearly up. After each page it is
//! kept how far it is: a step that is killed asks for one page again and writes the same objects.

use std::time::Duration;

use backend::{Answer, Client, Guard};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::operations::PullProgress;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    adapter::{Adapter, Page, Position, Scope},
    error::PullError,
    page::{Written, fingerprint, written},
    store::Store,
};

/// How often a page that repeats is asked for again.
const MAX_REPEATS: u32 = 3;
/// How long a backend is given to answer with another.
const AFTER_REPEAT: Duration = Duration::from_secs(1);
const LEADS_BACK: &str = "its next page is one that was there before";
/// The longest wait that is waited for here; the workflow waits for longer ones.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// What recognises a list that leads back. Kept between pages.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Way {
    positions: Guard,
    page: Option<String>,
}

/// When an invocation ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    /// No page is begun after this.
    pub(crate) nearly_up: Instant,
    /// A page that is not there by then is given up.
    pub(crate) up: Instant,
}

/// A part that is being pulled.
pub(crate) struct Part<'a, S> {
    pub(crate) adapter: &'a dyn Adapter,
    pub(crate) client: &'a Client,
    pub(crate) scope: &'a Scope,
    pub(crate) store: &'a S,
    pub(crate) time: Time,
}

/// What an invocation did.
#[derive(Debug, PartialEq)]
pub(crate) struct Pulled {
    /// How far the part is.
    pub(crate) progress: PullProgress,
    /// How long to wait before it is gone on with.
    pub(crate) wait: Duration,
}

/// What came of asking for a page.
enum Came {
    /// A page that is new, and when it was asked for.
    New(Page, Timestamp),
    /// Nothing that was not there before.
    Repeated(&'static str),
    /// Nothing in time.
    Late,
}

impl<S: Store> Part<'_, S> {
    /// Pulls from `progress` on.
    pub(crate) async fn pull(&self, mut progress: PullProgress) -> Result<Pulled, PullError> {
        let (mut asked, mut repeats) = (0, 0);
        while let (false, Some(position)) = (progress.done, progress.position.clone()) {
            if asked > 0 && Instant::now() >= self.time.nearly_up {
                break;
            }
            let mut way: Way = serde_json::from_value(progress.way.clone()).unwrap_or_default();
            match self.ask(&Position(position), &mut way).await? {
                Came::New(page, as_of) => {
                    (asked, repeats) = (asked + 1, 0);
                    let wait = page.wait.unwrap_or_default();
                    self.write(&mut progress, page, as_of, &way).await?;
                    if !self.waited(wait).await {
                        return Ok(Pulled { progress, wait });
                    }
                }
                Came::Repeated(hint) => {
                    repeats += 1;
                    if repeats >= MAX_REPEATS {
                        return Err(PullError::Repeats {
                            part: progress.part,
                            page: progress.pages,
                            times: repeats,
                            hint,
                        });
                    }
                    tracing::warn!(
                        part = progress.part,
                        "a page repeats; it is asked for again"
                    );
                    sleep(AFTER_REPEAT * repeats).await;
                }
                Came::Late if asked == 0 => {
                    let part = progress.part;
                    return Err(PullError::TooSlow { part });
                }
                Came::Late => break,
            }
        }
        Ok(Pulled {
            progress,
            wait: Duration::ZERO,
        })
    }

    async fn ask(&self, position: &Position, way: &mut Way) -> Result<Came, PullError> {
        // Before the backend looks: what is then changed in it is later than what the page says.
        let as_of = Timestamp::now();
        let answers = timeout_at(self.time.up, self.answers(position));
        let Ok(answers) = answers.await else {
            return Ok(Came::Late);
        };
        let (answer, besides) = answers?;
        let page = self.adapter.page(self.scope, position, &answer, &besides)?;
        if page.entries.is_empty() {
            // A page that says "not yet" stands still as long as it has to.
            let goes_on = |next| page.wait.is_some() || way.positions.go(next);
            return Ok(if page.next.as_ref().is_none_or(goes_on) {
                Came::New(page, as_of)
            } else {
                Came::Repeated(LEADS_BACK)
            });
        }
        let print = Some(fingerprint(&page.entries, &answer.body));
        if print == way.page {
            return Ok(Came::Repeated(
                "check that it takes the page's parameter, and where it says that the list ends",
            ));
        }
        if page
            .next
            .as_ref()
            .is_some_and(|next| !way.positions.go(next))
        {
            return Ok(Came::Repeated(LEADS_BACK));
        }
        way.page = print;
        Ok(Came::New(page, as_of))
    }

    async fn answers(&self, position: &Position) -> Result<(Answer, Vec<Answer>), PullError> {
        let request = self.adapter.request(self.scope, position)?;
        let answer = self.client.send(&request).await?;
        let besides = besides(self.adapter, self.client, self.scope, &answer).await?;
        Ok((answer, besides))
    }

    /// Writes the page, then keeps how far the part is.
    async fn write(
        &self,
        progress: &mut PullProgress,
        page: Page,
        as_of: Timestamp,
        way: &Way,
    ) -> Result<(), PullError> {
        let first = progress.pages + 1;
        for object in written(self.scope.mode, as_of, first, page.entries) {
            progress.pages += 1;
            self.object(progress, &object).await?;
        }
        progress.done = page.next.is_none();
        progress.position = page.next.map(|next| next.0);
        // Hashes and numbers are always JSON.
        progress.way = serde_json::to_value(way).unwrap_or_default();
        self.store.keep(progress).await
    }

    async fn object(&self, progress: &mut PullProgress, object: &Written) -> Result<(), PullError> {
        let (part, page) = (&progress.part, progress.pages);
        if !object.lines.is_empty() {
            self.store.page(part, page, &object.lines).await?;
        }
        if !object.rejects.is_empty() {
            self.store.rejects(part, page, &object.rejects).await?;
        }
        progress.products += object.products;
        progress.rejected += object.rejected;
        Ok(())
    }

    /// Waits, if it is not for long and there is time; false when somebody else has to.
    async fn waited(&self, wait: Duration) -> bool {
        if wait.is_zero() {
            return true;
        }
        if wait > MAX_WAIT || Instant::now() + wait >= self.time.nearly_up {
            return false;
        }
        sleep(wait).await;
        true
    }
}

/// The answers to what the adapter asks beside `answer`.
pub(crate) async fn besides(
    adapter: &dyn Adapter,
    client: &Client,
    scope: &Scope,
    answer: &Answer,
) -> Result<Vec<Answer>, PullError> {
    let mut answers = Vec::new();
    for request in adapter.besides(scope, answer)? {
        answers.push(client.send(&request).await?);
    }
    Ok(answers)
}
