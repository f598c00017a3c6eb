//! AWS behind the ladder: Personalize, the `Lists` and `Catalog` tables, and what the process keeps
//! of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use shared::{
    batch::BatchError,
    direct::{Access, DynamoDb},
    environment::{self, MissingVariable},
    lists::{Lists, ListsError, POPULAR},
    refreshed::{Refreshed, Source},
    standby::StandbyStore,
    visitor::Memory,
};

use crate::{
    cache::Cache,
    catalog::Catalog,
    estate::stood_by,
    explain::{ExplainError, Explanation},
    kept::{Kept, Nearby},
    lists_table::{ListsTable, Remembered},
    personalize::Personalize,
    products::Products,
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
const MEMORIES: (usize, Duration) = (2_048, Duration::from_secs(3_600));

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
    pub(crate) fn from_environment(
        access: &Access,
        standby: StandbyStore,
    ) -> Result<Self, MissingVariable> {
        let dynamodb = DynamoDb::new(access);
        let lists = environment::required("LISTS_TABLE")?;
        let popular = PopularReader {
            lists: Lists::new(dynamodb.clone(), lists.clone()),
            standby,
        };
        Ok(Self {
            personalize: Personalize::new(access),
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
    pub(crate) async fn details(
        &self,
        ids: &[&str],
        within: Duration,
    ) -> Result<Products, BatchError> {
        let read = tokio::time::timeout(within, self.catalog.details(ids)).await;
        read.unwrap_or(Err(BatchError::Late))
    }

    /// How the answer `id` came about.
    pub(crate) async fn explanation(&self, id: &str) -> Result<Explanation, ExplainError> {
        self.table.explanation(id).await
    }

    /// What the table has under `keys`, as far as it could be read in time.
    async fn remembered(&self, keys: &[&str], within: Duration) -> Remembered {
        if keys.is_empty() {
            return Remembered::default();
        }
        let read = tokio::time::timeout(within, self.table.recall(keys)).await;
        let remembered = read.unwrap_or_else(|_| Remembered {
            error: Some(BatchError::Late),
            ..Remembered::default()
        });
        if let Some(error) = &remembered.error {
            tracing::warn!(%error, "what is kept was not readable");
        }
        remembered
    }

    /// What is remembered of one visitor under all of the keys `visitor`, and whether that was read just
    /// now. Of a key that could not be read it is the last that was known; whom the table does not know
    /// did nothing yet.
    fn memory(&self, visitor: &[String], read: &mut Remembered) -> (Option<Memory>, bool) {
        let (mut all, mut is_current) = (None::<Memory>, true);
        for key in visitor {
            let memory = match (read.memories.remove(key), &read.error) {
                (Some(memory), _) => memory,
                (None, None) => Memory::default(),
                (None, Some(_)) => {
                    is_current = false;
                    let Some(memory) = self.last_known(key) else {
                        return (None, false);
                    };
                    memory
                }
            };
            self.remember(key, &memory);
            all = Some(match all {
                Some(known) => known.and(memory),
                None => memory,
            });
        }
        (all, is_current)
    }

    fn remember(&self, visitor: &str, memory: &Memory) {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        memories.put(visitor, memory.clone(), Instant::now());
    }

    fn last_known(&self, visitor: &str) -> Option<Memory> {
        let memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        memories.get(visitor, Instant::now()).cloned()
    }
}

impl Services for Aws {
    async fn recall(&self, visitor: &[String], answers: &[String], within: Duration) -> Recalled {
        let mut known = HashMap::new();
        let mut unknown: Vec<&str> = Vec::with_capacity(answers.len() + visitor.len());
        for key in answers {
            match self.nearby.get(key) {
                Some(kept) => {
                    known.insert(key.clone(), Arc::new(kept));
                }
                None => unknown.push(key),
            }
        }
        unknown.extend(visitor.iter().map(String::as_str));
        unknown.sort_unstable();
        unknown.dedup();
        let mut remembered = self.remembered(&unknown, within).await;
        for answer in std::mem::take(&mut remembered.answers) {
            self.nearby.put(&answer);
            known.insert(answer.list_key.clone(), Arc::new(answer));
        }
        let (memory, is_current) = self.memory(visitor, &mut remembered);
        Recalled {
            memory,
            is_current,
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
                nearby.put(&Kept::new(&asked, prediction.clone(), keep, now));
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
        let list = match self.popular.within(within).await {
            Ok(list) => list,
            Err(unread) => {
                tracing::warn!(%unread, "the popular list was not readable");
                return Vec::new();
            }
        };
        let list = match list.is_empty() {
            true => self.popular.renewed(list, MISSING_AGE, within).await,
            false => list,
        };
        list.to_vec()
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
struct PopularReader {
    lists: Lists,
    standby: StandbyStore,
}

impl Source for PopularReader {
    type Value = Vec<String>;
    type Error = ListsError;

    async fn read(&self, known: Option<Arc<Vec<String>>>) -> Result<Vec<String>, ListsError> {
        match self.lists.get(POPULAR).await {
            Ok(list) => Ok(list.map(|list| list.items).unwrap_or_default()),
            Err(error) if known.is_none() => {
                tracing::warn!(%error, "the popular list is that of the last good copy");
                Ok(stood_by(&self.standby).await.popular)
            }
            Err(error) => Err(error),
        }
    }
}
