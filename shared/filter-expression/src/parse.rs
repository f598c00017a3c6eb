//! From tokens to the tree, by recursive descent:
//!
//! ```text
//! filter     = expression { "|" expression }
//! expression = ("INCLUDE" | "EXCLUDE") subject "WHERE" any [ "IF" test { "AND" test } ]
//! subject    = "ItemID" | "ActionID" | "UserID"
//! any        = all { "OR" all }
//! all        = test { "AND" test }
//! test       = dataset "." field operator operand
//! operator   = ["NOT"] "IN" | "=" | "!=" | "<" | "<=" | ">" | ">="
//! operand    = "(" term { "," term } ")" | term (not after IN) | "CurrentItem" "." field
//! ```
//!
//! Keywords, datasets and fields in any case, as the service takes them. Whether fields exist and
//! combinations are allowed is for `check`.

use super::{
    FilterError,
    syntax::{
        Action, Condition, Expression, FieldName, Filter, Operand, Operator, Source, Subject, Term,
        Test,
    },
    token::{Token, tokens},
};

/// Reads a filter.
///
/// # Errors
/// Where the text leaves the grammar, and what was expected there.
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        end: text.chars().count() + 1,
    };
    let mut expressions = vec![parser.expression()?];
    while parser.sign("|") {
        expressions.push(parser.expression()?);
    }
    match parser.peek() {
        None => Ok(Filter { expressions }),
        Some(_) => Err(parser.expected("AND, OR, IF, `|` or the end")),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    next: usize,
    /// The position after the last character.
    end: usize,
}

impl Parser {
    fn expression(&mut self) -> Result<Expression, FilterError> {
        let action = if self.word("INCLUDE") {
            Action::Include
        } else if self.word("EXCLUDE") {
            Action::Exclude
        } else {
            return Err(self.expected("INCLUDE or EXCLUDE"));
        };
        let subject = self.subject()?;
        if !self.word("WHERE") {
            return Err(self.expected("WHERE"));
        }
        let condition = self.any()?;
        let mut guard = Vec::new();
        if self.word("IF") {
            guard.push(self.test()?);
            while self.word("AND") {
                guard.push(self.test()?);
            }
        }
        Ok(Expression {
            action,
            subject,
            condition,
            guard,
        })
    }

    fn subject(&mut self) -> Result<Subject, FilterError> {
        let subjects = [
            ("ItemID", Subject::Item),
            ("ActionID", Subject::Action),
            ("UserID", Subject::User),
        ];
        let found = subjects.into_iter().find(|(name, _)| self.word(name));
        let found = found.map(|(_, subject)| subject);
        found.ok_or_else(|| self.expected("ItemID, ActionID or UserID"))
    }

    fn any(&mut self) -> Result<Condition, FilterError> {
        let mut parts = vec![self.all()?];
        while self.word("OR") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Condition::Or))
    }

    fn all(&mut self) -> Result<Condition, FilterError> {
        let mut parts = vec![Condition::Test(self.test()?)];
        while self.word("AND") {
            parts.push(Condition::Test(self.test()?));
        }
        Ok(joined(parts, Condition::And))
    }

    fn test(&mut self) -> Result<Test, FilterError> {
        let position = self.position();
        let field = self.field()?;
        let operator = self.operator()?;
        let operand = self.operand(operator)?;
        Ok(Test {
            field,
            operator,
            operand,
            position,
        })
    }

    fn field(&mut self) -> Result<FieldName, FilterError> {
        let datasets = [
            ("Interactions", Source::Interactions),
            ("Items", Source::Items),
            ("Item", Source::Items),
            ("Action_Interactions", Source::ActionInteractions),
            ("Actions", Source::Actions),
            ("Action", Source::Actions),
            ("Users", Source::Users),
            ("User", Source::Users),
            ("CurrentUser", Source::CurrentUser),
            ("CurrentItem", Source::CurrentItem),
        ];
        let Some((_, dataset)) = datasets.into_iter().find(|(name, _)| self.word(name)) else {
            return Err(self.expected(
                "Interactions, Items, Action_Interactions, Actions, Users, CurrentUser or CurrentItem",
            ));
        };
        if !self.sign(".") {
            return Err(self.expected("`.` and a field"));
        }
        match self.take() {
            Some(Token::Word(name)) => Ok(FieldName { dataset, name }),
            _ => Err(self.expected_before("the name of a field")),
        }
    }

    fn operator(&mut self) -> Result<Operator, FilterError> {
        let signs = [
            ("=", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<", Operator::Less),
            ("<=", Operator::LessOrEqual),
            (">", Operator::Greater),
            (">=", Operator::GreaterOrEqual),
        ];
        if let Some((_, operator)) = signs.into_iter().find(|(sign, _)| self.sign(sign)) {
            return Ok(operator);
        }
        let negated = self.word("NOT");
        match (self.word("IN"), negated) {
            (true, false) => Ok(Operator::In),
            (true, true) => Ok(Operator::NotIn),
            (false, true) => Err(self.expected("IN")),
            (false, false) => Err(self.expected("IN, NOT IN, =, !=, <, <=, > or >=")),
        }
    }

    fn operand(&mut self, operator: Operator) -> Result<Operand, FilterError> {
        if matches!(self.peek(), Some(Token::Word(_))) {
            let field = self.field()?;
            return match field.dataset {
                Source::CurrentItem => Ok(Operand::CurrentItem(field.name)),
                _ => Err(self.expected_before("a value, a placeholder or CurrentItem")),
            };
        }
        if !self.sign("(") {
            return match operator {
                Operator::In | Operator::NotIn => {
                    Err(self.expected("`(` and values, or CurrentItem"))
                }
                _ => Ok(Operand::Terms(vec![self.term()?])),
            };
        }
        let mut terms = vec![self.term()?];
        while self.sign(",") {
            terms.push(self.term()?);
        }
        if self.sign(")") {
            Ok(Operand::Terms(terms))
        } else {
            Err(self.expected("`,` or `)`"))
        }
    }

    fn term(&mut self) -> Result<Term, FilterError> {
        match self.take() {
            Some(Token::Text(text)) => Ok(Term::Text(text)),
            Some(Token::Number(number)) => Ok(Term::Number(number)),
            Some(Token::Placeholder(name)) => Ok(Term::Placeholder(name)),
            _ => Err(self.expected_before("text in double quotes, a number or a $PLACEHOLDER")),
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    /// The next token; at the end one step further as well, so that `expected_before` fits both.
    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let found =
            matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(next)) if *next == sign);
        self.next += usize::from(found);
        found
    }

    fn position(&self) -> usize {
        self.tokens
            .get(self.next)
            .map_or(self.end, |(_, position)| *position)
    }

    fn expected(&self, what: &str) -> FilterError {
        FilterError::at(self.position(), format!("expected {what}"))
    }

    /// The same for the token that was taken last.
    fn expected_before(&mut self, what: &str) -> FilterError {
        self.next -= 1;
        self.expected(what)
    }
}

