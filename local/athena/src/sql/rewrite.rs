//! What Trino's SQL says otherwise than the engine's: functions and casts are exchanged in the tree for
//! what means the same. Functions without an equal are in `functions/`.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    CastKind, CharacterLength, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, Ident, ObjectName, Query, Spanned, TimezoneInfo,
    Value, VisitMut, VisitorMut,
};

use super::{
    Place,
    templates::{expression, fill},
};

/// Changes a query into one that means the same to the engine.
///
/// # Errors
/// In Athena's words, for a function that neither knows, as `known` tells.
pub(crate) fn rewrite(query: &mut Query, known: &dyn Fn(&str) -> bool) -> Result<(), String> {
    match VisitMut::visit(query, &mut Rewriter { known }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(problem) => Err(problem),
    }
}

struct Rewriter<'a> {
    known: &'a dyn Fn(&str) -> bool,
}

impl VisitorMut for Rewriter<'_> {
    type Break = String;

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<String> {
        let exchanged = match expression {
            Expr::Function(function) => exchanged_function(function),
            Expr::Cast {
                kind,
                expr,
                data_type,
                ..
            } => exchanged_cast(kind, expr, data_type),
            Expr::TypedString(literal) => literal
                .value
                .clone()
                .into_string()
                .and_then(|text| exchanged_literal(&literal.data_type, &text)),
            _ => None,
        };
        if let Some(exchanged) = exchanged {
            *expression = exchanged;
        } else if let Expr::Function(function) = expression {
            let name = function.name.to_string().to_lowercase().replace('"', "");
            if !(self.known)(&name) {
                let place = Place::from(function.name.span().start);
                return ControlFlow::Break(format!("{place}: Function '{name}' not registered"));
            }
        }
        ControlFlow::Continue(())
    }
}

fn exchanged_function(function: &Function) -> Option<Expr> {
    let name = function.name.to_string().to_lowercase();
    let arguments = arguments(function)?;
    if name == "concat" {
        return concatenation(&arguments).map(|whole| Expr::Nested(Box::new(whole)));
    }
    let exchanged = expression(&name, &arguments)?;
    if function.filter.is_none() && function.over.is_none() {
        return Some(exchanged);
    }
    match exchanged {
        Expr::Function(mut one) if one.filter.is_none() => {
            one.filter.clone_from(&function.filter);
            one.over.clone_from(&function.over);
            Some(Expr::Function(one))
        }
        _ => None,
    }
}

/// The plain arguments of a function; nothing when it has others.
fn arguments(function: &Function) -> Option<Vec<Expr>> {
    match &function.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::List(list)
            if list.clauses.is_empty() && list.duplicate_treatment.is_none() =>
        {
            let plain = list.args.iter().map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression.clone()),
                _ => None,
            });
            plain.collect()
        }
        _ => None,
    }
}

/// `concat` of Trino is NULL when a part is, which the engine's is not; its `||` is.
fn concatenation(arguments: &[Expr]) -> Option<Expr> {
    let mut parts = arguments.iter().cloned();
    let first = parts.next()?;
    parts.try_fold(first, |whole, part| fill("$1 || $2", &[whole, part]))
}

/// Casts to text write values as Athena does, casts of floating-point numbers to whole ones round.
fn exchanged_cast(kind: &CastKind, value: &Expr, to: &DataType) -> Option<Expr> {
    match to {
        DataType::Varchar(length) | DataType::CharacterVarying(length) => {
            let text = call("athena_varchar", vec![value.clone()]);
            match length {
                Some(CharacterLength::IntegerLength { length, .. }) => {
                    Some(call("left", vec![text, number(*length)]))
                }
                _ => Some(text),
            }
        }
        DataType::BigInt(None)
        | DataType::Integer(None)
        | DataType::Int(None)
        | DataType::SmallInt(None)
        | DataType::TinyInt(None) => Some(Expr::Cast {
            kind: kind.clone(),
            expr: Box::new(call("athena_rounded", vec![value.clone()])),
            data_type: to.clone(),
            array: false,
            format: None,
        }),
        DataType::Timestamp(None, TimezoneInfo::None) => Some(Expr::Cast {
            kind: kind.clone(),
            expr: Box::new(value.clone()),
            data_type: milliseconds(),
            array: false,
            format: None,
        }),
        _ => None,
    }
}

/// `TIMESTAMP '2026-11-29 10:00:00 UTC'` has a zone, `TIMESTAMP '2026-11-29 10:00:00'` none; both count
/// milliseconds.
fn exchanged_literal(data_type: &DataType, text: &str) -> Option<Expr> {
    if !matches!(data_type, DataType::Timestamp(_, _)) {
        return None;
    }
    let literal = Expr::value(Value::SingleQuotedString(text.to_owned()));
    let time = text.split_once(' ').map_or("", |(_, time)| time);
    if time.contains(|sign: char| sign.is_alphabetic() || sign == '+' || sign == '-') {
        return Some(call("athena_zoned_timestamp", vec![literal]));
    }
    Some(Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(literal),
        data_type: milliseconds(),
        array: false,
        format: None,
    })
}

fn milliseconds() -> DataType {
    DataType::Timestamp(Some(3), TimezoneInfo::None)
}

fn number(value: u64) -> Expr {
    Expr::value(Value::Number(value.to_string(), false))
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let arguments = arguments
        .into_iter()
        .map(|one| FunctionArg::Unnamed(FunctionArgExpr::Expr(one)));
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: arguments.collect(),
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::parse::{Parsed, parse};

    fn rewritten(text: &str) -> Result<String, String> {
        let Parsed::Query(mut parsed) = parse(&format!("SELECT {text}"), &[])? else {
            panic!("no query");
        };
        rewrite(&mut parsed.query, &|name| name != "frobnicate")?;
        Ok(parsed.query.to_string()["SELECT ".len()..].to_owned())
    }

    #[test]
    fn functions_are_exchanged_with_what_is_in_them() {
        for (trino, engine) in [
            ("year(d)", "CAST(date_part('year', d) AS BIGINT)"),
            ("concat(a, 'x', b)", "((a || 'x') || b)"),
            ("if(a > 1, b, c)", "CASE WHEN (a > 1) THEN b ELSE c END"),
            (
                "CAST(year(d) AS varchar)",
                "athena_varchar(CAST(date_part('year', d) AS BIGINT))",
            ),
            ("TRY_CAST(a AS varchar(3))", "left(athena_varchar(a), 3)"),
            ("CAST(a AS bigint)", "CAST(athena_rounded(a) AS BIGINT)"),
            (
                "TIMESTAMP '2026-01-01 00:00:00'",
                "CAST('2026-01-01 00:00:00' AS TIMESTAMP(3))",
            ),
            (
                "TIMESTAMP '2026-01-01 00:00:00 UTC'",
                "athena_zoned_timestamp('2026-01-01 00:00:00 UTC')",
            ),
            (
                "max_by(a, b) FILTER (WHERE c)",
                "first_value(a ORDER BY b DESC NULLS LAST) FILTER (WHERE c)",
            ),
            ("'year(d)'", "'year(d)'"),
        ] {
            assert_eq!(rewritten(trino).unwrap(), engine, "{trino}");
        }
        assert_eq!(
            rewritten("a, frobnicate(b)").unwrap_err(),
            "line 1:11: Function 'frobnicate' not registered"
        );
    }
}
