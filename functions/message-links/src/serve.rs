//! One request, and the answer to it.

use std::{sync::Arc, time::Duration};

use aws_lambda_events::lambda_function_urls::{
    LambdaFunctionUrlRequest, LambdaFunctionUrlResponse,
};
use http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use interactions::is_program;
use jiff::Timestamp;
use messages::links::{BadToken, Click, Signer, Unsubscribe};
use shared::{
    fault::Fault,
    metrics::{Unit, emit},
    refreshed::{Refreshed, Source},
};

use crate::{
    answer::{not_allowed, redirect, with_page, without_body},
    click::line,
    error::LinksError,
    keeper::Keeper,
    words::{Language, Subject},
};

/// How old the secret may become.
const MAX_AGE: Duration = Duration::from_secs(300);
/// How often it is read, at most, for tokens that it does not fit: anybody can send such.
const READ_AGAIN: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 5_000 });
/// How long that may take.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// What a mail program sends that unsubscribes for its user (RFC 8058).
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// Answers requests.
pub(crate) struct Links<S: Source, K> {
    signer: Refreshed<S>,
    keeper: K,
}

/// What is asked for by which method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked<'r> {
    /// To follow a link to a product; whether it counts.
    Click { token: &'r str, counts: bool },
    /// The same by its short name, as texts have it.
    ShortClick { name: &'r str, counts: bool },
    /// The page with the button.
    Ask(&'r str),
    /// To unsubscribe, where.
    Unsubscribe {
        token: &'r str,
        source: &'static str,
    },
    /// Something else.
    NotFound,
    /// By a method that is none of these.
    NotAllowed(&'static str),
}

impl<S, K> Links<S, K>
where
    S: Source<Value = Signer, Error = LinksError>,
    K: Keeper,
{
    /// Reads nothing yet.
    pub(crate) fn new(secret: S, keeper: K) -> Self {
        Self {
            signer: Refreshed::new(secret, MAX_AGE),
            keeper,
        }
    }

    /// Answers one request. What goes wrong is an answer, too.
    pub(crate) async fn answer(
        &self,
        request: LambdaFunctionUrlRequest,
    ) -> Result<LambdaFunctionUrlResponse, LinksError> {
        let asked = asked(&request);
        let header = |name| request.headers.get(name)?.to_str().ok();
        let accepted = header(ACCEPT_LANGUAGE);
        let answer = match self.answer_to(asked, accepted).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(errorType = error.kind().name(), %error, "a link was not answered");
                count("LinksFailed");
                with_page(Subject::TryAgain, Language::of(None, accepted))
            }
        };
        Ok(match method(&request) {
            "HEAD" => without_body(answer),
            _ => answer,
        })
    }

    async fn answer_to(
        &self,
        asked: Asked<'_>,
        accepted: Option<&str>,
    ) -> Result<LambdaFunctionUrlResponse, LinksError> {
        let found = match asked {
            Asked::NotAllowed(allowed) => return Ok(not_allowed(allowed)),
            Asked::NotFound => None,
            Asked::Click { token, counts } => self.click(token, counts).await?,
            Asked::ShortClick { name, counts } => match self.keeper.lengthen(name).await? {
                Some(token) => self.click(&token, counts).await?,
                None => None,
            },
            Asked::Ask(token) => {
                let about = self.read(|signer| signer.read_unsubscribe(token)).await?;
                about.map(|about| page(&about, Subject::Ask(about.channel), accepted))
            }
            Asked::Unsubscribe { token, source } => {
                let about = self.read(|signer| signer.read_unsubscribe(token)).await?;
                if let Some(about) = &about {
                    let now = Timestamp::now();
                    self.keeper.unsubscribed(about, source, now).await?;
                    count("Unsubscribed");
                }
                about.map(|about| page(&about, Subject::Done(about.channel), accepted))
            }
        };
        Ok(found.unwrap_or_else(|| {
            count("BadLinks");
            with_page(Subject::NotFound, Language::of(None, accepted))
        }))
    }

    /// Whoever clicked gets to the product, whether or not the click could be written.
    async fn click(
        &self,
        token: &str,
        counts: bool,
    ) -> Result<Option<LambdaFunctionUrlResponse>, LinksError> {
        let click: Option<Click> = self.read(|signer| signer.read_click(token)).await?;
        let Some(click) = click else { return Ok(None) };
        let Some(answer) = redirect(&click.url) else {
            return Ok(None);
        };
        if counts {
            let now = Timestamp::now();
            let logged = self.keeper.clicked(line(click, token, now), now).await;
            count(if logged.is_ok() {
                "Clicks"
            } else {
                "ClicksUnlogged"
            });
            if let Err(error) = logged {
                tracing::error!(errorType = error.kind().name(), %error, "a click was not logged");
            }
        } else {
            count("ClicksOfPrograms");
        }
        Ok(Some(answer))
    }

    /// What a token says by the secret that is known, or by the one that has taken its place meanwhile.
    async fn read<T>(
        &self,
        read: impl Fn(&Signer) -> Result<T, BadToken>,
    ) -> Result<Option<T>, LinksError> {
        let known = self.signer.get().await?;
        if let Ok(said) = read(&known) {
            return Ok(Some(said));
        }
        let renewed = self
            .signer
            .renewed(Arc::clone(&known), READ_AGAIN, READ_WITHIN);
        let renewed = renewed.await;
        if Arc::ptr_eq(&known, &renewed) {
            return Ok(None);
        }
        Ok(read(&renewed).ok())
    }
}

fn asked(request: &LambdaFunctionUrlRequest) -> Asked<'_> {
    let path = request.raw_path.as_deref().unwrap_or_default();
    let counts = method(request) == "GET" && !is_by_program(request);
    let click = path.strip_prefix("/c/");
    let click = click.map(|token| Asked::Click { token, counts });
    let short = path.strip_prefix("/s/");
    let short = short.map(|name| Asked::ShortClick { name, counts });
    if let Some(click) = click.or(short) {
        return match method(request) {
            "GET" | "HEAD" => click,
            _ => Asked::NotAllowed("GET, HEAD"),
        };
    }
    let Some(token) = path.strip_prefix("/u/") else {
        return Asked::NotFound;
    };
    match method(request) {
        "GET" | "HEAD" => Asked::Ask(token),
        "POST" => Asked::Unsubscribe {
            token,
            source: source(request),
        },
        _ => Asked::NotAllowed("GET, HEAD, POST"),
    }
}

fn method(request: &LambdaFunctionUrlRequest) -> &str {
    let method = request.request_context.http.method.as_deref();
    method.unwrap_or_default()
}

fn is_by_program(request: &LambdaFunctionUrlRequest) -> bool {
    let agent = request.headers.get(USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent.is_some_and(is_program)
}

/// Where somebody unsubscribes: it is in the ledger of consents.
fn source(request: &LambdaFunctionUrlRequest) -> &'static str {
    let body = request.body.as_deref().unwrap_or_default();
    // Base64 of the form, or the form itself: Function URLs do either.
    let one_click = match request.is_base64_encoded {
        true => body.starts_with("TGlzdC1VbnN1YnNjcmliZT"),
        false => body.contains(ONE_CLICK),
    };
    if one_click {
        "one-click"
    } else {
        "unsubscribe-page"
    }
}

fn page(
    about: &Unsubscribe,
    subject: Subject,
    accepted: Option<&str>,
) -> LambdaFunctionUrlResponse {
    with_page(subject, Language::of(about.language.as_deref(), accepted))
}

fn count(name: &str) {
    emit("message-links", &[], &[(name, Unit::Count, 1.0)]);
}

#[cfg(test)]
mod tests;
