//! The name of a run's import job, and its ARN.

pub(crate) use shared::job::name as of_job;

/// The ARN of the job `name` beside the dataset `dataset_arn`: same partition, region and account.
/// `None` when `dataset_arn` is no dataset's ARN.
pub(crate) fn arn_of_job(dataset_arn: &str, name: &str) -> Option<String> {
    shared::job::arn_beside(dataset_arn, "dataset-import-job", name)
}

#[cfg(test)]
mod tests {
    use super::*;

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
