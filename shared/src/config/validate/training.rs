//! What is trained and deployed: solutions, campaigns, recommenders, batch jobs, and the rules by
//! which a version goes into service.

use super::Problems;
use crate::config::{
    BatchJob, BatchKind, Campaign, Capacity, EstateConfig, Exploration, Recommender, Solution,
};

const TPS_MAX: u32 = 500;
const EVENTS_MAX: usize = 10;
/// API reference, CreateBatchInferenceJob and CreateBatchSegmentJob.
const RESULTS_MAX: u32 = 500;
const SEGMENT_MAX: u32 = 5_000_000;
/// API reference, CreateSolutionVersion, `trainingMode`: the recipes that train with UPDATE.
const UPDATED: [&str; 2] = ["aws-user-personalization", "aws-hrnn-coldstart"];
/// The folder of the data bucket where template.yaml lets Personalize write reports.
const REPORTS: &str = "reports/attribution/";
/// API reference, CreateMetricAttribution.
const METRICS_MAX: usize = 10;

/// Developer guide, "Evaluating a solution version with metrics", as `GetSolutionMetrics` names them.
/// Higher is better in all of them.
const METRICS: [&str; 9] = [
    "coverage",
    "mean_reciprocal_rank_at_25",
    "normalized_discounted_cumulative_gain_at_5",
    "normalized_discounted_cumulative_gain_at_10",
    "normalized_discounted_cumulative_gain_at_25",
    "precision_at_5",
    "precision_at_10",
    "precision_at_25",
    "average_rewards_at_k",
];

impl Problems {
    pub(super) fn training(&mut self, config: &EstateConfig) {
        for (index, solution) in config.solutions.iter().enumerate() {
            self.solution(&format!("solutions[{index}]"), solution);
        }
        for (index, campaign) in config.campaigns.iter().enumerate() {
            self.campaign(&format!("campaigns[{index}]"), campaign, config);
        }
        for (index, recommender) in config.recommenders.iter().enumerate() {
            self.recommender(&format!("recommenders[{index}]"), recommender, config);
        }
        for (index, job) in config.batch.iter().enumerate() {
            self.batch_job(&format!("batch[{index}]"), job, config);
        }
        self.attribution(config);
        self.evaluation(config);
        self.promotion(config);
    }

    fn solution(&mut self, path: &str, solution: &Solution) {
        let training = &solution.training;
        self.schedule(&format!("{path}.training.full"), training.full.as_deref());
        self.schedule(
            &format!("{path}.training.update"),
            training.update.as_deref(),
        );
        let scheduled = training.full.is_some() || training.update.is_some();
        if solution.perform_auto_training && scheduled {
            self.add(
                &format!("{path}.training"),
                "is beside performAutoTraining: every training would be paid twice; keep one of them",
            );
        }
        if training.update.is_some() && !UPDATED.contains(&solution.recipe_name()) {
            self.add(
                &format!("{path}.training.update"),
                format!(
                    "is for {}; Personalize trains other recipes in full only",
                    UPDATED.join(" and ")
                ),
            );
        }
        if let Some(rate) = &solution.auto_training_schedule {
            let path = format!("{path}.autoTrainingSchedule");
            if !solution.perform_auto_training {
                self.add(&path, "has no effect without performAutoTraining");
            }
            if !matches!(days(rate), Some(1..=30)) {
                self.add(
                    &path,
                    format!("`{rate}` is not rate(1 days) to rate(30 days)"),
                );
            }
        }
        self.events(path, solution);
    }

    fn events(&mut self, path: &str, solution: &Solution) {
        if solution.events.len() > EVENTS_MAX {
            self.add(
                &format!("{path}.events"),
                format!("has more than {EVENTS_MAX} event types"),
            );
        }
        if !solution.events.is_empty() && solution.event_type.is_some() {
            self.add(
                &format!("{path}.events"),
                "is beside eventType; Personalize takes one of them",
            );
        }
        for (index, event) in solution.events.iter().enumerate() {
            if let Some(weight) = event.weight {
                self.share(&format!("{path}.events[{index}].weight"), weight);
            }
        }
    }

