//! The Lambda function: fields of GraphQL, and files.

use std::time::SystemTime;

use messages::MessagesTable;
use serde::Serialize;
use shared::{
    aws,
    caller::DEFAULT_USER_ID_CLAIM,
    environment::{or, required},
    estate::EstateSource,
    function, telemetry,
};

use crate::{
    error::ContactsError,
    event::Event,
    graphql::{GraphQl, MessagePreferences},
    import::{self, Bucket, Import},
    phone::Phones,
};

/// What is answered.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Preferences(MessagePreferences),
    Imported(import::Answer),
}

/// The function.
struct Contacts {
    graphql: GraphQl,
    import: Import,
}

/// Serves until Lambda stops the process.
pub(crate) async fn serve() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let contacts = Contacts::from_environment().await?;
    function::run_with_deadline(async |event: Event, deadline| contacts.run(event, deadline).await)
        .await
}

impl Contacts {
    /// Makes the clients; asks nothing yet. Somebody waits for a field, and nobody for a file.
    async fn from_environment() -> Result<Self, ContactsError> {
        let (patient, quick) = (aws::for_workflows().await, aws::for_requests().await);
        let table = required("MESSAGES_TABLE")?;
        let table_of = |aws| MessagesTable::new(aws_sdk_dynamodb::Client::new(aws), table.clone());
        Ok(Self {
            graphql: GraphQl {
                table: table_of(&quick),
                source: EstateSource::from_environment(&quick)?,
                phones: Phones(aws_sdk_pinpoint::Client::new(&quick)),
                claim: or("USER_ID_CLAIM", DEFAULT_USER_ID_CLAIM),
            },
            import: Import {
                bucket: Bucket {
                    client: aws_sdk_s3::Client::new(&patient),
                    name: required("DATA_BUCKET")?,
                },
                table: table_of(&patient),
            },
        })
    }

    async fn run(&self, event: Event, deadline: SystemTime) -> Result<Answer, ContactsError> {
        match event {
            Event::Field(field) => self.graphql.answer(field).await.map(Answer::Preferences),
            Event::Created(created) => {
                let key = &created.detail.object.key;
                self.import.run(key, deadline).await.map(Answer::Imported)
            }
        }
    }
}
