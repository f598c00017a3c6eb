//! Who messages are from, and by which channels they go.

use std::collections::BTreeSet;

use super::super::Problems;
use crate::config::{
    Messages,
    messages::{MessageCampaign, Senders},
};

/// Each part of a text is billed, and phones put together ten at most.
const PARTS_MAX: u32 = 10;
/// RFC 5321, "Size Limits and Minimums".
const ADDRESS_MAX: usize = 254;
const LOCAL_PART_MAX: usize = 64;
const ID_MAX: usize = 256;

impl Problems {
    pub(super) fn senders(&mut self, senders: &Senders) {
        if let Some(email) = &senders.email {
            self.sender("messages.senders.email.from", &email.from);
            if let Some(reply_to) = &email.reply_to {
                self.sender("messages.senders.email.replyTo", reply_to);
            }
        }
        if let Some(sms) = &senders.sms {
            self.id(
                "messages.senders.sms.originationIdentity",
                &sms.origination_identity,
            );
            if !(1..=PARTS_MAX).contains(&sms.max_parts) {
                self.add(
                    "messages.senders.sms.maxParts",
                    format!("is 1 to {PARTS_MAX}"),
                );
            }
            if sms.per_second == 0 {
                self.add(
                    "messages.senders.sms.perSecond",
                    "is at least 1: with 0 no text would ever be sent",
                );
            }
        }
        if let Some(push) = &senders.push {
            self.id("messages.senders.push.applicationId", &push.application_id);
        }
    }

    pub(super) fn channels(&mut self, path: &str, campaign: &MessageCampaign, messages: &Messages) {
        if campaign.channels.is_empty() {
            self.add(path, "is empty: name email, sms or push");
        }
        let mut seen = BTreeSet::new();
        for (index, channel) in campaign.channels.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let name = channel.name();
            if !seen.insert(*channel) {
                self.add(&path, format!("`{name}` is there twice; name it once"));
            } else if !messages.senders.has(*channel) {
                self.add(
                    &path,
                    format!("`{name}` has no sender: add messages.senders.{name}"),
                );
            }
        }
    }

    fn sender(&mut self, path: &str, sender: &str) {
        if !is_mailbox(sender) {
            self.add(
                path,
                format!(
                    "`{sender}` is no sender; write news@shop.example or Shop <news@shop.example>"
                ),
            );
        }
    }

    fn id(&mut self, path: &str, id: &str) {
        if !(1..=ID_MAX).contains(&id.len()) || id.contains(char::is_whitespace) {
            self.add(
                path,
                format!("is an id or ARN of 1 to {ID_MAX} characters without blanks"),
            );
        }
    }
}

/// `address`, or `name <address>`.
fn is_mailbox(sender: &str) -> bool {
    // A line break would begin another header.
    if sender.contains(char::is_control) {
        return false;
    }
    match sender.split_once('<') {
        None => is_address(sender),
        Some((name, rest)) => !name.contains('>') && rest.strip_suffix('>').is_some_and(is_address),
    }
}

fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let is_local = (1..=LOCAL_PART_MAX).contains(&local.len())
        && !local.contains(|c: char| c.is_whitespace() || "@<>,;:\"()[]\\".contains(c));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    is_local && address.len() <= ADDRESS_MAX && domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_mailbox;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for good in [
            "news@shop.example",
            "Shop <news@shop.example>",
            "The \"Shop\" & Sons <n.e-w+s@mail.shop.example>",
        ] {
            assert!(is_mailbox(good), "{good}");
        }
        for wrong in [
            "",
            "shop",
            "@shop.example",
            "news@shop",
            "news@shop..example",
            "news@-shop.example",
            "Shop news@shop.example",
            "Shop <news@shop.example",
            "Shop <news@shop.example> x",
            "a@b.example, c@d.example",
            "Shop\r\nBcc: <news@shop.example>",
        ] {
            assert!(!is_mailbox(wrong), "{wrong}");
        }
    }
}
