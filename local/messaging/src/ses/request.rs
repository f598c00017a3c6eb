//! What SES is asked, as far as it matters here; members that change nothing on a laptop are not read.

use serde::Deserialize;

use crate::outbox::Header;

/// SendBulkEmail.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BulkEmail {
    pub(crate) from_email_address: Option<String>,
    #[serde(default)]
    pub(crate) reply_to_addresses: Vec<String>,
    #[serde(default)]
    pub(crate) default_email_tags: Vec<Tag>,
    pub(crate) default_content: DefaultContent,
    pub(crate) bulk_email_entries: Vec<Entry>,
    pub(crate) configuration_set_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DefaultContent {
    pub(crate) template: Option<TemplateOf>,
}

/// A template: its text, or the name of one that is kept (none is).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TemplateOf {
    pub(crate) template_name: Option<String>,
    pub(crate) template_arn: Option<String>,
    pub(crate) template_content: Option<TemplateContent>,
    pub(crate) template_data: Option<String>,
    #[serde(default)]
    pub(crate) headers: Vec<Header>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TemplateContent {
    pub(crate) subject: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) text: Option<String>,
}

/// One email of a bulk.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Entry {
    pub(crate) destination: Destination,
    #[serde(default)]
    pub(crate) replacement_tags: Vec<Tag>,
    pub(crate) replacement_email_content: Option<ReplacementContent>,
    #[serde(default)]
    pub(crate) replacement_headers: Vec<Header>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReplacementContent {
    pub(crate) replacement_template: Option<ReplacementTemplate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReplacementTemplate {
    pub(crate) replacement_template_data: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Destination {
    pub(crate) to_addresses: Vec<String>,
    pub(crate) cc_addresses: Vec<String>,
    pub(crate) bcc_addresses: Vec<String>,
}

impl Destination {
    /// All recipients.
    pub(crate) fn all(self) -> Vec<String> {
        let mut all = self.to_addresses;
        all.extend(self.cc_addresses);
        all.extend(self.bcc_addresses);
        all
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// SendEmail.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SingleEmail {
    pub(crate) from_email_address: Option<String>,
    pub(crate) destination: Option<Destination>,
    #[serde(default)]
    pub(crate) reply_to_addresses: Vec<String>,
    #[serde(default)]
    pub(crate) email_tags: Vec<Tag>,
    pub(crate) content: SingleContent,
    pub(crate) configuration_set_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SingleContent {
    pub(crate) simple: Option<Simple>,
    pub(crate) template: Option<TemplateOf>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Simple {
    pub(crate) subject: Words,
    pub(crate) body: Body,
    #[serde(default)]
    pub(crate) headers: Vec<Header>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Body {
    pub(crate) html: Option<Words>,
    pub(crate) text: Option<Words>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Words {
    pub(crate) data: String,
}

/// PutSuppressedDestination.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Suppress {
    pub(crate) email_address: String,
    pub(crate) reason: String,
}
