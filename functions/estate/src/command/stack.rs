//! What the command works with: clients, and the stack behind them if there is one.

use aws_sdk_s3::primitives::ByteStream;
use shared::{
    aws::{self, failure},
    config::{self, EstateConfig},
    direct::{Access, DynamoDb},
    operations::Operations,
};

use super::arguments::Common;
use crate::{
    error::EstateError,
    lambda::grace_seconds,
    observe::Schedules,
    plan::{Prices, Quotas},
    plans::Plans,
    records::Records,
    schedules::Targets,
    session::{Reports, Session},
};

/// One command's session, and its stack.
pub(super) struct Opened {
    pub(super) session: Session,
    /// Of a stack only.
    pub(super) plans: Option<Plans>,
    text: String,
    config_key: String,
}

/// Reads the declaration and makes the clients.
pub(super) async fn open(common: &Common) -> Result<Opened, EstateError> {
    let text = std::fs::read_to_string(&common.config)
        .map_err(EstateError::file("reading", &common.config))?;
    let config = config::parse(&common.config.display().to_string(), &text)?;
    let aws = aws::for_workflows().await;
    let prices = match &common.prices {
        None => Prices::shipped()?,
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(EstateError::file("reading", file))?;
            Prices::parse(&file.display().to_string(), &text)?
        }
    };
    let schedules = Targets::from_environment().map(|targets| Schedules {
        client: aws_sdk_scheduler::Client::new(&aws),
        targets,
    });
    let session = Session {
        personalize: aws_sdk_personalize::Client::new(&aws),
        schedules,
        records: records(common, &aws, &config),
        config,
        prices,
        quotas: Quotas::read()?,
        reports: Reports::new(common.bucket.clone()),
        grace: grace_seconds(),
    };
    let plans = common.bucket.clone().map(|bucket| Plans {
        s3: aws_sdk_s3::Client::new(&aws),
        bucket,
    });
    Ok(Opened {
        session,
        plans,
        text,
        config_key: common.config_key.clone(),
    })
}

fn records(common: &Common, aws: &aws_config::SdkConfig, config: &EstateConfig) -> Records {
    if let Some(file) = &common.records {
        return Records::File(file.clone());
    }
    let Some(table) = &common.table else {
        return Records::Nowhere;
    };
    Records::Table(Operations::new(
        DynamoDb::new(&Access::new(aws)),
        table.clone(),
        config.estate.clone(),
    ))
}

impl Opened {
    /// Refuses where nothing can be remembered: what is made could never be told from what was there.
    pub(super) fn must_remember(&self) -> Result<(), EstateError> {
        match self.session.records {
            Records::Nowhere => Err(EstateError::Missing {
                name: "OPERATIONS_TABLE",
                what: "apply, which remembers what it did,",
                remedy: "it is an output of the stack; without a stack name a file with --records",
            }),
            _ => Ok(()),
        }
    }

    /// Puts the declaration where the functions read it; whether that was another.
    pub(super) async fn publish(&self) -> Result<bool, EstateError> {
        let Some(Plans { s3, bucket }) = &self.plans else {
            return Ok(false);
        };
        let there = s3.get_object().bucket(bucket).key(&self.config_key).send();
        let there = match there.await.map_err(failure("s3:GetObject")) {
            Ok(object) => object.body.collect().await.ok(),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error.into()),
        };
        if there.is_some_and(|bytes| bytes.into_bytes() == self.text.as_bytes()) {
            return Ok(false);
        }
        s3.put_object()
            .bucket(bucket)
            .key(&self.config_key)
            .body(ByteStream::from(self.text.clone().into_bytes()))
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(true)
    }
}