    fn campaign(&mut self, path: &str, campaign: &Campaign, config: &EstateConfig) {
        let solution = config.solution(&campaign.solution);
        if solution.is_none() {
            self.undeclared_solution(path, &campaign.solution, config);
        }
        if !(1..=TPS_MAX).contains(&campaign.min_provisioned_tps) {
            self.add(
                &format!("{path}.minProvisionedTPS"),
                format!("is 1 to {TPS_MAX}"),
            );
        }
        if campaign.sync_with_latest_solution_version
            && solution.is_some_and(|solution| !solution.perform_auto_training)
        {
            self.add(
                &format!("{path}.syncWithLatestSolutionVersion"),
                "would put versions into service that nothing compared: it goes with performAutoTraining of its solution",
            );
        }
        self.exploration(path, campaign.exploration.as_ref());
        self.capacity(path, campaign.capacity.as_ref());
    }

    fn recommender(&mut self, path: &str, recommender: &Recommender, config: &EstateConfig) {
        if config.dataset_group.domain.is_none() {
            self.add(
                path,
                "needs a domain: recommenders are made in domain dataset groups (datasetGroup.domain)",
            );
        }
        if !(1..=TPS_MAX).contains(&recommender.min_recommendation_requests_per_second) {
            self.add(
                &format!("{path}.minRecommendationRequestsPerSecond"),
                format!("is 1 to {TPS_MAX}"),
            );
        }
        let hours = &recommender.hours;
        self.schedule(&format!("{path}.hours.start"), hours.start.as_deref());
        self.schedule(&format!("{path}.hours.stop"), hours.stop.as_deref());
        if hours.start.is_some() != hours.stop.is_some() {
            self.add(&format!("{path}.hours"), "has a start and a stop");
        }
        self.exploration(path, recommender.exploration.as_ref());
        self.capacity(path, recommender.capacity.as_ref());
    }

    fn exploration(&mut self, path: &str, exploration: Option<&Exploration>) {
        if let Some(exploration) = exploration {
            self.share(&format!("{path}.exploration.weight"), exploration.weight);
            if exploration.item_age_cut_off == Some(0) {
                self.add(
                    &format!("{path}.exploration.itemAgeCutOff"),
                    "is a number of days from 1 up",
                );
            }
        }
    }

    fn capacity(&mut self, path: &str, capacity: Option<&Capacity>) {
        let Some(capacity) = capacity else { return };
        let path = format!("{path}.capacity");
        if capacity.min == 0 || capacity.min > capacity.max || capacity.max > TPS_MAX {
            self.add(&path, format!("has 1 <= min <= max <= {TPS_MAX}"));
        }
        if !(0.1..=1.0).contains(&capacity.target_utilization) {
            self.add(
                &format!("{path}.targetUtilization"),
                "is a share from 0.1 to 1",
            );
        }
        for (index, event) in capacity.calendar.iter().enumerate() {
            let path = format!("{path}.calendar[{index}]");
            if event.from >= event.to {
                self.add(&path, "ends before it begins");
            }
            if !(1..=TPS_MAX).contains(&event.min) {
                self.add(&format!("{path}.min"), format!("is 1 to {TPS_MAX}"));
            }
        }
    }

