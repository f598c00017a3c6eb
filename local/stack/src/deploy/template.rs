//! `sam package` for the local stack: local paths in `template.yaml` become S3 locations, or the
//! content itself where the emulator reads nothing else. The rest of the template stays as it is.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::intrinsics;
use crate::digest;
use crate::error::{Error, Result};

/// A file the packaged template refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Object key in the artifacts bucket.
    pub key: String,
    /// What to put there.
    pub content: Vec<u8>,
}

/// A template ready for CloudFormation.
#[derive(Debug, Clone)]
pub struct Packaged {
    /// The template.
    pub template: Value,
    /// What has to be in the artifacts bucket before it is deployed.
    pub uploads: Vec<Upload>,
}

/// Packages the template at `file`. `functions` maps a function's name (the last part of its
/// `CodeUri`, or its `BinaryName` metadata) to its object key in the artifacts `bucket`.
///
/// # Errors
/// [`Error::Template`] naming the resource, when a path leads nowhere or a function is unknown.
pub fn package(
    file: &Path,
    bucket: &str,
    functions: &BTreeMap<String, String>,
) -> Result<Packaged> {
    let text = std::fs::read_to_string(file).map_err(Error::file("reading", file))?;
    let wrong = |reason: String| Error::Template {
        file: file.to_owned(),
        reason,
    };
    let mut template = intrinsics::parse(&text).map_err(wrong)?;
    let packager = Packager {
        base: file.parent().unwrap_or(Path::new(".")),
        bucket,
        functions,
    };
    let mut uploads = Vec::new();
    let mut resources = template.get_mut("Resources").and_then(Value::as_object_mut);
    if let Some(resources) = &mut resources {
        resources.retain(|_, resource| !is_left_out(&resource["Type"]));
    }
    for (name, resource) in resources.into_iter().flatten() {
        let upload = packager.resource(resource);
        uploads.extend(upload.map_err(|reason| wrong(format!("Resources/{name}: {reason}")))?);
    }
    Ok(Packaged { template, uploads })
}

/// Resources that the emulator cannot make: the transform asks the Serverless Application Repository about
/// applications, whatever their condition says, and it has no text messages (`messaging-local` has).
fn is_left_out(kind: &Value) -> bool {
    let kind = kind.as_str().unwrap_or_default();
    kind == "AWS::Serverless::Application" || kind.starts_with("AWS::SMSVOICE::")
}

struct Packager<'a> {
    base: &'a Path,
    bucket: &'a str,
    functions: &'a BTreeMap<String, String>,
}

impl Packager<'_> {
    fn resource(&self, resource: &mut Value) -> Result<Option<Upload>, String> {
        let kind = resource["Type"].as_str().unwrap_or_default().to_owned();
        match kind.as_str() {
            "AWS::Serverless::Function" => self.function(resource).map(|()| None),
            "AWS::Serverless::StateMachine" => self.state_machine(resource),
            "AWS::AppSync::GraphQLSchema" => self.schema(resource).map(|()| None),
            "AWS::AppSync::Resolver" | "AWS::AppSync::FunctionConfiguration" => self
                .inline(&mut resource["Properties"], "CodeS3Location", "Code")
                .map(|()| None),
            _ => Ok(None),
        }
    }

    fn function(&self, resource: &mut Value) -> Result<(), String> {
        let Some(path) = resource["Properties"]["CodeUri"]
            .as_str()
            .map(str::to_owned)
        else {
            return Ok(());
        };
        if path.starts_with("s3://") {
            return Ok(());
        }
        let named = resource["Metadata"]["BuildProperties"]["Binary"].as_str();
        let last = path
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let name = named.unwrap_or(last);
        let key = self.functions.get(name).ok_or_else(|| {
            let known = self
                .functions
                .keys()
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            format!("CodeUri {path} is no function (functions/: {known})")
        })?;
        resource["Properties"]["CodeUri"] = json!(format!("s3://{}/{key}", self.bucket));
        Ok(())
    }

    fn state_machine(&self, resource: &mut Value) -> Result<Option<Upload>, String> {
        let properties = &mut resource["Properties"];
        let Some(path) = local_path(&properties["DefinitionUri"]) else {
            return Ok(None);
        };
        let content = self.read(&path)?;
        serde_json::from_slice::<Value>(&content).map_err(|error| format!("{path}: {error}"))?;
        let key = format!(
            "statemachines/{}/{}",
            digest::of(&content),
            file_name(&path)
        );
        properties["DefinitionUri"] = json!({ "Bucket": self.bucket, "Key": key });
        Ok(Some(Upload { key, content }))
    }

    fn schema(&self, resource: &mut Value) -> Result<(), String> {
        self.inline(
            &mut resource["Properties"],
            "DefinitionS3Location",
            "Definition",
        )
    }

    /// Replaces the path in `from` by the file's content in `to`: the emulator has no other way
    /// for AppSync.
    fn inline(&self, properties: &mut Value, from: &str, to: &str) -> Result<(), String> {
        let Some(path) = properties.get(from).and_then(local_path) else {
            return Ok(());
        };
        let content = self.read(&path)?;
        let text = String::from_utf8(content).map_err(|_| format!("{path} is not UTF-8"))?;
        if let Some(properties) = properties.as_object_mut() {
            properties.remove(from);
            properties.insert(to.to_owned(), Value::String(text));
        }
        Ok(())
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.base.join(path)).map_err(|error| format!("{path}: {error}"))
    }
}

