//! What the tests of the server need: an S3 of a few lines, a Lambda with a connector, clients.

#![allow(clippy::unwrap_used, reason = "all of it is for tests")]

pub(crate) mod lambda;
pub(crate) mod s3;

use std::{path::PathBuf, time::Duration};

use athena_local::{Config, Server};
use aws_config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_athena::{
    Client,
    config::Credentials,
    types::{
        QueryExecution, QueryExecutionContext, QueryExecutionState, QueryExecutionStatistics,
        ResultConfiguration,
    },
};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A server with an S3 and a Lambda of its own.
pub(crate) struct Setup {
    /// Held, for it stops when it is dropped.
    _server: Server,
    pub(crate) athena: Client,
    pub(crate) s3: s3::Objects,
    pub(crate) lambda: lambda::Seen,
}

pub(crate) async fn start() -> Result<Setup> {
    start_with(None).await
}

pub(crate) async fn start_with(state: Option<PathBuf>) -> Result<Setup> {
    let objects = s3::Objects::default();
    let s3 = s3::serve(objects.clone()).await?;
    let (lambda, seen) = lambda::serve(objects.clone()).await?;
    let server = Server::start(Config {
        state,
        s3_endpoint: Some(format!("http://{s3}")),
        lambda_endpoint: Some(format!("http://{lambda}")),
        concurrent_queries: 2,
        ..Config::default()
    })
    .await?;
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(format!("http://{}", server.address()))
        .retry_config(RetryConfig::disabled())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(Credentials::new("any", "any", None, None, "test"))
        .load()
        .await;
    Ok(Setup {
        athena: Client::new(&config),
        _server: server,
        s3: objects,
        lambda: seen,
    })
}

impl Setup {
    /// Starts a query in the database `default`.
    pub(crate) async fn begin(&self, query: &str, parameters: &[&str]) -> Result<String> {
        let parameters = parameters
            .iter()
            .map(|&one| one.to_owned())
            .collect::<Vec<_>>();
        let started = self
            .athena
            .start_query_execution()
            .query_string(query)
            .query_execution_context(QueryExecutionContext::builder().database("default").build())
            .result_configuration(
                ResultConfiguration::builder()
                    .output_location("s3://results/all")
                    .build(),
            )
            .set_execution_parameters((!parameters.is_empty()).then_some(parameters))
            .send()
            .await?;
        Ok(started.query_execution_id.unwrap_or_default())
    }

    /// Waits until a query is over, for a minute at most.
    pub(crate) async fn ended(&self, id: &str) -> Result<QueryExecution> {
        for _ in 0..1200 {
            let execution = self.execution(id).await?;
            match state(&execution) {
                QueryExecutionState::Queued | QueryExecutionState::Running => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                _ => return Ok(execution),
            }
        }
        Err("a minute was not enough".into())
    }

    pub(crate) async fn execution(&self, id: &str) -> Result<QueryExecution> {
        let got = self.athena.get_query_execution().query_execution_id(id);
        Ok(got.send().await?.query_execution.ok_or("no execution")?)
    }

    /// The rows of a query as the API gives them, with the header; NULL is `-`.
    pub(crate) async fn rows(&self, query: &str) -> Result<Vec<String>> {
        self.rows_with(query, &[]).await
    }

    pub(crate) async fn rows_with(&self, query: &str, parameters: &[&str]) -> Result<Vec<String>> {
        let id = self.begin(query, parameters).await?;
        let execution = self.ended(&id).await?;
        if state(&execution) != QueryExecutionState::Succeeded {
            return Err(reason(&execution).into());
        }
        self.page(&id, None, None).await.map(|(rows, _)| rows)
    }

    /// A page of rows, and the token of the next.
    pub(crate) async fn page(
        &self,
        id: &str,
        token: Option<String>,
        most: Option<i32>,
    ) -> Result<(Vec<String>, Option<String>)> {
        let page = self.athena.get_query_results().query_execution_id(id);
        let page = page
            .set_next_token(token)
            .set_max_results(most)
            .send()
            .await?;
        let rows = page.result_set.and_then(|set| set.rows).unwrap_or_default();
        let rows = rows.into_iter().map(|row| {
            let data = row.data.unwrap_or_default().into_iter();
            let values = data.map(|one| one.var_char_value.unwrap_or_else(|| "-".to_owned()));
            values.collect::<Vec<_>>().join("|")
        });
        Ok((rows.collect(), page.next_token))
    }

    /// Why a query fails.
    pub(crate) async fn failure(&self, query: &str) -> Result<String> {
        let id = self.begin(query, &[]).await?;
        let execution = self.ended(&id).await?;
        assert_eq!(state(&execution), QueryExecutionState::Failed, "{query}");
        Ok(reason(&execution))
    }
}

pub(crate) fn state(execution: &QueryExecution) -> QueryExecutionState {
    let state = execution.status().and_then(|status| status.state());
    state.cloned().unwrap_or(QueryExecutionState::Queued)
}

pub(crate) fn reason(execution: &QueryExecution) -> String {
    let reason = execution
        .status()
        .and_then(|status| status.state_change_reason());
    reason.unwrap_or_default().to_owned()
}

pub(crate) fn scanned(execution: &QueryExecution) -> i64 {
    let statistics = execution.statistics();
    statistics
        .and_then(QueryExecutionStatistics::data_scanned_in_bytes)
        .unwrap_or_default()
}
