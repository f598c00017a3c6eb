//! Whether a phone number can get a text: Pinpoint's PhoneNumberValidate, billed by number.
//!
//! Shapes: Amazon Pinpoint API reference, "Phone Number Validate".

use aws_sdk_pinpoint::{Client, types::NumberValidateRequest};
use shared::aws::failure;

use crate::error::ContactsError;

/// Types of numbers that no text reaches.
const DEAF: [&str; 2] = ["INVALID", "LANDLINE"];

/// Asks Pinpoint.
#[derive(Debug, Clone)]
pub(crate) struct Phones(pub(crate) Client);

impl Phones {
    /// Whether texts reach `phone`, which is in the form of E.164.
    ///
    /// # Errors
    /// When they do not, or Pinpoint does not answer.
    pub(crate) async fn check(&self, phone: &str) -> Result<(), ContactsError> {
        let request = NumberValidateRequest::builder().phone_number(phone).build();
        let answer = self
            .0
            .phone_number_validate()
            .number_validate_request(request)
            .send()
            .await
            .map_err(failure("mobiletargeting:PhoneNumberValidate"))?;
        let number = answer.number_validate_response;
        let kind = number.and_then(|number| number.phone_type);
        match kind {
            Some(kind) if DEAF.contains(&kind.as_str()) => Err(ContactsError::Phone(kind)),
            _ => Ok(()),
        }
    }
}
