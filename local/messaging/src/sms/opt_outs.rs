//! The opt-out list. An account has one of the name `Default`; there are no others here.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::e164;
use crate::{app::App, fault::Fault, outbox::now};

/// The list's name.
const LIST: &str = "Default";
const ARN: &str = "arn:aws:sms-voice:us-east-1:000000000000:opt-out-list/Default";
/// Numbers of a page.
const PAGE: usize = 100;
/// Texts that mean: no more of this.
const STOPS: [&str; 10] = [
    "ARRET",
    "CANCEL",
    "END",
    "OPT-OUT",
    "OPTOUT",
    "QUIT",
    "REMOVE",
    "STOP",
    "TD",
    "UNSUBSCRIBE",
];

/// Whether an answer means that no more texts are wanted.
pub(crate) fn stops(body: &str) -> bool {
    STOPS.contains(&body.trim().to_uppercase().as_str())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OptedOutNumber {
    opt_out_list_name: String,
    opted_out_number: String,
}

impl OptedOutNumber {
    fn number(&self) -> Result<String, Fault> {
        known(&self.opt_out_list_name)?;
        e164(&self.opted_out_number).ok_or_else(|| {
            Fault::invalid(
                "FIELD_VALIDATION_FAILED",
                "OptedOutNumber must be in E.164 format, like +12065550100",
            )
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeOptedOutNumbers {
    opt_out_list_name: String,
    opted_out_numbers: Option<Vec<String>>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// PutOptedOutNumber: one that is there stays as it is.
pub(super) fn put(app: &App, call: &OptedOutNumber) -> Result<Value, Fault> {
    let number = call.number()?;
    let since = app.settings.change(|settings| {
        let since = settings.opted_out.entry(number.clone());
        *since.or_insert_with(now)
    })?;
    Ok(answer(&number, since))
}

/// DeleteOptedOutNumber.
pub(super) fn delete(app: &App, call: &OptedOutNumber) -> Result<Value, Fault> {
    let number = call.number()?;
    let since = app
        .settings
        .change(|settings| settings.opted_out.remove(&number))?;
    since
        .map(|since| answer(&number, since))
        .ok_or_else(not_there)
}

/// DescribeOptedOutNumbers: those that are asked for, or all in pages.
pub(super) fn describe(app: &App, call: DescribeOptedOutNumbers) -> Result<Value, Fault> {
    known(&call.opt_out_list_name)?;
    let after = call.next_token.unwrap_or_default();
    let most = call.max_results.unwrap_or(PAGE).clamp(1, PAGE);
    let found: Vec<_> = app
        .settings
        .read(|settings| match &call.opted_out_numbers {
            Some(numbers) => {
                let asked = numbers.iter().map(|number| {
                    let number = e164(number)?;
                    let since = settings.opted_out.get(&number).copied()?;
                    Some((number, since))
                });
                asked.collect::<Option<Vec<_>>>().ok_or_else(not_there)
            }
            None => {
                let rest = settings.opted_out.range(after..);
                let page = rest
                    .take(most + 1)
                    .map(|(number, since)| (number.clone(), *since));
                Ok(page.collect())
            }
        })?;
    let paged = call.opted_out_numbers.is_none();
    let next = if paged { found.get(most) } else { None };
    let next = next.map(|(number, _)| number.clone());
    let page = if paged { most } else { found.len() };
    let numbers: Vec<_> = found
        .iter()
        .take(page)
        .map(|(number, since)| entry(number, *since))
        .collect();
    let mut answer = json!({
        "OptOutListArn": ARN,
        "OptOutListName": LIST,
        "OptedOutNumbers": numbers,
    });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

fn entry(number: &str, since: Timestamp) -> Value {
    json!({
        "OptedOutNumber": number,
        "OptedOutTimestamp": since.as_millisecond() as f64 / 1000.0,
        "EndUserOptedOut": false,
    })
}

fn answer(number: &str, since: Timestamp) -> Value {
    let mut answer = entry(number, since);
    answer["OptOutListArn"] = json!(ARN);
    answer["OptOutListName"] = json!(LIST);
    answer
}

fn known(list: &str) -> Result<(), Fault> {
    if list == LIST || list.ends_with(":opt-out-list/Default") {
        return Ok(());
    }
    Err(Fault::no_resource(
        "opt-out-list",
        "messaging-local has one opt-out list: Default",
    ))
}

fn not_there() -> Fault {
    Fault::no_resource("opted-out-number", "The number is not in the opt-out list")
}
