//! CSV files in the shape of Personalize's datasets, from a shop that has them already:
//! `interactions.csv`, and `items.csv` and `users.csv` where there are any.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::check::{self, Check};
use super::lines::Lines;
use super::rejects::{Reason, Rejects};
use super::shop::{Interaction, Product, Sink, User};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// The event type of a file without that column.
const DEFAULT_EVENT: &str = "view";

/// What a file of interactions needs.
const INTERACTIONS: [&str; 3] = ["USER_ID", "ITEM_ID", "TIMESTAMP"];
/// What a file of items needs.
const ITEMS: [&str; 2] = ["ITEM_ID", "PRICE"];
/// What a file of users needs.
const USERS: [&str; 1] = ["USER_ID"];

/// The files of a shop.
#[derive(Debug, Clone)]
pub struct Files {
    /// Required.
    pub interactions: PathBuf,
    /// Without it nothing is cached, for no product has a title and a price.
    pub items: Option<PathBuf>,
    /// Without it no user has a country.
    pub users: Option<PathBuf>,
}

impl Files {
    /// The files of a folder, each plain or gzipped.
    ///
    /// # Errors
    /// [`Error::Data`] without interactions.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let find = |name: &str| {
            let candidates = [format!("{name}.csv"), format!("{name}.csv.gz")];
            candidates
                .iter()
                .map(|name| folder.join(name))
                .find(|path| path.is_file())
        };
        let interactions = find("interactions").ok_or_else(|| Error::Data {
            file: folder.to_owned(),
            problem: "holds no interactions.csv".into(),
            remedy: "put interactions.csv there, with items.csv and users.csv if you have them"
                .into(),
        })?;
        Ok(Self {
            interactions,
            items: find("items"),
            users: find("users"),
        })
    }

    /// Interactions alone.
    #[must_use]
    pub fn only_interactions(path: &Path) -> Self {
        Self {
            interactions: path.to_owned(),
            items: None,
            users: None,
        }
    }

    /// All there are.
    pub fn all(&self) -> impl Iterator<Item = &PathBuf> {
        [
            Some(&self.interactions),
            self.items.as_ref(),
            self.users.as_ref(),
        ]
        .into_iter()
        .flatten()
    }
}

/// Looks whether the files have the columns.
///
/// # Errors
/// [`Error::Data`] when one has not.
pub(super) fn check(files: &Files) -> Result<()> {
    let progress = Progress::none();
    Lines::open(&files.interactions, INTERACTIONS, [], &progress)?;
    if let Some(file) = &files.items {
        Lines::open(file, ITEMS, [], &progress)?;
    }
    if let Some(file) = &files.users {
        Lines::open(file, USERS, [], &progress)?;
    }
    Ok(())
}

/// Reads all files; the number of their rows.
///
/// # Errors
/// [`Error::Data`] when a file cannot be used.
pub(super) fn read(
    files: &Files,
    now: i64,
    sink: &mut impl Sink,
    rejects: &mut Rejects,
    progress: &Progress,
) -> Result<u64> {
    let mut rows = interactions(&files.interactions, now, sink, rejects, progress)?;
    if let Some(file) = &files.items {
        rows += items(file, now, sink, rejects, progress)?;
    }
    if let Some(file) = &files.users {
        rows += users(file, now, sink, rejects, progress)?;
    }
    Ok(rows)
}

fn interactions(
    file: &Path,
    now: i64,
    sink: &mut impl Sink,
    rejects: &mut Rejects,
    progress: &Progress,
) -> Result<u64> {
    let (mut lines, [user, item, time], [kind, value]) =
        Lines::open(file, INTERACTIONS, ["EVENT_TYPE", "EVENT_VALUE"], progress)?;
    let mut check = Check::new(now);
    each(&mut lines, file, rejects, |fields| {
        let optional = |place: Option<usize>| place.map(|place| fields[place].trim());
        let interaction = Interaction {
            user: Cow::Borrowed(fields[user].trim()),
            item: Cow::Borrowed(fields[item].trim()),
            timestamp: fields[time].trim().parse().map_err(|_| Reason::BadTime)?,
            event_type: Cow::Borrowed(
                optional(kind)
                    .filter(|kind| !kind.is_empty())
                    .unwrap_or(DEFAULT_EVENT),
            ),
            value: optional(value)
                .filter(|value| !value.is_empty())
                .map(|value| value.parse().map_err(|_| Reason::BadValue))
                .transpose()?,
        };
        check.interaction(&interaction)?;
        Ok(sink.interaction(&interaction))
    })
}

fn items(
    file: &Path,
    now: i64,
    sink: &mut impl Sink,
    rejects: &mut Rejects,
    progress: &Progress,
) -> Result<u64> {
    let optional = [
        "TITLE",
        "NAME",
        "PRODUCT_NAME",
        "DESCRIPTION",
        "PRODUCT_DESCRIPTION",
        "CATEGORY",
        "CATEGORY_L1",
        "CREATION_TIMESTAMP",
    ];
    let (mut lines, [id, price], places) = Lines::open(file, ITEMS, optional, progress)?;
    let [
        title,
        name,
        product_name,
        text,
        long_text,
        category,
        category_1,
        created,
    ] = places;
    let mut check = Check::new(now);
    each(&mut lines, file, rejects, |fields| {
        let first = |places: &[Option<usize>]| {
            let mut values = places.iter().flatten().map(|place| fields[*place].trim());
            values.find(|value| !value.is_empty()).map(str::to_owned)
        };
        let id = fields[id].trim();
        check::id(id)?;
        let price: f64 = fields[price].trim().parse().map_err(|_| Reason::BadPrice)?;
        if !price.is_finite() || price < 0.0 {
            return Err(Reason::BadPrice);
        }
        let created = first(&[created]).map(|time| time.parse().map_err(|_| Reason::BadTime));
        let created = created.transpose()?;
        created.map_or(Ok(()), |time| check.time(time))?;
        check.first(id)?;
        let description = first(&[text, long_text]);
        let title = first(&[title, name, product_name]).or_else(|| description.clone());
        Ok(sink.product(&Product {
            id: id.to_owned(),
            title: title.unwrap_or_else(|| id.to_owned()),
            description,
            price: Some(price),
            currency: None,
            category: first(&[category, category_1]),
            available: true,
            created,
        }))
    })
}

