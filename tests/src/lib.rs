//! A deployed stack to test against: the real template on the local emulator, the real function
//! binaries, `personalize-local` behind the front door, on free ports and in a directory of its own.
//!
//! The methods block, so that a test reads from top to bottom; they panic where there is nothing
//! left to test.

mod athena;
mod data;
mod environment;
pub mod kill;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use hyper::Method;
use local::{Options, Stack, front_door::Fault, s3, seeding, workflows::Workflow};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub use environment::Environment;

pub use data::{
    interactions_csv, items_csv, product, products_page, shuffled_interactions_csv, users_csv,
};

/// How long one invocation may take.
const INVOCATION: Duration = Duration::from_secs(60);
/// How often a resource is looked at until it is made.
const LOOKS: usize = 200;
const PAUSE: Duration = Duration::from_millis(100);

/// A client of Personalize behind the front door.
fn personalize_client(endpoint: &str) -> aws_sdk_personalize::Client {
    use aws_sdk_personalize::config::{Config, Credentials, Region};
    let credentials = Credentials::new("test", "test", None, None, "test");
    let config = Config::builder()
        .behavior_version_latest()
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials);
    aws_sdk_personalize::Client::from_conf(config.build())
}

/// An item of a table.
pub type Item = HashMap<String, AttributeValue>;

/// The rows of a CSV file, without its header.
#[must_use]
pub fn rows_of(csv: &str) -> BTreeSet<String> {
    csv.lines().skip(1).map(str::to_owned).collect()
}

/// What a function failed with.
#[derive(Debug)]
pub struct Failure {
    /// `Retryable`, `InvalidInput`, `Conflict` or `Failed`.
    pub error_type: String,
    /// The words for a person.
    pub message: String,
}

/// Builds the functions, and tells where the one of the estate, which is a command too, is.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn estate_binary() -> PathBuf {
    let build = async {
        let layout =
            local::Layout::find(Path::new(env!("CARGO_MANIFEST_DIR")), Path::new(".local"))?;
        local::build::build(&layout).await
    };
    // Its own thread and runtime: a test that asks may run inside one.
    let built = std::thread::spawn(|| Runtime::new().map(|runtime| runtime.block_on(build)));
    match built.join() {
        Ok(Ok(Ok(mut binaries))) => binaries.functions.remove("estate").unwrap_or_default(),
        other => panic!("the functions are not built: {other:?}"),
    }
}

/// Removes what an earlier run left in `folder`.
///
/// # Panics
/// When it cannot be removed.
pub fn forget(folder: &Path) {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            panic!("{}: {error}", folder.display())
        }
        _ => {}
    }
}

/// A deployed shop.
#[derive(Debug)]
pub struct Shop {
    // Field order: the stack stops before the runtime that it runs in.
    stack: Stack,
    personalize: aws_sdk_personalize::Client,
    runtime: Runtime,
}