/// The text of a property that is a path of this machine.
fn local_path(value: &Value) -> Option<String> {
    let path = value.as_str()?;
    (!path.starts_with("s3://")).then(|| path.to_owned())
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Recommend:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/recommend/
      Environment: { Variables: { TABLE: !Ref Catalog } }
  Retrain:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: retrain.asl.json
      DefinitionSubstitutions: { Arn: !GetAtt Recommend.Arn }
  Connector:
    Type: AWS::Serverless::Application
    Properties: { Location: { ApplicationId: arn, SemanticVersion: 1.0.0 } }
  Schema:
    Type: AWS::AppSync::GraphQLSchema
    Properties: { ApiId: !GetAtt Api.ApiId, DefinitionS3Location: schema.graphql }
";

    fn packaged(template: &str, functions: &[&str]) -> Result<Packaged> {
        let folder = std::env::temp_dir().join(format!("local-template-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("template.yaml"), template).unwrap();
        std::fs::write(folder.join("retrain.asl.json"), r#"{"StartAt":"a"}"#).unwrap();
        std::fs::write(folder.join("schema.graphql"), "type Query { a: Int }").unwrap();
        let functions = functions
            .iter()
            .map(|name| ((*name).to_owned(), format!("{name}/1.zip")))
            .collect();
        let result = package(&folder.join("template.yaml"), "artifacts", &functions);
        std::fs::remove_dir_all(folder).unwrap();
        result
    }

    #[test]
    fn paths_become_s3_locations_and_intrinsics_stay() {
        let Packaged { template, uploads } = packaged(TEMPLATE, &["recommend"]).unwrap();
        let resources = &template["Resources"];
        let function = &resources["Recommend"]["Properties"];
        assert_eq!(function["CodeUri"], "s3://artifacts/recommend/1.zip");
        assert_eq!(
            function["Environment"]["Variables"]["TABLE"],
            json!({"Ref": "Catalog"})
        );
        let machine = &resources["Retrain"]["Properties"];
        assert_eq!(
            machine["DefinitionUri"],
            json!({"Bucket": "artifacts", "Key": uploads[0].key})
        );
        assert_eq!(
            machine["DefinitionSubstitutions"]["Arn"],
            json!({"Fn::GetAtt": ["Recommend", "Arn"]})
        );
        assert_eq!(uploads[0].content, br#"{"StartAt":"a"}"#);
        assert!(resources.get("Connector").is_none(), "nobody here has it");
        let schema = &resources["Schema"]["Properties"];
        assert_eq!(schema["Definition"], "type Query { a: Int }");
        assert!(schema.get("DefinitionS3Location").is_none());
    }

    #[test]
    fn a_path_that_leads_nowhere_names_the_resource() {
        let error = packaged(TEMPLATE, &["track"]).unwrap_err().to_string();
        assert!(
            error.contains("Resources/Recommend") && error.contains("track"),
            "{error}"
        );
        let moved = TEMPLATE.replace("schema.graphql", "elsewhere.graphql");
        let error = packaged(&moved, &["recommend"]).unwrap_err().to_string();
        assert!(
            error.contains("Resources/Schema") && error.contains("elsewhere.graphql"),
            "{error}"
        );
    }
}
