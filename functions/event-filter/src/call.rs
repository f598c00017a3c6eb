//! A call to Amazon Personalize as CloudTrail records it: what it changed, and who made it.
//!
//! Shape: CloudTrail user guide, "CloudTrail record contents" and "userIdentity element".

use serde::Deserialize;
use serde_json::Value;
use shared::arn::{Kind, PersonalizeArn};

/// What follows the stack's name in the role of the experiments service: its name in template.yaml.
const EXPERIMENTS_ROLE: &str = "ExperimentsTaskRole-";
/// How long the id of an ECS task is.
const TASK_ID: usize = 32;

/// What a call's name begins with, and what it does then.
const VERBS: [(&str, &str); 5] = [
    ("Create", "created"),
    ("Update", "changed"),
    ("Delete", "deleted"),
    ("Start", "started"),
    ("Stop", "stopped"),
];
/// What it goes on with: the kinds of resources an estate declares.
const KINDS: [(&str, Kind); 9] = [
    ("Campaign", Kind::Campaign),
    ("Dataset", Kind::Dataset),
    ("DatasetGroup", Kind::DatasetGroup),
    ("EventTracker", Kind::EventTracker),
    ("Filter", Kind::Filter),
    ("MetricAttribution", Kind::MetricAttribution),
    ("Recommender", Kind::Recommender),
    ("Schema", Kind::Schema),
    ("Solution", Kind::Solution),
];

/// One recorded call.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Call {
    /// `CreateCampaign`, ...
    pub(crate) event_name: String,
    /// Set when the call was refused: nothing changed.
    pub(crate) error_code: Option<String>,
    user_identity: Identity,
    #[serde(default)]
    request_parameters: Value,
    #[serde(default)]
    response_elements: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    r#type: String,
    arn: String,
    invoked_by: String,
    session_context: SessionContext,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SessionContext {
    session_issuer: SessionIssuer,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SessionIssuer {
    user_name: String,
}

/// What a call changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// `created`, `changed`, `deleted`, `started`, `stopped`, `tagged`, `untagged`.
    pub(crate) verb: &'static str,
    /// Its kind.
    pub(crate) kind: Kind,
    /// Its ARN, when the record has it.
    pub(crate) arn: Option<String>,
    /// Its name in Personalize.
    pub(crate) name: String,
    /// The ARN of what it belongs to: a dataset group, a campaign's solution.
    pub(crate) parent: Option<String>,
}

impl Call {
    /// What it changed; `None` for calls that change nothing an estate declares.
    pub(crate) fn subject(&self) -> Option<Subject> {
        match self.event_name.as_str() {
            "TagResource" => return self.tagged("tagged"),
            "UntagResource" => return self.tagged("untagged"),
            _ => {}
        }
        let (verb, rest) = VERBS.iter().find_map(|(start, verb)| {
            let rest = self.event_name.strip_prefix(start)?;
            Some((*verb, rest))
        })?;
        let (_, kind) = *KINDS.iter().find(|(name, _)| *name == rest)?;
        let member = format!("{}Arn", kind.name());
        let arn = self.parameter(&member).or_else(|| self.answered(&member));
        let name = self.parameter("name").or_else(|| name_in(arn.as_deref()?));
        let solution = self
            .parameter("solutionVersionArn")
            .map(|version| solution_of(&version));
        let group = self
            .parameter("datasetGroupArn")
            .filter(|_| kind != Kind::DatasetGroup);
        Some(Subject {
            verb,
            kind,
            name: name.unwrap_or_default(),
            parent: group.or(solution),
            arn,
        })
    }

    fn tagged(&self, verb: &'static str) -> Option<Subject> {
        let arn = self.parameter("resourceArn")?;
        let resource: PersonalizeArn = arn.parse().ok()?;
        Some(Subject {
            verb,
            kind: resource.kind,
            name: resource.name,
            parent: None,
            arn: Some(arn),
        })
    }

    /// What the call asked for, as JSON, without the ARN that is told anyway.
    pub(crate) fn asked_for(&self) -> String {
        let mut asked = self.request_parameters.clone();
        if let Value::Object(members) = &mut asked {
            members.retain(|name, _| !name.ends_with("Arn"));
        }
        match asked {
            Value::Object(members) if members.is_empty() => "nothing further".to_owned(),
            Value::Null => "nothing further".to_owned(),
            other => other.to_string(),
        }
    }

    /// Whether a function of `stack`, or its experiments service, made it. Lambda names a function's session after the function,
    /// and CloudFormation a role after its stack; ECS names a session after the task. Both are asked, because a person's session may
    /// have any name, and a person's role may begin like the stack's.
    pub(crate) fn is_by_function_of(&self, stack: &str) -> bool {
        let begins = |name: &str| {
            name.strip_prefix(stack)
                .is_some_and(|rest| rest.starts_with('-'))
        };
        let session = self
            .user_identity
            .arn
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let role = &self.user_identity.session_context.session_issuer.user_name;
        let is_task = session.len() == TASK_ID && session.chars().all(|c| c.is_ascii_hexdigit());
        let of_service = begins(role) && role[stack.len() + 1..].starts_with(EXPERIMENTS_ROLE);
        let is_ours = begins(session) && begins(role) || is_task && of_service;
        self.user_identity.r#type == "AssumedRole" && is_ours
    }

    /// Who made it, for the notification.
    pub(crate) fn by(&self) -> &str {
        match (
            self.user_identity.arn.as_str(),
            self.user_identity.invoked_by.as_str(),
        ) {
            ("", "") => "somebody whom the record does not name",
            ("", service) => service,
            (arn, _) => arn,
        }
    }

    fn parameter(&self, name: &str) -> Option<String> {
        Some(self.request_parameters.get(name)?.as_str()?.to_owned())
    }

    fn answered(&self, name: &str) -> Option<String> {
        Some(self.response_elements.get(name)?.as_str()?.to_owned())
    }
}

fn name_in(arn: &str) -> Option<String> {
    let resource: PersonalizeArn = arn.parse().ok()?;
    Some(resource.name)
}

/// The solution of a version: `.../solution/taste/8f3a11c0` is a version of `.../solution/taste`.
fn solution_of(version: &str) -> String {
    version
        .rsplit_once('/')
        .map_or_else(|| version.to_owned(), |(solution, _)| solution.to_owned())
}
