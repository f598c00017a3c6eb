//! A free range of a layer's buckets.

use experiment::{
    definition::{Definitions, Range},
    hash::BUCKETS,
};

use crate::error::ServiceError;

/// The first range of `share` buckets of `layer` that no other experiment takes, or without a share the
/// largest one. Drafts take none: the first of two that is started gets it.
pub(super) fn free(
    definitions: &Definitions,
    layer: &str,
    id: &str,
    share: Option<u32>,
) -> Result<Range, ServiceError> {
    let taken = definitions.experiments.iter();
    let mut taken: Vec<Range> = taken
        .filter(|one| one.layer == layer && one.id != id)
        .filter(|one| one.status.occupies())
        .map(|one| one.range)
        .collect();
    taken.sort_by_key(|range| range.start);
    let mut gaps = Vec::new();
    let mut start = 0;
    for range in taken {
        if range.start > start {
            gaps.push(Range {
                start,
                end: range.start,
            });
        }
        start = start.max(range.end);
    }
    if start < BUCKETS {
        gaps.push(Range {
            start,
            end: BUCKETS,
        });
    }
    let size = |range: &Range| range.end - range.start;
    let found = match share {
        Some(share) => gaps.iter().find(|gap| size(gap) >= share).map(|gap| Range {
            start: gap.start,
            end: gap.start + share,
        }),
        None => gaps.iter().copied().max_by_key(size),
    };
    found.ok_or_else(|| {
        let largest = gaps.iter().map(size).max().unwrap_or(0);
        ServiceError::NotNow(format!(
            "layer {layer:?} has no free range of that share (the largest has {largest} of {BUCKETS} buckets): ask for less, end an experiment, or use another layer"
        ))
    })
}

#[cfg(test)]
mod tests {
    use experiment::definition::Status;

    use super::super::define::tests::{body, define};
    use super::*;

    #[test]
    fn experiments_of_a_layer_get_ranges_of_their_own() {
        let mut definitions = Definitions::default();
        for (id, share) in [("a", 3_000), ("b", 2_000)] {
            let mut body = body(id);
            body["share"] = share.into();
            define(body, &mut definitions);
            definitions.experiments.last_mut().unwrap().status = Status::Running;
        }
        let range = |index: usize| definitions.experiments[index].range;
        assert_eq!(
            range(1),
            Range {
                start: 3_000,
                end: 5_000
            }
        );
        let largest = free(&definitions, "default", "c", None).unwrap();
        assert_eq!(
            largest,
            Range {
                start: 5_000,
                end: 10_000
            }
        );
        let refused = free(&definitions, "default", "c", Some(6_000)).unwrap_err();
        assert!(refused.to_string().contains("5000"), "{refused}");
    }
}
