//! The schedules that the configuration declares: what starts the workflows, and when. They are made
//! in the stack's own group of EventBridge Scheduler.
//!
//! What the scheduler does with a time that is past is not documented, and differs: a schedule of such a
//! time is neither made nor changed here.

use jiff::{civil::DateTime, tz::TimeZone};
use serde_json::{Value, json};
use shared::{
    arn::Kind,
    config::{EstateConfig, SchedulesState},
    environment,
};

use crate::resource::{Declared, Fields};

/// The zone of a schedule that says none, here and at the scheduler.
pub(crate) const UTC: &str = "UTC";

/// What schedules start, and by whose leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Targets {
    /// The group of EventBridge Scheduler that they are in.
    pub(crate) group: String,
    /// The role that the scheduler takes.
    pub(crate) role: String,
    /// Where a start that failed ends up.
    pub(crate) dead_letter_queue: String,
    import_data: String,
    retrain: String,
    batch_recommend: String,
    send_campaign: String,
    capacity: String,
}

impl Targets {
    /// Reads `SCHEDULE_GROUP`, `SCHEDULER_ROLE_ARN`, `EVENTS_DEAD_LETTER_QUEUE_ARN`,
    /// `IMPORT_DATA_STATE_MACHINE_ARN`, `RETRAIN_STATE_MACHINE_ARN`,
    /// `BATCH_RECOMMEND_STATE_MACHINE_ARN`, `SEND_CAMPAIGN_STATE_MACHINE_ARN` and
    /// `CAPACITY_FUNCTION_ARN`. Without all of them there is no stack whose workflows could be started.
    pub(crate) fn from_environment() -> Option<Self> {
        let read = |name| environment::required(name).ok();
        Some(Self {
            group: read("SCHEDULE_GROUP")?,
            role: read("SCHEDULER_ROLE_ARN")?,
            dead_letter_queue: read("EVENTS_DEAD_LETTER_QUEUE_ARN")?,
            import_data: read("IMPORT_DATA_STATE_MACHINE_ARN")?,
            retrain: read("RETRAIN_STATE_MACHINE_ARN")?,
            batch_recommend: read("BATCH_RECOMMEND_STATE_MACHINE_ARN")?,
            send_campaign: read("SEND_CAMPAIGN_STATE_MACHINE_ARN")?,
            capacity: read("CAPACITY_FUNCTION_ARN")?,
        })
    }
}

/// The schedules that `config` declares.
pub(crate) fn declared(config: &EstateConfig, targets: &Targets) -> Vec<Declared> {
    let mut all = Schedules {
        state: config.schedules,
        list: Vec::new(),
    };
    let imports = [
        ("full", "FULL", &config.imports.full),
        ("incremental", "INCREMENTAL", &config.imports.incremental),
    ];
    for (name, mode, when) in imports {
        let input = json!({ "importMode": mode, "wait": true });
        all.add(
            format!("import-{name}"),
            when.as_ref(),
            &targets.import_data,
            &input,
        );
    }
    for (name, mode) in [("full", "FULL"), ("update", "UPDATE")] {
        for (when, solutions) in trainings(config, mode) {
            let Some(first) = solutions.first() else {
                continue;
            };
            let name = format!("train-{first}-{name}");
            let input = json!({ "solutions": solutions, "trainingMode": mode, "wait": true });
            all.add(name, Some(&when), &targets.retrain, &input);
        }
    }
    for job in &config.batch {
        let (name, input) = (format!("batch-{}", job.name), json!({ "job": job.name }));
        all.add(
            name,
            job.schedule.as_ref(),
            &targets.batch_recommend,
            &input,
        );
    }
    for campaign in config
        .messages
        .iter()
        .flat_map(|messages| &messages.campaigns)
    {
        let zone = campaign.schedule_time_zone.as_deref();
        all.add_in(
            zone.unwrap_or(UTC),
            format!("message-{}", campaign.name),
            campaign.schedule.as_ref(),
            &targets.send_campaign,
            &json!({ "campaign": campaign.name }),
        );
    }
    for recommender in &config.recommenders {
        let hours = &recommender.hours;
        for (action, when) in [("start", &hours.start), ("stop", &hours.stop)] {
            let input = json!({ "action": action, "recommender": recommender.name });
            let name = format!("{action}-{}", recommender.name);
            all.add(name, when.as_ref(), &targets.capacity, &input);
        }
    }
    all.list
}

/// The solutions that are trained at each time: one run trains them side by side, and runs of different
/// times wait for each other.
fn trainings(config: &EstateConfig, mode: &str) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for solution in &config.solutions {
        let training = &solution.training;
        let when = match mode {
            "FULL" => &training.full,
            _ => &training.update,
        };
        let Some(when) = when else { continue };
        match all.iter_mut().find(|(other, _)| other == when) {
            Some((_, solutions)) => solutions.push(solution.name.clone()),
            None => all.push((when.clone(), vec![solution.name.clone()])),
        }
    }
    all
}

