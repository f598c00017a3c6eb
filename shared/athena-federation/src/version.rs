//! Versions of the protocol's serialization ("SerDe").

use crate::error::ProtocolError;

/// A version of the protocol. What differs:
///
/// | | Arrow messages | members of constraints | other |
/// |---|---|---|---|
/// | `V2` | legacy framing, metadata V4 | `summary` | |
/// | `V3` | current framing | `summary` | |
/// | `V4` | current framing | + `expression`, `orderByClause`, `limit` | `GetDataSourceCapabilities` |
/// | `V5` | current framing | + `queryPassthroughArguments` | the same member in `GetTableRequest` |
///
/// Blocks that are spilled have the legacy framing in every version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SerDe {
    /// Arrow 0.14 and before.
    V2,
    /// Arrow 0.15 and later.
    V3,
    /// Push-down of expressions, order and limit.
    V4,
    /// Passing queries through.
    V5,
}

impl SerDe {
    /// The latest one.
    pub const LATEST: Self = Self::V5;

    /// All of them, the oldest first.
    pub const ALL: [Self; 4] = [Self::V2, Self::V3, Self::V4, Self::V5];

    /// The number a `PingResponse` says.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::V2 => 2,
            Self::V3 => 3,
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }

    /// The version both sides speak, when the other one says `number`.
    ///
    /// # Errors
    /// When the other side is older than the oldest version known here.
    pub fn agreed(number: i32) -> Result<Self, ProtocolError> {
        let known = Self::ALL.into_iter().rev();
        known
            .filter(|version| version.number() <= number)
            .max()
            .ok_or(ProtocolError::Version(number))
    }

    /// Whether Arrow messages begin with their length alone.
    pub(crate) fn is_legacy(self) -> bool {
        self == Self::V2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_side_decides() {
        assert_eq!(SerDe::agreed(3).unwrap(), SerDe::V3);
        assert_eq!(SerDe::agreed(6).unwrap(), SerDe::V5);
        assert!(SerDe::agreed(1).is_err());
    }
}
