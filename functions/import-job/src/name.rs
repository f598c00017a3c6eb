//! The name of a run's import job, and the ARN that follows from it: the same run always comes to
//! the same job, so that it is found instead of made twice.

use sha2::{Digest, Sha256};

/// The longest name Personalize takes.
const MAX_NAME: usize = 63;

/// The job's name: `<dataset>-<run>`. A run that does not fit Personalize's names (letters, digits,
/// - and _, 63 in all) is shortened, and told apart from others by the start of its SHA-256.
pub(crate) fn of_job(dataset: &str, run: &str) -> String {
    let name = format!("{dataset}-{run}");
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.len() <= MAX_NAME && name.chars().all(fits) {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    let mark: String = digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let room = MAX_NAME - mark.len() - 1;
    let head: String = name
        .chars()
        .map(|c| if fits(c) { c } else { '-' })
        .take(room)
        .collect();
    format!("{head}-{mark}")
}

/// The ARN of the job `name` beside the dataset `dataset_arn`: same partition, region and account.
/// `None` when `dataset_arn` is no dataset's ARN.
pub(crate) fn arn_of_job(dataset_arn: &str, name: &str) -> Option<String> {
    let (place, _) = dataset_arn.split_once(":dataset/")?;
    Some(format!("{place}:dataset-import-job/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_fits_is_the_name() {
        let run = "3f2a11c0-8d7e-4e57-9d3e-0a8b6c5d4e3f";
        assert_eq!(of_job("interactions", run), format!("interactions-{run}"));
    }

    #[test]
    fn a_run_that_does_not_fit_keeps_its_own_job() {
        let long = |last: char| of_job("interactions", &format!("{}{last}", "r".repeat(79)));
        assert_eq!(long('a').len(), MAX_NAME);
        assert_eq!(long('a'), long('a'));
        assert_ne!(long('a'), long('b'));
        assert_ne!(of_job("items", "a b"), of_job("items", "a.b"));
        assert!(of_job("items", "a b").starts_with("items-a-b-"));
        assert!(of_job("items", &"é".repeat(80)).len() <= MAX_NAME);
    }

    #[test]
    fn a_job_is_beside_its_dataset() {
        let dataset = "arn:aws-cn:personalize:cn-north-1:1:dataset/shop/ITEMS";
        assert_eq!(
            arn_of_job(dataset, "items-x").as_deref(),
            Some("arn:aws-cn:personalize:cn-north-1:1:dataset-import-job/items-x")
        );
        assert_eq!(arn_of_job("arn:aws:s3:::bucket", "items-x"), None);
    }
}
