//! What is ours: which resources belong to the estate, and under which stable name.

use shared::{
    arn::Kind,
    config::EstateConfig,
    generation,
    operations::{Lock, ResourceState},
};

use crate::call::Subject;

/// What is ours, as far as an event needs it.
#[derive(Debug, Default)]
pub(crate) struct Ours {
    /// The estate's name.
    pub(crate) estate: String,
    /// The stack's name.
    pub(crate) stack: String,
    /// What is declared, by kind and stable name.
    pub(crate) declared: Vec<(Kind, String)>,
    /// The states of the kinds that a call names.
    pub(crate) states: Vec<ResourceState>,
    /// The locks that workflows hold, when something failed that one may wait for.
    pub(crate) locks: Vec<Lock>,
}

impl Ours {
    /// The stable name of the declared resource that `name` is, or is a generation of.
    pub(crate) fn stable_name(&self, kind: Kind, name: &str) -> Option<&str> {
        let has_generations = matches!(kind, Kind::Filter | Kind::Schema);
        let stands_for =
            |stable: &str| stable == name || has_generations && generation::belongs(name, stable);
        let declared = self.declared.iter().filter(|(of, _)| *of == kind);
        declared
            .map(|(_, stable)| stable.as_str())
            .filter(|stable| stands_for(stable))
            .max_by_key(|stable| stable.len())
    }

    /// The name under which the estate knows what a call changed; `None` for what is not ours.
    pub(crate) fn name_of<'a>(&'a self, subject: &'a Subject) -> Option<&'a str> {
        let state = self
            .states
            .iter()
            .find(|state| Some(&state.arn) == subject.arn.as_ref());
        let known = state.map_or(&*subject.name, |state| &state.name);
        if let Some(stable) = self.stable_name(subject.kind, known) {
            return Some(stable);
        }
        let parent = subject.parent.as_ref();
        let is_in_ours = self.states.iter().any(|state| Some(&state.arn) == parent);
        (state.is_some() || is_in_ours).then_some(known)
    }

    /// The workflow that waits for a resource of this kind, if one runs.
    pub(crate) fn waiting_for(&self, kind: Kind) -> Option<&Lock> {
        let workflow = match kind {
            Kind::DatasetImportJob => "import-data",
            Kind::SolutionVersion | Kind::Campaign => "retrain",
            Kind::BatchInferenceJob | Kind::BatchSegmentJob => "batch-recommend",
            _ => "apply-estate",
        };
        self.locks.iter().find(|lock| {
            let part = lock.workflow.split('/').next();
            part == Some(workflow)
        })
    }
}

/// What `config` declares, by kind and stable name.
pub(crate) fn declared(config: &EstateConfig) -> Vec<(Kind, String)> {
    let mut declared = vec![(Kind::DatasetGroup, config.dataset_group.name.clone())];
    let mut add = |kind, name: &str| declared.push((kind, name.to_owned()));
    for schema in &config.schemas {
        add(Kind::Schema, &schema.name);
    }
    for filter in &config.filters {
        add(Kind::Filter, &filter.name);
    }
    for solution in &config.solutions {
        add(Kind::Solution, &solution.name);
    }
    for campaign in &config.campaigns {
        add(Kind::Campaign, &campaign.name);
    }
    for recommender in &config.recommenders {
        add(Kind::Recommender, &recommender.name);
    }
    if let Some(attribution) = &config.metric_attribution {
        add(Kind::MetricAttribution, &attribution.name);
    }
    declared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Ours {
        Ours {
            declared: ["new", "new-arrivals"]
                .map(|name| (Kind::Filter, name.to_owned()))
                .into(),
            ..Ours::default()
        }
    }

    #[test]
    fn a_generation_is_known_by_the_stable_name_it_stands_behind() {
        let ours = ours();
        let stable = |name| ours.stable_name(Kind::Filter, name);
        assert_eq!(stable("new-20261123-3fa9c1d2"), Some("new"));
        assert_eq!(
            stable("new-arrivals-20261123-3fa9c1d2"),
            Some("new-arrivals")
        );
        assert_eq!(stable("new-arrivals"), Some("new-arrivals"));
        assert_eq!(stable("newer"), None);
        assert_eq!(ours.stable_name(Kind::Campaign, "new"), None);
    }

    #[test]
    fn the_workflow_that_waits_is_the_one_that_makes_such_resources() {
        let mut ours = ours();
        let lock = |workflow: &str| Lock {
            workflow: workflow.to_owned(),
            owner: format!("arn:{workflow}"),
            taken_at: 0,
            expires_at: 1,
        };
        ours.locks = ["refresh-catalog", "batch-recommend/nightly", "retrain"]
            .map(lock)
            .into();
        let waiting = |kind| ours.waiting_for(kind).map(|lock| lock.workflow.as_str());
        assert_eq!(waiting(Kind::SolutionVersion), Some("retrain"));
        assert_eq!(
            waiting(Kind::BatchSegmentJob),
            Some("batch-recommend/nightly")
        );
        assert_eq!(waiting(Kind::DatasetImportJob), None);
    }
}
