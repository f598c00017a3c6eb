//! A call, from its event to its answer.

use std::time::{Duration, Instant, SystemTime};

use aws_config::SdkConfig;
use messages::MessagesTable;
use serde::{Deserialize, Serialize};
use shared::{
    config::{
        EstateConfig,
        messages::{Audience, MessageCampaign},
    },
    direct::{Access, DynamoDb},
    environment::{or, required},
    estate::EstateSource,
    lists::Lists,
    metrics::{self, Unit},
};

use crate::{
    after::{self, Search},
    athena::Athena,
    bucket::Bucket,
    contacts,
    crowd::{Crowd, publish},
    cursor::{Counts, Cursor, Position},
    error::AudienceError,
    list,
    query::{self, Question},
    segment,
};

/// Of the time that a call has, this share is left for what is under way when it is over.
const LEFT: u32 = 4;
const RUN_MAX: usize = 100;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// The declared campaign.
    campaign: String,
    /// The workflow's execution; it names the folder.
    run: String,
    /// Whether nothing will be sent.
    #[serde(default)]
    dry_run: bool,
    /// As the call before answered.
    cursor: Option<u32>,
}

/// What was found.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    run: String,
    /// Parts written so far.
    parts: u64,
    /// People in them.
    people: u64,
    /// Ids that cannot be one's.
    invalid: u64,
    /// Where the list of the parts is, or will be.
    parts_key: String,
    done: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<u32>,
}

/// The function.
#[derive(Debug)]
pub(crate) struct BuildAudience {
    source: EstateSource,
    bucket: Bucket,
    table: MessagesTable,
    lists: Lists,
    /// None in a deployment that has nothing to ask.
    athena: Option<Athena>,
}

impl BuildAudience {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(aws: &SdkConfig) -> Result<Self, AudienceError> {
        let bucket = Bucket {
            client: aws_sdk_s3::Client::new(aws),
            name: required("DATA_BUCKET")?,
        };
        let workgroup = Some(or("ATHENA_WORKGROUP", "")).filter(|name| !name.is_empty());
        let dynamodb = DynamoDb::new(&Access::new(aws));
        Ok(Self {
            source: EstateSource::from_environment(aws)?,
            athena: workgroup.map(|workgroup| Athena {
                client: aws_sdk_athena::Client::new(aws),
                workgroup,
                output: format!("s3://{}/raw/athena/", bucket.name),
            }),
            table: MessagesTable::new(
                aws_sdk_dynamodb::Client::new(aws),
                required("MESSAGES_TABLE")?,
            ),
            lists: Lists::new(dynamodb, required("LISTS_TABLE")?),
            bucket,
        })
    }

    /// Reads the audience until it ends or `deadline` is near.
    pub(crate) async fn run(
        &self,
        event: &Event,
        deadline: SystemTime,
    ) -> Result<Answer, AudienceError> {
        let left = deadline.duration_since(SystemTime::now());
        let left = left.unwrap_or(Duration::ZERO);
        let until = Instant::now() + left - left / LEFT;
        check(&event.run)?;
        let estate = self.source.open().await?;
        let campaign = campaign(&estate.config, &event.campaign)?;
        let folder = format!("messages/runs/{}/", event.run);
        let mut cursor = self.cursor(&folder, event.cursor).await?;
        let mut crowd = Crowd::new(&self.bucket, &folder, &cursor);
        let asked = Asked {
            event,
            campaign,
            folder: &folder,
            started: cursor.started,
            most: estate.config.exports.max_bytes_scanned,
        };
        let position = cursor.position.take();
        cursor.position = self.read(&asked, position, &mut crowd, until).await?;
        crowd.end(&mut cursor).await?;
        self.answer(event, &folder, &cursor).await
    }

    async fn read(
        &self,
        asked: &Asked<'_>,
        position: Option<Position>,
        crowd: &mut Crowd<'_>,
        until: Instant,
    ) -> Result<Option<Position>, AudienceError> {
        match &asked.campaign.audience {
            Audience::Contacts {} => contacts::read(&self.table, position, crowd, until).await,
            Audience::Segment(segment) => {
                let times = (asked.started, until);
                segment::read(&self.lists, segment, position, crowd, times).await
            }
            Audience::Query(query) => {
                let question = Question {
                    athena: self.athena.as_ref().ok_or(AudienceError::NoAthena)?,
                    bucket: &self.bucket,
                    sql: &query.sql,
                    run: &asked.event.run,
                    most: asked.most,
                };
                query::read(&question, position, crowd, until).await
            }
            Audience::List(key) => list::read(&self.bucket, key, position, crowd, until).await,
            Audience::After(after) => {
                let search = Search {
                    bucket: &self.bucket,
                    table: &self.table,
                    campaign: asked.campaign,
                    after,
                    run: &asked.event.run,
                    folder: asked.folder,
                    started: asked.started,
                    counts: !asked.event.dry_run,
                };
                after::read(&search, position, crowd, until).await
            }
        }
    }

