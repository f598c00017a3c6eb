//! What a service says of a message, and what the ways a call fails say of it.

use std::error::Error;

use aws_sdk_sesv2::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

/// What a service says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It sends it.
    Accepted {
        /// Its id of the message.
        message_id: String,
    },
    /// It does not send it.
    Refused {
        /// Its reason, without anything of the person.
        code: String,
        /// Whether it will never send this message. Else it sends nothing at all for now: the account is
        /// paused, a quota is used up, a sender is missing.
        permanent: bool,
    },
    /// Certainly not taken; it may be in a moment.
    Throttled,
    /// Nobody knows: there was no answer, or none that says.
    Unknown,
}

impl Answer {
    /// This message is not sent, and never will be.
    pub(super) fn refused(code: &str) -> Self {
        Self::Refused {
            code: code.to_owned(),
            permanent: true,
        }
    }

    /// Nothing is sent.
    pub(super) fn closed(code: &str) -> Self {
        Self::Refused {
            code: code.to_owned(),
            permanent: false,
        }
    }
}

/// Codes by which nothing at all is sent, whoever it is to, of all three services.
const CLOSED: [&str; 21] = [
    "AccessDeniedException",
    "AccountSuspendedException",
    "ExpiredTokenException",
    "ForbiddenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "LimitExceededException",
    "MailFromDomainNotVerifiedException",
    "MethodNotAllowedException",
    "MissingAuthenticationTokenException",
    "NotFoundException",
    "OptInRequired",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "ResourceNotFoundException",
    "SendingPausedException",
    "ServiceQuotaExceededException",
    "SignatureDoesNotMatch",
    "UnauthorizedException",
    "UnrecognizedClientException",
];

/// What a call that failed says of all of its messages.
pub(super) fn of_failure<E>(error: &SdkError<E, HttpResponse>) -> Answer
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or("UnknownError");
            of_code(code, context.raw().status().as_u16())
        }
        SdkError::ConstructionFailure(_) => Answer::refused("RequestNotSent"),
        // Nobody listened, so nobody heard.
        SdkError::DispatchFailure(_) if was_not_connected(error) => Answer::Throttled,
        SdkError::DispatchFailure(_) if lacks_credentials(error) => Answer::closed("NoCredentials"),
        _ => Answer::Unknown,
    }
}

fn of_code(code: &str, status: u16) -> Answer {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "RequestThrottledException" => Answer::Throttled,
        closed if CLOSED.contains(&closed) => Answer::closed(closed),
        _ if status == 429 => Answer::Throttled,
        _ if status >= 500 => Answer::Unknown,
        refused => Answer::refused(refused),
    }
}

fn was_not_connected(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
    })
}

/// The SDK has no kind of its own for it, only these words.
fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.to_string().contains("credentials"))
}

type Cause<'e> = &'e (dyn Error + 'static);

fn causes<'e>(error: Cause<'e>) -> impl Iterator<Item = Cause<'e>> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_never_taken_for_not_sent() {
        assert_eq!(of_code("InternalFailure", 500), Answer::Unknown);
        assert_eq!(of_code("UnknownError", 503), Answer::Unknown);
        assert_eq!(of_code("TooManyRequestsException", 429), Answer::Throttled);
        assert_eq!(of_code("UnknownError", 429), Answer::Throttled);
        assert_eq!(
            of_code("SendingPausedException", 400),
            Answer::closed("SendingPausedException")
        );
        assert_eq!(
            of_code("MessageRejected", 400),
            Answer::refused("MessageRejected")
        );
    }

    #[test]
    fn a_clock_or_a_signature_that_is_wrong_is_nobodys_fault() {
        for code in [
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "OptInRequired",
            "RequestExpired",
            "RequestTimeTooSkewed",
        ] {
            assert_eq!(of_code(code, 403), Answer::closed(code));
        }
    }

    #[test]
    fn a_port_that_nobody_listens_at_heard_nothing() {
        #[derive(Debug, thiserror::Error)]
        #[error("dispatch")]
        struct Outer(#[source] std::io::Error);
        let refused = Outer(std::io::ErrorKind::ConnectionRefused.into());
        assert!(was_not_connected(&refused));
        let cut = Outer(std::io::ErrorKind::ConnectionReset.into());
        assert!(!was_not_connected(&cut));
    }
}
