//! From a query string and its execution parameters to a tree.

use std::{collections::HashMap, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{Expr, Query, Statement, Value, visit_expressions, visit_expressions_mut},
    dialect::{Dialect, GenericDialect, HiveDialect},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Location, Token, TokenWithSpan, Tokenizer},
};

use super::{Place, ddl::Definition};

/// What a function name of an unregistered connector begins with.
pub(crate) const LAMBDA: &str = "lambda:";

/// A statement that can be run.
#[derive(Debug, Clone)]
pub(crate) enum Parsed {
    /// Answers rows.
    Query(ParsedQuery),
    /// `EXPLAIN` of a query.
    Explain(ParsedQuery),
    /// Defines or shows catalogs' contents.
    Definition(Box<Definition>),
}

/// A query with all that its text says.
#[derive(Debug, Clone)]
pub(crate) struct ParsedQuery {
    /// The tree; quoted names are in lower case, parameters are in their places.
    pub(crate) query: Box<Query>,
    /// Words as they were written, by place: names of result columns keep their case.
    pub(crate) words: HashMap<Location, String>,
}

impl ParsedQuery {
    /// Where a name is first written.
    #[must_use]
    pub(crate) fn place_of(&self, name: &str) -> Option<Place> {
        let places = self.words.iter();
        let places = places.filter(|(_, word)| word.eq_ignore_ascii_case(name));
        let first = places.map(|(place, _)| *place);
        first
            .min_by_key(|place| (place.line, place.column))
            .map(Place::from)
    }
}

/// Parses one statement.
///
/// # Errors
/// In Athena's words: where, and what was expected.
pub(crate) fn parse(text: &str, parameters: &[String]) -> Result<Parsed, String> {
    let tokens = tokenize(&GenericDialect {}, text)?;
    match first_keyword(&tokens) {
        Some(Keyword::SELECT | Keyword::WITH | Keyword::VALUES | Keyword::TABLE) => {
            Ok(Parsed::Query(parse_query(tokens, parameters)?))
        }
        None if starts_with_parenthesis(&tokens) => {
            Ok(Parsed::Query(parse_query(tokens, parameters)?))
        }
        Some(Keyword::EXPLAIN) => {
            let first = tokens.iter().position(is_word).unwrap_or_default();
            let tokens = tokens.into_iter().skip(first + 1).collect();
            Ok(Parsed::Explain(parse_query(tokens, parameters)?))
        }
        _ if !parameters.is_empty() => {
            Err("Execution parameters are for SELECT statements only; write the values into the statement".to_owned())
        }
        _ => {
            let statement = parse_definition(text)?;
            let definition = Definition::new(statement)?;
            Ok(Parsed::Definition(Box::new(definition)))
        }
    }
}

fn tokenize(dialect: &dyn Dialect, text: &str) -> Result<Vec<TokenWithSpan>, String> {
    let tokens = Tokenizer::new(dialect, text).tokenize_with_location();
    tokens.map_err(|error| {
        let Place { line, column } = error.location.into();
        format!("line {line}:{column}: {}", error.message)
    })
}

fn is_word(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::Word(_))
}

fn first_keyword(tokens: &[TokenWithSpan]) -> Option<Keyword> {
    let mut visible = tokens
        .iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_)));
    match &visible.next()?.token {
        Token::Word(word) => Some(word.keyword),
        _ => None,
    }
}

fn starts_with_parenthesis(tokens: &[TokenWithSpan]) -> bool {
    let mut visible = tokens
        .iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_)));
    visible
        .next()
        .is_some_and(|token| token.token == Token::LParen)
}

fn parse_definition(text: &str) -> Result<Statement, String> {
    let tokens = tokenize(&HiveDialect {}, text)?;
    one_statement(&HiveDialect {}, tokens)
}

/// Trino knows no case in names, also of quoted ones; the engine does. So quoted names become lower
/// case, but for those of Lambda functions, which have case.
fn parse_query(
    mut tokens: Vec<TokenWithSpan>,
    parameters: &[String],
) -> Result<ParsedQuery, String> {
    let mut words = HashMap::new();
    let mut count = 0;
    for token in &mut tokens {
        match &mut token.token {
            Token::Word(word) => {
                words.insert(token.span.start, word.value.clone());
                if word.quote_style.is_some() && !word.value.starts_with(LAMBDA) {
                    word.value = word.value.to_lowercase();
                }
            }
            Token::Placeholder(name) if name == "?" => {
                count += 1;
                *name = format!("${count}");
            }
            _ => {}
        }
    }
    if count != parameters.len() {
        return Err(format!(
            "Incorrect number of parameters: expected {count} but found {}",
            parameters.len()
        ));
    }
    let Statement::Query(mut query) = one_statement(&GenericDialect {}, tokens)? else {
        return Err("Queries of this type are not supported".to_owned());
    };
    let values = parameters
        .iter()
        .enumerate()
        .map(|(index, text)| parameter(index, text))
        .collect::<Result<Vec<Expr>, String>>()?;
    let _: ControlFlow<()> = visit_expressions_mut(&mut query, |expression| {
        if let Some(value) = position(expression).and_then(|index| values.get(index)) {
            *expression = value.clone();
        }
        ControlFlow::Continue(())
    });
    Ok(ParsedQuery { query, words })
}

