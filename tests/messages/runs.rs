//! Campaigns of the tests, and their runs.

use local::workflows::Workflow;
use serde_json::{Value, json};
use tests::Shop;

const CONFIG: &str = "config/personalization.yaml";

/// The campaigns: each has a list of its own as its audience, by its own name.
const CAMPAIGNS: [(&str, &str); 13] = [
    ("ways", "channels: [email, sms]"),
    ("ways-dry", "channels: [email, sms]"),
    ("held-out", "channels: [email], holdOut: 40"),
    ("sold-out", "channels: [email]"),
    ("bounced", "channels: [email, sms]"),
    ("bounced-after", "channels: [email, sms]"),
    ("cut", "channels: [email]"),
    ("lost", "channels: [email]"),
    ("pushed", "channels: [push]"),
    ("arms", "channels: [email]"),
    ("stopped", "channels: [email]"),
    ("killed", "channels: [email]"),
    (
        "rights",
        "channels: [email, sms], validHours: 1, quietHours: QUIET",
    ),
];

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its name.
    pub(crate) name: String,
    /// The workflow's output.
    pub(crate) report: Value,
}

/// Declares the campaigns beside the shipped one. Caps are out of the way but in the case about rights, whose
/// people have got something before.
pub(crate) fn declare(shop: &Shop) {
    let campaigns = CAMPAIGNS.map(|(name, rest)| {
        let rest = rest.replace("QUIET", &crate::rights::quiet_hours());
        format!(
            "    - {{ name: {name}, audience: {{ list: messages/audience/{name}.csv }}, placement: email, template: weekly-picks, {rest} }}\n"
        )
    });
    let push = "    push: { applicationId: 0123456789abcdef0123456789abcdef }\n";
    let config = shop.get(CONFIG).replacen(
        "  campaigns:\n    - name: weekly-picks\n",
        &format!(
            "{push}  campaigns:\n{}    - name: weekly-picks\n",
            campaigns.concat()
        ),
        1,
    );
    assert!(
        config.contains("name: killed"),
        "the shipped configuration declares weekly-picks first"
    );
    shop.put(CONFIG, config);
}

/// Runs a campaign to its end.
pub(crate) fn run(shop: &Shop, campaign: &str) -> Run {
    run_with(shop, &json!({ "campaign": campaign }))
}

/// Runs one with more than its name.
pub(crate) fn run_with(shop: &Shop, input: &Value) -> Run {
    let report = shop
        .run_with(Workflow::SendCampaign, input)
        .unwrap_or_else(|error| panic!("{input}: {error}"));
    let name = report["run"].as_str().expect("the run's name").to_owned();
    Run { name, report }
}

/// How many of a run's people were left out for `reason`.
pub(crate) fn skipped(run: &Run, reason: &str) -> u64 {
    run.report["skipped"][reason].as_u64().unwrap_or(0)
}
