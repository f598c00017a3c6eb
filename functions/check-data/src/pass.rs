//! One reading of a dataset: every line judged, counted, kept as rejected or copied as good.
//! It takes bytes and knows neither S3 nor time-outs; `check` feeds it.

use crate::{
    columns::Columns,
    copy::Copy,
    duplicates::{Duplicates, WINDOW},
    hash,
    layout::Layout,
    reason::{Detail, Reason, Rejection},
    records::{Fields, Line, Records},
    rejected::RejectedRows,
    row::{Values, judge},
    tally::Tally,
    verdict::Problems,
};

/// A reading under way.
pub(crate) struct Pass<'a> {
    columns: &'a Columns,
    now: i64,
    duplicates: Duplicates,
    tally: Tally,
    rejected: RejectedRows,
    problems: Problems,
    rows: Vec<u64>,
    copy: Option<Copy>,
}

/// What a reading found.
pub(crate) struct Outcome {
    /// What was counted.
    pub(crate) tally: Tally,
    /// Rows that broke a rule.
    pub(crate) rejected: RejectedRows,
    /// What is wrong with whole objects.
    pub(crate) problems: Problems,
    /// Whether every row was compared with all rows before it.
    pub(crate) compared_all: bool,
    /// Rows of each object, good or broken.
    pub(crate) rows: Vec<u64>,
}

/// One object being read.
pub(crate) struct File {
    key: String,
    records: Records,
    layout: Option<Layout>,
    /// Its first line is no header of this dataset: nothing of it can be used.
    unusable: bool,
    rows: u64,
}

impl File {
    /// The object named `key`, from its start.
    pub(crate) fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            records: Records::new(),
            layout: None,
            unusable: false,
            rows: 0,
        }
    }
}

impl<'a> Pass<'a> {
    /// Starts judging a dataset at `now` (epoch seconds).
    pub(crate) fn judging(columns: &'a Columns, tally: Tally, now: i64) -> Self {
        Self {
            columns,
            now,
            duplicates: Duplicates::remembering(WINDOW),
            tally,
            rejected: RejectedRows::default(),
            problems: Problems::default(),
            rows: Vec::new(),
            copy: None,
        }
    }

    /// The same, only keeping the good rows for [`Self::take_copied`].
    pub(crate) fn copying(columns: &'a Columns, tally: Tally, now: i64) -> Self {
        Self {
            copy: Some(Copy::of(columns)),
            ..Self::judging(columns, tally, now)
        }
    }

    /// Takes the next bytes of `file`; `last`: these are its end.
    ///
    /// # Errors
    /// When a row cannot be written as CSV.
    pub(crate) fn feed(
        &mut self,
        file: &mut File,
        chunk: &[u8],
        last: bool,
    ) -> Result<(), csv::Error> {
        file.records.push(chunk);
        while !file.unusable
            && let Some(line) = file.records.next(last)
        {
            if let Some(layout) = &file.layout {
                file.rows += 1;
                self.row(layout, &file.key, line)?;
            } else {
                file.layout = self.header(&file.key, &line);
                file.unusable = file.layout.is_none();
            }
        }
        if last {
            self.rows.push(file.rows);
        }
        if last && file.layout.is_none() && !file.unusable {
            self.problems.stop(format!(
                "{} is empty: upload it again or remove it",
                file.key
            ));
        }
        Ok(())
    }

    /// Bytes that [`Self::take_copied`] would give.
    pub(crate) fn copied(&self) -> usize {
        self.copy.as_ref().map_or(0, Copy::len)
    }

    /// The good rows copied since the last call, as CSV.
    pub(crate) fn take_copied(&mut self) -> Vec<u8> {
        self.copy.as_mut().map(Copy::take).unwrap_or_default()
    }

    /// Goes on copying in the memory of what was taken.
    pub(crate) fn give_back(&mut self, empty: Vec<u8>) {
        if let Some(copy) = &mut self.copy {
            copy.give_back(empty);
        }
    }

    /// What it found, without the memory of the rows seen.
    pub(crate) fn end(self) -> Outcome {
        Outcome {
            tally: self.tally,
            rejected: self.rejected,
            problems: self.problems,
            compared_all: self.duplicates.compared_all(),
            rows: self.rows,
        }
    }

    fn header(&mut self, key: &str, line: &Line<'_>) -> Option<Layout> {
        match self.columns.layout(line) {
            Ok(layout) => {
                if !layout.extra.is_empty() {
                    self.problems.warn(format!(
                        "{key} has columns that the schema `{}` does not know, they are not imported: {}",
                        self.columns.schema,
                        layout.extra.join(", ")
                    ));
                }
                Some(layout)
            }
            Err(problem) => {
                self.problems.stop(format!("{key} {problem}"));
                None
            }
        }
    }

