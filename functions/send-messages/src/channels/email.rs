//! Emails, by SES: a block is one SendBulkEmail, whose template is nothing but its three places.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sesv2::{
    Client,
    error::{BuildError, ProvideErrorMetadata},
    types::{
        BulkEmailContent, BulkEmailEntry, BulkEmailEntryResult, BulkEmailStatus, Destination,
        EmailTemplateContent, MessageHeader, MessageTag, ReplacementEmailContent,
        ReplacementTemplate, Template,
    },
};
use messages::evidence::{PERSON, RUN};
use serde::Serialize;
use shared::config::messages::EmailSender;

use super::{Answer, Content, Outgoing, Service, Tags, answer::of_failure};

/// The tag that says which campaign a message is of.
const CAMPAIGN: &str = "campaign";

/// What is said of a refusal for an address that is not verified.
const NOT_VERIFIED: &str = "MessageRejected: an address is not verified";

/// SES.
pub(super) struct Ses {
    client: Client,
    sender: EmailSender,
    configuration_set: String,
}

/// What fills the places of the template. SES puts texts in as they are, without escaping.
#[derive(Serialize)]
struct Places<'a> {
    subject: &'a str,
    html: &'a str,
    text: &'a str,
}

impl Ses {
    /// From `sender`; events of what is sent go where `configuration_set` says.
    pub(super) fn new(aws: &SdkConfig, sender: EmailSender, configuration_set: &str) -> Self {
        Self {
            client: Client::new(aws),
            sender,
            configuration_set: configuration_set.to_owned(),
        }
    }

    async fn call(&self, tags: Tags<'_>, block: &[&Outgoing]) -> Vec<Answer> {
        let entries: Result<Vec<_>, BuildError> =
            block.iter().map(|one| entry(tags, one)).collect();
        let Ok(entries) = entries else {
            return vec![Answer::refused("RequestNotSent"); block.len()];
        };
        let sent = self
            .client
            .send_bulk_email()
            .from_email_address(&self.sender.from)
            .set_reply_to_addresses(self.sender.reply_to.clone().map(|to| vec![to]))
            .configuration_set_name(&self.configuration_set)
            .default_content(content())
            .set_bulk_email_entries(Some(entries))
            .send()
            .await;
        match sent {
            Ok(output) => answers(output.bulk_email_entry_results, block.len()),
            Err(error) if is_unverified(error.message()) => {
                vec![Answer::closed(NOT_VERIFIED); block.len()]
            }
            Err(error) => vec![of_failure(&error); block.len()],
        }
    }
}

#[async_trait]
impl Service for Ses {
    async fn send(&self, tags: Tags<'_>, block: &[&Outgoing]) -> Vec<Answer> {
        let answers = self.call(tags, block).await;
        if block.len() < 2 || !is_spoiled(&answers) {
            return answers;
        }
        // One entry spoiled the call, of which nothing was taken: the others go without it.
        let mut each = Vec::with_capacity(block.len());
        for one in block {
            each.extend(self.call(tags, &[one]).await);
        }
        each
    }

    fn leaves_evidence(&self) -> bool {
        true
    }
}

/// Whether a call was refused as a whole, for what may be one of its entries.
fn is_spoiled(answers: &[Answer]) -> bool {
    let bad = ["BadRequestException", "MessageRejected"].map(Answer::refused);
    answers.iter().all(|answer| bad.contains(answer))
}

/// Whether SES refuses as an address is not verified: the sender's, or in the sandbox everybody's. It says so
/// by these words alone, with the addresses after them.
fn is_unverified(message: Option<&str>) -> bool {
    message.is_some_and(|message| message.contains("not verified"))
}