    async fn answer(
        &self,
        event: &Event,
        folder: &str,
        cursor: &Cursor,
    ) -> Result<Answer, AudienceError> {
        let done = cursor.position.is_none();
        let parts_key = format!("{folder}parts.jsonl");
        if done {
            publish(&self.bucket, folder, cursor.call).await?;
            report(&event.campaign, cursor.counts);
        } else {
            let key = cursor_key(folder, cursor.call);
            self.bucket.put(&key, serde_json::to_vec(cursor)?).await?;
        }
        tracing::info!(
            campaign = event.campaign,
            people = cursor.counts.people,
            done,
            "audience"
        );
        Ok(Answer {
            run: event.run.clone(),
            parts: cursor.parts.total(),
            people: cursor.counts.people,
            invalid: cursor.counts.invalid,
            parts_key,
            done,
            cursor: (!done).then_some(cursor.call),
        })
    }

    async fn cursor(&self, folder: &str, call: Option<u32>) -> Result<Cursor, AudienceError> {
        let Some(call) = call else {
            return Ok(Cursor::new(jiff::Timestamp::now().as_second()));
        };
        let wrong = |message: String| AudienceError::Cursor {
            cursor: call,
            message,
        };
        let bytes = match self.bucket.get(&cursor_key(folder, call)).await {
            Err(AudienceError::Aws(error)) if error.is_not_found() => {
                return Err(wrong("nothing was kept under it".to_owned()));
            }
            bytes => bytes?,
        };
        serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))
    }
}

/// What a call is asked, looked up.
struct Asked<'a> {
    event: &'a Event,
    campaign: &'a MessageCampaign,
    folder: &'a str,
    started: i64,
    most: u64,
}

fn cursor_key(folder: &str, call: u32) -> String {
    format!("{folder}work/cursor-{call:04}.json")
}

fn check(run: &str) -> Result<(), AudienceError> {
    let ok = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_name = (1..=RUN_MAX).contains(&run.len()) && run.chars().all(ok);
    // A folder of that name would be another one.
    let is_dots = run.chars().all(|c| c == '.');
    (is_name && !is_dots)
        .then_some(())
        .ok_or(AudienceError::Run)
}

fn campaign<'a>(
    config: &'a EstateConfig,
    name: &str,
) -> Result<&'a MessageCampaign, AudienceError> {
    let messages = config.messages.as_ref();
    let found = messages.and_then(|messages| messages.campaign(name));
    found.ok_or_else(|| {
        let campaigns = messages.iter().flat_map(|messages| &messages.campaigns);
        let names: Vec<&str> = campaigns.map(|campaign| campaign.name.as_str()).collect();
        AudienceError::Undeclared {
            campaign: name.to_owned(),
            declared: if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            },
        }
    })
}

/// Numbers of people are far below 2^53: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn report(campaign: &str, counts: Counts) {
    let data = [
        ("AudiencePeople", Unit::Count, counts.people as f64),
        ("AudienceInvalid", Unit::Count, counts.invalid as f64),
        ("AudienceDoubles", Unit::Count, counts.doubles as f64),
    ];
    metrics::emit("build-audience", &[("campaign", campaign)], &data);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_s_name_is_a_part_of_a_key() {
        for good in ["8f14e45f-ceea-467f-9a3b-0c4d2e1f7a90", "by_hand.2"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for wrong in ["", "..", "a/b", "~windows", "ä", &"x".repeat(101)] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_call_goes_on_from_what_was_answered() {
        let event: Event =
            serde_json::from_str(include_str!("../../../events/build-audience.json")).unwrap();
        assert!(event.cursor.is_none() && !event.dry_run);
        let mut cursor = Cursor::new(7);
        cursor.position = Some(Position::Contacts("x".to_owned()));
        let json = serde_json::to_value(&cursor).unwrap();
        assert_eq!(serde_json::from_value::<Cursor>(json).unwrap(), cursor);
    }
}