    fn row(&mut self, layout: &Layout, key: &str, line: Line<'_>) -> Result<(), csv::Error> {
        let plain = line.fields.as_ref().is_ok_and(Fields::are_plain);
        let columns = self.columns;
        let verdict = line
            .fields
            .and_then(|fields| judge(columns, layout, fields, self.now))
            .and_then(|values| self.not_seen_before(values));
        match (verdict, &mut self.copy) {
            (Ok(values), Some(copy)) => copy.add(&values, plain.then_some(line.raw), layout),
            (Ok(values), None) => self.tally.good(&values),
            // It was told by the reading before.
            (Err(_), Some(_)) => {}
            (Err(rejection), None) => {
                self.tally.rejected(rejection.reason);
                self.rejected.add(key, line.number, line.raw, &rejection)?;
            }
        }
        Ok(())
    }

    fn not_seen_before<'v>(&mut self, values: Values<'v>) -> Result<Values<'v>, Rejection<'v>>
    where
        'a: 'v,
    {
        let columns = self.columns;
        let identity = columns.identity.iter().map(|column| values[*column]);
        if self.duplicates.is_new(hash::of(identity)) {
            return Ok(values);
        }
        let detail = Detail::Same(columns);
        Err(Rejection::new(Reason::Duplicate, detail))
    }
}

#[cfg(test)]
mod tests {
    use shared::config::DatasetType;

    use super::*;
    use crate::{catalogue::Catalogue, columns::tests::shipped, verdict::tests::config_with};

    const NOW: i64 = 1_700_000_000;

    fn fed<'a>(mut pass: Pass<'a>, files: &[(&str, &str)]) -> Pass<'a> {
        for (key, text) in files {
            let mut file = File::new(key);
            for chunk in text.as_bytes().chunks(5) {
                pass.feed(&mut file, chunk, false).unwrap();
            }
            pass.feed(&mut file, &[], true).unwrap();
        }
        pass
    }

    /// Reads `files` twice; the outcome of the first and the copy of good rows of the second reading.
    fn read(columns: &Columns, files: &[(&str, &str)]) -> (Outcome, String) {
        let config = config_with(|_| ());
        let tally = || Tally::new(DatasetType::Users, columns, &config, Catalogue::Unknown);
        let outcome = fed(Pass::judging(columns, tally(), NOW), files).end();
        let copied = fed(Pass::copying(columns, tally(), NOW), files).take_copied();
        (outcome, String::from_utf8(copied).unwrap())
    }

    #[test]
    fn good_rows_of_all_objects_are_copied_under_one_header() {
        let columns = shipped(DatasetType::Users);
        let files = [
            (
                "a.csv",
                "USER_ID,COUNTRY\nu1,UK\r\nu2,\"France, \"\"south\"\"\"\nu1,UK\n",
            ),
            ("b.csv", "COUNTRY,USER_ID\n,u3\nUK,\nUK\n"),
        ];
        let (outcome, copied) = read(&columns, &files);
        assert_eq!(
            copied,
            "USER_ID,COUNTRY\nu1,UK\nu2,\"France, \"\"south\"\"\"\nu3,\n"
        );
        assert_eq!((outcome.tally.good, outcome.tally.rejections()), (3, 3));
        assert_eq!((outcome.rows, outcome.compared_all), (vec![3, 3], true));
        assert!(outcome.problems.passed());
        let rejected = String::from_utf8(outcome.rejected.into_bytes().unwrap()).unwrap();
        assert!(rejected.contains("a.csv,4,duplicate,a row before has the same USER_ID"));
        assert!(
            rejected.contains("b.csv,3,missing-value,USER_ID is empty,\"UK,\""),
            "{rejected}"
        );
        assert!(rejected.contains("b.csv,4,column-count"));
    }

    #[test]
    fn an_object_without_its_columns_is_one_problem_and_the_others_are_read() {
        let columns = shipped(DatasetType::Users);
        let files = [
            ("a.csv", "USER_ID,LAND\nu1,UK\n"),
            ("b.csv", ""),
            ("c.csv", "USER_ID,COUNTRY\nu1,UK\n"),
        ];
        let (outcome, _) = read(&columns, &files);
        assert_eq!((outcome.tally.good, outcome.problems.passed()), (1, false));
        let problems = outcome.problems.into_list();
        assert!(
            problems[0]
                .text
                .starts_with("a.csv lacks the column COUNTRY; its first line has USER_ID, LAND")
        );
        assert!(problems[1].text.starts_with("b.csv is empty"));
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn columns_beyond_the_schema_are_told_and_left_out_of_the_copy() {
        let columns = shipped(DatasetType::Users);
        let (outcome, copied) = read(&columns, &[("a.csv", "NOTE,USER_ID,COUNTRY\nhm,u1,UK\n")]);
        assert_eq!(copied, "USER_ID,COUNTRY\nu1,UK\n");
        assert!(outcome.problems.passed());
        assert!(
            outcome.problems.into_list()[0]
                .text
                .contains("they are not imported: NOTE")
        );
    }
}
