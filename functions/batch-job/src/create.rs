//! Asks Personalize for a job.

use aws_sdk_personalize::{
    Client,
    types::{
        BatchInferenceJobInput, BatchInferenceJobOutput, BatchSegmentJobInput,
        BatchSegmentJobOutput, S3DataConfig,
    },
};
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
};

use crate::{error::BatchJobError, order::Order};

/// Where jobs are made, and by whose leave they read and write.
pub(crate) struct Maker {
    pub(crate) personalize: Client,
    pub(crate) bucket: String,
    pub(crate) role: String,
}

impl Maker {
    /// Makes the job; false when it is there already, because the run was invoked twice at once or
    /// an answer was lost on its way.
    pub(crate) async fn create(&self, order: &Order) -> Result<bool, BatchJobError> {
        let created = if order.kind == Kind::BatchSegmentJob {
            self.segments(order).await?
        } else {
            self.recommendations(order).await?
        };
        match created {
            Ok(Some(_)) => Ok(true),
            Ok(None) => Err(BatchJobError::NoArn {
                job: order.name.clone(),
            }),
            Err(error) if error.already_exists() => Ok(false),
            Err(error) if order.kind == Kind::BatchSegmentJob => {
                Err(BatchJobError::Segments(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn recommendations(&self, order: &Order) -> Result<Created, BatchJobError> {
        let input = BatchInferenceJobInput::builder().s3_data_source(from(order)?);
        let output = BatchInferenceJobOutput::builder().s3_data_destination(self.to(order)?);
        let answer = self
            .personalize
            .create_batch_inference_job()
            .job_name(&order.name)
            .solution_version_arn(&order.version)
            .set_filter_arn(order.filter.clone())
            .num_results(order.results)
            .job_input(input.build())
            .job_output(output.build())
            .role_arn(&self.role)
            .send()
            .await
            .map_err(failure("personalize:CreateBatchInferenceJob"));
        Ok(answer.map(|answer| answer.batch_inference_job_arn))
    }

    async fn segments(&self, order: &Order) -> Result<Created, BatchJobError> {
        let input = BatchSegmentJobInput::builder().s3_data_source(from(order)?);
        let output = BatchSegmentJobOutput::builder().s3_data_destination(self.to(order)?);
        let answer = self
            .personalize
            .create_batch_segment_job()
            .job_name(&order.name)
            .solution_version_arn(&order.version)
            .set_filter_arn(order.filter.clone())
            .num_results(order.results)
            .job_input(input.build())
            .job_output(output.build())
            .role_arn(&self.role)
            .send()
            .await
            .map_err(failure("personalize:CreateBatchSegmentJob"));
        Ok(answer.map(|answer| answer.batch_segment_job_arn))
    }

    fn to(&self, order: &Order) -> Result<S3DataConfig, BatchJobError> {
        let path = format!("s3://{}/{}", self.bucket, order.output);
        Ok(S3DataConfig::builder().path(path).build()?)
    }
}

/// The ARN of the job that was made.
type Created = Result<Option<String>, AwsError>;

fn from(order: &Order) -> Result<S3DataConfig, BatchJobError> {
    Ok(S3DataConfig::builder().path(&order.input).build()?)
}
