//! From the environment to a running service, and to its end.

use aws_sdk_dynamodb::Client;
use shared::{
    aws,
    direct::{Access, DynamoDb},
    estate::EstateSource,
    experiments::Experiments,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use uuid::Uuid;

use crate::{
    announce::Announcer,
    api,
    error::ServiceError,
    ingest::follow::Follower,
    models::Personalize,
    service::Service,
    settings::Settings,
    store::{DefinitionsStore, Drafts, EventLog, Lease, Objects, Records, Table},
    worker::{Worker, whole_seconds},
};

/// Serves until SIGTERM or SIGINT: then takes no more requests, ends those there are, keeps what was
/// counted, and gives the lease back.
pub(crate) async fn run() -> Result<(), ServiceError> {
    let settings = Settings::from_environment()?;
    let sdk = aws::for_workflows().await;
    let worker = worker(&sdk, &settings)?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(io(format!("listening on {}", settings.listen)))?;
    let (stop, stopped) = watch::channel(false);
    let api = api::router(worker.service.clone());
    let mut working = tokio::spawn(worker.run(stopped.clone()));
    let mut requests_stop = stopped;
    let serving = axum::serve(listener, api).with_graceful_shutdown(async move {
        let _ = requests_stop.wait_for(|stop| *stop).await;
    });
    tracing::info!(address = %settings.listen, "the service is up");
    let serving = tokio::spawn(async move { serving.await });
    let ended = tokio::select! {
        signal = terminated() => signal.map(|()| None)?,
        ended = &mut working => Some(ended),
    };
    let _ = stop.send(true);
    // A task without its worker would answer, and never count: it ends, and another takes its place.
    let Some(ended) = ended else {
        // Both at the same time: a platform that stops a task waits a minute for it.
        let (served, worked) = tokio::join!(serving, working);
        return end(served).and(end(worked.map(Ok)));
    };
    end(serving.await)?;
    end(ended.map(|()| Err(std::io::Error::other("the worker ended"))))
}

/// How one of the two ended.
fn end(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> Result<(), ServiceError> {
    let ended = ended.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    ended.map_err(io("serving".to_owned()))
}

fn worker(sdk: &aws_config::SdkConfig, settings: &Settings) -> Result<Worker, ServiceError> {
    let access = Access::new(sdk);
    let (sdk, dynamodb) = (access.config(), DynamoDb::new(&access));
    let table = Table {
        client: Client::new(sdk),
        name: settings.experiments_table.clone(),
    };
    let objects = Objects {
        client: aws_sdk_s3::Client::new(sdk),
        bucket: settings.bucket.clone(),
    };
    let service = Service {
        definitions: DefinitionsStore {
            current: Experiments::new(dynamodb.clone(), table.name.clone()),
            table: table.clone(),
        },
        records: Records(table.clone()),
        objects: objects.clone(),
        estate: EstateSource::from_environment(&access)?,
        announcer: Announcer(aws_sdk_eventbridge::Client::new(sdk)),
    };
    let follower = Follower {
        log: EventLog(objects),
        drafts: Drafts {
            dynamodb,
            table: settings.lists_table.clone(),
        },
    };
    let lease = Lease {
        table,
        owner: Uuid::now_v7().to_string(),
        seconds: whole_seconds(settings.lease),
    };
    Ok(Worker {
        service,
        personalize: Personalize::new(sdk),
        follower,
        lease,
        settings: settings.clone(),
    })
}

async fn terminated() -> Result<(), ServiceError> {
    let signals = || "receiving signals".to_owned();
    let mut terminate = signal(SignalKind::terminate()).map_err(io(signals()))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(io(signals()))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn io(what: String) -> impl FnOnce(std::io::Error) -> ServiceError {
    move |source| ServiceError::Io { what, source }
}
