//! What the `Lists` table has of people: what they bought, whether they agree to be known, and the lists
//! that a batch job left for them. And the list for everybody.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use shared::{
    batch::{self, MAX_KEYS, Patience, Read},
    direct::DynamoDb,
    lists::{Lists, POPULAR, ReadyMadeList, user_key},
    visitor::{Memory, Visitor, is_visitor},
};

use crate::error::SendError;

const KEY: &str = "listKey";

/// How old the popular list may grow.
const LIFE: Duration = Duration::from_secs(60);

/// What is known of a person.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memo {
    /// What they did.
    pub(crate) memory: Memory,
    /// The list that a batch job left for them.
    pub(crate) list: Option<ReadyMadeList>,
}

/// The table.
pub(crate) struct Memos {
    dynamodb: DynamoDb,
    table: String,
    lists: Lists,
    popular: Mutex<Option<(Instant, Arc<Vec<String>>)>>,
}

impl Memos {
    /// The table of that name.
    pub(crate) fn new(dynamodb: DynamoDb, table: String) -> Self {
        Self {
            lists: Lists::new(dynamodb.clone(), table.clone()),
            dynamodb,
            table,
            popular: Mutex::default(),
        }
    }

    /// What is known of `users` now, each once; with their lists if these are `wanted`.
    pub(crate) async fn of(
        &self,
        users: &[&str],
        wanted: bool,
    ) -> Result<HashMap<String, Memo>, SendError> {
        let mut owners = HashMap::new();
        for &user in users {
            if let Some(key) = Visitor::User(user.to_owned()).key() {
                owners.insert(key, user);
            }
            if wanted {
                owners.insert(user_key(user), user);
            }
        }
        let keys: Vec<&str> = owners.keys().map(String::as_str).collect();
        let mut memos: HashMap<String, Memo> = HashMap::with_capacity(users.len());
        for keys in keys.chunks(MAX_KEYS) {
            let read = Read {
                table: &self.table,
                key: KEY,
                attributes: &[],
                consistent: true,
            };
            for item in batch::get(&self.dynamodb, read, keys, Patience::WORKFLOW).await? {
                let key = item.get(KEY).and_then(|key| key.as_s().ok());
                let Some((key, user)) = key.and_then(|key| owners.get_key_value(key)) else {
                    continue;
                };
                let memo = memos.entry((*user).to_owned()).or_default();
                match is_visitor(key) {
                    true => memo.memory = Memory::from_item(item).unwrap_or_default(),
                    false => memo.list = serde_dynamo::from_item(item).ok(),
                }
            }
        }
        Ok(memos)
    }

    /// The list for everybody, best first; empty when there is none.
    pub(crate) async fn popular(&self) -> Result<Arc<Vec<String>>, SendError> {
        if let Some(list) = self.known() {
            return Ok(list);
        }
        let list = self.lists.get(POPULAR).await?;
        let list = Arc::new(list.map(|list| list.items).unwrap_or_default());
        let mut known = self.popular.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((Instant::now(), Arc::clone(&list)));
        Ok(list)
    }

    fn known(&self) -> Option<Arc<Vec<String>>> {
        let known = self.popular.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, list) = known.as_ref()?;
        (at.elapsed() < LIFE).then(|| Arc::clone(list))
    }
}

impl Memo {
    /// What they bought lately.
    pub(crate) fn bought(&self) -> HashSet<&str> {
        self.memory.bought()
    }
}
