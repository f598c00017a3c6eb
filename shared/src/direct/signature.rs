//! AWS Signature Version 4, for requests whose body is in memory and whose parameters are headers (IAM
//! user guide, "Create a signed AWS API request").
//!
//! What a signature derives from the secret is the same for a day, and the paths of the operations here
//! need no second encoding; keeping the one and leaving out the other is what makes it several times as
//! fast as `aws-sigv4`, which the tests hold it against.

use std::{
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::operation::Signing;

/// A hash, or what is signed with.
type Bytes32 = [u8; 32];

/// Signs for one service in one region.
#[derive(Debug)]
pub(super) struct Signature {
    service: &'static str,
    region: String,
    key: Mutex<Option<DayKey>>,
}

/// What signs for a day.
struct DayKey {
    day: String,
    secret: String,
    key: Bytes32,
}

impl std::fmt::Debug for DayKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "DayKey of {}", self.day)
    }
}

impl Signature {
    /// Of `service` as signatures name it.
    pub(super) fn new(service: &'static str, region: String) -> Self {
        let key = Mutex::default();
        Self {
            service,
            region,
            key,
        }
    }

    /// Adds the headers that sign `request` at `now`; none of those that sign may be there yet.
    ///
    /// # Errors
    /// In words, when the request cannot be signed.
    pub(super) fn sign(
        &self,
        request: &mut HttpRequest,
        signing: Signing,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<(), String> {
        let (day, time) = stamps(now)?;
        let body = hex(&Sha256::digest(request.body().bytes().unwrap_or_default()));
        let headers = request.headers_mut();
        headers.insert("x-amz-date", time.clone());
        if let Some(token) = credentials.session_token() {
            headers.insert("x-amz-security-token", token.to_owned());
        }
        if signing == Signing::S3 {
            headers.insert("x-amz-content-sha256", body.clone());
        }
        let (canonical, signed) = canonical(request, signing, &body)?;
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let hash = hex(&Sha256::digest(canonical));
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hash}");
        let key = self.key(&day, credentials.secret_access_key());
        let signature = hex(&hmac(&key, text.as_bytes()));
        let id = credentials.access_key_id();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={signed}, Signature={signature}"
        );
        let headers = request.headers_mut();
        let authorization = headers.try_insert("authorization", authorization);
        authorization.map(|_| ()).map_err(|error| error.to_string())
    }

    fn key(&self, day: &str, secret: &str) -> Bytes32 {
        let mut known = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known
            .as_ref()
            .filter(|known| known.day == day && known.secret == secret)
        {
            return known.key;
        }
        let parts = [day, self.region.as_str(), self.service, "aws4_request"];
        let mut next = format!("AWS4{secret}").into_bytes();
        for part in parts {
            next = hmac(&next, part.as_bytes()).to_vec();
        }
        let key: Bytes32 = next.try_into().unwrap_or_default();
        *known = Some(DayKey {
            day: day.to_owned(),
            secret: secret.to_owned(),
            key,
        });
        key
    }
}

/// The request as it is signed, and the names of the headers that are.
fn canonical(
    request: &HttpRequest,
    signing: Signing,
    body: &str,
) -> Result<(String, String), String> {
    let uri: http::Uri = request
        .uri()
        .parse()
        .map_err(|error| format!("its URI is none: {error}"))?;
    // S3 signs paths as they stand; others encode them once more, which changes only these.
    if signing == Signing::Usual && !uri.path().bytes().all(is_plain) {
        return Err(format!("its path {} would be encoded twice", uri.path()));
    }
    let host = host(&uri);
    let mut headers: Vec<(&str, &str)> = request.headers().iter().collect();
    headers.push(("host", &host));
    headers.sort_unstable();
    let mut query: Vec<&str> = uri.query().unwrap_or_default().split('&').collect();
    query.sort_unstable();
    let mut text = String::with_capacity(512);
    let path = uri.path();
    let method = request.method();
    let _ = writeln!(text, "{method}\n{path}\n{}", query.join("&"));
    let mut signed = String::with_capacity(96);
    for (name, value) in headers {
        let _ = write!(text, "{name}:");
        for (nth, word) in value.split(' ').filter(|word| !word.is_empty()).enumerate() {
            text.push_str(if nth == 0 { "" } else { " " });
            text.push_str(word);
        }
        text.push('\n');
        if !signed.is_empty() {
            signed.push(';');
        }
        signed.push_str(name);
    }
    let _ = write!(text, "\n{signed}\n{body}");
    Ok((text, signed))
}

