//! The number of the model's layout. It comes first in the bytes, so that bytes of another
//! version of this crate are told apart before anything else is read.

use crate::Error;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// To be raised whenever the layout or the meaning of a model's fields changes.
const CURRENT: u32 = 5;

/// Stands for [`CURRENT`] in a model; reading any other number fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Format;

impl Format {
    /// Looks at the beginning of a model's bytes.
    pub(crate) fn check(bytes: &[u8]) -> Result<(), Error> {
        match postcard::take_from_bytes::<u32>(bytes) {
            Ok((CURRENT, _)) => Ok(()),
            Ok((found, _)) => Err(Error::Format {
                found,
                expected: CURRENT,
            }),
            Err(error) => Err(Error::Damaged {
                reason: error.to_string(),
            }),
        }
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(CURRENT)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            CURRENT => Ok(Self),
            found => Err(D::Error::custom(Error::Format {
                found,
                expected: CURRENT,
            })),
        }
    }
}
