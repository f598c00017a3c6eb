//! What all steps ask: clients, made once for the process.

use aws_config::SdkConfig;
use messages::{MessagesTable, links::Signer};
use shared::{
    aws::{AwsError, failure},
    direct::{Access, Bucket, DynamoDb},
    environment::required,
    estate::EstateSource,
    experiments::Experiments,
};
use tokio::sync::OnceCell;

use crate::{
    campaign::Campaign,
    error::SendError,
    fill::{Catalogue, Memos, Personalize},
    progress::ProgressTable,
};

/// The clients, and what the template says.
pub(crate) struct Services {
    /// For clients that are made for a campaign.
    pub(crate) aws: SdkConfig,
    estate: EstateSource,
    /// The data bucket.
    pub(crate) bucket: Bucket,
    /// The same for what is listed.
    pub(crate) s3: aws_sdk_s3::Client,
    /// People, rights, ledger.
    pub(crate) table: MessagesTable,
    /// How far parts are.
    pub(crate) progress: ProgressTable,
    /// What is tried on visitors.
    pub(crate) experiments: Experiments,
    /// Who recommends.
    pub(crate) personalize: Personalize,
    /// Products.
    pub(crate) catalogue: Catalogue,
    /// What visitors did, and lists.
    pub(crate) memos: Memos,
    /// SES's configuration set, and End User Messaging's.
    pub(crate) configuration_set: String,
    /// Where links lead: the address of `message-links`, without a slash at its end.
    pub(crate) links_url: String,
    secrets: aws_sdk_secretsmanager::Client,
    secret: String,
    signer: OnceCell<Signer>,
    /// Seconds that evidence is waited for.
    pub(crate) evidence_seconds: i64,
    /// Senders at once.
    pub(crate) max_senders: usize,
}

impl Services {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(aws: &SdkConfig) -> Result<Self, SendError> {
        let access = Access::new(aws);
        let aws = access.config().clone();
        let dynamodb = DynamoDb::new(&access);
        let messages = required("MESSAGES_TABLE")?;
        let table = aws_sdk_dynamodb::Client::new(&aws);
        Ok(Self {
            estate: EstateSource::from_environment(&access)?,
            bucket: Bucket::new(&access, required("DATA_BUCKET")?),
            s3: aws_sdk_s3::Client::new(&aws),
            table: MessagesTable::new(table, messages.clone()),
            progress: ProgressTable::new(dynamodb.clone(), messages),
            experiments: Experiments::new(dynamodb.clone(), required("EXPERIMENTS_TABLE")?),
            personalize: Personalize::new(&aws),
            catalogue: Catalogue::new(dynamodb.clone(), required("CATALOG_TABLE")?),
            memos: Memos::new(dynamodb, required("LISTS_TABLE")?),
            configuration_set: required("CONFIGURATION_SET")?,
            links_url: required("LINKS_URL")?.trim_end_matches('/').to_owned(),
            secrets: aws_sdk_secretsmanager::Client::new(&aws),
            secret: required("LINKS_SECRET")?,
            signer: OnceCell::new(),
            evidence_seconds: number("EVIDENCE_SECONDS")?,
            max_senders: usize::try_from(number("MAX_SENDERS")?).unwrap_or(1),
            aws,
        })
    }

    /// The campaign `name` as it is declared now.
    pub(crate) async fn campaign(&self, name: &str) -> Result<Campaign, SendError> {
        Campaign::open(self.estate.open().await?, name).await
    }

    /// What signs links. A secret that was changed is read by the next process.
    pub(crate) async fn signer(&self) -> Result<&Signer, SendError> {
        let read = async || {
            let answer = self
                .secrets
                .get_secret_value()
                .secret_id(&self.secret)
                .send()
                .await
                .map_err(failure("secretsmanager:GetSecretValue"))
                .map_err(|error: AwsError| SendError::from(error))?;
            let text = answer.secret_string.unwrap_or_default();
            Ok::<Signer, SendError>(Signer::from_secret(&text)?)
        };
        self.signer.get_or_try_init(read).await
    }
}

fn number(name: &'static str) -> Result<i64, SendError> {
    let number = required(name)?.parse().ok();
    number
        .filter(|number| *number > 0)
        .ok_or(SendError::Variable(name))
}
