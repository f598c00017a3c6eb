//! The work of a dataset export job: the rows of a dataset as `<output path>/<job>.csv`, with the
//! columns of its schema. Written is what the server keeps in memory: of interactions the ids, the
//! time, event type and value, and categorical fields.

use std::sync::Arc;

use csv::Writer;

use crate::{
    app::App,
    data::{export::Ingestion, schema::DatasetType},
    import::s3::Location,
    lifecycle::{Outcome, Work},
    resources::{Dataset, DatasetExportJob},
};

impl Work for DatasetExportJob {
    async fn work(app: Arc<App>, arn: String) -> Outcome {
        let found = app.read(|estate| {
            let job = estate.get::<Self>(&arn)?.clone();
            let dataset = estate.get::<Dataset>(&job.dataset_arn)?.clone();
            Ok((job, dataset))
        });
        let (job, dataset) = found.map_err(|fault: crate::fault::Fault| fault.message)?;
        let path = job.job_output["s3DataDestination"]["path"].as_str();
        let location = path
            .and_then(Location::parse)
            .ok_or("Invalid Data location")?;
        let name = format!("{}.csv", job.job_name);
        let exporting = Arc::clone(&app);
        let rows = tokio::task::spawn_blocking(move || rows(&exporting, &job, &dataset));
        let rows = rows
            .await
            .map_err(|error| format!("Export stopped: {error}"))??;
        app.bucket.put(&location, &name, rows).await?;
        Ok(Box::new(|_| {}))
    }
}

fn rows(app: &App, job: &DatasetExportJob, dataset: &Dataset) -> Result<Vec<u8>, String> {
    let dataset_type = DatasetType::parse(&dataset.dataset_type)
        .ok_or_else(|| format!("{} is no type of dataset", dataset.dataset_type))?;
    let data = app.group(&dataset.dataset_group_arn);
    let data = data.map_err(|fault| fault.message)?;
    let ingestion = match job.ingestion_mode.as_str() {
        "BULK" => Ingestion::Bulk,
        "PUT" => Ingestion::Put,
        _ => Ingestion::All,
    };
    let mut writer = Writer::from_writer(Vec::new());
    data.read()
        .export(dataset_type, ingestion, &mut writer)
        .map_err(|error| format!("The rows cannot be written: {error}"))?;
    writer
        .into_inner()
        .map_err(|error| format!("The rows cannot be written: {error}"))
}
