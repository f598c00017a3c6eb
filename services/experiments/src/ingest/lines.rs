//! The lines of an object of the log.

use std::io::{BufRead, BufReader};

use flate2::bufread::MultiGzDecoder;

/// The lines of an object, compressed or not; what cannot be unpacked is one unreadable line.
pub(super) fn lines(content: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let is_gzip = content.starts_with(&[0x1f, 0x8b]);
    let reader: Box<dyn BufRead + Send + '_> = if is_gzip {
        Box::new(BufReader::new(MultiGzDecoder::new(content)))
    } else {
        Box::new(content)
    };
    let mut lines = reader.split(b'\n');
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed {
            return None;
        }
        let line = lines.next()?;
        failed = line.is_err();
        Some(line.unwrap_or_else(|_| vec![0]))
    })
    .filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[test]
    fn lines_come_out_of_plain_and_compressed_objects() {
        let plain = b"a\n\nb\n".to_vec();
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(&plain).unwrap();
        let packed = gz.finish().unwrap();
        for content in [&plain, &packed] {
            let read: Vec<_> = lines(content).collect();
            assert_eq!(read, [b"a".to_vec(), b"b".to_vec()]);
        }
        let broken = &packed[..packed.len() - 12];
        assert_eq!(lines(broken).last(), Some(vec![0]), "one unreadable line");
    }
}
