//! The words of a text, in any script.
//!
//! A word is a run of letters and digits in lower case. Chinese, Japanese and Thai put no spaces
//! between words: there every pair of neighbouring characters counts as one, which is how search
//! engines index these scripts without a dictionary.

/// Longer runs are no words: they are numbers, keys or noise. In characters.
const LONGEST: usize = 40;

/// Calls `word` for every word among the first `most` characters of `text`.
pub(crate) fn words(text: &str, most: usize, mut word: impl FnMut(&str)) {
    let end = text
        .char_indices()
        .nth(most)
        .map_or(text.len(), |(at, _)| at);
    for run in text[..end].split(|c: char| !c.is_alphanumeric()) {
        let run = run.to_lowercase();
        for part in run.split_inclusive(unspaced) {
            spaced(part.trim_end_matches(unspaced), &mut word);
        }
        pairs(&run, &mut word);
    }
}

fn spaced(run: &str, word: &mut impl FnMut(&str)) {
    if !run.is_empty() && run.chars().count() <= LONGEST {
        word(run);
    }
}

/// Neighbouring characters of scripts without spaces; one that stands alone counts by itself.
fn pairs(run: &str, word: &mut impl FnMut(&str)) {
    for run in run.split(|c| !unspaced(c)) {
        let starts: Vec<usize> = run.char_indices().map(|(at, _)| at).collect();
        if starts.len() == 1 {
            word(run);
        }
        for (place, _) in starts.iter().enumerate().skip(1) {
            let end = starts.get(place + 1).copied().unwrap_or(run.len());
            word(&run[starts[place - 1]..end]);
        }
    }
}

/// Thai and Lao, kana, and Chinese characters.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, most: usize) -> Vec<String> {
        let mut found = Vec::new();
        words(text, most, |word| found.push(word.to_owned()));
        found
    }

    #[test]
    fn words_are_lower_case_runs_of_letters_and_digits_in_any_script() {
        assert_eq!(
            of("Grüner TEE, 2-mal; ЧАЙ!", 99),
            ["grüner", "tee", "2", "mal", "чай"]
        );
        assert_eq!(of("", 99), [""; 0]);
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        assert_eq!(of("绿茶杯", 99), ["绿茶", "茶杯"]);
        assert_eq!(of("tea茶", 99), ["tea", "茶"]);
    }

    #[test]
    fn no_more_characters_than_allowed_are_read_and_no_monsters_kept() {
        assert_eq!(of("äöü tea", 3), ["äöü"]);
        assert_eq!(of(&"x".repeat(41), 99), [""; 0]);
    }
}
