//! The work of batch jobs: questions from lines of JSON in S3, answers as lines of JSON to S3.
//!
//! For every object of the input there is `<name>.out` under the output path, a line for each of its
//! lines: `{"input":…,"output":…,"error":…}`. Lines with an error are in `<name>_errors.out` as well.
//! The name is what follows the folder that all objects of the input share, so that two of one name
//! in different folders have two outputs. What a question is and how it is answered is in
//! `inference.rs` and `segment.rs`.

mod inference;
mod segment;

use std::{
    io::{BufRead, BufReader, Read},
    sync::Arc,
};

use filter_expression::{parse::parse, syntax::Filter};
use serde_json::{Value, json};

use crate::{
    app::App,
    control::{
        recipe::Recipe,
        target::{Target, ready},
    },
    data::groups::GroupData,
    fault::Fault,
    filter::values::{self, Values},
    import::s3::{Location, Reach},
    input::Input,
    models::Deployed,
    quotas,
    resources::{self, BatchOrder},
};

/// The longest line of an input file, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// What answers the lines of a job.
struct Desk {
    recipe: &'static Recipe,
    deployed: Arc<Deployed>,
    data: Arc<GroupData>,
    filter: Option<Filter>,
    /// How long an answer may be.
    count: usize,
}

/// Answers one line.
type Answer = fn(&Desk, &Input) -> Result<Value, Fault>;

impl Desk {
    fn of(app: &App, order: &BatchOrder) -> Result<Self, Fault> {
        let (target, filter) = app.read(|estate| {
            let target = Target::of_version(estate, &order.solution_version_arn)?;
            let filter = order.filter_arn.as_deref();
            let filter = filter.map(|arn| ready::<resources::Filter>(estate, arn));
            let filter = filter.transpose()?.map(|one| one.filter_expression.clone());
            Ok::<_, Fault>((target, filter))
        })?;
        let (deployed, data) = target.model(app)?;
        let filter = filter.map(|text| parse(&text)).transpose();
        Ok(Self {
            recipe: target.recipe()?,
            deployed,
            data,
            filter: filter.map_err(Fault::internal)?,
            count: usize::try_from(order.num_results).unwrap_or(0),
        })
    }

    /// The values that a line gives for the placeholders of the filter.
    fn values(input: &Input) -> Result<Values, Fault> {
        let given = input.named("filterValues", 25, 50, 1000)?;
        given
            .into_iter()
            .map(|(name, list)| match values::parse(&list) {
                Ok(list) => Ok((name, list)),
                Err(problem) => Err(input.wrong(&format!("filterValues.{name}"), problem)),
            })
            .collect()
    }

    /// The lines of one file, answered.
    fn serve(
        &self,
        file: impl Read,
        left: &mut quotas::Batch,
        answer: Answer,
    ) -> Result<Served, String> {
        let mut reader = BufReader::new(file);
        let mut served = Served::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut limited = reader.by_ref().take(LONGEST_LINE);
            let read = limited.read_until(b'\n', &mut line);
            let read = read.map_err(|error| format!("cannot be read: {error}"))? as u64;
            if read == 0 {
                return Ok(served);
            }
            if read == LONGEST_LINE {
                return Err(format!("has a line of more than {LONGEST_LINE} bytes"));
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let (Some(bytes), Some(records)) =
                (left.bytes.checked_sub(read), left.records.checked_sub(1))
            else {
                return Err("is beyond what a job may have as input".to_owned());
            };
            (left.bytes, left.records) = (bytes, records);
            served.add(&line, self.answer(&line, answer));
        }
    }

    fn answer(&self, line: &[u8], answer: Answer) -> Result<Value, Fault> {
        answer(self, &Input::parse(line.trim_ascii())?)
    }
}

/// The output of one file.
#[derive(Default)]
struct Served {
    all: Vec<u8>,
    errors: Vec<u8>,
}

