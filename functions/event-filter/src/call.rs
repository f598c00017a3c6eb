//! A call to Amazon Personalize as CloudTrail records it: what it changed, and who made it.
//!
//! Shape: CloudTrail user guide, "CloudTrail record contents" and "userIdentity element".

use serde::Deserialize;
use serde_json::Value;

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
    /// `created`, `changed`, `deleted`.
    pub(crate) verb: &'static str,
    /// `campaign` or `filter`.
    pub(crate) kind: &'static str,
    /// Its ARN, when the record has it.
    pub(crate) arn: Option<String>,
    /// Its name.
    pub(crate) name: String,
    /// The ARN of what it belongs to: a filter's dataset group, a campaign's solution.
    pub(crate) parent: Option<String>,
}

impl Call {
    /// What it changed; `None` for calls that change neither campaigns nor filters.
    pub(crate) fn subject(&self) -> Option<Subject> {
        let (verb, kind) = match self.event_name.as_str() {
            "CreateCampaign" => ("created", "campaign"),
            "UpdateCampaign" => ("changed", "campaign"),
            "DeleteCampaign" => ("deleted", "campaign"),
            "CreateFilter" => ("created", "filter"),
            "DeleteFilter" => ("deleted", "filter"),
            _ => return None,
        };
        let arn = self
            .parameter(&format!("{kind}Arn"))
            .or_else(|| self.answered(&format!("{kind}Arn")));
        let name = self.parameter("name").or_else(|| {
            let (_, name) = arn.as_deref()?.rsplit_once('/')?;
            Some(name.to_owned())
        });
        let solution = self
            .parameter("solutionVersionArn")
            .map(|version| solution_of(&version));
        Some(Subject {
            verb,
            kind,
            name: name.unwrap_or_default(),
            parent: self.parameter("datasetGroupArn").or(solution),
            arn,
        })
    }

    /// Whether a function of `stack` made it. Lambda names a function's session after the function,
    /// and CloudFormation a role after its stack; both are asked, because a person's session may
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
        self.user_identity.r#type == "AssumedRole" && begins(session) && begins(role)
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

/// The solution of a version: `.../solution/taste/8f3a11c0` is a version of `.../solution/taste`.
fn solution_of(version: &str) -> String {
    version
        .rsplit_once('/')
        .map_or_else(|| version.to_owned(), |(solution, _)| solution.to_owned())
}
