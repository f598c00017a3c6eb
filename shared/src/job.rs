//! The name of a run's job, and the ARN that follows from it: the same run always comes to the same
//! job, so that it is found instead of made twice.

use sha2::{Digest, Sha256};

/// The longest name Personalize takes.
const MAX_NAME: usize = 63;

/// The job's name: `<start>-<run>`. A run that does not fit Personalize's names (letters, digits,
/// - and _, 63 in all) is shortened, and told apart from others by the start of its SHA-256.
#[must_use]
pub fn name(start: &str, run: &str) -> String {
    let name = format!("{start}-{run}");
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

/// The ARN of `<kind>/<name>` beside the Personalize resource `arn`: same partition, region and
/// account. `None` when `arn` is none.
#[must_use]
pub fn arn_beside(arn: &str, kind: &str, name: &str) -> Option<String> {
    let (resource, _) = arn.split_once('/')?;
    let (place, _) = resource.rsplit_once(':')?;
    place
        .contains(":personalize:")
        .then(|| format!("{place}:{kind}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_fits_is_the_name() {
        let run = "3f2a11c0-8d7e-4e57-9d3e-0a8b6c5d4e3f";
        assert_eq!(name("interactions", run), format!("interactions-{run}"));
    }

    #[test]
    fn a_run_that_does_not_fit_keeps_its_own_job() {
        let long = |last: char| name("interactions", &format!("{}{last}", "r".repeat(79)));
        assert_eq!(long('a').len(), MAX_NAME);
        assert_eq!(long('a'), long('a'));
        assert_ne!(long('a'), long('b'));
        assert_ne!(name("items", "a b"), name("items", "a.b"));
        assert!(name("items", "a b").starts_with("items-a-b-"));
        assert!(name("items", &"é".repeat(80)).len() <= MAX_NAME);
    }

    #[test]
    fn a_job_is_beside_what_it_works_on() {
        let version = "arn:aws-cn:personalize:cn-north-1:1:solution/taste/8f3a";
        assert_eq!(
            arn_beside(version, "batch-inference-job", "x").as_deref(),
            Some("arn:aws-cn:personalize:cn-north-1:1:batch-inference-job/x")
        );
        assert_eq!(arn_beside("arn:aws:s3:::bucket/key", "job", "x"), None);
    }
}
