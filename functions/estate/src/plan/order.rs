//! What has to be there before, and what has to be gone before.

use shared::arn::Kind;

use crate::resource::Declared;

/// Whether `other` must be usable before `resource` is made or changed. Schemas belong to no group.
/// What reads columns waits for all datasets.
pub(crate) fn needs(resource: &Declared, other: &Declared) -> bool {
    match (resource.kind, other.kind) {
        (Kind::DatasetGroup | Kind::Schema | Kind::Schedule, _) => false,
        (_, Kind::DatasetGroup) => true,
        // By the stable name: which generation it is to have is not known from the dataset alone.
        (Kind::Dataset, Kind::Schema) => {
            let schema = resource.fields.get("schema");
            schema.is_some_and(|schema| *schema == *other.name)
        }
        (Kind::Campaign, Kind::Solution) => {
            let solution = resource.fields.get("solution");
            solution.is_some_and(|solution| *solution == *other.name)
        }
        (
            Kind::EventTracker
            | Kind::Filter
            | Kind::Solution
            | Kind::Recommender
            | Kind::MetricAttribution,
            Kind::Dataset,
        ) => true,
        _ => false,
    }
}

/// When a resource of this kind may go: after all of lower rank.
fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Schedule => 0,
        Kind::Campaign | Kind::Recommender => 1,
        Kind::Dataset => 3,
        Kind::Schema | Kind::DatasetGroup => 4,
        _ => 2,
    }
}

/// Whether `kind` may be deleted while resources of the kinds `going` are still to be deleted.
pub(crate) fn is_ready_to_delete(kind: Kind, mut going: impl Iterator<Item = Kind>) -> bool {
    !going.any(|other| rank(other) < rank(kind))
}

/// Puts deletions last, each after what depends on it.
pub(super) fn order(kind: Kind) -> u8 {
    rank(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_depends_on_others_goes_first() {
        let all = [
            Kind::DatasetGroup,
            Kind::Dataset,
            Kind::Solution,
            Kind::Campaign,
        ];
        assert!(!is_ready_to_delete(Kind::DatasetGroup, all.into_iter()));
        assert!(!is_ready_to_delete(Kind::Solution, all.into_iter()));
        assert!(is_ready_to_delete(Kind::Campaign, all.into_iter()));
        assert!(is_ready_to_delete(
            Kind::Schema,
            [Kind::DatasetGroup].into_iter()
        ));
    }
}
