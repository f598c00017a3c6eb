//! Names that tell nobody who a person is, and the shard that a person belongs to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use shared::config::messages::Channel;

use crate::address;

/// Into how many shards people are divided. It never changes: the caps of a shard's people are written
/// by whoever holds its lease.
pub const SHARDS: u32 = 32;

/// Characters of a person's key: 132 bits of the hash.
const PERSON: usize = 22;

/// What stands for `user` outside of the table, in tags and links: of `A-Z`, `a-z`, `0-9`, `-` and `_`.
#[must_use]
pub fn person(user: &str) -> String {
    let mut key = URL_SAFE_NO_PAD.encode(Sha256::digest(user));
    key.truncate(PERSON);
    key
}

/// What stands for an address of `channel` in suppressions: 64 hexadecimal digits. However the address is
/// written, it is the same.
#[must_use]
pub fn address(channel: Channel, address: &str) -> String {
    let normal = match channel {
        Channel::Email => address.trim().to_lowercase(),
        // What is no number stands for itself: nothing is sent to it.
        Channel::Sms => address::phone(address).unwrap_or_else(|_| address.trim().to_owned()),
        Channel::Push => address.trim().to_owned(),
    };
    Sha256::digest(normal)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            use std::fmt::Write;
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// The shard of `user`: below [`SHARDS`].
#[must_use]
pub fn shard(user: &str) -> u32 {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(user));
    let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    // Below SHARDS, which fits.
    (number % u64::from(SHARDS)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_s_key_is_of_what_tags_allow() {
        let key = person("user-1");
        assert_eq!(key.len(), 22);
        assert!(
            key.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        );
        assert_ne!(key, person("user-2"));
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let of = |text| address(Channel::Email, text);
        assert_eq!(of("Ann@Shop.Example "), of("ann@shop.example"));
        assert_eq!(of("ann@shop.example").len(), 64);
        let of = |text| address(Channel::Sms, text);
        assert_eq!(of("+49 (0)30 123456"), of("004930123456"));
        assert_ne!(of("+4930123456"), of("+4930123457"));
        assert_eq!(of("nonsense"), of(" nonsense "));
    }

    #[test]
    fn shards_are_about_equal() {
        let mut people = [0_u32; SHARDS as usize];
        for n in 0..32_000 {
            people[shard(&format!("u{n}")) as usize] += 1;
        }
        assert!(
            people.iter().all(|&n| (850..1_150).contains(&n)),
            "{people:?}"
        );
    }
}
