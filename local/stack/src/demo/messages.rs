//! The last step: a campaign. Customers of the shop are made contacts, one message is shown before anything is
//! sent, and then 200 emails and 50 texts are in the outbox.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hyper::Method;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::http;
use crate::progress::Progress;
use crate::s3;
use crate::stack::Stack;
use crate::workflows::{self, Workflow};

/// The shipped campaign.
const CAMPAIGN: &str = "weekly-picks";
/// Customers who agreed to emails, and those who agreed to texts alone.
const EMAILS: usize = 200;
const TEXTS: usize = 50;
/// Lines of the preview that are printed.
const SHOWN: usize = 16;
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(500);

/// Messages in the outbox, by channel.
pub(super) type Sent = BTreeMap<String, u64>;

/// Makes contacts, shows a preview, sends.
///
/// # Errors
/// [`Error::Unexpected`] when not everybody got a message, those of the workflow.
pub(super) async fn show(stack: &Stack) -> Result<Sent> {
    let customers = customers(stack).await?;
    let emails = customers.len() * EMAILS / (EMAILS + TEXTS);
    import(stack, &customers, emails).await?;
    let dry = json!({ "campaign": CAMPAIGN, "dryRun": true });
    let dry = workflows::run(stack, Workflow::SendCampaign, &dry).await?;
    preview(stack, &dry).await?;
    let before = counts(stack).await?;
    let report = json!({ "campaign": CAMPAIGN });
    let report = workflows::run(stack, Workflow::SendCampaign, &report).await?;
    let sent = since(&before, counts(stack).await?);
    let of = |channel: &str| sent.get(channel).copied().unwrap_or_default();
    let expected = (emails as u64, (customers.len() - emails) as u64);
    if (of("email"), of("sms")) != expected {
        return Err(Error::Unexpected(format!(
            "{} emails and {} texts should be in the outbox, and {} and {} are: {report}",
            expected.0,
            expected.1,
            of("email"),
            of("sms")
        )));
    }
    anstream::println!(
        "\nSent: {} emails and {} texts; how each looks: {}",
        expected.0,
        expected.1,
        stack.ports().messaging_url()
    );
    Ok(sent)
}

/// The first customers that were exported.
async fn customers(stack: &Stack) -> Result<Vec<String>> {
    const USERS: &str = "datasets/full/users/";
    let client = &stack.clients().s3;
    let bucket = stack.output("DataBucketName")?;
    let mut users = Vec::new();
    for key in s3::list(client, bucket, USERS).await? {
        let file = s3::get(client, bucket, &key).await?;
        let mut rows = csv::Reader::from_reader(file.as_slice());
        let unreadable = |error: csv::Error| Error::Unexpected(format!("{key}: {error}"));
        let headers = rows.headers().map_err(unreadable)?;
        let Some(place) = headers.iter().position(|name| name == "USER_ID") else {
            continue;
        };
        for row in rows.records().take(EMAILS + TEXTS - users.len()) {
            users.extend(row.map_err(unreadable)?.get(place).map(str::to_owned));
        }
    }
    if users.is_empty() {
        return Err(Error::Unexpected(format!("no customers below {USERS}")));
    }
    Ok(users)
}

/// Imports the customers as contacts, by a file as a shop would, and waits for the last.
async fn import(stack: &Stack, customers: &[String], emails: usize) -> Result<()> {
    let zone = zone_of_noon();
    let lines: String = customers
        .iter()
        .enumerate()
        .map(|(n, user)| format!("{}\n", contact(user, n, n < emails, &zone)))
        .collect();
    let bucket = stack.output("DataBucketName")?;
    let key = "messages/import/demo.jsonl";
    s3::put_bytes(&stack.clients().s3, bucket, key, lines.into_bytes()).await?;
    let progress = Progress::spinner("contacts");
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let known = contacts(stack).await?;
        if known >= customers.len() {
            progress.done(&format!("{known} contacts, each with a consent"));
            return Ok(());
        }
        progress.say(format!("{known} of {}", customers.len()));
        tokio::time::sleep(PAUSE).await;
    }
    Err(Error::Unexpected(format!(
        "{key} is not imported after {} s; the log of `contacts` says why",
        PATIENCE.as_secs()
    )))
}

