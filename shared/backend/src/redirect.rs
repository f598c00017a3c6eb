//! Redirections: followed within an origin, told otherwise.

use reqwest::{Url, header::LOCATION};

use crate::{answer::Answer, error::BackendError, origin, request::Request};

/// Where a redirection leads, if that is at the same origin; a POST is only repeated where the answer
/// asks for that.
pub(crate) fn redirected(
    from: &Url,
    request: &Request,
    answer: &Answer,
) -> Result<Url, BackendError> {
    let refused = |message: &str| BackendError::Refused {
        path: request.name(),
        status: answer.status,
        message: message.to_owned(),
    };
    if request.body.is_some() && !matches!(answer.status, 307 | 308) {
        return Err(refused("it redirects; ask at the address it redirects to"));
    }
    let location = answer
        .header(LOCATION.as_str())
        .ok_or_else(|| refused("it neither answers nor says where to ask"))?;
    origin::resolve(from, &Request::next(location)).map(|(url, _)| url)
}
