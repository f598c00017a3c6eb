//! `experiments`: hands what administrators ask of experiments over GraphQL to the experiments service.
//!
//! AppSync direct Lambda resolver. Queries `experiments`, `experiment`, `experimentResults`,
//! `experimentReport`, `planExperiment`, `holdOut`, `holdOutResults`, `holdOutReport`; mutations `setHoldOut`,
//! `defineExperiment`, `startExperiment`, `pauseExperiment`, `resumeExperiment`, `rampExperiment`, `stopExperiment`, `decideExperiment`. For backends (IAM) and the
//! group `admins`.
//!
//! - Environment: `EXPERIMENTS_URL`, empty while the service is not deployed; `USER_ID_CLAIM`,
//!   `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: none but logs and, in a VPC, its network interface.
//! - Metrics by `field`: `Requests`, `Failures`.
//!
//! [`call`] says what each field asks of the service, [`http`] asks it, [`answer`] is the frame.

mod answer;
mod call;
mod error;
mod http;

use shared::{environment, function, telemetry};

use crate::{
    answer::{Event, Experiments},
    http::Service,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let experiments = Experiments {
        service: Service::new(&environment::or("EXPERIMENTS_URL", "")),
        claim: environment::or("USER_ID_CLAIM", shared::caller::DEFAULT_USER_ID_CLAIM),
    };
    function::run(async |event: Event| experiments.answer(event).await).await
}
