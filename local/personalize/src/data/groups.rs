//! The data of all dataset groups, and the journals that keep what was streamed into them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{group::Group, record::Record};
use crate::{error::Error, fault::Fault, state::replace};

/// One group behind its lock, with its journal when state is kept.
#[derive(Debug, Default)]
pub(crate) struct GroupData {
    group: RwLock<Group>,
    journal: Mutex<Option<(PathBuf, File)>>,
    /// Held while rows of an import are on their way into the group.
    pub(super) importing: Mutex<()>,
}

#[cfg(test)]
impl From<Group> for GroupData {
    /// In memory only.
    fn from(group: Group) -> Self {
        Self {
            group: RwLock::new(group),
            ..Self::default()
        }
    }
}

impl GroupData {
    /// To ask.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Group> {
        self.group.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// To change.
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Group> {
        self.group.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes records to the journal, then takes them; the next question sees them. Answers those
    /// that were no repetition.
    ///
    /// # Errors
    /// `InternalFailure` when the journal cannot be written; nothing is taken then.
    pub(crate) fn stream(&self, mut records: Vec<Record>) -> Result<Vec<Record>, Fault> {
        let mut group = self.write();
        if let Some((path, file)) =
            &mut *self.journal.lock().unwrap_or_else(PoisonError::into_inner)
        {
            let mut lines = Vec::new();
            for record in &records {
                serde_json::to_writer(&mut lines, record).map_err(Fault::internal)?;
                lines.push(b'\n');
            }
            // One write, so that a killed server leaves whole calls behind.
            file.write_all(&lines)
                .map_err(Error::state("write", path.as_path()))
                .map_err(Fault::internal)?;
        }
        let mut new = Vec::with_capacity(records.len());
        for record in &records {
            new.push(group.take(record.clone()).map_err(Fault::internal)?);
        }
        let mut new = new.into_iter();
        records.retain(|_| new.next() == Some(true));
        Ok(records)
    }

    /// Takes away all that is known of some users, in the journal too; answers how many rows went.
    ///
    /// # Errors
    /// When the journal cannot be written; nothing has changed then.
    pub(crate) fn erase(&self, users: &BTreeSet<String>) -> Result<u64, Error> {
        let _alone = self
            .importing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut group = self.write();
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, _)) = &*journal {
            let path = path.clone();
            let text = fs::read_to_string(&path).map_err(Error::state("read", path.as_path()))?;
            let others = |line: &&str| {
                let record = serde_json::from_str::<Record>(line);
                !record.is_ok_and(|record| record.is_of(users))
            };
            let kept = text.lines().filter(others).flat_map(|line| [line, "\n"]);
            replace(&path, kept.collect::<String>().as_bytes())?;
            *journal = Some(open_journal(path)?);
        }
        Ok(group.erase(users))
    }
}

/// All groups by ARN.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    all: RwLock<BTreeMap<String, Arc<GroupData>>>,
}

impl Groups {
    /// A group's data; a new group has none.
    ///
    /// # Errors
    /// When a journal is given and cannot be opened.
    pub(crate) fn open(
        &self,
        arn: &str,
        journal: Option<PathBuf>,
    ) -> Result<Arc<GroupData>, Error> {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(data) = all.get(arn) {
            return Ok(Arc::clone(data));
        }
        let journal = journal.map(open_journal).transpose()?;
        let data = Arc::new(GroupData {
            journal: Mutex::new(journal),
            ..GroupData::default()
        });
        all.insert(arn.to_owned(), Arc::clone(&data));
        Ok(data)
    }

    /// A group's data, if the group is there.
    #[must_use]
    pub(crate) fn get(&self, arn: &str) -> Option<Arc<GroupData>> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(arn).cloned()
    }

    /// Forgets a group.
    pub(crate) fn remove(&self, arn: &str) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(arn);
    }
}

fn open_journal(path: PathBuf) -> Result<(PathBuf, File), Error> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(Error::state("write", parent))?;
    }
    let file = File::options()
        .append(true)
        .create(true)
        .open(&path)
        .map_err(Error::state("write", path.as_path()))?;
    Ok((path, file))
}

/// Takes the records of a journal again. A last line without its end is what a power cut left of a
/// call that was never answered: it is cut off.
///
/// # Errors
/// When the file cannot be read, or a whole line is no record.
pub(crate) fn replay(path: &Path, group: &mut Group) -> Result<usize, Error> {
    let file = match File::options().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(Error::state("read", path)(error)),
    };
    let mut reader = BufReader::new(&file);
    let (mut line, mut whole, mut count) = (String::new(), 0, 0);
    loop {
        line.clear();
        let read = reader
            .read_line(&mut line)
            .map_err(Error::state("read", path))?;
        if !line.ends_with('\n') {
            if read > 0 {
                file.set_len(whole).map_err(Error::state("write", path))?;
            }
            return Ok(count);
        }
        whole += read as u64;
        count += 1;
        let record: Record = serde_json::from_str(&line).map_err(|error| Error::Damaged {
            path: path.to_owned(),
            problem: format!("line {count}: {error}"),
        })?;
        if let Err(problem) = group.take(record) {
            tracing::warn!(line = count, %problem, "a streamed row no longer fits its schema");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::record::EventRecord;

    fn event(item: &str) -> Record {
        Record::Event(EventRecord {
            user_id: Some("u".to_owned()),
            session_id: "s".to_owned(),
            event_type: "view".to_owned(),
            item_id: item.to_owned(),
            sent_at: 1,
            event_value: Some(2.5),
            ..EventRecord::default()
        })
    }

    #[test]
    fn a_journal_brings_events_back_and_drops_a_cut_line() {
        let path = std::env::temp_dir().join(format!("{}.jsonl", uuid::Uuid::new_v4()));
        let groups = Groups::default();
        let data = groups.open("g", Some(path.clone())).unwrap();
        data.stream(vec![event("a"), event("b")]).unwrap();
        File::options()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"{\"event\":{\"userId\"")
            .unwrap();
        for _ in 0..2 {
            let mut group = Group::default();
            assert_eq!(replay(&path, &mut group).unwrap(), 2);
            assert_eq!(group.history("u"), data.read().history("u"));
        }
        std::fs::write(&path, "no json\n").unwrap();
        let error = replay(&path, &mut Group::default()).unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
        std::fs::remove_file(path).unwrap();
    }
}
