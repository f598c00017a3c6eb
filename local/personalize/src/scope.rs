//! Whose resources a request is about: region and account, and the ARNs made of them.
//! Signatures are not checked; any credentials are good.

/// Region and account of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    region: String,
    account: String,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
        }
    }
}

impl Scope {
    /// Reads the SigV4 credential scope of an `Authorization` header:
    /// `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`.
    /// An access key of twelve digits is taken for the account, as local emulators do.
    #[must_use]
    pub(crate) fn of(authorization: Option<&str>) -> Self {
        let default = Self::default();
        let Some(credential) = authorization
            .and_then(|header| header.split_once("Credential="))
            .and_then(|(_, rest)| rest.split([',', ' ']).next())
        else {
            return default;
        };
        let mut parts = credential.split('/');
        let account = parts
            .next()
            .filter(|key| key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit()));
        let region = parts.nth(1).filter(|region| is_region(region));
        Self {
            region: region.map_or(default.region, str::to_owned),
            account: account.map_or(default.account, str::to_owned),
        }
    }

    /// The account's number.
    #[must_use]
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// The ARN of a resource of this region and account, `resource` being `<type>/<name>`.
    #[must_use]
    pub(crate) fn arn(&self, resource: &str) -> String {
        format!("{}{resource}", self.prefix())
    }

    /// Whether a resource is of this region and account.
    #[must_use]
    pub(crate) fn owns(&self, arn: &str) -> bool {
        arn.starts_with(&self.prefix())
    }

    fn prefix(&self) -> String {
        format!("arn:aws:personalize:{}:{}:", self.region, self.account)
    }
}

/// The last part of an ARN: the resource's own name.
#[must_use]
pub(crate) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

// A region becomes part of file names, so nothing else than this may pass.
fn is_region(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_and_account_come_from_the_credential_scope() {
        let header = "AWS4-HMAC-SHA256 Credential=123456789012/20261101/eu-west-1/personalize/aws4_request, SignedHeaders=host, Signature=0";
        let scope = Scope::of(Some(header));
        assert_eq!(
            scope.arn("schema/shop"),
            "arn:aws:personalize:eu-west-1:123456789012:schema/shop"
        );
        assert!(!Scope::default().owns(&scope.arn("schema/shop")));
    }

    #[test]
    fn anything_else_gives_the_defaults() {
        for header in [
            None,
            Some(""),
            Some("Basic abc"),
            Some("Credential=test/2026/../x"),
        ] {
            assert_eq!(Scope::of(header), Scope::default(), "{header:?}");
        }
    }
}
