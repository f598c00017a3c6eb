//! Rows made up while they are sent: any number of gigabytes, always the same ones, no two alike.

use bytes::Bytes;

/// Every row has as many bytes, so that the length is known before.
const ROW: usize = "u00000000,i000000,1700000000,view,\n".len();
const HEADER: &[u8] = b"USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\n";
const ITEMS: u64 = 1_000_000;
const USERS: u64 = 10_000_000;
/// One row in so many has no time, so that there is something to leave out and the rest is copied.
const BROKEN: u64 = 1_000_000;
/// Rows of one chunk.
const CHUNK: u64 = 2_000;
/// 2015-07-14; with one row a microsecond of it, later rows are later.
const FIRST: u64 = 1_436_832_000;

/// The rows that are left.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    next: u64,
    end: u64,
    header: bool,
}

impl Rows {
    /// As many as `bytes` hold.
    pub(crate) fn of_bytes(bytes: u64) -> Self {
        Self {
            next: 0,
            end: bytes / ROW as u64,
            header: true,
        }
    }

    /// How many.
    pub(crate) fn left(&self) -> u64 {
        self.end - self.next
    }

    /// How many bytes they are.
    pub(crate) fn bytes(&self) -> u64 {
        let header = if self.header { HEADER.len() as u64 } else { 0 };
        header + self.left() * ROW as u64
    }
}

impl Iterator for Rows {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if std::mem::take(&mut self.header) {
            return Some(Bytes::from_static(HEADER));
        }
        let until = self.end.min(self.next + CHUNK);
        let rows = usize::try_from(until - self.next)
            .ok()
            .filter(|rows| *rows > 0)?;
        let mut chunk = Vec::with_capacity(rows * ROW);
        for row in self.next..until {
            write(&mut chunk, row);
        }
        self.next = until;
        Some(Bytes::from(chunk))
    }
}

/// How many of `rows` rows are broken.
pub(crate) fn broken(rows: u64) -> u64 {
    rows.div_ceil(BROKEN)
}

/// The items dataset.
pub(crate) fn items() -> Vec<u8> {
    let mut csv = b"ITEM_ID,PRICE,CATEGORY,CREATION_TIMESTAMP,DESCRIPTION\n".to_vec();
    for item in 0..ITEMS {
        csv.push(b'i');
        digits::<6>(&mut csv, item);
        csv.extend_from_slice(b",,,1436832000,\n");
    }
    csv
}

fn write(chunk: &mut Vec<u8>, row: u64) {
    // Odd multipliers: users and items are spread, and the time tells their repetitions apart.
    let spread = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    chunk.push(b'u');
    digits::<8>(chunk, (spread >> 32) % USERS);
    chunk.extend_from_slice(b",i");
    digits::<6>(chunk, (spread >> 12) % ITEMS);
    chunk.push(b',');
    if row.is_multiple_of(BROKEN) {
        chunk.extend_from_slice(b"yesterday.");
    } else {
        digits::<10>(chunk, FIRST + row / 2);
    }
    chunk.extend_from_slice(b",view,\n");
}

fn digits<const N: usize>(chunk: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    chunk.extend_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_known_before_and_no_row_comes_twice() {
        let rows = Rows::of_bytes(200_000);
        let (bytes, count) = (rows.bytes(), rows.left());
        let text: Vec<u8> = rows.flatten().collect();
        assert_eq!(text.len() as u64, bytes);
        let text = String::from_utf8(text).unwrap();
        let lines: std::collections::BTreeSet<&str> = text.lines().skip(1).collect();
        assert_eq!(lines.len() as u64, count);
        assert_eq!(text.matches("yesterday.").count() as u64, broken(count));
    }
}
