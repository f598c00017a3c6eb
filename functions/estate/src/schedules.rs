//! The schedules that the configuration declares: what starts the workflows, and when. They are made
//! in the stack's own group of EventBridge Scheduler.

use serde_json::{Value, json};
use shared::{
    arn::Kind,
    config::{EstateConfig, SchedulesState},
    environment,
};

use crate::resource::{Declared, Fields};

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
    capacity: String,
}

impl Targets {
    /// Reads `SCHEDULE_GROUP`, `SCHEDULER_ROLE_ARN`, `EVENTS_DEAD_LETTER_QUEUE_ARN`,
    /// `IMPORT_DATA_STATE_MACHINE_ARN`, `RETRAIN_STATE_MACHINE_ARN`,
    /// `BATCH_RECOMMEND_STATE_MACHINE_ARN` and `CAPACITY_FUNCTION_ARN`. Without all of them there is
    /// no stack whose workflows could be started.
    pub(crate) fn from_environment() -> Option<Self> {
        let read = |name| environment::required(name).ok();
        Some(Self {
            group: read("SCHEDULE_GROUP")?,
            role: read("SCHEDULER_ROLE_ARN")?,
            dead_letter_queue: read("EVENTS_DEAD_LETTER_QUEUE_ARN")?,
            import_data: read("IMPORT_DATA_STATE_MACHINE_ARN")?,
            retrain: read("RETRAIN_STATE_MACHINE_ARN")?,
            batch_recommend: read("BATCH_RECOMMEND_STATE_MACHINE_ARN")?,
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

impl Schedules {
    fn add(&mut self, name: String, when: Option<&String>, target: &str, input: &Value) {
        let Some(when) = when else { return };
        let fields = [
            ("schedule", json!(when)),
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
}