/// A customer who agreed, at an address that nobody has: example.com is reserved (RFC 2606), and the numbers are
/// those that Ofcom keeps free for drama.
fn contact(user: &str, n: usize, by_email: bool, zone: &str) -> Value {
    let channel = if by_email { "email" } else { "sms" };
    let mut contact = json!({
        "userId": user,
        "timeZone": zone,
        "language": if n % 4 == 3 { "de" } else { "en" },
        "consents": { channel: { "given": true, "source": "cargo demo" } },
    });
    if by_email {
        contact["email"] = json!(format!("customer-{n}@example.com"));
    } else {
        contact["phone"] = json!(format!("+447700900{:03}", n % 1_000));
    }
    contact
}

/// Where it is noon: there nobody is asleep, whenever this runs.
fn zone_of_noon() -> String {
    let hour = Timestamp::now().to_zoned(TimeZone::UTC).hour();
    // POSIX counts the other way round: Etc/GMT+5 is five hours behind.
    match hour - 12 {
        0 => "Etc/GMT".to_owned(),
        behind => format!("Etc/GMT{behind:+}"),
    }
}

async fn contacts(stack: &Stack) -> Result<usize> {
    let mut pages = stack
        .clients()
        .dynamodb
        .scan()
        .table_name(stack.output("MessagesTableName")?)
        .filter_expression("sk = :contact")
        .expression_attribute_values(
            ":contact",
            aws_sdk_dynamodb::types::AttributeValue::S("contact".to_owned()),
        )
        .select(aws_sdk_dynamodb::types::Select::Count)
        .into_paginator()
        .send();
    let mut contacts = 0;
    while let Some(page) = pages.next().await {
        let page = page.map_err(Error::aws("dynamodb:Scan of the contacts"))?;
        contacts += usize::try_from(page.count()).unwrap_or_default();
    }
    Ok(contacts)
}

/// Prints the text of one email as it would be sent.
async fn preview(stack: &Stack, dry: &Value) -> Result<()> {
    let keys = dry["previews"].as_array().into_iter().flatten();
    let emails = keys
        .filter_map(Value::as_str)
        .filter(|key| key.contains("-email-") && key.ends_with(".txt"));
    let mut emails: Vec<&str> = emails.collect();
    emails.sort_by_key(|key| !key.ends_with("-en.txt"));
    let Some(key) = emails.first() else {
        return Err(Error::Unexpected(format!(
            "a dry run made no preview of an email: {dry}"
        )));
    };
    let bucket = stack.output("DataBucketName")?;
    let text = s3::get(&stack.clients().s3, bucket, key).await?;
    let bold = anstyle::Style::new().bold();
    anstream::println!("\n{bold}A message of the campaign {CAMPAIGN}, before it is sent{bold:#}");
    for line in String::from_utf8_lossy(&text).lines().take(SHOWN) {
        anstream::println!("  {}", cut(line));
    }
    Ok(())
}

/// A line as long as a terminal is wide; links are longer.
fn cut(line: &str) -> String {
    const WIDTH: usize = 76;
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// What is in the outbox.
async fn counts(stack: &Stack) -> Result<Sent> {
    let url = format!("{}/_messaging/counts", stack.ports().messaging_url());
    let answer = http::send(Method::GET, &url, &[], "", Duration::from_secs(10)).await;
    let (_, body) = answer.map_err(Error::Unexpected)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let channels = body["channels"].as_object().into_iter().flatten();
    let channels = channels.filter_map(|(channel, count)| Some((channel.clone(), count.as_u64()?)));
    Ok(channels.collect())
}

/// What came since; the outbox may have messages of an earlier demonstration.
fn since(before: &Sent, now: Sent) -> Sent {
    now.into_iter()
        .map(|(channel, count)| {
            let earlier = before.get(&channel).copied().unwrap_or_default();
            (channel, count.saturating_sub(earlier))
        })
        .collect()
}
