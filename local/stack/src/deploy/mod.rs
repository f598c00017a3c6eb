//! From built binaries to a deployed stack: packages, the template as `sam package` would leave
//! it, CloudFormation, the declared estate in the data bucket.

pub mod athena;
pub mod intrinsics;
pub mod messaging;
pub mod package;
pub mod secret;
pub mod stack;
pub mod template;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::aws::Clients;
use crate::build::Binaries;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::progress::Progress;
use crate::s3;
use crate::services::ports::Ports;
use package::Package;
use stack::Outputs;

/// Deploys the checkout's template with these binaries and uploads its declared estate.
///
/// # Errors
/// [`Error::Template`], [`Error::Deploy`], [`Error::Aws`], [`Error::File`].
pub async fn run(
    layout: &Layout,
    clients: &Clients,
    ports: Ports,
    binaries: &Binaries,
) -> Result<Outputs> {
    let packages = packages(layout, binaries)?;
    stack::upload_packages(clients, &packages).await?;
    let keys = packages
        .iter()
        .map(|(name, package)| (name.clone(), stack::package_key(name, package)));
    let keys = keys.collect();
    let packaged = template::package(&layout.template(), stack::ARTIFACTS, &keys)?;
    let secret = if ports.backend == 0 {
        String::new()
    } else {
        secret::ensure(clients).await?
    };
    let parameters = [
        ("Architecture", architecture().to_owned()),
        ("AwsEndpointUrl", ports.endpoint()),
        ("BackendUrl", ports.backend_url()),
        ("BackendSecretArn", secret),
        ("ExperimentsUrl", ports.experiments_url()),
        ("LinksUrl", format!("{}/links", ports.messaging_url())),
        ("MaxSenders", "2".to_owned()),
        ("EvidenceSeconds", "4".to_owned()),
        ("PollSeconds", "1".to_owned()),
        ("ReplacementGraceSeconds", "2".to_owned()),
    ];
    let outputs = stack::deploy(clients, &packaged, &parameters).await?;
    stack::remove_old_packages(clients, &keys).await?;
    upload_config(layout, clients, &outputs).await?;
    messaging::register(ports, &outputs).await?;
    if ports.athena != 0 {
        athena::register(clients, &outputs).await?;
    }
    Ok(outputs)
}

/// Packages every function, as many at a time as there are processors.
fn packages(layout: &Layout, binaries: &Binaries) -> Result<BTreeMap<String, Package>> {
    let folder = layout.folder("packages")?;
    let progress = Progress::count("package functions", binaries.functions.len() as u64);
    let waiting = Mutex::new(binaries.functions.iter());
    let work = || {
        let mut done = Vec::new();
        loop {
            let next = waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .next();
            let Some((name, binary)) = next else {
                return Ok(done);
            };
            progress.say(name);
            done.push((name.clone(), package::package(&folder, name, binary)?));
            progress.advance(1);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let done: Vec<Result<Vec<_>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let failed = |_| {
            Err(Error::Unexpected(
                "packaging the functions ended early".into(),
            ))
        };
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(failed))
            .collect()
    });
    let packages: BTreeMap<_, _> = done
        .into_iter()
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    progress.done(&format!("{} functions", packages.len()));
    Ok(packages)
}

async fn upload_config(layout: &Layout, clients: &Clients, outputs: &Outputs) -> Result<()> {
    let bucket = outputs.get("DataBucketName").ok_or_else(|| {
        Error::Unexpected(
            "template.yaml has no output DataBucketName; the local stack reads it".into(),
        )
    })?;
    s3::put_file(
        &clients.s3,
        bucket,
        "config/personalization.yaml",
        &layout.config(),
    )
    .await?;
    let templates = layout.root().join(TEMPLATES);
    for path in files(&templates)? {
        // The folder is the checkout's: what is below the root is the key.
        let Ok(key) = path.strip_prefix(layout.root()) else {
            continue;
        };
        s3::put_file(&clients.s3, bucket, &key.to_string_lossy(), &path).await?;
    }
    Ok(())
}

/// The templates of messages, in the checkout and in the data bucket.
const TEMPLATES: &str = "config/templates";

/// All files below `folder`.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(Error::file("listing", folder))?;
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// The processor of this machine in CloudFormation's words: functions run on it as they are.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x86_64"
    }
}