fn users(
    file: &Path,
    now: i64,
    sink: &mut impl Sink,
    rejects: &mut Rejects,
    progress: &Progress,
) -> Result<u64> {
    let (mut lines, [id], [country]) = Lines::open(file, USERS, ["COUNTRY"], progress)?;
    let mut check = Check::new(now);
    each(&mut lines, file, rejects, |fields| {
        let id = fields[id].trim();
        check::id(id)?;
        check.first(id)?;
        let country = country.map(|place| fields[place].trim().to_owned());
        Ok(sink.user(&User {
            id: id.to_owned(),
            country: country.filter(|name| !name.is_empty()),
        }))
    })
}

/// Hands every whole row to `take`, which says why it is not used or what storing it came to.
fn each(
    lines: &mut Lines<'_>,
    file: &Path,
    rejects: &mut Rejects,
    mut take: impl FnMut(&[Cow<'_, str>]) -> Result<Result<()>, Reason>,
) -> Result<u64> {
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut rows = 0;
    while let Some(row) = lines.next()? {
        rows += 1;
        match row
            .fields
            .as_ref()
            .map_err(|reason| *reason)
            .and_then(|fields| take(fields))
        {
            Ok(stored) => stored?,
            Err(reason) => rejects.row(&name, row.line, reason, row.raw)?,
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::super::shop::Kept;
    use super::*;
    use std::collections::BTreeMap;

    fn read_files(files: &[(&str, &str)]) -> Result<(Kept, BTreeMap<String, u64>, u64)> {
        let folder = std::env::temp_dir().join(format!("local-csvs-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, content) in files {
            std::fs::write(folder.join(name), content).unwrap();
        }
        let mut kept = Kept::default();
        let mut rejects = Rejects::create(&folder.join("rejected.csv"))?;
        let progress = Progress::spinner("test");
        let result = Files::in_folder(&folder)
            .and_then(|files| read(&files, 1_000, &mut kept, &mut rejects, &progress));
        rejects.finish()?;
        std::fs::remove_dir_all(folder).unwrap();
        result.map(|rows| (kept, rejects.counts(), rows))
    }

    #[test]
    fn all_three_files_are_read() {
        let (kept, rejected, rows) = read_files(&[
            (
                "interactions.csv",
                "ITEM_ID,USER_ID,TIMESTAMP,EVENT_TYPE\na,u,5,purchase\na,u,6,\n",
            ),
            (
                "items.csv",
                "ITEM_ID,PRICE,CATEGORY_L1,PRODUCT_DESCRIPTION\na,2.5,mugs,A red mug\n",
            ),
            ("users.csv", "USER_ID,AGE,COUNTRY\nu,30,France\n"),
        ])
        .unwrap();
        assert_eq!((rows, rejected.len()), (4, 0));
        assert_eq!(kept.interactions[0].event_type, "purchase");
        assert_eq!(kept.interactions[1].event_type, DEFAULT_EVENT);
        assert_eq!(
            (
                &*kept.products[0].title,
                kept.products[0].category.as_deref()
            ),
            ("A red mug", Some("mugs"))
        );
        assert_eq!(kept.users[0].country.as_deref(), Some("France"));
    }

    #[test]
    fn bad_rows_are_rejected_one_by_one() {
        let long = "x".repeat(257);
        let interactions = format!(
            "USER_ID,ITEM_ID,TIMESTAMP,EVENT_VALUE\nu,a,soon,\nu,a,-1,\nu,a,2000,\n{long},a,5,\nu,a\n\
             u,a,5,\nu,a,5,\n,a,5,\nu,a,6,much\n"
        );
        let items = "ITEM_ID,PRICE\na,cheap\nb,-1\nc,0\nc,1\n";
        let (kept, rejected, rows) =
            read_files(&[("interactions.csv", &interactions), ("items.csv", items)]).unwrap();
        assert_eq!(
            (kept.interactions.len(), kept.products.len(), rows),
            (1, 1, 13)
        );
        let expected = [
            ("bad-price", 2),
            ("bad-time", 3),
            ("bad-value", 1),
            ("broken-line", 1),
            ("duplicate", 2),
            ("id-too-long", 1),
            ("no-id", 1),
        ];
        let expected = expected.map(|(reason, rows)| (reason.to_owned(), rows));
        assert_eq!(rejected, BTreeMap::from(expected));
    }

    #[test]
    fn a_folder_without_interactions_and_a_file_without_a_column_are_errors() {
        let error = read_files(&[("items.csv", "ITEM_ID,PRICE\n")]).unwrap_err();
        assert!(error.to_string().contains("interactions.csv"), "{error}");
        let error = read_files(&[("interactions.csv", "USER_ID,TIMESTAMP\n")]).unwrap_err();
        assert!(
            error.to_string().contains("lacks the column ITEM_ID"),
            "{error}"
        );
    }
}