impl Shop {
    /// Builds, starts and deploys everything, from nothing; its state is in `folder`.
    ///
    /// # Panics
    /// When that fails: there is nothing to test then.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        Self::start_as(folder, &Options::for_test(folder))
    }

    /// The same with a backend, the sample shop, and with Athena: nothing is in the shop yet.
    ///
    /// # Panics
    /// When that fails: there is nothing to test then.
    #[must_use]
    pub fn start_with_backend(folder: &Path) -> Self {
        let options = Options {
            backend: true,
            ..Options::for_test(folder)
        };
        Self::start_as(folder, &options)
    }

    fn start_as(folder: &Path, options: &Options) -> Self {
        forget(folder);
        let runtime = Runtime::new().unwrap_or_else(|error| panic!("no runtime: {error}"));
        let stack = runtime
            .block_on(Stack::start(options))
            .unwrap_or_else(|error| panic!("the stack does not start: {error}"));
        let personalize = personalize_client(&stack.endpoint());
        Self {
            stack,
            personalize,
            runtime,
        }
    }

    /// Fills the shop: its data in the bucket, everything declared made, trained and in service.
    ///
    /// # Panics
    /// When a workflow fails.
    pub fn fill(&self) {
        self.put("datasets/full/interactions/1.csv", interactions_csv());
        self.put("datasets/full/items/1.csv", items_csv());
        self.put("datasets/full/users/1.csv", users_csv());
        let products = "raw/products/2026-01-01/page-00001.jsonl";
        self.put(products, products_page());
        for workflow in [
            Workflow::ApplyEstate,
            Workflow::ImportData,
            Workflow::Retrain,
            Workflow::RefreshCatalog,
        ] {
            self.run(workflow).unwrap_or_else(|error| panic!("{error}"));
        }
    }

    /// Puts the staged files below `folder` into the sample shop.
    ///
    /// # Panics
    /// When it does not take them.
    pub fn fill_backend(&self, folder: &Path) {
        self.runtime
            .block_on(self.stack.fill_backend(folder.to_owned()))
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Puts a generated shop into the sample shop; its database file.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn generate_backend(&self, amounts: backend_local::Amounts) -> PathBuf {
        self.runtime
            .block_on(self.stack.generate_backend(amounts))
            .unwrap_or_else(|error| panic!("{error}"));
        local::services::backend::database(self.stack.layout())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Bytes of the objects under a prefix of the data bucket.
    ///
    /// # Panics
    /// When S3 does not answer.
    #[must_use]
    pub fn bytes_under(&self, prefix: &str) -> u64 {
        let list = self
            .stack
            .clients()
            .s3
            .list_objects_v2()
            .bucket(self.bucket())
            .prefix(prefix)
            .into_paginator()
            .send()
            .try_collect();
        let pages = self
            .runtime
            .block_on(list)
            .unwrap_or_else(|error| panic!("{error:?}"));
        let objects = pages
            .iter()
            .flat_map(aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output::contents);
        objects
            .filter_map(|object| u64::try_from(object.size().unwrap_or_default()).ok())
            .sum()
    }

    /// Calls the sample shop; its JSON answer, null when it has no body.
    ///
    /// # Panics
    /// When it refuses.
    pub fn backend(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.stack.ports().backend_url());
        let headers = [
            ("content-type", "application/json"),
            ("authorization", "Bearer local"),
        ];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let call = local::http::send(method, &url, &headers, body, INVOCATION);
        let (status, body) = self
            .runtime
            .block_on(call)
            .unwrap_or_else(|error| panic!("{error}"));
        let text = String::from_utf8_lossy(&body);
        assert!(status.is_success(), "{path}: {status}: {text}");
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// A client of the tables.
    #[must_use]
    pub fn dynamodb(&self) -> &aws_sdk_dynamodb::Client {
        &self.stack.clients().dynamodb
    }

    /// Calls the outbox of messages; the status, and its body as text.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn messaging(&self, method: Method, path: &str, body: &Value) -> (u16, String) {
        self.try_messaging(method, path, body)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, which may be cut off on purpose.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn try_messaging(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<(u16, String), String> {
        let url = format!("{}{path}", self.stack.ports().messaging_url());
        let headers = [("content-type", "application/json")];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let call = local::http::send(method, &url, &headers, body, INVOCATION);
        let (status, body) = self.runtime.block_on(call)?;
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok((status.as_u16(), text))
    }

    /// Invokes a function as Lambda does and takes its answer.
    ///
    /// # Panics
    /// When the function fails.
    #[must_use]
    pub fn invoke(&self, function: &str, event: &Value) -> Value {
        self.try_invoke(function, event).unwrap_or_else(|failure| {
            panic!(
                "{function} failed with {}: {}",
                failure.error_type, failure.message
            )
        })
    }

    /// Invokes a function that has to fail.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn invoke_wrongly(&self, function: &str, event: &Value) -> Failure {
        match self.try_invoke(function, event) {
            Ok(answer) => panic!("{function} should have failed and answered {answer}"),
            Err(failure) => failure,
        }
    }

    /// Invokes a function as Lambda does.
    ///
    /// # Errors
    /// What it failed with.
    ///
    /// # Panics
    /// When it cannot be invoked.
    pub fn try_invoke(&self, function: &str, event: &Value) -> Result<Value, Failure> {
        let url = format!(
            "{}/2015-03-31/functions/{}-{function}/invocations",
            self.stack.endpoint(),
            local::deploy::stack::STACK
        );
        let call = local::http::send(Method::POST, &url, &[], event.to_string(), INVOCATION);
        let (_, body) = self
            .runtime
            .block_on(call)
            .unwrap_or_else(|error| panic!("{error}"));
        let answer: Value = serde_json::from_slice(&body).unwrap_or_else(|_| {
            panic!(
                "{function} answered no JSON: {}",
                String::from_utf8_lossy(&body)
            )
        });
        match (
            answer["errorType"].as_str(),
            answer["errorMessage"].as_str(),
        ) {
            (Some(kind), message) => Err(Failure {
                error_type: kind.to_owned(),
                message: message.unwrap_or_default().to_owned(),
            }),
            _ => Ok(answer),
        }
    }

    /// Asks `check-status` until the resource is made or has failed; its last answer.
    ///
    /// # Panics
    /// When it is neither after a generous time.
    #[must_use]
    pub fn settled(&self, arn: &str) -> Value {
        for _ in 0..LOOKS {
            let status = self.invoke("check-status", &json!({ "arn": arn }));
            if status["done"] == true {
                return status;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("{arn} is still being made");
    }

    /// Plans, and applies the plan until it is settled or nothing moves; the last answer of `estate`.
    ///
    /// # Panics
    /// When it never is.
    #[must_use]
    pub fn apply_estate(&self) -> Value {
        let planned = self.invoke("estate", &json!({ "action": "plan" }));
        assert_eq!(planned["problems"], json!([]), "{planned}");
        for look in 0..LOOKS {
            let apply = json!({ "action": "apply", "plan": planned["plan"], "started": look > 0 });
            let answer = self.invoke("estate", &apply);
            if answer["settled"] == true || answer["failed"] != json!([]) {
                return answer;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("the estate never settles");
    }

    /// Runs a workflow with `{}` to its end; its output.
    ///
    /// # Errors
    /// What the failed state says.
    pub fn run(&self, workflow: Workflow) -> Result<Value, String> {
        let run = seeding::workflow(&self.stack, workflow);
        self.runtime
            .block_on(run)
            .map_err(|error| error.to_string())
    }

    /// Runs a workflow with an input to its end; its output.
    ///
    /// # Errors
    /// What the failed state says.
    pub fn run_with(&self, workflow: Workflow, input: &Value) -> Result<Value, String> {
        let run = local::workflows::run(&self.stack, workflow, input);
        self.runtime
            .block_on(run)
            .map_err(|error| error.to_string())
    }

    /// Asks GraphQL with the API key.
    ///
    /// # Errors
    /// The messages GraphQL answered with.
    pub fn graphql(&self, query: &str, variables: &Value) -> Result<Value, String> {
        let api = self.stack.graphql().map_err(|error| error.to_string())?;
        let asked = api.ask("test", query, variables);
        self.runtime
            .block_on(asked)
            .map_err(|error| error.to_string())
    }

    /// Asks GraphQL as `user`, who is signed in.
    ///
    /// # Errors
    /// The messages GraphQL answered with.
    pub fn graphql_as(&self, user: &str, query: &str, variables: &Value) -> Result<Value, String> {
        let asked = async {
            let api = self.stack.graphql_as(user).await?;
            api.ask("test", query, variables).await
        };
        self.runtime
            .block_on(asked)
            .map_err(|error| error.to_string())
    }

    /// Puts `user` into the group of administrators.
    ///
    /// # Panics
    /// When Cognito does not.
    pub fn make_admin(&self, user: &str) {
        let made = async {
            self.stack.token(user).await?;
            self.stack.make_admin(user).await
        };
        self.runtime
            .block_on(made)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// A key of the event log as `track` would write it now.
    #[must_use]
    pub fn event_log_key(&self) -> String {
        let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
        format!("events/day={day}/{}.jsonl", uuid::Uuid::now_v7())
    }

    /// Stops the experiments service and starts it again.
    ///
    /// # Panics
    /// When it does not come up again.
    pub fn restart_experiments(&self) {
        let restart = self.stack.restart_experiments();
        self.runtime
            .block_on(restart)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Writes an object of the data bucket.
    ///
    /// # Panics
    /// When S3 does not take it.
    pub fn put(&self, key: &str, content: impl Into<Vec<u8>>) {
        let s3 = &self.stack.clients().s3;
        let put = s3::put_bytes(s3, self.bucket(), key, content.into());
        self.runtime
            .block_on(put)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Reads an object of the data bucket as text.
    ///
    /// # Panics
    /// When it is not there.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        let s3 = &self.stack.clients().s3;
        let bytes = self.runtime.block_on(s3::get(s3, self.bucket(), key));
        String::from_utf8_lossy(&bytes.unwrap_or_else(|error| panic!("{error}"))).into_owned()
    }

    /// The keys under a prefix of the data bucket.
    ///
    /// # Panics
    /// When S3 does not answer.
    #[must_use]
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let s3 = &self.stack.clients().s3;
        let keys = self.runtime.block_on(s3::list(s3, self.bucket(), prefix));
        keys.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Exports a dataset as the workflow `import-data` does, in a run of that name; the last answer.
    ///
    /// # Panics
    /// When a step fails, or a repeated start begins a second query.
    #[must_use]
    pub fn export(&self, dataset: &str, run: &str) -> Value {
        let start =
            json!({ "step": "start", "dataset": dataset, "importMode": "FULL", "run": run });
        let started = self.invoke("export-dataset", &start);
        let query = &started["queryExecutionId"];
        let again = self.invoke("export-dataset", &start);
        assert_eq!(query, &again["queryExecutionId"], "a repeated start");
        let check = json!({ "step": "check", "dataset": dataset, "queryExecutionId": query });
        while self.invoke("export-dataset", &check)["state"] == "RUNNING" {
            std::thread::sleep(PAUSE);
        }
        let take = json!({ "step": "take", "dataset": dataset, "importMode": "FULL", "run": run,
            "queryExecutionId": query, "window": started["window"] });
        self.invoke("export-dataset", &take)
    }

    /// The rows of the exported files in a dataset's folder, without their headers.
    #[must_use]
    pub fn exported(&self, folder: &str) -> BTreeSet<String> {
        let keys = self.keys(folder);
        let exported = keys.iter().filter(|key| key.contains("/export-"));
        exported.flat_map(|key| rows_of(&self.get(key))).collect()
    }

    /// Removes an object of the data bucket.
    ///
    /// # Panics
    /// When S3 does not.
    pub fn delete(&self, key: &str) {
        let s3 = &self.stack.clients().s3;
        let keys = [key.to_owned()];
        self.runtime
            .block_on(s3::delete(s3, self.bucket(), &keys))
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Runs a query in the stack's workgroup; its rows, null as an empty text.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn query(&self, sql: &str) -> Vec<Vec<String>> {
        self.try_query(sql)
            .unwrap_or_else(|reason| panic!("{sql}: {reason}"))
    }

    /// Runs a query in the stack's workgroup.
    ///
    /// # Errors
    /// Why it failed.
    ///
    /// # Panics
    /// When Athena does not answer.
    pub fn try_query(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        self.runtime.block_on(athena::query(
            &self.stack.clients().athena,
            self.output("AthenaWorkGroupName"),
            sql,
        ))
    }

    /// One item of a table by its output name (`CatalogTableName`) and key.
    ///
    /// # Panics
    /// When DynamoDB does not answer.
    #[must_use]
    pub fn item(
        &self,
        table: &str,
        key: &[(&str, &str)],
    ) -> Option<std::collections::HashMap<String, AttributeValue>> {
        let key = key
            .iter()
            .map(|(name, value)| ((*name).to_owned(), AttributeValue::S((*value).to_owned())));
        let get = self
            .stack
            .clients()
            .dynamodb
            .get_item()
            .table_name(self.output(table))
            .set_key(Some(key.collect()))
            .send();
        self.runtime
            .block_on(get)
            .unwrap_or_else(|error| panic!("{error:?}"))
            .item
    }

    /// Puts an item into a table by its output name.
    ///
    /// # Panics
    /// When DynamoDB does not take it.
    pub fn put_item(&self, table: &str, item: std::collections::HashMap<String, AttributeValue>) {
        let put = self
            .stack
            .clients()
            .dynamodb
            .put_item()
            .table_name(self.output(table))
            .set_item(Some(item))
            .send();
        self.runtime
            .block_on(put)
            .unwrap_or_else(|error| panic!("{error:?}"));
    }

    /// The solution version that a campaign serves.
    ///
    /// # Panics
    /// When Personalize does not answer, or has no such campaign.
    #[must_use]
    pub fn campaign_version(&self, name: &str) -> String {
        let campaign = self.campaign(name);
        let campaign = campaign.unwrap_or_else(|| panic!("there is no campaign {name}"));
        campaign.solution_version_arn.unwrap_or_default()
    }

    /// A campaign, if there is one of that name.
    ///
    /// # Panics
    /// When Personalize does not answer.
    #[must_use]
    pub fn campaign(&self, name: &str) -> Option<aws_sdk_personalize::types::Campaign> {
        let list = self.personalize.list_campaigns().send();
        let campaigns = self
            .runtime
            .block_on(list)
            .unwrap_or_else(|error| panic!("{error:?}"));
        let mut campaigns = campaigns.campaigns().iter();
        let campaign = campaigns.find(|one| one.name() == Some(name))?;
        let describe = self
            .personalize
            .describe_campaign()
            .set_campaign_arn(campaign.campaign_arn.clone())
            .send();
        let described = self.runtime.block_on(describe);
        let described = described.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        described.campaign
    }

    /// Asks Personalize something that has no method here.
    ///
    /// # Panics
    /// When Personalize does not answer.
    pub fn ask_personalize<T, E: std::fmt::Debug>(
        &self,
        question: impl AsyncFnOnce(&aws_sdk_personalize::Client) -> Result<T, E>,
    ) -> T {
        let answer = self.runtime.block_on(question(&self.personalize));
        answer.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Every item of a table by its output name (`CatalogTableName`).
    ///
    /// # Panics
    /// When DynamoDB does not answer.
    #[must_use]
    pub fn items(&self, table: &str) -> Vec<Item> {
        let scan = self
            .stack
            .clients()
            .dynamodb
            .scan()
            .table_name(self.output(table))
            .into_paginator()
            .items()
            .send()
            .try_collect();
        self.runtime
            .block_on(scan)
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// The stack's paths.
    #[must_use]
    pub fn layout(&self) -> &local::Layout {
        self.stack.layout()
    }

    /// Where the functions of this stack send their requests.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.stack.endpoint()
    }

    /// Why tasks failed in the runs of a workflow so far, by the state machine's output name: the error
    /// names in order.
    ///
    /// # Panics
    /// When Step Functions does not answer.
    #[must_use]
    pub fn task_failures(&self, state_machine: &str) -> Vec<String> {
        let client = &self.stack.clients().workflows;
        let failures = async {
            let runs = client
                .list_executions()
                .state_machine_arn(self.output(state_machine))
                .into_paginator()
                .items()
                .send();
            let mut failures = Vec::new();
            for run in runs.try_collect().await? {
                let history = client
                    .get_execution_history()
                    .execution_arn(run.execution_arn())
                    .into_paginator()
                    .items()
                    .send();
                let history = history.try_collect().await.map_err(Box::new)?;
                failures.extend(history.into_iter().filter_map(|event| {
                    let details = event.task_failed_event_details?;
                    details.error
                }));
            }
            Ok::<_, Box<dyn std::error::Error>>(failures)
        };
        let failures = self.runtime.block_on(failures);
        failures.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// How many executions a workflow has had, by the state machine's output name.
    ///
    /// # Panics
    /// When Step Functions does not answer.
    #[must_use]
    pub fn executions(&self, state_machine: &str) -> usize {
        let list = self
            .stack
            .clients()
            .workflows
            .list_executions()
            .state_machine_arn(self.output(state_machine))
            .into_paginator()
            .items()
            .send()
            .try_collect();
        self.runtime
            .block_on(list)
            .unwrap_or_else(|error| panic!("{error:?}"))
            .len()
    }

    /// Runs `body` while a service behind the front door fails as told.
    ///
    /// # Panics
    /// When the front door does not take the fault.
    pub fn with_fault<T>(&self, service: &str, fault: Fault, body: impl FnOnce() -> T) -> T {
        self.with_faults(&[(service, fault)], body)
    }

    /// Runs `body` while several services fail as told.
    ///
    /// # Panics
    /// When the front door does not take the faults.
    pub fn with_faults<T>(&self, all: &[(&str, Fault)], body: impl FnOnce() -> T) -> T {
        let Some(faults) = self.stack.faults() else {
            panic!("the front door is elsewhere")
        };
        let set = |by_service| {
            faults
                .set(by_service)
                .unwrap_or_else(|error| panic!("{error}"));
        };
        set(all
            .iter()
            .map(|(service, fault)| ((*service).to_owned(), *fault))
            .collect());
        // A body that panics must not leave the fault to the tests after it.
        let result = std::panic::catch_unwind(AssertUnwindSafe(body));
        set(BTreeMap::new());
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Messages that wait in a queue, by its output name: those that come back later, too.
    ///
    /// # Panics
    /// When SQS does not answer.
    #[must_use]
    pub fn messages_waiting(&self, queue: &str) -> u64 {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ];
        let body = json!({ "QueueUrl": self.output(queue), "AttributeNames": names });
        let answer = self.ask_json("AmazonSQS.GetQueueAttributes", &body);
        let count = |name| {
            let count = answer["Attributes"][name].as_str();
            let count = count.and_then(|count| count.parse::<u64>().ok());
            count.unwrap_or_else(|| panic!("SQS: {answer}"))
        };
        names.map(count).iter().sum()
    }

    /// Puts one datum of a metric into CloudWatch, as the service itself would; `at` in epoch seconds.
    ///
    /// # Panics
    /// When CloudWatch does not take it.
    pub fn put_metric(
        &self,
        (namespace, metric): (&str, &str),
        (dimension, of): (&str, &str),
        at: i64,
        value: f64,
    ) {
        let body = json!({ "Namespace": namespace, "MetricData": [{
            "MetricName": metric, "Timestamp": at, "Value": value, "Unit": "Count",
            "Dimensions": [{ "Name": dimension, "Value": of }],
        }]});
        let answer = self.ask_json("GraniteServiceVersion20100801.PutMetricData", &body);
        assert_eq!(answer, json!({}), "CloudWatch: {answer}");
    }

    /// Calls a service that is asked too seldom for an SDK, by its JSON protocol.
    fn ask_json(&self, target: &str, body: &Value) -> Value {
        let url = self.stack.endpoint();
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", target),
        ];
        let call = local::http::send(Method::POST, &url, &headers, body.to_string(), INVOCATION);
        let (_, body) = self
            .runtime
            .block_on(call)
            .unwrap_or_else(|error| panic!("{error}"));
        serde_json::from_slice(&body)
            .unwrap_or_else(|_| panic!("{target}: {}", String::from_utf8_lossy(&body)))
    }

    /// The environment variables of a deployed function.
    ///
    /// # Panics
    /// When there is no such function.
    #[must_use]
    pub fn variables(&self, function: &str) -> HashMap<String, String> {
        let url = format!(
            "{}/2015-03-31/functions/{}-{function}/configuration",
            self.stack.endpoint(),
            local::deploy::stack::STACK
        );
        let call = local::http::send(Method::GET, &url, &[], "", INVOCATION);
        let (_, body) = self
            .runtime
            .block_on(call)
            .unwrap_or_else(|error| panic!("{error}"));
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let variables = answer["Environment"]["Variables"].clone();
        serde_json::from_value(variables)
            .unwrap_or_else(|_| panic!("{function} has no variables: {answer}"))
    }

    /// Where everything runs.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// An output of the template.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    pub fn output(&self, name: &str) -> &str {
        self.stack
            .output(name)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The data bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        self.output("DataBucketName")
    }
}
