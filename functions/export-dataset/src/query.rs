//! What Athena is asked, under a name of its own: the same question is never asked twice.

use sha2::{Digest, Sha256};
use shared::{
    config::DatasetType,
    operations::{ExportWindow, ImportMode},
};

use crate::{declared::Declared, error::ExportError, window::Window};

/// A query to start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Query<'a> {
    /// Its member in the configuration, for messages.
    pub(crate) name: String,
    /// The statement as declared, with `?` where values go.
    pub(crate) statement: &'a str,
    /// SQL literals, one for each `?`.
    pub(crate) parameters: Vec<String>,
    /// 64 characters that stand for all of this and for who asks. Athena answers a repeated one with
    /// the query that it has, and refuses one whose question is another.
    pub(crate) token: String,
}

impl<'a> Query<'a> {
    /// The query of `window`; `place` tells this estate's from others in the account.
    ///
    /// # Errors
    /// When the window is at no time that a calendar has.
    pub(crate) fn of(
        declared: &Declared<'a>,
        window: &ExportWindow,
        place: &[&str],
    ) -> Result<Self, ExportError> {
        let Declared {
            dataset,
            mode,
            statement,
            ..
        } = *declared;
        let times = Window {
            from: window.from,
            until: window.until,
        };
        let literals = declared.export.parameters(mode).iter();
        let parameters: Vec<String> = literals
            .map(|parameter| times.literal(*parameter))
            .collect::<Result<_, _>>()?;
        let failed = window.failed.to_string();
        let mut parts = vec![
            window.run.as_str(),
            dataset.name(),
            mode.name(),
            &failed,
            statement,
        ];
        parts.extend(parameters.iter().map(String::as_str));
        parts.extend(place);
        Ok(Self {
            name: name(dataset, mode),
            statement,
            token: token(&parts),
            parameters,
        })
    }
}

/// The member of the configuration that declares it.
pub(crate) fn name(dataset: DatasetType, mode: ImportMode) -> String {
    let member = shared::config::Export::member(mode);
    format!("exports.{}.{member}", dataset.name())
}

fn token(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, so that no two lists of parts are the same bytes.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declared::tests::{EXPORTS, config_with};

    /// The query of the interactions' export in a `run` after `failed` ones.
    fn query(exports: &str, run: &str, failed: u32) -> (Vec<String>, String) {
        let config = config_with(exports);
        let dataset = DatasetType::Interactions;
        let declared = Declared::of(&config, dataset, ImportMode::Full).unwrap();
        let window = ExportWindow {
            run: run.to_owned(),
            from: 0,
            until: 60,
            failed,
        };
        let query = Query::of(&declared, &window, &["shop", "primary"]).unwrap();
        assert_eq!(query.name, "exports.interactions.query");
        (query.parameters, query.token)
    }

    #[test]
    fn values_stand_beside_the_statement_not_in_it() {
        let (parameters, _) = query(EXPORTS, "run", 0);
        assert_eq!(
            parameters,
            [
                "TIMESTAMP '1970-01-01 00:00:00'",
                "TIMESTAMP '1970-01-01 00:01:00'"
            ]
        );
    }

    #[test]
    fn the_same_question_has_the_same_token_and_another_has_another() {
        let (_, token) = query(EXPORTS, "run", 0);
        assert!((32..=128).contains(&token.len()), "{token}");
        assert_eq!(query(EXPORTS, "run", 0).1, token);
        assert_ne!(query(EXPORTS, "another run", 0).1, token);
        assert_ne!(query(EXPORTS, "run", 1).1, token);
        let changed = EXPORTS.replace("FROM shop.events", "FROM shop.all_events");
        assert_ne!(query(&changed, "run", 0).1, token);
        assert_ne!(super::token(&["ab", "c"]), super::token(&["a", "bc"]));
    }
}
