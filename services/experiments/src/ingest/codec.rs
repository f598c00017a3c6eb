//! The ledger as bytes: a number for the form, then postcard, compressed. A unit takes some 25 bytes.

use std::io::{BufReader, Read, Write};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};

use super::ledger::Ledger;
use crate::error::ServiceError;

/// The form; another one is another release's.
const FORM: u8 = 3;
/// What postcard reads texts into.
const SCRATCH: usize = 4 * 1024;

/// Writes the ledger.
pub(crate) fn encode(ledger: &Ledger) -> Result<Vec<u8>, ServiceError> {
    let mut gz = GzEncoder::new(vec![FORM], Compression::fast());
    let encoded = postcard::to_io(ledger, &mut gz).map_err(|error| shape(&error))?;
    encoded.flush().map_err(|error| shape(&error))?;
    gz.finish().map_err(|error| shape(&error))
}

/// Reads a ledger.
pub(crate) fn decode(bytes: &[u8]) -> Result<Ledger, ServiceError> {
    let Some((&FORM, bytes)) = bytes.split_first() else {
        return Err(shape(&"it begins with another number"));
    };
    let mut scratch = vec![0; SCRATCH];
    let gz = BufReader::new(GzDecoder::new(bytes));
    let read: Box<dyn Read> = Box::new(gz);
    let (ledger, _) = postcard::from_io((read, &mut scratch)).map_err(|error| shape(&error))?;
    Ok(ledger)
}

fn shape(error: &impl std::fmt::Display) -> ServiceError {
    ServiceError::Shape {
        place: "the snapshot of what was counted".to_owned(),
        message: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ledger::tests::{event, running};
    use super::*;

    #[test]
    fn what_was_counted_is_the_same_after_a_restart() {
        let mut ledger = Ledger::default();
        let definitions = running();
        for number in 0..100 {
            let user = format!("u{number}");
            let id = number.to_string();
            let event = event(&id, "view", &user);
            ledger.take(
                &event,
                Some(&definitions),
                &super::super::ledger::Drafted::new(),
            );
        }
        let bytes = encode(&ledger).unwrap();
        assert_eq!(decode(&bytes).unwrap(), ledger);
        assert!(decode(b"x").is_err() && decode(b"").is_err());
    }
}