impl Served {
    fn add(&mut self, line: &[u8], answer: Result<Value, Fault>) {
        // A line that is no JSON is shown as the text that it is.
        let input = serde_json::from_slice(line)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(line).trim()));
        let failed = answer.is_err();
        let (output, error) = match answer {
            Ok(output) => (output, Value::Null),
            Err(fault) => (Value::Null, json!(fault.message)),
        };
        let shown = format!("{{\"input\":{input},\"output\":{output},\"error\":{error}}}\n");
        self.all.extend_from_slice(shown.as_bytes());
        if failed {
            self.errors.extend_from_slice(shown.as_bytes());
        }
    }
}

/// Does the work of a job.
async fn run(app: Arc<App>, order: BatchOrder, answer: Answer) -> Result<(), String> {
    let desk = Arc::new(Desk::of(&app, &order).map_err(|fault| fault.message)?);
    let place = |value: &Value, member: &str| -> Result<Location, String> {
        let path = value[member]["path"].as_str().unwrap_or_default();
        Location::parse(path).ok_or_else(|| format!("Invalid Data location: {path}"))
    };
    let from = place(&order.job_input, "s3DataSource")?;
    let to = place(&order.job_output, "s3DataDestination")?;
    let keys = app.bucket.keys(&from, Reach::Prefix).await?;
    let mut left = app.quotas.batch;
    let folder = shared_folder(&keys).len();
    for key in keys {
        let object = format!("s3://{}/{key}", from.bucket);
        let failed = |problem: String| format!("{problem} ({object})");
        let file = app.bucket.open(&from.bucket, &key).await.map_err(failed)?;
        let desk = Arc::clone(&desk);
        let served = tokio::task::spawn_blocking(move || {
            let served = desk.serve(file, &mut left, answer);
            served.map(|served| (served, left))
        });
        let served = served
            .await
            .map_err(|error| format!("the work stopped: {error}"))?;
        let (served, still) = served.map_err(failed)?;
        left = still;
        let name = &key[folder..];
        app.bucket
            .put(&to, &format!("{name}.out"), served.all)
            .await?;
        if !served.errors.is_empty() {
            let name = format!("{name}_errors.out");
            app.bucket.put(&to, &name, served.errors).await?;
        }
    }
    Ok(())
}

/// The longest folder, with its `/`, that all keys are in.
fn shared_folder(keys: &[String]) -> &str {
    let folder = |key: &str| key.rfind('/').map_or(0, |slash| slash + 1);
    let Some((first, others)) = keys.split_first() else {
        return "";
    };
    let mut shared = &first[..folder(first)];
    for key in others {
        while !key.starts_with(shared) {
            let parent = folder(&shared[..shared.len() - 1]);
            shared = &shared[..parent];
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_folder_leaves_every_object_a_name_of_its_own() {
        for (keys, folder) in [
            (vec!["users.json"], ""),
            (vec!["batch/users.json"], "batch/"),
            (vec!["batch/1.json", "batch/2.json"], "batch/"),
            (vec!["batch/a/1.json", "batch/b/1.json"], "batch/"),
            (vec!["batch/a/1.json", "batch/a_test/1.json"], "batch/"),
            (vec!["batch/a/1.json", "other/1.json"], ""),
            (vec!["a//1.json", "a/1.json"], "a/"),
        ] {
            let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
            assert_eq!(shared_folder(&keys), folder, "{keys:?}");
        }
    }

    #[test]
    fn every_line_has_its_line_and_errors_have_two() {
        let mut served = Served::default();
        served.add(
            b"{\"userId\":\"u\"}\n",
            Ok(json!({ "recommendedItems": ["a"] })),
        );
        served.add(
            b"no json\n",
            Err(Fault::invalid("body", "not a JSON object")),
        );
        let all = String::from_utf8(served.all).unwrap();
        let lines: Vec<Value> = all
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["output"]["recommendedItems"][0], "a");
        assert_eq!(lines[0]["error"], Value::Null);
        assert_eq!(lines[1]["input"], "no json");
        assert!(
            lines[1]["error"]
                .as_str()
                .unwrap()
                .contains("not a JSON object")
        );
        let errors = String::from_utf8(served.errors).unwrap();
        assert_eq!(
            errors.lines().collect::<Vec<_>>(),
            [all.lines().nth(1).unwrap()]
        );
    }
}
