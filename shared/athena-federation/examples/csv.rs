//! A connector to a folder of CSV files: each file is a table, each column is text. It answers the
//! requests on standard input, one per line: `cargo run -p athena-federation --example csv -- FOLDER`

use std::{error::Error, fs::File, io, path::PathBuf, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use athena_federation::{SourceError, Value, message::TableName, server::*, spill::*};

struct Csv(PathBuf);

impl Csv {
    fn names(&self) -> Result<Vec<String>, SourceError> {
        let files = self.0.read_dir().map_err(SourceError::failed)?;
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        Ok(names
            .filter_map(|name| Some(name.strip_suffix(".csv")?.to_owned()))
            .collect())
    }

    /// The file of a table. Names come from outside: only those in the list are opened.
    fn open(&self, table: &TableName) -> Result<csv::Reader<File>, SourceError> {
        if !self.names()?.contains(&table.table_name) {
            return Err(SourceError::NotFound(format!("the table {table}")));
        }
        let file = format!("{}.csv", table.table_name);
        csv::Reader::from_path(self.0.join(file)).map_err(SourceError::failed)
    }
}

impl Source for Csv {
    fn kind(&self) -> &str {
        "csv"
    }

    async fn schemas(&self) -> Result<Vec<String>, SourceError> {
        Ok(vec!["csv".to_owned()])
    }

    async fn tables(&self, _schema: &str) -> Result<Vec<String>, SourceError> {
        self.names()
    }

    async fn table(&self, name: &TableName) -> Result<Table, SourceError> {
        let mut file = self.open(name)?;
        let names = file.headers().map_err(SourceError::failed)?;
        let fields: Vec<_> = names
            .iter()
            .map(|name| Field::new(name, DataType::Utf8, true))
            .collect();
        Ok(Table::new(Arc::new(Schema::new(fields))))
    }

    async fn read(&self, read: &Read, rows: &mut Rows) -> Result<(), SourceError> {
        let wanted = read.constraints.predicates()?;
        let mut file = self.open(&read.table)?;
        let names = file.headers().map_err(SourceError::failed)?.clone();
        let allowed = |line: &csv::StringRecord| {
            names.iter().zip(line).all(|(name, text)| {
                let value = Value::Text(text.to_owned());
                wanted
                    .get(name)
                    .is_none_or(|predicate| predicate.may_allow(Some(&value)))
            })
        };
        let mut lines = file.records().map(|line| line.map_err(SourceError::failed));
        loop {
            let page: Result<Vec<_>, _> = lines.by_ref().take(1_000).collect();
            let page = page?;
            if page.is_empty() {
                return Ok(());
            }
            let kept: Vec<_> = page.iter().filter(|line| allowed(line)).collect();
            let columns = names.iter().enumerate().map(|(number, name)| {
                let values: StringArray = kept.iter().map(|line| line.get(number)).collect();
                (name, Arc::new(values) as ArrayRef)
            });
            let batch = RecordBatch::try_from_iter(columns).map_err(SourceError::failed)?;
            rows.push(batch).await?;
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: csv FOLDER")?;
    // In Lambda: a store of yours that puts objects into S3.
    let spill = SpillSpace::new(MemoryStore::default(), LocalKeys, "bucket", "csv");
    let server = Server::new(Csv(folder.into()), spill);
    for line in io::stdin().lines() {
        match server.answer(line?.as_bytes()).await {
            Ok(answer) => println!("{}", String::from_utf8(answer.body)?),
            Err(error) => println!("{}", serde_json::to_string(&error)?),
        }
    }
    Ok(())
}
