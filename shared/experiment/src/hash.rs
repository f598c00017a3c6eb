//! Buckets: the same unit gets the same one in every language.
//!
//! The bucket of a unit is the first 4 bytes of the SHA-256 of `<salt>:<unit>` in UTF-8, read as a
//! big-endian number, times 10,000, shifted right by 32 bits: 0 to 9,999, each equally likely
//! (to within one part in 400,000). In Python:
//!
//! ```python
//! import hashlib
//! def bucket(salt, unit):
//!     return int.from_bytes(hashlib.sha256(f"{salt}:{unit}".encode()).digest()[:4], "big") * 10_000 >> 32
//! ```
//!
//! In JavaScript (Node; a browser has `crypto.subtle.digest`):
//!
//! ```javascript
//! import { createHash } from "node:crypto";
//! const word = (salt, unit) => createHash("sha256").update(`${salt}:${unit}`, "utf8").digest().readUInt32BE(0);
//! const bucket = (salt, unit) => Math.floor((word(salt, unit) * 10_000) / 2 ** 32);
//! ```
//!
//! `tests/vectors.json` holds results to test another implementation with.

use sha2::{Digest, Sha256};

/// How many buckets there are; shares of traffic are counted in them.
pub const BUCKETS: u32 = 10_000;

/// The bucket of a unit under a salt: 0 to 9,999.
#[must_use]
pub fn bucket(salt: &str, unit: &str) -> u32 {
    bucket_of(&[salt, unit])
}

/// The bucket of parts that are joined with colons.
pub(crate) fn bucket_of(parts: &[&str]) -> u32 {
    let [a, b, c, d, ..] = digest(parts);
    let word = u64::from(u32::from_be_bytes([a, b, c, d]));
    // Below BUCKETS, which fits.
    ((word * u64::from(BUCKETS)) >> 32) as u32
}

/// A number below `bound` from parts that are joined with colons: 8 bytes of the hash, scaled alike.
pub(crate) fn number_below(bound: u64, parts: &[&str]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = digest(parts);
    let word = u128::from(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
    ((word * u128::from(bound)) >> 64) as u64
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hasher.update(b":");
        }
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::special::chi_square_p;

    #[derive(serde::Deserialize)]
    struct Vector {
        salt: String,
        unit: String,
        bucket: u32,
    }

    #[test]
    fn agrees_with_other_languages() {
        let vectors: Vec<Vector> =
            serde_json::from_str(include_str!("../tests/vectors.json")).unwrap();
        assert!(vectors.len() >= 20);
        for Vector { salt, unit, bucket } in vectors {
            assert_eq!(super::bucket(&salt, &unit), bucket, "{salt}:{unit}");
        }
    }

    #[test]
    fn buckets_are_equally_likely() {
        let cells = 100;
        let units = 200_000;
        let mut counts = vec![0_f64; cells];
        for unit in 0..units {
            counts[bucket("uniformity", &format!("user-{unit}")) as usize * cells / 10_000] += 1.0;
        }
        let expected = f64::from(units) / cells as f64;
        let statistic: f64 = counts
            .iter()
            .map(|n| (n - expected).powi(2) / expected)
            .sum();
        let p = chi_square_p(statistic, cells as u32 - 1);
        assert!(p > 0.001, "chi-square {statistic}, p {p}");
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        let mut seen = [0_u32; 6];
        for draw in 0..600 {
            seen[number_below(6, &["dice", &draw.to_string()]) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (60..140).contains(&n)), "{seen:?}");
    }
}
