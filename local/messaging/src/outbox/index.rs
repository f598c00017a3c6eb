//! What is known of each message without reading its file: enough to count and to choose.

use std::collections::{HashMap, HashSet, VecDeque};

use xxhash_rust::xxh3::xxh3_64;

use super::{
    record::{Channel, Record},
    segment::Span,
};

/// Names of runs and campaigns that are told apart; the rest count as one that has no name.
const NAMES: usize = 65_536;

/// One message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    pub(crate) segment: u64,
    pub(crate) line: Span,
    pub(crate) channel: Channel,
    run: Name,
    campaign: Name,
    /// Hashes; 0 is none.
    person: u64,
    to: u64,
}

/// The number of a name; 0 is none.
type Name = u32;

/// Names, each written once.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<String, Name>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: Option<&str>) -> Name {
        let Some(name) = name else { return 0 };
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        if self.names.len() >= NAMES {
            return 0;
        }
        self.names.push(name.to_owned());
        let number = Name::try_from(self.names.len()).unwrap_or(0);
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn find(&self, name: &str) -> Option<Name> {
        self.numbers.get(name).copied()
    }

    fn name(&self, number: Name) -> &str {
        let place = (number as usize).checked_sub(1);
        place
            .and_then(|place| self.names.get(place))
            .map_or("", String::as_str)
    }
}

/// Which messages are asked for; all of what is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) channel: Option<Channel>,
    /// The whole address, whatever its case.
    pub(crate) to: Option<String>,
    pub(crate) campaign: Option<String>,
    pub(crate) run: Option<String>,
    pub(crate) person: Option<String>,
}

/// Messages of a run, and of how many people.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct RunCount {
    pub(crate) run: String,
    pub(crate) campaign: String,
    pub(crate) messages: u64,
    pub(crate) people: u64,
}

/// What is in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) channels: [(Channel, u64); 3],
    pub(crate) people: u64,
    pub(crate) runs: Vec<RunCount>,
}

/// All messages, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: VecDeque<Entry>,
    names: Names,
}

impl Index {
    /// Adds the newest message.
    pub(crate) fn add(&mut self, record: &Record, segment: u64, line: Span) {
        let campaign = record.label("campaign");
        self.entries.push_back(Entry {
            seq: record.seq,
            segment,
            line,
            channel: record.channel,
            run: self.names.number(record.label("run")),
            campaign: self.names.number(campaign),
            person: record.label("person").map_or(0, hash),
            to: record.to.first().map_or(0, |to| address(to)),
        });
    }

    /// Forgets the messages of a file.
    pub(crate) fn forget(&mut self, segment: u64) {
        while self
            .entries
            .front()
            .is_some_and(|entry| entry.segment <= segment)
        {
            self.entries.pop_front();
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The message of a number.
    pub(crate) fn find(&self, seq: u64) -> Option<Entry> {
        let place = self.entries.binary_search_by_key(&seq, |entry| entry.seq);
        place.ok().map(|place| self.entries[place])
    }

    /// At most `most` messages that a filter lets through, from the first after `after` on.
    pub(crate) fn after(&self, after: u64, filter: &Filter, most: usize) -> Vec<Entry> {
        let Some(filter) = self.hashed(filter) else {
            return Vec::new();
        };
        let from = self.entries.partition_point(|entry| entry.seq <= after);
        let chosen = self
            .entries
            .range(from..)
            .filter(|entry| filter.lets(entry));
        chosen.take(most).copied().collect()
    }

    /// At most `most` messages that a filter lets through, from the last before `before` on, newest first.
    pub(crate) fn before(&self, before: u64, filter: &Filter, most: usize) -> Vec<Entry> {
        let Some(filter) = self.hashed(filter) else {
            return Vec::new();
        };
        let to = self.entries.partition_point(|entry| entry.seq < before);
        let chosen = self
            .entries
            .range(..to)
            .rev()
            .filter(|entry| filter.lets(entry));
        chosen.take(most).copied().collect()
    }

    /// Counts all. A person is whom the tags or the context of a message name; who is not named is nobody.
    pub(crate) fn counts(&self) -> Counts {
        let mut channels = Channel::ALL.map(|channel| (channel, 0));
        let mut people = HashSet::new();
        let mut runs: HashMap<Name, (Name, u64, HashSet<u64>)> = HashMap::new();
        for entry in &self.entries {
            channels[entry.channel as usize].1 += 1;
            if entry.person != 0 {
                people.insert(entry.person);
            }
            if entry.run != 0 {
                let run = runs.entry(entry.run).or_default();
                run.0 = entry.campaign;
                run.1 += 1;
                if entry.person != 0 {
                    run.2.insert(entry.person);
                }
            }
        }
        let mut runs: Vec<_> = runs
            .into_iter()
            .map(|(run, (campaign, messages, people))| RunCount {
                run: self.names.name(run).to_owned(),
                campaign: self.names.name(campaign).to_owned(),
                messages,
                people: people.len() as u64,
            })
            .collect();
        runs.sort_unstable_by(|one, other| one.run.cmp(&other.run));
        Counts {
            channels,
            people: people.len() as u64,
            runs,
        }
    }

    /// A filter as entries have it; none when nothing can go through.
    fn hashed(&self, filter: &Filter) -> Option<Hashed> {
        let known = |name: &Option<String>| match name {
            None => Some(None),
            Some(name) => self.names.find(name).map(Some),
        };
        Some(Hashed {
            channel: filter.channel,
            run: known(&filter.run)?,
            campaign: known(&filter.campaign)?,
            person: filter.person.as_deref().map(hash),
            to: filter.to.as_deref().map(address),
        })
    }
}

struct Hashed {
    channel: Option<Channel>,
    run: Option<Name>,
    campaign: Option<Name>,
    person: Option<u64>,
    to: Option<u64>,
}

impl Hashed {
    fn lets(&self, entry: &Entry) -> bool {
        self.channel.is_none_or(|channel| channel == entry.channel)
            && self.run.is_none_or(|run| run == entry.run)
            && self
                .campaign
                .is_none_or(|campaign| campaign == entry.campaign)
            && self.person.is_none_or(|person| person == entry.person)
            && self.to.is_none_or(|to| to == entry.to)
    }
}

fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes()).max(1)
}

/// Of an address alone, without the name beside it.
fn address(text: &str) -> u64 {
    let text = text.trim();
    let alone = match text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'))
    {
        Some((_, address)) => address,
        None => text,
    };
    hash(&alone.to_lowercase())
}