    fn batch_job(&mut self, path: &str, job: &BatchJob, config: &EstateConfig) {
        self.schedule(&format!("{path}.schedule"), job.schedule.as_deref());
        if let Some(filter) = &job.filter
            && config.filter(filter).is_none()
        {
            let declared = config.filters.iter().map(|filter| filter.name.as_str());
            self.undeclared(&format!("{path}.filter"), filter, "filters", declared);
        }
        if job.input.is_empty() || job.input.starts_with('/') {
            self.add(
                &format!("{path}.input"),
                "is a key or a prefix in the data bucket, like batch/input/users.jsonl",
            );
        }
        let most = match job.kind {
            BatchKind::Recommendations => RESULTS_MAX,
            BatchKind::Segments => SEGMENT_MAX,
        };
        if !(1..=most).contains(&job.num_results) {
            self.add(&format!("{path}.numResults"), format!("is 1 to {most}"));
        }
        let Some(solution) = config.solution(&job.solution) else {
            return self.undeclared_solution(path, &job.solution, config);
        };
        let makes_segments =
            ["aws-item-affinity", "aws-item-attribute-affinity"].contains(&solution.recipe_name());
        if makes_segments != (job.kind == BatchKind::Segments) {
            self.add(
                &format!("{path}.solution"),
                format!(
                    "`{}` has the recipe {}: segments come from aws-item-affinity and aws-item-attribute-affinity, recommendations from the others",
                    solution.name, solution.recipe_name()
                ),
            );
        }
    }

    fn undeclared_solution(&mut self, path: &str, name: &str, config: &EstateConfig) {
        let declared = config
            .solutions
            .iter()
            .map(|solution| solution.name.as_str());
        self.undeclared(&format!("{path}.solution"), name, "solutions", declared);
    }

    fn attribution(&mut self, config: &EstateConfig) {
        let Some(attribution) = &config.metric_attribution else {
            return;
        };
        if !(1..=METRICS_MAX).contains(&attribution.metrics.len()) {
            self.add(
                "metricAttribution.metrics",
                format!("has 1 to {METRICS_MAX} metrics"),
            );
        }
        let reports = attribution.reports.as_ref();
        if reports.is_some_and(|key| !key.starts_with(REPORTS) || !key.ends_with('/')) {
            self.add(
                "metricAttribution.reports",
                format!("is a folder in {REPORTS}, where Personalize may write: `{REPORTS}` itself, or `{REPORTS}shop/`"),
            );
        }
        for (index, metric) in attribution.metrics.iter().enumerate() {
            let counts = metric.expression == "SAMPLECOUNT()";
            let sums = metric.expression.starts_with("SUM(") && metric.expression.ends_with(')');
            if !counts && !sums {
                self.add(
                    &format!("metricAttribution.metrics[{index}].expression"),
                    format!(
                        "`{}` is neither SAMPLECOUNT() nor SUM(Items.PRICE) or the like",
                        metric.expression
                    ),
                );
            }
        }
    }

    fn evaluation(&mut self, config: &EstateConfig) {
        let rule = &config.evaluation;
        if !METRICS.contains(&rule.metric.as_str()) {
            self.add(
                "evaluation.metric",
                format!(
                    "`{}` is no metric of Personalize; it takes {}",
                    rule.metric,
                    METRICS.join(", ")
                ),
            );
        }
        self.share("evaluation.tolerance", rule.tolerance);
        self.share("evaluation.coverageTolerance", rule.coverage_tolerance);
        if rule.floor < 0.0 || !rule.floor.is_finite() {
            self.add("evaluation.floor", "is a number from 0 up");
        }
    }

    fn promotion(&mut self, config: &EstateConfig) {
        let rule = &config.promotion;
        self.share("promotion.maxFailed", rule.max_failed);
        self.share("promotion.maxPlaceholders", rule.max_placeholders);
        if !(1..=100).contains(&rule.questions) {
            self.add("promotion.questions", "is 1 to 100");
        }
        if !(1..=100).contains(&rule.looks) {
            self.add("promotion.looks", "is 1 to 100");
        }
    }
}

/// The days of `rate(7 days)`.
fn days(rate: &str) -> Option<u32> {
    let inside = rate.strip_prefix("rate(")?.strip_suffix(')')?;
    let (number, unit) = inside.split_once(' ')?;
    matches!(unit, "day" | "days").then_some(())?;
    number.parse().ok()
}
