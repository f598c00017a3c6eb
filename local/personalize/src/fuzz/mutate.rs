//! Chance with a seed, and what it does to input.

use serde_json::{Map, Value, json};

/// Numbers from a seed (splitmix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A text made of another by a few mutations; `words` are what its language knows.
    pub(super) fn text(&mut self, seeds: &[&str], words: &[&str]) -> String {
        let mut bytes = self.pick(seeds).as_bytes().to_vec();
        for _ in 0..=self.below(6) {
            self.mutate(&mut bytes, seeds, words);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>, seeds: &[&str], words: &[&str]) {
        let at = self.below(bytes.len() + 1);
        let to = (at + self.below(12)).min(bytes.len());
        match self.below(7) {
            0 => drop(bytes.drain(at..to)),
            1 => drop(bytes.splice(at..at, self.pick(words).bytes())),
            2 => drop(bytes.splice(at..to, self.pick(words).bytes())),
            3 => {
                let again = bytes[at..to].to_vec();
                drop(bytes.splice(at..at, again.repeat(1 + self.below(4))));
            }
            4 => {
                let other = self.pick(seeds).as_bytes();
                let from = self.below(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            5 => bytes.insert(at, (self.next() & 0xff) as u8),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
        }
    }

    /// JSON made of another by a few changes that leave it JSON.
    pub(super) fn json_text(&mut self, seeds: &[&str]) -> String {
        let seed = *self.pick::<&str>(seeds);
        let mut value = serde_json::from_str(seed).unwrap();
        for _ in 0..=self.below(3) {
            self.json(&mut value);
        }
        value.to_string()
    }

    /// Changes one place of a JSON value.
    pub(super) fn json(&mut self, value: &mut Value) {
        let deeper = self.below(3) > 0;
        match value {
            Value::Object(members) if deeper && !members.is_empty() => {
                let key = members.keys().nth(self.below(members.len())).cloned();
                let key = key.unwrap_or_default();
                match self.below(8) {
                    0 => drop(members.remove(&key)),
                    1 => {
                        let moved = members.remove(&key).unwrap_or_default();
                        members.insert(self.string(), moved);
                    }
                    _ => self.json(&mut members[&key]),
                }
            }
            Value::Array(elements) if deeper && !elements.is_empty() => {
                let at = self.below(elements.len());
                match self.below(6) {
                    0 => drop(elements.remove(at)),
                    1 => elements.extend(vec![elements[at].clone(); self.below(30)]),
                    _ => self.json(&mut elements[at]),
                }
            }
            Value::String(text) if deeper => {
                let seeds = [text.clone()];
                let seeds = seeds.each_ref().map(String::as_str);
                *text = self.text(&seeds, &["\"", "{", "$", "é", "/", "\u{0}", "*", ","]);
            }
            other => *other = self.value(),
        }
    }

    fn value(&mut self) -> Value {
        match self.below(9) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.next() as i64),
            3 => json!(f64::from_bits(self.next())),
            4 => json!([]),
            5 => Value::Object(Map::new()),
            6 => json!([self.value()]),
            7 => json!({ self.string(): self.value() }),
            _ => json!(self.string()),
        }
    }

    fn string(&mut self) -> String {
        match self.below(5) {
            0 => String::new(),
            1 => "x".repeat(self.below(3000)),
            2 => "\u{0}\u{7f}é\u{1f600}".to_owned(),
            3 => self.next().to_string(),
            _ => "arn:aws:personalize:us-east-1:000000000000:campaign/x".to_owned(),
        }
    }
}
