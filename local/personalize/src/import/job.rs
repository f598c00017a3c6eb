//! The work of `CREATE IN_PROGRESS` of a dataset import job.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::PathBuf,
    sync::Arc,
};

use csv::Writer;

use super::{
    csv::read,
    s3::{Location, Reach},
};
use crate::{
    app::App,
    attribution,
    data::{
        batch::Batch,
        schema::{DatasetType, Schema},
    },
    estate::Estate,
    lifecycle::{Commit, Outcome, Work},
    resources::{Dataset, DatasetImportJob, DatasetSchema, ImportMode},
};

impl Work for DatasetImportJob {
    async fn work(app: Arc<App>, arn: String) -> Outcome {
        let (job, target) = app.read(|estate| find(estate, &arn))?;
        let dataset_type = target.dataset_type.name();
        let failed = |problem: String| {
            format!("Failed to create a data import job for {dataset_type} dataset: {problem}")
        };
        import(&app, &job, &target).await.map_err(failed)
    }
}

/// Where the rows go.
struct Target {
    dataset: Dataset,
    dataset_type: DatasetType,
    schema: Schema,
}

fn find(estate: &Estate, arn: &str) -> Result<(DatasetImportJob, Target), String> {
    let find = || -> Option<_> {
        let job = estate.dataset_import_jobs.get(arn)?;
        let dataset = estate.datasets.get(&job.dataset_arn)?;
        let schema: &DatasetSchema = estate.schemas.get(&dataset.schema_arn)?;
        let target = Target {
            dataset: dataset.clone(),
            dataset_type: DatasetType::parse(&dataset.dataset_type)?,
            schema: Schema::parse(&schema.schema).ok()?,
        };
        Some((job.clone(), target))
    };
    find().ok_or_else(|| "The dataset or its schema is gone".to_owned())
}

async fn import(app: &Arc<App>, job: &DatasetImportJob, target: &Target) -> Outcome {
    let text = job.data_source["dataLocation"].as_str().unwrap_or_default();
    let location = Location::parse(text).ok_or_else(|| format!("Invalid Data location: {text}"))?;
    let keys = app.bucket.keys(&location, Reach::Folder).await?;
    let dataset_arn = &target.dataset.dataset_arn;
    let mut rows = Rows::new(app, job, target)?;
    for key in keys {
        let object = format!("s3://{}/{key}", location.bucket);
        let content = app.bucket.open(&location.bucket, &key).await;
        let content = content.map_err(|problem| format!("{problem} ({object})"))?;
        let schema = target.schema.clone();
        rows = tokio::task::spawn_blocking(move || {
            let copy = rows.copy.as_mut().map(|(_, writer)| writer);
            match read(content, &schema, &mut rows.batch, copy) {
                Ok(_) => Ok(rows),
                Err(problem) => Err(format!("{problem} ({object})")),
            }
        })
        .await
        .map_err(|error| format!("reading stopped: {error}"))??;
    }
    let data = app.group(&target.dataset.dataset_group_arn);
    let data = data.map_err(|fault| fault.message)?;
    let batch = rows.keep()?;
    tracing::info!(dataset = dataset_arn, rows = batch.len(), "imported");
    let (mode, received) = (job.import_mode, job.life.creation_date_time);
    tokio::task::spawn_blocking(move || data.import(batch, mode, received))
        .await
        .map_err(|error| format!("the rows could not be taken: {error}"))?;
    if target.dataset_type == DatasetType::Interactions {
        let group = &target.dataset.dataset_group_arn;
        if let Err(problem) = attribution::publish(app, job, group, &location).await {
            // The rows are in; a report that cannot be written does not take them out again.
            tracing::error!(
                job = job.dataset_import_job_arn,
                problem,
                "no attribution report"
            );
        }
    }
    Ok(commit(job.clone()))
}

/// From now on the job's rows are part of the dataset; after a FULL import they alone.
fn commit(job: DatasetImportJob) -> Commit {
    Box::new(move |estate| {
        let imports = estate.imports.entry(job.dataset_arn).or_default();
        if job.import_mode == ImportMode::Full {
            imports.clear();
        }
        imports.push(job.dataset_import_job_arn);
    })
}

/// Rows on their way: in memory, and in a file when state is kept.
struct Rows {
    batch: Batch,
    copy: Option<(PathBuf, Writer<Box<dyn Write + Send>>)>,
}

impl Rows {
    fn new(app: &App, job: &DatasetImportJob, target: &Target) -> Result<Self, String> {
        let batch = Batch::new(target.dataset_type);
        let Some(state) = &app.state else {
            return Ok(Self { batch, copy: None });
        };
        let dataset_arn = &target.dataset.dataset_arn;
        let counting = app.read(|estate| estate.imports.get(dataset_arn).cloned());
        state.sweep(dataset_arn, &counting.unwrap_or_default());
        let path = state.import_file(dataset_arn, &job.dataset_import_job_arn);
        let open = || -> io::Result<_> {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let file: Box<dyn Write + Send> = Box::new(BufWriter::new(File::create(&path)?));
            let mut writer = Writer::from_writer(file);
            writer.write_record(target.schema.fields.iter().map(|field| &field.name))?;
            Ok(writer)
        };
        let writer = open().map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(Self {
            batch,
            copy: Some((path, writer)),
        })
    }

    /// Makes sure that the file is whole before the job says that it is done.
    fn keep(self) -> Result<Batch, String> {
        if let Some((path, mut writer)) = self.copy {
            let mut keep = || -> io::Result<()> {
                writer.flush()?;
                File::open(&path)?.sync_all()
            };
            keep().map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        }
        Ok(self.batch)
    }
}
