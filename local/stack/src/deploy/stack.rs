//! The CloudFormation stack: creates or updates it from a packaged template, waits, reads its
//! outputs, and says which resource failed and why when it does.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{Capability, Parameter, ResourceStatus, Stack, StackStatus};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value;

use super::package::Package;
use super::template::Packaged;
use crate::aws::Clients;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::s3;

/// The stack's name.
pub const STACK: &str = "retail-personalization-local";
/// The bucket of packages and templates; not part of the stack, which is made from it.
pub const ARTIFACTS: &str = "retail-personalization-local-artifacts";

/// What the template's `Outputs` say.
pub type Outputs = BTreeMap<String, String>;

/// The object key of a function's package.
#[must_use]
pub fn package_key(name: &str, package: &Package) -> String {
    format!("functions/{name}/{}.zip", package.hash)
}

/// Uploads packages that are not there yet, four at a time.
///
/// # Errors
/// [`Error::Aws`] when the bucket or an object cannot be made.
pub async fn upload_packages(
    clients: &Clients,
    packages: &BTreeMap<String, Package>,
) -> Result<()> {
    s3::ensure_bucket(&clients.s3, ARTIFACTS).await?;
    let progress = Progress::count("upload packages", packages.len() as u64);
    let uploads = packages.iter().map(|(name, package)| {
        let progress = &progress;
        async move {
            let key = package_key(name, package);
            if !s3::exists(&clients.s3, ARTIFACTS, &key).await? {
                s3::put_file(&clients.s3, ARTIFACTS, &key, &package.zip).await?;
            }
            progress.advance(1);
            Ok(())
        }
    });
    stream::iter(uploads)
        .buffer_unordered(4)
        .try_collect::<()>()
        .await
}

/// Removes packages of earlier builds, which nothing refers to any more.
///
/// # Errors
/// [`Error::Aws`].
pub async fn remove_old_packages(
    clients: &Clients,
    current: &BTreeMap<String, String>,
) -> Result<()> {
    let mut keys = s3::list(&clients.s3, ARTIFACTS, "functions/").await?;
    keys.retain(|key| !current.values().any(|used| used == key));
    s3::delete(&clients.s3, ARTIFACTS, &keys).await
}

/// Creates or updates the stack and waits until it is done.
///
/// `parameters` are passed as far as the template declares them.
///
/// # Errors
/// [`Error::Deploy`] with the failed resources; [`Error::Aws`] when CloudFormation refuses.
pub async fn deploy(
    clients: &Clients,
    packaged: &Packaged,
    parameters: &[(&str, String)],
) -> Result<Outputs> {
    for upload in &packaged.uploads {
        s3::put_bytes(&clients.s3, ARTIFACTS, &upload.key, upload.content.clone()).await?;
    }
    let client = &clients.cloudformation;
    let body = packaged.template.to_string();
    let declared = &packaged.template["Parameters"];
    let parameters = declared_parameters(declared, parameters);
    if is_unusable(client).await? {
        delete(client).await?;
    }
    let url = template_url(clients, body).await?;
    let changed = if find(client).await?.is_none() {
        create(client, &url, parameters).await?;
        true
    } else {
        update(client, &url, parameters).await?
    };
    let stack = if changed {
        wait(client).await?
    } else {
        require(client).await?
    };
    Ok(outputs(&stack))
}

fn declared_parameters(declared: &Value, given: &[(&str, String)]) -> Vec<Parameter> {
    given
        .iter()
        .filter(|(name, _)| declared.get(name).is_some())
        .map(|(name, value)| {
            Parameter::builder()
                .parameter_key(*name)
                .parameter_value(value)
                .build()
        })
        .collect()
}

/// Templates over 51,200 bytes cannot be sent inline; ours always goes through S3.
async fn template_url(clients: &Clients, body: String) -> Result<String> {
    s3::put_bytes(&clients.s3, ARTIFACTS, "template.json", body.into_bytes()).await?;
    Ok(format!(
        "https://s3.amazonaws.com/{ARTIFACTS}/template.json"
    ))
}

async fn create(client: &Client, url: &str, parameters: Vec<Parameter>) -> Result<()> {
    let request = client
        .create_stack()
        .stack_name(STACK)
        .template_url(url)
        .set_parameters(Some(parameters))
        .set_capabilities(Some(capabilities()));
    request
        .send()
        .await
        .map_err(Error::aws("cloudformation:CreateStack"))?;
    Ok(())
}

/// False when there was nothing to change.
async fn update(client: &Client, url: &str, parameters: Vec<Parameter>) -> Result<bool> {
    let request = client
        .update_stack()
        .stack_name(STACK)
        .template_url(url)
        .set_parameters(Some(parameters))
        .set_capabilities(Some(capabilities()));
    match request.send().await {
        Ok(_) => Ok(true),
        Err(error) => {
            let error = error.into_service_error();
            let nothing = error
                .meta()
                .message()
                .is_some_and(|text| text.contains("No updates"));
            if nothing {
                Ok(false)
            } else {
                Err(Error::aws("cloudformation:UpdateStack")(error))
            }
        }
    }
}

