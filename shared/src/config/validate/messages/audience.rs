//! Whom a campaign is for.

use super::super::{Problems, exports::STATEMENT_MAX, sql::placeholders};
use crate::config::{
    BatchKind, EstateConfig,
    messages::{AfterEvent, Audience, MessageCampaign, SegmentAudience},
};

const HOURS_MAX: u32 = 168;
const EVENT_TYPE_MAX: usize = 256;
/// Where `build-audience` may read lists.
const LISTS: &str = "messages/audience/";

impl Problems {
    pub(super) fn audience(
        &mut self,
        path: &str,
        campaign: &MessageCampaign,
        config: &EstateConfig,
    ) {
        match &campaign.audience {
            Audience::Contacts {} => {}
            Audience::Segment(segment) => {
                self.segment(&format!("{path}.segment"), segment, config);
            }
            Audience::Query(query) => self.query(&format!("{path}.query.sql"), &query.sql),
            Audience::List(key) => self.list_key(&format!("{path}.list"), key),
            Audience::After(after) => self.after(&format!("{path}.after"), after, campaign),
        }
    }

    fn segment(&mut self, path: &str, segment: &SegmentAudience, config: &EstateConfig) {
        match config.batch_job(&segment.job) {
            None => {
                let segments = config.batch.iter();
                let segments = segments.filter(|job| job.kind == BatchKind::Segments);
                let declared = segments.map(|job| job.name.as_str());
                self.undeclared(&format!("{path}.job"), &segment.job, "batch", declared);
            }
            Some(job) if job.kind != BatchKind::Segments => self.add(
                &format!("{path}.job"),
                format!(
                    "`{}` makes recommendations: name a batch job of the kind segments",
                    segment.job
                ),
            ),
            Some(_) => {}
        }
        if segment.of.is_empty() {
            self.add(
                &format!("{path}.of"),
                "is empty: name the item, or the attributes, as the job's input does",
            );
        }
    }

    fn query(&mut self, path: &str, sql: &str) {
        let statement = sql.trim().trim_end_matches(';').trim_end();
        if statement.len() > STATEMENT_MAX {
            self.add(
                path,
                format!("is longer than Athena's {STATEMENT_MAX} bytes"),
            );
        }
        match placeholders(statement) {
            Err(problem) => self.add(path, problem),
            Ok(0) => {}
            Ok(_) => self.add(
                path,
                "has a `?`, and nothing stands for it here: write the value",
            ),
        }
    }

    fn list_key(&mut self, path: &str, key: &str) {
        if key.strip_prefix(LISTS).is_none_or(str::is_empty) {
            self.add(
                path,
                format!("`{key}` is no list: write a key like {LISTS}friends.csv"),
            );
        }
    }

    fn after(&mut self, path: &str, after: &AfterEvent, campaign: &MessageCampaign) {
        if !(1..=HOURS_MAX).contains(&after.hours) {
            self.add(&format!("{path}.hours"), format!("is 1 to {HOURS_MAX}"));
        }
        self.event_type(&format!("{path}.event"), &after.event);
        if let Some(unless) = &after.unless {
            self.event_type(&format!("{path}.unless"), unless);
            if *unless == after.event {
                self.add(
                    &format!("{path}.unless"),
                    "is the event itself: nobody would ever be in the audience",
                );
            }
        }
        if campaign.rate().is_none() {
            self.add(
                path,
                "needs a schedule by rate, such as rate(1 hour): each run takes those whose hours have passed since the run before",
            );
        }
    }

    fn event_type(&mut self, path: &str, event_type: &str) {
        if !(1..=EVENT_TYPE_MAX).contains(&event_type.chars().count()) {
            self.add(
                path,
                format!("is an event type of 1 to {EVENT_TYPE_MAX} characters"),
            );
        }
    }
}