struct Schedules {
    state: SchedulesState,
    list: Vec<Declared>,
}

/// Whether the one time of a schedule is before `now` (epoch seconds): it starts nothing any more.
pub(crate) fn is_past(schedule: &Fields, now: i64) -> bool {
    let text = |field: &str| schedule.get(field).and_then(Value::as_str);
    let moment = text("schedule").and_then(|when| when.strip_prefix("at(")?.strip_suffix(')'));
    let moment: Option<DateTime> = moment.and_then(|moment| moment.parse().ok());
    let zone = TimeZone::get(text("timeZone").unwrap_or(UTC)).ok();
    let at = moment.and_then(|moment| moment.to_zoned(zone?).ok());
    at.is_some_and(|at| at.timestamp().as_second() <= now)
}

impl Schedules {
    fn add(&mut self, name: String, when: Option<&String>, target: &str, input: &Value) {
        self.add_in(UTC, name, when, target, input);
    }

    fn add_in(
        &mut self,
        zone: &str,
        name: String,
        when: Option<&String>,
        target: &str,
        input: &Value,
    ) {
        let Some(when) = when else { return };
        let fields = [
            ("schedule", json!(when)),
            ("timeZone", json!(zone)),
            ("state", json!(self.state)),
            ("starts", json!(target)),
            ("input", input.clone()),
        ];
        let fields = fields.into_iter();
        self.list.push(Declared {
            kind: Kind::Schedule,
            name,
            fields: fields
                .map(|(field, value)| (field.to_owned(), value))
                .collect::<Fields>(),
            left_alone: &[],
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Targets {
        let arn = |name: &str| format!("arn:{name}");
        Targets {
            group: "shop".to_owned(),
            role: arn("role"),
            dead_letter_queue: arn("queue"),
            import_data: arn("import-data"),
            retrain: arn("retrain"),
            batch_recommend: arn("batch-recommend"),
            send_campaign: arn("send-campaign"),
            capacity: arn("capacity"),
        }
    }

    #[test]
    fn what_is_trained_at_one_time_is_trained_by_one_run() {
        let weekly = "training: { full: cron(0 4 ? * SUN *) }";
        let text = include_str!("../../../config/personalization.yaml")
            .replacen(
                "aws-similar-items",
                &format!("aws-similar-items\n    {weekly}"),
                1,
            )
            .replacen(
                "aws-popularity-count",
                &format!("aws-popularity-count\n    {weekly}"),
                1,
            );
        let config = shared::config::parse("test.yaml", &text).unwrap();
        let all = declared(&config, &targets());
        assert_eq!(all.len(), 1);
        let solutions = json!(["similar-items", "popularity"]);
        assert_eq!(all[0].fields["input"]["solutions"], solutions);
    }

    #[test]
    fn every_declared_time_starts_its_workflow() {
        let text = include_str!("../../../config/personalization.yaml").replacen(
            "recipe: aws-similar-items",
            "recipe: aws-similar-items\n    training: { full: cron(0 4 ? * SUN *) }",
            1,
        ) + "\nbatch:\n  - { name: letters, kind: recommendations, solution: user-personalization, input: batch/input/users.jsonl, schedule: rate(7 days) }\n";
        let config = shared::config::parse("test.yaml", &text).unwrap();
        let all = declared(&config, &targets());
        let of = |name: &str| all.iter().find(|one| one.name == name).unwrap();
        let training = &of("train-similar-items-full").fields;
        assert_eq!(training["starts"], "arn:retrain");
        assert_eq!(
            training["input"],
            json!({ "solutions": ["similar-items"], "trainingMode": "FULL", "wait": true })
        );
        assert_eq!(of("batch-letters").fields["schedule"], "rate(7 days)");
    }

    #[test]
    fn a_campaign_has_a_schedule_in_its_own_time_zone() {
        let shipped = include_str!("../../../config/personalization.yaml");
        let text = shipped.split("\nmessages:").next().unwrap().to_owned()
            + "
messages:
  senders: { email: { from: news@shop.example } }
  shopUrl: https://shop.example
  campaigns:
    - { name: eve, audience: { contacts: {} }, placement: home, channels: [email], schedule: at(2026-12-24T09:00:00), scheduleTimeZone: America/New_York }
    - { name: by-hand, audience: { contacts: {} }, placement: home, channels: [email] }
";
        let config = shared::config::parse("test.yaml", &text).unwrap();
        let all = declared(&config, &targets());
        let schedules: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(schedules, ["message-eve"]);
        let eve = &all[0];
        assert_eq!(eve.fields["starts"], "arn:send-campaign");
        assert_eq!(eve.fields["input"], json!({ "campaign": "eve" }));
        assert_eq!(eve.fields["timeZone"], "America/New_York");
        // 2026-12-24T14:00:00Z
        assert!(is_past(&eve.fields, 1_798_120_800) && !is_past(&eve.fields, 1_798_120_799));
    }
}
