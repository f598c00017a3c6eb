//! The files of a template, wherever they come from.

use std::{collections::BTreeMap, fs, io, path::Path};

use crate::TemplateError;

/// Bytes of one file.
const MAX_BYTES: usize = 256 * 1024;
/// Files of a template, all languages together.
const MAX_FILES: usize = 300;

/// What a folder of a language may hold.
pub(crate) const NAMES: [&str; 6] = [
    "subject.txt",
    "email.mjml",
    "email.html",
    "email.txt",
    "sms.txt",
    "push.json",
];

/// The files of a template, by `<language>/<name>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    default_language: String,
    texts: BTreeMap<String, String>,
}

impl Files {
    /// None yet; people without a language, or with one that has no folder, get `default_language`.
    #[must_use]
    pub fn new(default_language: &str) -> Self {
        Self {
            default_language: default_language.to_ascii_lowercase(),
            texts: BTreeMap::new(),
        }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When `path` is not `<language>/<name>` of a file that a template has, or the file is too large.
    pub fn add(&mut self, path: &str, text: impl Into<String>) -> Result<(), TemplateError> {
        let fits = path
            .split_once('/')
            .is_some_and(|(language, name)| is_language(language) && NAMES.contains(&name));
        if !fits {
            let names = NAMES.join(", ");
            let message = format!(
                "not a file of a template; those are {names} in a folder of a language such as `en` or `de-at`"
            );
            return Err(TemplateError::whole(path, message));
        }
        let text = text.into();
        if text.len() > MAX_BYTES || self.texts.len() >= MAX_FILES {
            let message =
                format!("too much: {MAX_FILES} files, each of {MAX_BYTES} bytes, are the most");
            return Err(TemplateError::whole(path, message));
        }
        self.texts.insert(path.to_owned(), text);
        Ok(())
    }

    /// Reads a template's folder, `config/templates/<template>`.
    ///
    /// # Errors
    /// When it cannot be read, or holds what is no file of a template.
    pub fn read(folder: &Path, default_language: &str) -> io::Result<Self> {
        let mut files = Self::new(default_language);
        for language in fs::read_dir(folder)? {
            let language = language?.path();
            for file in fs::read_dir(&language)? {
                let file = file?.path();
                let name = |path: &Path| {
                    path.file_name()
                        .map(|name| name.to_string_lossy().into_owned())
                };
                let path = [name(&language), name(&file)].map(Option::unwrap_or_default);
                let text = fs::read_to_string(&file)?;
                files.add(&path.join("/"), text).map_err(io::Error::other)?;
            }
        }
        Ok(files)
    }

    /// Each file, by `<language>/<name>`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The file of that language and name.
    #[must_use]
    pub fn get(&self, language: &str, name: &str) -> Option<&str> {
        self.texts
            .get(&format!("{language}/{name}"))
            .map(String::as_str)
    }

    /// The language of people whose own has no folder.
    #[must_use]
    pub fn default_language(&self) -> &str {
        &self.default_language
    }

    /// The languages that have a folder.
    pub(crate) fn languages(&self) -> Vec<&str> {
        let folders = self.texts.keys().filter_map(|path| path.split('/').next());
        let mut languages: Vec<&str> = folders.collect();
        languages.dedup();
        languages.sort_unstable();
        languages
    }
}

/// `en`, `de-at`, `zh-hant-tw`: lower-case, so that there is one folder for a language.
fn is_language(name: &str) -> bool {
    let part = |part: &str| {
        (2..=8).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.len() <= 20 && name.split('-').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lies_in_a_folder_of_its_language() {
        let mut files = Files::new("EN");
        for path in ["en/email.mjml", "de-at/sms.txt", "zh-hant-tw/push.json"] {
            files.add(path, "").unwrap();
        }
        for path in [
            "email.mjml",
            "EN/sms.txt",
            "en/notes.md",
            "../en/sms.txt",
            "/sms.txt",
            "e/sms.txt",
        ] {
            assert!(files.add(path, "").is_err(), "{path}");
        }
        assert_eq!(files.languages(), ["de-at", "en", "zh-hant-tw"]);
        assert_eq!(files.default_language(), "en");
        assert!(files.add("en/sms.txt", "x".repeat(MAX_BYTES + 1)).is_err());
    }
}
