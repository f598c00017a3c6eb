//! Asks the person at the terminal.

use std::io::{IsTerminal, Write};

use crate::error::EstateError;

/// Whether the person types `expected`. Without a terminal there is nobody to ask.
pub(super) fn types(question: &str, expected: &str) -> Result<bool, EstateError> {
    if !std::io::stdin().is_terminal() {
        return Err(EstateError::Usage(
            "there is no terminal to ask at: hand in a plan that was shown, or say --yes"
                .to_owned(),
        ));
    }
    anstream::print!("{question} ");
    let mut line = String::new();
    let answer = std::io::stdout()
        .flush()
        .and_then(|()| std::io::stdin().read_line(&mut line));
    answer
        .map(|_| line.trim() == expected)
        .map_err(|error| EstateError::Usage(format!("no answer could be read: {error}")))
}
