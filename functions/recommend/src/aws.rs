//! AWS behind the ladder: Personalize, the `Lists` and `Catalog` tables, and what the process keeps
//! of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_config::SdkConfig;
use jiff::Timestamp;
use shared::{
    environment::{self, MissingVariable},
    lists::{Lists, ListsError, POPULAR},
    refreshed::{Refreshed, Source},
    visitor::Memory,
};

use crate::{
    answer::Products,
    cache::Cache,
    catalog::Catalog,
    explain::{ExplainError, Explanation},
    kept::{Kept, Nearby},
    lists_table::ListsTable,
    personalize::Personalize,
    question::Question,
    services::{Cause, Keep, Prediction, Recalled, Record, Services},
};

/// How old the popular list may grow before it is read again behind a request.
const POPULAR_AGE: Duration = Duration::from_secs(60);

/// How often a request waits for it because there was none.
const MISSING_AGE: Duration = Duration::from_secs(5);

/// The longest an answer stays in the process, whatever the configuration says: it may be about a
/// campaign that has moved since.
const NEARBY: Duration = Duration::from_secs(300);

/// What was last known of a visitor, for when the table cannot be read.
const MEMORIES: (usize, Duration) = (4_096, Duration::from_secs(3_600));

/// AWS.
pub(crate) struct Aws {
    personalize: Personalize,
    table: ListsTable,
    popular: Refreshed<PopularReader>,
    catalog: Catalog,
    nearby: Nearby,
    memories: Mutex<Cache<Memory>>,
}

impl Aws {
    /// Reads the tables' names from the environment.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let dynamodb = aws_sdk_dynamodb::Client::new(config);
        let lists = environment::required("LISTS_TABLE")?;
        let popular = PopularReader(Lists::new(dynamodb.clone(), lists.clone()));
        Ok(Self {
            personalize: Personalize::new(config),
            table: ListsTable::new(dynamodb.clone(), lists),
            popular: Refreshed::new(popular, POPULAR_AGE),
            catalog: Catalog::new(dynamodb, environment::required("CATALOG_TABLE")?),
            nearby: Nearby::new(NEARBY),
            memories: Mutex::new(Cache::new(MEMORIES.0, MEMORIES.1)),
        })
    }

    /// Reads the popular list while Lambda still starts the process.
    pub(crate) async fn warm(&self) {
        if let Err(error) = self.popular.get().await {
            tracing::warn!(%error, "the popular list is not readable yet");
        }
    }

    /// The products of `ids` with all that is known of them, descriptions too.
    pub(crate) async fn details(&self, ids: &[&str]) -> Products {
        self.catalog.details(ids).await
    }

    /// How the answer `id` came about.
    pub(crate) async fn explanation(&self, id: &str) -> Result<Explanation, ExplainError> {
        self.table.explanation(id).await
    }

    fn remember(&self, visitor: &str, memory: &Memory) {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        memories.put(visitor, memory.clone(), Instant::now());
    }

    fn remembered(&self, visitor: &str) -> Option<Memory> {
        let memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        memories.get(visitor, Instant::now()).cloned()
    }
}

impl Services for Aws {
    async fn recall(
        &self,
        visitor: Option<&str>,
        answers: &[String],
        within: Duration,
    ) -> Recalled {
        let mut known = HashMap::new();
        let mut unknown: Vec<&str> = Vec::with_capacity(answers.len() + 1);
        for key in answers {
            match self.nearby.get(key) {
                Some(kept) => {
                    known.insert(key.clone(), kept);
                }
                None => unknown.push(key),
            }
        }
        unknown.extend(visitor);
        unknown.sort_unstable();
        unknown.dedup();
        let read = async {
            match unknown.is_empty() {
                true => Ok((None, Vec::new())),
                false => self.table.recall(visitor, &unknown).await,
            }
        };
        let read = match tokio::time::timeout(within, read).await {
            Ok(Ok(read)) => Some(read),
            Ok(Err(error)) => {
                tracing::warn!(%error, "what is kept was not readable");
                None
            }
            Err(_) => {
                tracing::warn!("what is kept was not readable in time");
                None
            }
        };
        let Some((memory, kept)) = read else {
            return Recalled {
                memory: visitor.and_then(|visitor| self.remembered(visitor)),
                is_current: visitor.is_none(),
                answers: known,
            };
        };
        for answer in kept.into_iter().map(Arc::new) {
            known.insert(answer.list_key.clone(), Arc::clone(&answer));
            self.nearby.put(answer);
        }
        // Whom the table does not know did nothing yet.
        let memory = visitor.map(|visitor| {
            let memory = memory.unwrap_or_default();
            self.remember(visitor, &memory);
            memory
        });
        Recalled {
            memory,
            is_current: true,
            answers: known,
        }
    }

    async fn predict(
        &self,
        question: &Question,
        keep: Option<Keep>,
        within: Duration,
    ) -> Result<Prediction, Cause> {
        let (nearby, asked) = (self.nearby.clone(), question.clone());
        let arrived = move |prediction: &Prediction| {
            if let Some(keep) = keep {
                let now = Timestamp::now().as_second();
                nearby.put(Arc::new(Kept::new(&asked, prediction.clone(), keep, now)));
            }
        };
        self.personalize.predict(question, within, arrived).await
    }

    async fn lists(
        &self,
        keys: &[String],
        within: Duration,
    ) -> Result<Vec<(String, Vec<String>)>, Cause> {
        match tokio::time::timeout(within, self.table.lists(keys)).await {
            Ok(Ok(lists)) => Ok(lists),
            Ok(Err(error)) => {
                tracing::warn!(%error, "ready-made lists were not readable");
                Err(Cause::from(&error))
            }
            Err(_) => Err(Cause::Timeout),
        }
    }

    async fn popular(&self, within: Duration) -> Vec<String> {
        let read = async {
            let list = self.popular.get().await?;
            Ok::<_, ListsError>(match list.is_empty() {
                true => self.popular.renewed(list, MISSING_AGE).await,
                false => list,
            })
        };
        match tokio::time::timeout(within, read).await {
            Ok(Ok(list)) => list.to_vec(),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the popular list was not readable");
                Vec::new()
            }
            Err(_) => Vec::new(),
        }
    }

    async fn products(&self, ids: &[&str], within: Duration) -> Products {
        match tokio::time::timeout(within, self.catalog.products(ids)).await {
            Ok(products) => products,
            Err(_) => {
                tracing::warn!("products were not readable in time");
                self.catalog.nearby(ids)
            }
        }
    }

    async fn keep(&self, records: Vec<Record>, within: Duration) {
        if records.is_empty() {
            return;
        }
        match tokio::time::timeout(within, self.table.keep(&records)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "an answer was not kept"),
            Err(_) => tracing::warn!("an answer was not kept in time"),
        }
    }
}

/// Where the popular list is read from.
#[derive(Debug)]
struct PopularReader(Lists);

impl Source for PopularReader {
    type Value = Vec<String>;
    type Error = ListsError;

    async fn read(&self, _: Option<Arc<Vec<String>>>) -> Result<Vec<String>, ListsError> {
        Ok(self
            .0
            .get(POPULAR)
            .await?
            .map(|list| list.items)
            .unwrap_or_default())
    }
}
