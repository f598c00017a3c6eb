//! Functions of Trino that are expressions to the engine.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::{
    ast::{Expr, Value, visit_expressions_mut},
    dialect::GenericDialect,
    parser::Parser,
};

/// A function by name and number of arguments, and the expression that stands for it; `$1` is its
/// first argument.
type Template = (&'static str, usize, &'static str);

const TEMPLATES: &[Template] = &[
    (
        "approx_percentile",
        2,
        "approx_percentile_cont($2) WITHIN GROUP (ORDER BY $1)",
    ),
    (
        "arbitrary",
        1,
        "first_value($1) FILTER (WHERE $1 IS NOT NULL)",
    ),
    (
        "any_value",
        1,
        "first_value($1) FILTER (WHERE $1 IS NOT NULL)",
    ),
    ("array_join", 2, "array_to_string($1, $2)"),
    ("at_timezone", 2, "$1 AT TIME ZONE $2"),
    ("ceiling", 1, "ceil($1)"),
    ("codepoint", 1, "ascii($1)"),
    ("contains", 2, "array_has($1, $2)"),
    ("count_if", 1, "count(*) FILTER (WHERE $1)"),
    ("current_timezone", 0, "'UTC'"),
    ("date", 1, "CAST($1 AS DATE)"),
    ("day", 1, "CAST(date_part('day', $1) AS BIGINT)"),
    ("day_of_month", 1, "CAST(date_part('day', $1) AS BIGINT)"),
    (
        "day_of_week",
        1,
        "((CAST(date_part('dow', $1) AS BIGINT) + 6) % 7 + 1)",
    ),
    ("day_of_year", 1, "CAST(date_part('doy', $1) AS BIGINT)"),
    (
        "dow",
        1,
        "((CAST(date_part('dow', $1) AS BIGINT) + 6) % 7 + 1)",
    ),
    ("doy", 1, "CAST(date_part('doy', $1) AS BIGINT)"),
    ("element_at", 2, "array_element($1, $2)"),
    ("every", 1, "bool_and($1)"),
    ("hour", 1, "CAST(date_part('hour', $1) AS BIGINT)"),
    ("if", 2, "CASE WHEN $1 THEN $2 END"),
    ("if", 3, "CASE WHEN $1 THEN $2 ELSE $3 END"),
    ("is_nan", 1, "isnan($1)"),
    ("localtimestamp", 0, "CAST(now() AS TIMESTAMP(3))"),
    ("max_by", 2, "first_value($1 ORDER BY $2 DESC NULLS LAST)"),
    ("min_by", 2, "first_value($1 ORDER BY $2 ASC NULLS LAST)"),
    ("minute", 1, "CAST(date_part('minute', $1) AS BIGINT)"),
    ("mod", 2, "($1 % $2)"),
    ("month", 1, "CAST(date_part('month', $1) AS BIGINT)"),
    ("quarter", 1, "CAST(date_part('quarter', $1) AS BIGINT)"),
    ("rand", 0, "random()"),
    (
        "regexp_extract",
        2,
        "array_element(regexp_match($1, '(' || $2 || ')'), 1)",
    ),
    (
        "regexp_extract",
        3,
        "array_element(regexp_match($1, '(' || $2 || ')'), $3 + 1)",
    ),
    ("regexp_replace", 2, "regexp_replace($1, $2, '', 'g')"),
    ("regexp_replace", 3, "regexp_replace($1, $2, $3, 'g')"),
    ("second", 1, "CAST(date_part('second', $1) AS BIGINT)"),
    ("sequence", 2, "generate_series($1, $2)"),
    ("sequence", 3, "generate_series($1, $2, $3)"),
    ("sign", 1, "signum($1)"),
    ("split", 2, "string_to_array($1, $2)"),
    ("truncate", 1, "trunc($1)"),
    ("week", 1, "CAST(date_part('week', $1) AS BIGINT)"),
    ("week_of_year", 1, "CAST(date_part('week', $1) AS BIGINT)"),
    ("year", 1, "CAST(date_part('year', $1) AS BIGINT)"),
];

/// The expression that stands for a function with these arguments, if it is not the engine's own.
pub(super) fn expression(name: &str, arguments: &[Expr]) -> Option<Expr> {
    let found = TEMPLATES
        .iter()
        .find(|(known, count, _)| *known == name && *count == arguments.len());
    fill(found?.2, arguments)
}

/// A template with arguments in the places of `$1`, `$2`, …
pub(super) fn fill(template: &str, arguments: &[Expr]) -> Option<Expr> {
    let parser = Parser::new(&GenericDialect {}).try_with_sql(template);
    let mut tree = parser.ok()?.parse_expr().ok()?;
    let _: ControlFlow<()> = visit_expressions_mut(&mut tree, |part| {
        let argument = match part {
            Expr::Value(value) => match &value.value {
                Value::Placeholder(name) => name.strip_prefix('$'),
                _ => None,
            },
            _ => None,
        };
        let argument = argument.and_then(|number| number.parse::<usize>().ok());
        if let Some(argument) = argument.and_then(|number| arguments.get(number.checked_sub(1)?)) {
            *part = match argument {
                Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_) => {
                    argument.clone()
                }
                other => Expr::Nested(Box::new(other.clone())),
            };
        }
        ControlFlow::Continue(())
    });
    Some(tree)
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::ast::Ident;

    use super::*;

    #[test]
    fn every_template_is_an_expression() {
        for (name, count, template) in TEMPLATES {
            let arguments = vec![Expr::Identifier(Ident::new("x")); *count];
            let filled = fill(template, &arguments).unwrap_or_else(|| panic!("{name}"));
            assert!(!filled.to_string().contains('$'), "{name}: {filled}");
        }
    }
}
