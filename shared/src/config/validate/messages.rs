//! What is sent: campaigns whose references resolve and whose limits hold, and senders for their channels.

mod audience;
mod senders;

use std::collections::BTreeSet;

use super::Problems;
use crate::config::{
    BatchKind, EstateConfig, Messages, Placement, Strategy,
    messages::{Audience, Fill, MessageCampaign, MessageCap},
};

const NAME_MAX: usize = 40;
const ITEMS_MAX: usize = 20;
const HOLD_OUT_MAX: u32 = 50;
const VALID_HOURS_MAX: u32 = 72;
const CAP_MESSAGES_MAX: u32 = 50;
/// What was sent to a person is remembered for 31 days.
const CAP_DAYS_MAX: u32 = 30;
const POSTAL_ADDRESS_MAX: usize = 500;

impl Problems {
    pub(super) fn messages(&mut self, config: &EstateConfig, messages: &Messages) {
        self.senders(&messages.senders);
        self.language("messages.defaultLanguage", &messages.default_language);
        self.time_zone("messages.timeZone", &messages.time_zone);
        self.message_cap("messages.cap", messages.cap);
        self.shop_url("messages.shopUrl", &messages.shop_url);
        if messages.postal_address.chars().count() > POSTAL_ADDRESS_MAX {
            self.add(
                "messages.postalAddress",
                format!("is longer than {POSTAL_ADDRESS_MAX} characters"),
            );
        }
        let mut seen = BTreeSet::new();
        for (index, campaign) in messages.campaigns.iter().enumerate() {
            let path = format!("messages.campaigns[{index}]");
            self.message_name(&format!("{path}.name"), &campaign.name);
            if !seen.insert(&campaign.name) {
                self.add(
                    &format!("{path}.name"),
                    format!("`{}` is declared twice; names are unique", campaign.name),
                );
            }
            self.message_campaign(&path, campaign, config, messages);
        }
    }

    fn message_campaign(
        &mut self,
        path: &str,
        campaign: &MessageCampaign,
        config: &EstateConfig,
        messages: &Messages,
    ) {
        self.audience(&format!("{path}.audience"), campaign, config);
        self.when(path, campaign);
        self.filled(path, campaign, config);
        self.channels(&format!("{path}.channels"), campaign, messages);
        self.limits(path, campaign);
        if let Some(template) = &campaign.template {
            self.message_name(&format!("{path}.template"), template);
        }
        if let Some(cap) = campaign.cap {
            self.message_cap(&format!("{path}.cap"), cap);
        }
    }

    fn when(&mut self, path: &str, campaign: &MessageCampaign) {
        if let Some(schedule) = &campaign.schedule {
            self.schedule_or_once(&format!("{path}.schedule"), schedule);
        }
        let Some(zone) = &campaign.schedule_time_zone else {
            return;
        };
        self.time_zone(&format!("{path}.scheduleTimeZone"), zone);
        if campaign.schedule.is_none() {
            self.add(
                &format!("{path}.scheduleTimeZone"),
                "has no effect without schedule",
            );
        }
    }

    fn filled(&mut self, path: &str, campaign: &MessageCampaign, config: &EstateConfig) {
        let at = format!("{path}.placement");
        let Some(placement) = config.placements.get(&campaign.placement) else {
            let declared = config.placements.keys().map(String::as_str);
            return self.undeclared(&at, &campaign.placement, "placements", declared);
        };
        match campaign.recommendations {
            Fill::Live => self.filled_live(&at, campaign, placement),
            Fill::Batch => {
                self.filled_by_batch(&format!("{path}.recommendations"), placement, config);
            }
        }
    }

    /// Nobody is at the shop who could send an item or a list.
    fn filled_live(&mut self, at: &str, campaign: &MessageCampaign, placement: &Placement) {
        let knows_items = matches!(campaign.audience, Audience::After(_));
        match placement.strategy {
            Strategy::Rank => self.add(
                at,
                format!(
                    "`{}` orders items that the shop sends, and a message has none; name one with the strategy for-you",
                    campaign.placement
                ),
            ),
            Strategy::Similar if !knows_items => self.add(
                at,
                format!(
                    "`{}` is similar to an item, and this audience knows none; name one with the strategy for-you, or let the audience be `after` an event",
                    campaign.placement
                ),
            ),
            _ => {}
        }
    }

    fn filled_by_batch(&mut self, at: &str, placement: &Placement, config: &EstateConfig) {
        let mut jobs = config.batch.iter();
        if !jobs.any(|job| job.kind == BatchKind::Recommendations) {
            self.add(
                at,
                "is batch, and no batch job makes lists: declare one of the kind recommendations under batch",
            );
        }
        if placement.strategy != Strategy::ForYou {
            self.add(
                at,
                "is batch, whose lists are made for each user: let the placement's strategy be for-you",
            );
        }
    }

    fn limits(&mut self, path: &str, campaign: &MessageCampaign) {
        if !(1..=ITEMS_MAX).contains(&campaign.items) {
            self.add(
                &format!("{path}.items"),
                format!("is 1 to {ITEMS_MAX} products"),
            );
        }
        if campaign.min_items > campaign.items {
            self.add(
                &format!("{path}.minItems"),
                "is more than items: no message would ever be sent",
            );
        }
        if campaign.hold_out > HOLD_OUT_MAX {
            self.add(
                &format!("{path}.holdOut"),
                format!("is at most {HOLD_OUT_MAX} per cent"),
            );
        }
        if !(1..=VALID_HOURS_MAX).contains(&campaign.valid_hours) {
            self.add(
                &format!("{path}.validHours"),
                format!("is 1 to {VALID_HOURS_MAX} hours"),
            );
        }
    }

    fn message_cap(&mut self, path: &str, cap: MessageCap) {
        if !(1..=CAP_MESSAGES_MAX).contains(&cap.messages) {
            self.add(
                &format!("{path}.messages"),
                format!("is 1 to {CAP_MESSAGES_MAX}"),
            );
        }
        if !(1..=CAP_DAYS_MAX).contains(&cap.days) {
            self.add(&format!("{path}.days"), format!("is 1 to {CAP_DAYS_MAX}"));
        }
    }

    /// A name that is a part of keys, schedules and tags.
    fn message_name(&mut self, path: &str, name: &str) {
        let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=NAME_MAX).contains(&name.len()) || !name.chars().all(ok) {
            self.add(
                path,
                format!("`{name}` is no name: 1 to {NAME_MAX} of a to z, digits and -"),
            );
        }
    }

    /// A language tag, or its beginning: the name of a folder of templates.
    fn language(&mut self, path: &str, language: &str) {
        let mut parts = language.split('-');
        let first = parts.next().unwrap_or_default();
        let is_language =
            (2..=3).contains(&first.len()) && first.chars().all(|c| c.is_ascii_lowercase());
        let mut rest = parts.map(|part| {
            (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        });
        if !is_language || !rest.all(|ok| ok) {
            self.add(
                path,
                format!("`{language}` is no language; write one like en or de-AT"),
            );
        }
    }

    fn shop_url(&mut self, path: &str, url: &str) {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.split(':').next().unwrap_or_default();
        let is_here = host == "localhost" || host == "127.0.0.1";
        let is_url = !host.is_empty()
            && !authority.contains('@')
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
            && (scheme == "https" || scheme == "http" && is_here);
        if !is_url {
            self.add(
                path,
                format!("`{url}` is no address of a shop; write one like https://shop.example (http is for localhost alone)"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
