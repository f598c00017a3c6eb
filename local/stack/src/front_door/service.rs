//! Which AWS service a request is for: the service name in the scope of its signature.

use hyper::http::request::Parts;

/// The signing name, such as `s3` or `personalize` (which signs for all three Personalize APIs);
/// nothing when the request is not signed.
pub(super) fn signed_for(request: &Parts) -> Option<String> {
    let header = request
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    header
        .and_then(from_header)
        .or_else(|| request.uri.query().and_then(from_query))
        .map(str::to_owned)
}

/// The API a request to `service` is for, by which faults are told apart: all three Personalize APIs
/// are signed for `personalize`, and are named as their endpoints are.
pub(super) fn api<'a>(service: &'a str, request: &Parts) -> &'a str {
    match (service, request.uri.path()) {
        (
            "personalize",
            "/recommendations" | "/personalize-ranking" | "/action-recommendations",
        ) => "personalize-runtime",
        ("personalize", path) if path != "/" => "personalize-events",
        (service, _) => service,
    }
}

/// `AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/s3/aws4_request, SignedHeaders=...`
fn from_header(header: &str) -> Option<&str> {
    let scope = header.strip_prefix("AWS4-")?.split_once("Credential=")?.1;
    from_scope(scope.split([',', ' ']).next()?, "/")
}

/// `X-Amz-Credential=AKID%2F20261123%2Feu-west-1%2Fs3%2Faws4_request` of a presigned URL.
fn from_query(query: &str) -> Option<&str> {
    let scope = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
    from_scope(scope, if scope.contains("%2F") { "%2F" } else { "/" })
}

/// The last but one part: SigV4 has a region before it, SigV4A has none.
fn from_scope<'a>(scope: &'a str, separator: &str) -> Option<&'a str> {
    let mut parts = scope.rsplit(separator);
    (parts.next()? == "aws4_request")
        .then(|| parts.next())?
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(authorization: Option<&str>, uri: &str) -> Option<String> {
        let mut request = hyper::Request::builder().uri(uri);
        if let Some(value) = authorization {
            request = request.header("Authorization", value);
        }
        signed_for(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_scope_of_the_header_names_the_service() {
        let header = "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/personalize/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=ab";
        assert_eq!(service(Some(header), "/").as_deref(), Some("personalize"));
        let asymmetric =
            "AWS4-ECDSA-P256-SHA256 Credential=test/20261123/s3/aws4_request,Signature=1";
        assert_eq!(service(Some(asymmetric), "/").as_deref(), Some("s3"));
    }

    #[test]
    fn the_apis_of_personalize_are_told_apart() {
        let api = |path: &str| {
            let request = hyper::Request::builder().uri(path).body(()).unwrap();
            super::api("personalize", &request.into_parts().0).to_owned()
        };
        assert_eq!(api("/"), "personalize");
        assert_eq!(api("/recommendations"), "personalize-runtime");
        assert_eq!(api("/events"), "personalize-events");
    }

    #[test]
    fn a_presigned_url_names_it_too() {
        let uri =
            "/b/k?X-Amz-Credential=test%2F20261123%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=1";
        assert_eq!(service(None, uri).as_deref(), Some("s3"));
        let plain = "/b/k?X-Amz-Credential=test/20261123/us-east-1/s3/aws4_request";
        assert_eq!(service(None, plain).as_deref(), Some("s3"));
    }

    #[test]
    fn what_is_not_signed_has_no_service() {
        assert_eq!(service(None, "/v1/apis/1/graphql"), None);
        assert_eq!(
            service(Some("Bearer Credential=a/b/c/d/aws4_request"), "/"),
            None
        );
        assert_eq!(
            service(
                Some("AWS4-HMAC-SHA256 Credential=broken"),
                "/?X-Amz-Credential=x"
            ),
            None
        );
    }
}