fn content() -> BulkEmailContent {
    let places = EmailTemplateContent::builder()
        .subject("{{subject}}")
        .html("{{html}}")
        .text("{{text}}");
    let template = Template::builder()
        .template_content(places.build())
        .template_data(r#"{"subject":"","html":"","text":""}"#);
    BulkEmailContent::builder()
        .template(template.build())
        .build()
}

fn entry(tags: Tags<'_>, one: &Outgoing) -> Result<BulkEmailEntry, BuildError> {
    let Content::Email {
        to,
        subject,
        html,
        text,
        unsubscribe,
    } = &one.content
    else {
        return Err(BuildError::other("a message of another channel"));
    };
    let places = Places {
        subject,
        html,
        text,
    };
    let places = serde_json::to_string(&places).map_err(BuildError::other)?;
    let template = ReplacementTemplate::builder().replacement_template_data(places);
    let content = ReplacementEmailContent::builder().replacement_template(template.build());
    let entry = BulkEmailEntry::builder()
        .destination(Destination::builder().to_addresses(to).build())
        .replacement_email_content(content.build())
        .replacement_tags(tag(RUN, tags.run)?)
        .replacement_tags(tag(CAMPAIGN, tags.campaign)?)
        .replacement_tags(tag(PERSON, &one.person)?)
        .replacement_headers(header("List-Unsubscribe", &format!("<{unsubscribe}>"))?)
        .replacement_headers(header(
            "List-Unsubscribe-Post",
            "List-Unsubscribe=One-Click",
        )?);
    Ok(entry.build())
}

fn tag(name: &str, value: &str) -> Result<MessageTag, BuildError> {
    MessageTag::builder().name(name).value(value).build()
}

fn header(name: &str, value: &str) -> Result<MessageHeader, BuildError> {
    MessageHeader::builder().name(name).value(value).build()
}

/// SES answers for each entry, in their order; an answer of another length says nothing.
fn answers(results: Vec<BulkEmailEntryResult>, messages: usize) -> Vec<Answer> {
    if results.len() != messages {
        return vec![Answer::Unknown; messages];
    }
    results.into_iter().map(answer).collect()
}

fn answer(result: BulkEmailEntryResult) -> Answer {
    let Some(status) = result.status else {
        return Answer::Unknown;
    };
    match status {
        BulkEmailStatus::Success => {
            result
                .message_id
                .map_or(Answer::Unknown, |message_id| Answer::Accepted {
                    message_id,
                })
        }
        BulkEmailStatus::AccountThrottled | BulkEmailStatus::TransientFailure => Answer::Throttled,
        BulkEmailStatus::AccountDailyQuotaExceeded
        | BulkEmailStatus::AccountSendingPaused
        | BulkEmailStatus::AccountSuspended
        | BulkEmailStatus::ConfigurationSetNotFound
        | BulkEmailStatus::ConfigurationSetSendingPaused
        | BulkEmailStatus::InvalidSendingPoolName
        | BulkEmailStatus::MailFromDomainNotVerified => Answer::closed(status.as_str()),
        _ if is_unverified(result.error.as_deref()) => Answer::closed(NOT_VERIFIED),
        refused => Answer::refused(refused.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email() -> Outgoing {
        Outgoing {
            person: "p1".to_owned(),
            content: Content::Email {
                to: "a@shop.example".to_owned(),
                subject: "New \"mugs\"".to_owned(),
                html: "<p>{{ no tag of SES }}</p>".to_owned(),
                text: "Mugs".to_owned(),
                unsubscribe: "https://l.shop.example/u/t".to_owned(),
            },
        }
    }

    #[test]
    fn an_email_ends_by_one_click_and_tells_whose_it_is_by_a_hash() {
        let tags = Tags {
            run: "r1",
            campaign: "weekly",
        };
        let entry = entry(tags, &email()).unwrap();
        let headers = entry.replacement_headers();
        assert_eq!(headers[0].value(), "<https://l.shop.example/u/t>");
        assert_eq!(headers[1].value(), "List-Unsubscribe=One-Click");
        let tags: Vec<_> = entry
            .replacement_tags()
            .iter()
            .map(|tag| (tag.name(), tag.value()))
            .collect();
        assert_eq!(
            tags,
            [("run", "r1"), ("campaign", "weekly"), ("person", "p1")]
        );
        let content = entry.replacement_email_content().unwrap();
        let data = content.replacement_template().unwrap();
        let data: serde_json::Value =
            serde_json::from_str(data.replacement_template_data().unwrap()).unwrap();
        assert_eq!(data["html"], "<p>{{ no tag of SES }}</p>");
    }

    #[test]
    fn an_address_that_is_not_verified_is_the_senders_matter() {
        let words = "Email address is not verified. The following identities failed the check: a@shop.example";
        assert!(is_unverified(Some(words)));
        assert!(!is_unverified(Some("Invalid content")) && !is_unverified(None));
        let rejected = BulkEmailEntryResult::builder().status(BulkEmailStatus::MessageRejected);
        assert_eq!(
            answer(rejected.error(words).build()),
            Answer::closed(NOT_VERIFIED)
        );
    }

    #[test]
    fn a_call_that_one_entry_spoiled_is_made_for_each() {
        let rejected = Answer::refused("MessageRejected");
        assert!(is_spoiled(&[rejected.clone(), rejected.clone()]));
        assert!(!is_spoiled(&[rejected, Answer::Unknown]));
        // What an entry was refused for itself is spelled otherwise.
        assert!(!is_spoiled(&[Answer::refused("MESSAGE_REJECTED")]));
    }

    #[test]
    fn each_entry_has_an_answer_of_its_own() {
        let result = |status, id: Option<&str>| {
            BulkEmailEntryResult::builder()
                .status(status)
                .set_message_id(id.map(str::to_owned))
                .build()
        };
        let said = answers(
            vec![
                result(BulkEmailStatus::Success, Some("m1")),
                result(BulkEmailStatus::AccountThrottled, None),
                result(BulkEmailStatus::AccountSendingPaused, None),
                result(BulkEmailStatus::MessageRejected, None),
                result(BulkEmailStatus::Success, None),
            ],
            5,
        );
        assert_eq!(
            said,
            [
                Answer::Accepted {
                    message_id: "m1".to_owned()
                },
                Answer::Throttled,
                Answer::closed("ACCOUNT_SENDING_PAUSED"),
                Answer::refused("MESSAGE_REJECTED"),
                Answer::Unknown,
            ]
        );
        assert_eq!(answers(Vec::new(), 2), [Answer::Unknown, Answer::Unknown]);
    }
}
