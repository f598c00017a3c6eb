//! Answers of the Function URL. None is kept by a cache, found by a search engine, or tells the next page
//! where its visitor came from.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use http::{
    HeaderName, HeaderValue,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
        RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};

use crate::{
    page::{POLICY, page},
    words::{Language, Subject},
};

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// The page about `subject`.
pub(crate) fn with_page(subject: Subject, language: Language) -> LambdaFunctionUrlResponse {
    let status = match subject {
        Subject::Ask(_) | Subject::Done(_) => 200,
        Subject::NotFound => 404,
        Subject::TryAgain => 503,
    };
    let mut answer = empty(status);
    answer.body = Some(page(subject, language));
    if subject == Subject::TryAgain {
        set(&mut answer, RETRY_AFTER, "60");
    }
    set(&mut answer, CONTENT_TYPE, "text/html; charset=utf-8");
    set(&mut answer, CONTENT_SECURITY_POLICY, POLICY);
    set(&mut answer, VARY, "accept-language");
    answer
}

/// To `url`; nothing when it cannot stand in a header.
pub(crate) fn redirect(url: &str) -> Option<LambdaFunctionUrlResponse> {
    let mut answer = empty(302);
    let url = HeaderValue::from_str(url).ok()?;
    answer.headers.insert(LOCATION, url);
    Some(answer)
}

/// A method that nothing is done by.
pub(crate) fn not_allowed(allowed: &'static str) -> LambdaFunctionUrlResponse {
    let mut answer = empty(405);
    set(&mut answer, ALLOW, allowed);
    answer
}

/// The same without its body, for `HEAD`.
pub(crate) fn without_body(mut answer: LambdaFunctionUrlResponse) -> LambdaFunctionUrlResponse {
    answer.body = Some(String::new());
    answer
}

fn empty(status: i64) -> LambdaFunctionUrlResponse {
    let mut answer = LambdaFunctionUrlResponse::default();
    answer.status_code = status;
    answer.body = Some(String::new());
    set(&mut answer, CACHE_CONTROL, "no-store");
    set(&mut answer, REFERRER_POLICY, "no-referrer");
    set(&mut answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut answer, ROBOTS, "noindex, nofollow");
    answer
}

fn set(answer: &mut LambdaFunctionUrlResponse, name: HeaderName, value: &'static str) {
    answer.headers.insert(name, HeaderValue::from_static(value));
}
