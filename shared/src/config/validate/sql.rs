//! As much of SQL as tells one harmless statement from others: where text, names and comments begin
//! and end, what is a placeholder, and what the statement does. What it means, Athena decides.

use std::{iter::Peekable, str::Chars};

/// How many `?` the statement `text` has, when it is only one and does nothing but read. It has no
/// semicolon at its end.
///
/// # Errors
/// What is wrong, with its remedy.
pub(super) fn placeholders(text: &str) -> Result<usize, String> {
    let code = code(text)?;
    let code = code.trim_start();
    if code.contains(';') {
        return Err("has more than one statement: keep one, without `;` in it".to_owned());
    }
    let word = code.split(|c: char| !c.is_ascii_alphanumeric()).next();
    let word = word.unwrap_or_default();
    if !["SELECT", "WITH"]
        .iter()
        .any(|reads| word.eq_ignore_ascii_case(reads))
    {
        return Err(format!(
            "begins with `{word}`: an export reads, and begins with SELECT or WITH"
        ));
    }
    Ok(code.matches('?').count())
}

/// `text` with a blank in place of each comment and an `x` in place of each text and quoted name.
fn code(text: &str) -> Result<String, String> {
    let mut code = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\'', _) => code.push(quoted(&mut rest, c, "a text")?),
            ('"' | '`', _) => code.push(quoted(&mut rest, c, "a name")?),
            ('-', Some('-')) => {
                rest.find(|c| *c == '\n');
                code.push(' ');
            }
            ('/', Some('*')) => {
                rest.next();
                comment(&mut rest)?;
                code.push(' ');
            }
            _ => code.push(c),
        }
    }
    Ok(code)
}

/// Goes behind what `quote` began; the quote itself is doubled inside.
fn quoted(rest: &mut Peekable<Chars<'_>>, quote: char, what: &str) -> Result<char, String> {
    while let Some(c) = rest.next() {
        if c == quote && rest.next_if_eq(&quote).is_none() {
            return Ok('x');
        }
    }
    Err(format!("has {what} that a {quote} begins and none ends"))
}

/// Goes behind a comment, in which another does not nest.
fn comment(rest: &mut Peekable<Chars<'_>>) -> Result<(), String> {
    while let Some(c) = rest.next() {
        if c == '*' && rest.next_if_eq(&'/').is_some() {
            return Ok(());
        }
    }
    Err("has a comment that /* begins and no */ ends".to_owned())
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn only_placeholders_of_the_code_count() {
        for (text, count) in [
            ("SELECT 1", 0),
            ("select a from t where b >= ? and b < ?", 2),
            ("WITH x AS (SELECT ? AS a) SELECT a FROM x", 1),
            (
                "SELECT '?', 'it''s ?', \"a?\"\"?\", `b?` FROM t WHERE c = ?",
                1,
            ),
            ("-- what? \n/* why? -- */ SELECT ? -- ? it's", 1),
            ("SELECT 1 - -?, 6 / ? * 2", 2),
            ("SELECT ';' FROM t WHERE a = ? -- ;", 1),
        ] {
            assert_eq!(placeholders(text), Ok(count), "{text}");
        }
    }

    #[test]
    fn what_does_more_than_read_is_refused() {
        for (text, problem) in [
            ("SELECT 1; DROP TABLE t", "more than one statement"),
            ("SELECT 1; -- the end", "more than one statement"),
            ("DROP TABLE t", "begins with `DROP`"),
            (
                "/* SELECT */ INSERT INTO t SELECT 1",
                "begins with `INSERT`",
            ),
            ("selection", "begins with `selection`"),
            ("", "begins with ``"),
            ("'SELECT' 1", "begins with `x`"),
        ] {
            let refused = placeholders(text).unwrap_err();
            assert!(refused.contains(problem), "{text}: {refused}");
        }
    }

    #[test]
    fn what_does_not_end_is_named() {
        for (text, problem) in [
            ("SELECT 'a''", "a text that a '"),
            ("SELECT \"a", "a name that a \""),
            ("SELECT 1 /* '*/", ""),
            ("SELECT 1 /* a *", "no */ ends"),
        ] {
            let refused = placeholders(text).err().unwrap_or_default();
            assert!(refused.contains(problem), "{text}: {refused}");
            assert_eq!(refused.is_empty(), problem.is_empty(), "{text}: {refused}");
        }
    }
}