/// The header as HTTP clients write it: without the port that the scheme implies.
fn host(uri: &http::Uri) -> String {
    let host = uri.host().unwrap_or_default();
    match (uri.scheme_str(), uri.port_u16()) {
        (Some("https"), Some(443)) | (Some("http"), Some(80)) | (_, None) => host.to_owned(),
        (_, Some(port)) => format!("{host}:{port}"),
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte)
}

/// `20261129` and `20261129T195500Z`.
fn stamps(now: SystemTime) -> Result<(String, String), String> {
    let seconds = now.duration_since(UNIX_EPOCH).map(|since| since.as_secs());
    let now = seconds
        .ok()
        .and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok());
    let now = now.ok_or("this machine's clock shows no time that can be signed")?;
    let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    Ok((time[..8].to_owned(), time))
}

fn hmac(key: &[u8], text: &[u8]) -> Bytes32 {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Bytes32::default();
    };
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| {
        [
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 15)],
        ]
    });
    digits.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sigv4::{
        http_request::{
            PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningParams,
            SigningSettings, UriPathNormalizationMode, sign,
        },
        sign::v4,
    };
    use aws_smithy_runtime_api::client::identity::Identity;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn request(method: &str, uri: &str, headers: &[(&'static str, &'static str)]) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from("{\"a\": 1}"));
        request.set_method(method).unwrap();
        request.set_uri(uri.to_owned()).unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        request
    }

    /// The headers that `aws-sigv4` would add.
    fn official(
        request: &HttpRequest,
        signing: Signing,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Vec<(String, String)> {
        let mut settings = SigningSettings::default();
        if signing == Signing::S3 {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = Identity::from(credentials.clone());
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name("service")
            .time(now)
            .settings(settings)
            .build()
            .unwrap();
        let signable = SignableRequest::new(
            request.method(),
            request.uri(),
            request.headers().iter(),
            SignableBody::Bytes(request.body().bytes().unwrap()),
        );
        let signature = sign(signable.unwrap(), &SigningParams::V4(params)).unwrap();
        let (instructions, _) = signature.into_parts();
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut headers: Vec<_> = instructions.headers().map(owned).collect();
        headers.sort();
        headers
    }

    #[test]
    fn signatures_are_those_of_the_official_crate() {
        let json = ("content-type", "application/x-amz-json-1.0");
        let target = ("x-amz-target", "DynamoDB_20120810.BatchGetItem");
        let spaced = ("x-amz-meta-note", "  two  words ");
        let requests = [
            (
                Signing::Usual,
                request("POST", "http://127.0.0.1:4560/", &[target, json]),
            ),
            (
                Signing::Usual,
                request(
                    "POST",
                    "https://personalize-runtime.eu-west-1.amazonaws.com:443/recommendations",
                    &[json],
                ),
            ),
            (
                Signing::S3,
                request(
                    "PUT",
                    "https://b.s3.eu-west-1.amazonaws.com/events/day%3D2026-11-29/0a.jsonl?x-id=PutObject",
                    &[json, spaced],
                ),
            ),
            (
                Signing::S3,
                request(
                    "GET",
                    "http://127.0.0.1:4560/b/config/a%20b.yaml?x-id=GetObject&versionId=7",
                    &[("if-none-match", "\"e\"")],
                ),
            ),
        ];
        for token in [None, Some("token".to_owned())] {
            let credentials = Credentials::new("AKID", "secret", token, None, "test");
            // One key a day: the second day needs another.
            let signature = Signature::new("service", "eu-west-1".to_owned());
            for seconds in [1_790_000_000, 1_790_000_001, 1_790_086_400] {
                let now = UNIX_EPOCH + Duration::from_secs(seconds);
                for (signing, request) in &requests {
                    let mut signed = request.try_clone().unwrap();
                    signature
                        .sign(&mut signed, *signing, &credentials, now)
                        .unwrap();
                    for (name, value) in official(request, *signing, &credentials, now) {
                        assert_eq!(signed.headers().get(&name), Some(value.as_str()), "{name}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_would_be_encoded_twice_is_refused_and_not_signed_wrong() {
        let credentials = Credentials::new("AKID", "secret", None, None, "test");
        let signature = Signature::new("service", "eu-west-1".to_owned());
        let mut request = request("GET", "https://a.example/a%20b", &[]);
        let refused = signature.sign(&mut request, Signing::Usual, &credentials, UNIX_EPOCH);
        assert!(refused.unwrap_err().contains("twice"));
    }

    #[test]
    fn no_key_is_ever_printed() {
        let signature = Signature::new("service", "eu-west-1".to_owned());
        signature.key("20261129", "secret");
        assert!(!format!("{signature:?}").contains("secret"));
    }
}
