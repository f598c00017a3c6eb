//! Input whose rows cannot be endless: a quote that is never closed would else take all memory.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// The longest row: more than every field of the largest schema can have.
const LARGEST_ROW: usize = 16 << 20;

/// Input that ends with an error in the middle of a row that is too long.
pub(super) struct Limited<R> {
    input: R,
    left: Rc<Cell<usize>>,
}

/// The row that is being read.
pub(super) struct RowLimit(Rc<Cell<usize>>);

/// Limits the rows of `input`, whoever reads it saying where they end.
pub(super) fn limited<R: Read>(input: R) -> (Limited<R>, RowLimit) {
    let left = Rc::new(Cell::new(LARGEST_ROW));
    let row = RowLimit(Rc::clone(&left));
    (Limited { input, left }, row)
}

impl RowLimit {
    /// The row is whole; the next begins.
    pub(super) fn done(&self) {
        self.0.set(LARGEST_ROW);
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            let problem =
                format!("a row has more than {LARGEST_ROW} bytes; is a quote not closed?");
            return Err(io::Error::other(problem));
        }
        let most = buffer.len().min(left);
        let read = self.input.read(&mut buffer[..most])?;
        self.left.set(left - read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_row_is_an_error_and_many_rows_are_not() {
        let mut buffer = vec![0; 1 << 20];
        let (mut input, row) = limited(io::repeat(b'x'));
        for _ in 0..40 {
            input.read_exact(&mut buffer).unwrap();
            row.done();
        }
        let mut endless = (0..40).map(|_| input.read_exact(&mut buffer));
        let problem = endless.find_map(Result::err).unwrap().to_string();
        assert!(problem.contains("quote"), "{problem}");
    }
}
