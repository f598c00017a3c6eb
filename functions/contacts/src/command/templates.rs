//! Templates of Pinpoint become folders of files.

use std::{fs, path::Path};

use message_template::pinpoint;
use serde::Serialize;

use super::{CommandError, arguments::Import, exported};

const FOLDER: &str = "config/templates";

/// What became of a template.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    /// What was exported.
    pub(super) file: String,
    /// Below the directory that was written.
    pub(super) folder: String,
    /// What was changed or guessed, to be looked at.
    pub(super) notes: Vec<String>,
    /// Why it was not converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<String>,
}

/// Converts the templates of `import`.
pub(super) fn convert(import: &Import) -> Result<Vec<Report>, CommandError> {
    let Some(templates) = &import.templates else {
        return Ok(Vec::new());
    };
    let files = exported::entries(templates)?.into_iter();
    let files = files.filter(|path| path.is_file());
    files.map(|file| one(&file, import)).collect()
}

/// Templates of one name, an email and a text of it, come into one folder.
fn one(file: &Path, import: &Import) -> Result<Report, CommandError> {
    let text = fs::read_to_string(file).map_err(CommandError::of("reading", file))?;
    let mut report = Report {
        file: file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        ..Report::default()
    };
    let converted = match pinpoint::convert(&text, &import.language.to_lowercase()) {
        Ok(converted) => converted,
        Err(error) => {
            report.problem = Some(error.to_string());
            return Ok(report);
        }
    };
    let name = converted.name.as_deref().map(Path::new).unwrap_or(file);
    report.folder = format!("{FOLDER}/{}", exported::name(name));
    report.notes = converted.notes;
    for (path, text) in converted.files.iter() {
        let path = import.out.join(&report.folder).join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(CommandError::of("writing", folder))?;
        }
        fs::write(&path, text).map_err(CommandError::of("writing", &path))?;
    }
    Ok(report)
}