/// The place of a parameter in the list, if the expression is one.
fn position(expression: &Expr) -> Option<usize> {
    let Expr::Value(value) = expression else {
        return None;
    };
    let Value::Placeholder(name) = &value.value else {
        return None;
    };
    let number: usize = name.strip_prefix('$')?.parse().ok()?;
    number.checked_sub(1)
}

/// Execution parameters are SQL: literals, and what is computed from them, but no columns.
fn parameter(index: usize, text: &str) -> Result<Expr, String> {
    let wrong = |problem: &str| format!("Execution parameter {}: {problem}", index + 1);
    let tokens = tokenize(&GenericDialect {}, text).map_err(|problem| wrong(&problem))?;
    let mut parser = Parser::new(&GenericDialect {}).with_tokens_with_locations(tokens);
    let expression = parser.parse_expr().map_err(|error| wrong(&words(&error)))?;
    if parser.peek_token().token != Token::EOF {
        return Err(wrong("there is something after the value"));
    }
    let literal = visit_expressions(&expression, |part| match part {
        Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::Subquery(_)
        | Expr::Exists { .. }
        | Expr::InSubquery { .. } => ControlFlow::Break(()),
        Expr::Value(value) if matches!(value.value, Value::Placeholder(_)) => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    });
    match literal {
        ControlFlow::Continue(()) => Ok(Expr::Nested(Box::new(expression))),
        ControlFlow::Break(()) => Err(wrong("it is not a literal; put strings in single quotes")),
    }
}

fn one_statement(dialect: &dyn Dialect, tokens: Vec<TokenWithSpan>) -> Result<Statement, String> {
    let mut parser = Parser::new(dialect).with_tokens_with_locations(tokens);
    let statement = parser.parse_statement().map_err(|error| words(&error))?;
    while parser.consume_token(&Token::SemiColon) {}
    let next = parser.peek_token();
    if next.token == Token::EOF {
        Ok(statement)
    } else {
        let place = Place::from(next.span.start);
        Err(format!(
            "{place}: mismatched input '{}'. Only one sql statement is allowed",
            next.token
        ))
    }
}

/// The parser's words, with the place in front where Athena has it.
fn words(error: &ParserError) -> String {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.clone(),
        ParserError::RecursionLimitExceeded => "the statement is nested too deeply".to_owned(),
    };
    let Some((problem, place)) = message.rsplit_once(" at Line: ") else {
        return message;
    };
    match place.split_once(", Column: ") {
        Some((line, column)) => format!("line {line}:{column}: {problem}"),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str, parameters: &[&str]) -> Result<String, String> {
        let parameters: Vec<String> = parameters.iter().map(|&one| one.to_owned()).collect();
        match parse(text, &parameters)? {
            Parsed::Query(parsed) => Ok(parsed.query.to_string()),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn parameters_go_to_their_places_as_trees() {
        let text = "SELECT a FROM t WHERE \"B\" = ? AND c > ? AND d = '?' LIMIT ?";
        assert_eq!(
            query(text, &["'it''s'", "TIMESTAMP '2026-01-01 00:00:00'", "5"]).unwrap(),
            "SELECT a FROM t WHERE \"b\" = ('it''s') AND c > (TIMESTAMP '2026-01-01 00:00:00') AND d = '?' LIMIT (5)"
        );
        for (parameters, says) in [
            (vec!["1", "2"], "expected 3 but found 2"),
            (vec!["1", "2", "3 OR 1"], ""),
            (vec!["1", "2", "secret"], "parameter 3: it is not a literal"),
            (
                vec!["1", "2", "(SELECT 1)"],
                "parameter 3: it is not a literal",
            ),
            (
                vec!["1", "2", "1; DROP TABLE t"],
                "there is something after",
            ),
        ] {
            let answer = query(text, &parameters);
            match says {
                "" => assert!(answer.is_ok()),
                _ => assert!(answer.unwrap_err().contains(says), "{parameters:?}"),
            }
        }
    }

    #[test]
    fn syntax_errors_say_where() {
        let wrong = query("SELECT a\nFROM t WHERE", &[]).unwrap_err();
        assert!(wrong.contains("Expected"), "{wrong}");
        let wrong = query("SELECT a FROM t; SELECT b FROM t", &[]).unwrap_err();
        assert!(wrong.starts_with("line 1:18: mismatched input"), "{wrong}");
        assert!(query("SELECT 'a", &[]).unwrap_err().starts_with("line 1:8"));
    }
}
