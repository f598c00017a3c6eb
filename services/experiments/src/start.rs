//! From the environment to a running service, and to its end.

use aws_sdk_dynamodb::Client;
use shared::{aws, estate::EstateSource, experiments::Experiments};
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
    let working = tokio::spawn(worker.run(stopped.clone()));
    let mut requests_stop = stopped;
    let serving = axum::serve(listener, api).with_graceful_shutdown(async move {
        let _ = requests_stop.wait_for(|stop| *stop).await;
    });
    tracing::info!(address = %settings.listen, "the service is up");
    let serving = tokio::spawn(async move { serving.await });
    terminated().await?;
    let _ = stop.send(true);
    // Both at the same time: a platform that stops a task waits half a minute for it.
    let (served, worked) = tokio::join!(serving, working);
    if let Err(error) = worked {
        tracing::error!(%error, "the worker ended early");
    }
    match served {
        Ok(served) => served.map_err(io("serving".to_owned())),
        Err(error) => Err(io("serving".to_owned())(std::io::Error::other(error))),
    }
}

fn worker(sdk: &aws_config::SdkConfig, settings: &Settings) -> Result<Worker, ServiceError> {
    let dynamodb = Client::new(sdk);
    let table = Table {
        client: dynamodb.clone(),
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
        estate: EstateSource::from_environment(sdk)?,
        announcer: Announcer(aws_sdk_eventbridge::Client::new(sdk)),
    };
    let follower = Follower {
        log: EventLog(objects),
        drafts: Drafts {
            client: dynamodb,
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