fn joined(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_examples_are_read() {
        for text in [
            r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "stream")"#,
            r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($EVENT_TYPE)"#,
            r#"INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ("*")"#,
            r#"EXCLUDE itemId WHERE INTERACTIONS.event_type in ("purchase")"#,
            "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.GENRE IN CurrentItem.GENRE",
            r#"EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("shoe") AND Items.CATEGORY_L2 NOT IN ("boot")"#,
            r#"INCLUDE ItemID WHERE Items.GENRE IN ("Comedy") IF CurrentUser.AGE > 18 AND CurrentUser.CITY = "Rome""#,
            "INCLUDE ItemID WHERE Items.CATEGORY IN ($C) | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($E)",
            "EXCLUDE ItemID WHERE Items.CREATION_TIMESTAMP >= 1604960000",
            "INCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ($EVENT_TYPE)",
            r#"EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("NOT_TAKEN")"#,
            "INCLUDE ActionID WHERE Actions.VALUE > ($VALUE)",
            r#"INCLUDE ActionID WHERE Action.LEVEL IN ("Premium") IF CurrentUser.MEMBERSHIP = $PREMIUM"#,
            "INCLUDE UserID WHERE Users.MEMBERSHIP_STATUS IN ($MEMBERSHIP)",
            "EXCLUDE UserID WHERE Users.AGE < $AGE",
            r#"INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("click", "rating")"#,
        ] {
            parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let filter =
            parse("INCLUDE ItemID WHERE Items.A = 1 OR Items.B = 2 AND Items.C = 3").unwrap();
        let Condition::Or(parts) = &filter.expressions[0].condition else {
            panic!("no OR at the top")
        };
        assert!(matches!(&parts[1], Condition::And(inner) if inner.len() == 2));
    }

    #[test]
    fn errors_say_where_and_what_was_expected() {
        for (text, position, says) in [
            ("", 1, "INCLUDE or EXCLUDE"),
            ("EXCLUDE BasketID WHERE Items.A = 1", 9, "ItemID"),
            ("EXCLUDE ItemID WHERE (Items.A = 1)", 22, "Interactions"),
            ("EXCLUDE ItemID Items.A = 1", 16, "WHERE"),
            ("EXCLUDE ItemID WHERE Basket.A = 1", 22, "Interactions"),
            ("EXCLUDE ItemID WHERE Items = 1", 28, "`.`"),
            ("EXCLUDE ItemID WHERE Items.A LIKE 1", 30, "NOT IN"),
            ("EXCLUDE ItemID WHERE Items.A IN (", 34, "double quotes"),
            ("EXCLUDE ItemID WHERE Items.A IN $X", 33, "`(`"),
            (
                r#"EXCLUDE ItemID WHERE Items.A IN ("x" "y")"#,
                38,
                "`,` or `)`",
            ),
            ("EXCLUDE ItemID WHERE Items.A = 1 AND", 37, "Interactions"),
            ("EXCLUDE ItemID WHERE Items.A = 1 2", 34, "the end"),
            (
                "EXCLUDE ItemID WHERE Items.A = 1 |",
                35,
                "INCLUDE or EXCLUDE",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.position, position, "{text}: {error}");
            assert!(error.problem.contains(says), "{text}: {error}");
        }
    }
}