fn capabilities() -> Vec<Capability> {
    vec![
        Capability::CapabilityIam,
        Capability::CapabilityNamedIam,
        Capability::CapabilityAutoExpand,
    ]
}

/// The stack, or nothing when there is none.
///
/// # Errors
/// [`Error::Aws`] when CloudFormation does not answer.
pub async fn find(client: &Client) -> Result<Option<Stack>> {
    match client.describe_stacks().stack_name(STACK).send().await {
        Ok(answer) => {
            let live = |stack: &Stack| stack.stack_status() != Some(&StackStatus::DeleteComplete);
            Ok(answer.stacks.unwrap_or_default().into_iter().find(live))
        }
        Err(error) => {
            let error = error.into_service_error();
            let missing = error
                .meta()
                .message()
                .is_some_and(|text| text.contains("does not exist"));
            if missing {
                Ok(None)
            } else {
                Err(Error::aws("cloudformation:DescribeStacks")(error))
            }
        }
    }
}

async fn require(client: &Client) -> Result<Stack> {
    find(client).await?.ok_or_else(|| Error::NotRunning {
        what: format!("no stack {STACK}"),
    })
}

/// The outputs of the deployed stack.
///
/// # Errors
/// [`Error::NotRunning`] when there is no stack.
pub async fn read_outputs(client: &Client) -> Result<Outputs> {
    Ok(outputs(&require(client).await?))
}

fn outputs(stack: &Stack) -> Outputs {
    let pair = |output: &aws_sdk_cloudformation::types::Output| {
        Some((
            output.output_key()?.to_owned(),
            output.output_value()?.to_owned(),
        ))
    };
    stack.outputs().iter().filter_map(pair).collect()
}

/// A stack whose first creation failed can only be deleted.
async fn is_unusable(client: &Client) -> Result<bool> {
    let stack = find(client).await?;
    let status = stack.and_then(|stack| stack.stack_status);
    Ok(matches!(
        status,
        Some(
            StackStatus::CreateFailed
                | StackStatus::RollbackComplete
                | StackStatus::RollbackFailed
                | StackStatus::DeleteFailed
        )
    ))
}

async fn delete(client: &Client) -> Result<()> {
    let request = client.delete_stack().stack_name(STACK);
    request
        .send()
        .await
        .map_err(Error::aws("cloudformation:DeleteStack"))?;
    for _ in 0..240 {
        if find(client).await?.is_none() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Err(Error::Unexpected(format!(
        "the failed stack {STACK} could not be deleted in two minutes"
    )))
}

async fn wait(client: &Client) -> Result<Stack> {
    let progress = Progress::spinner("deploy");
    loop {
        let stack = require(client).await?;
        let status = stack
            .stack_status()
            .map(|status| status.as_str().to_owned());
        let status = status.unwrap_or_default();
        match status.as_str() {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => {
                progress.done(&format!("{STACK} {status}"));
                return Ok(stack);
            }
            ended if !ended.ends_with("IN_PROGRESS") => {
                let reasons = failures(client).await?;
                return Err(Error::Deploy {
                    stack: STACK.into(),
                    status,
                    reasons,
                });
            }
            _ => progress.say(latest(client).await?),
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The resource that is being worked on.
async fn latest(client: &Client) -> Result<String> {
    let answer = client
        .describe_stack_events()
        .stack_name(STACK)
        .send()
        .await;
    let answer = answer.map_err(Error::aws("cloudformation:DescribeStackEvents"))?;
    let event = answer.stack_events().first();
    Ok(event
        .and_then(|event| event.logical_resource_id())
        .unwrap_or_default()
        .to_owned())
}

/// The first resources that failed, oldest first: what followed is only their consequence.
async fn failures(client: &Client) -> Result<String> {
    let answer = client
        .describe_stack_events()
        .stack_name(STACK)
        .send()
        .await;
    let answer = answer.map_err(Error::aws("cloudformation:DescribeStackEvents"))?;
    let failed = answer.stack_events().iter().rev().filter(|event| {
        let status = event.resource_status().map_or("", ResourceStatus::as_str);
        let cancelled = event
            .resource_status_reason()
            .is_some_and(|text| text.contains("cancelled"));
        status.ends_with("FAILED") && !cancelled
    });
    let reasons: Vec<String> = failed
        .take(3)
        .map(|event| {
            let name = event.logical_resource_id().unwrap_or("the stack");
            format!(
                "{name}: {}",
                event.resource_status_reason().unwrap_or("no reason given")
            )
        })
        .collect();
    Ok(if reasons.is_empty() {
        "no reason given".into()
    } else {
        reasons.join("; ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_parameters_the_template_declares_are_passed() {
        let declared = json!({"Architecture": {"Type": "String"}});
        let given = [
            ("Architecture", "x86_64".to_owned()),
            ("Other", "1".to_owned()),
        ];
        let passed = declared_parameters(&declared, &given);
        assert_eq!(passed.len(), 1);
        assert_eq!(passed[0].parameter_key(), Some("Architecture"));
    }
}
