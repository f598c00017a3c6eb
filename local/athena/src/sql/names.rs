//! What the columns of a result are called: as the query writes them, `_col<n>` when it does not.

use std::collections::{HashMap, HashSet};

use datafusion::sql::sqlparser::{
    ast::{Expr, Ident, Query, SelectItem, SetExpr},
    tokenizer::Location,
};

/// Names of the result's columns, in order; `None` stands for all columns of a wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names(Vec<Option<String>>);

impl Names {
    /// Reads the names, and gives those to expressions that the engine is to know them by.
    pub(crate) fn take(query: &mut Query, words: &HashMap<Location, String>) -> Self {
        let written = |ident: &Ident| {
            let word = words.get(&ident.span.start);
            word.cloned().unwrap_or_else(|| ident.value.clone())
        };
        let Some(items) = projection(&mut query.body) else {
            return Self(vec![None]);
        };
        let mut seen = HashSet::new();
        let names = items
            .iter_mut()
            .enumerate()
            .map(|(index, item)| match item {
                SelectItem::UnnamedExpr(Expr::Identifier(ident)) => Some(written(ident)),
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
                    parts.last().map(written)
                }
                SelectItem::UnnamedExpr(expression) => {
                    let name = format!("_col{index}");
                    let alias = Ident::new(&name);
                    let expr = expression.clone();
                    *item = SelectItem::ExprWithAlias { expr, alias };
                    Some(name)
                }
                SelectItem::ExprWithAlias { alias, .. } => {
                    let name = written(alias);
                    // The engine wants every alias once.
                    if !seen.insert(name.to_lowercase()) {
                        *alias = Ident::with_quote('"', format!("{}${index}", alias.value));
                    }
                    Some(name)
                }
                _ => None,
            });
        Self(names.collect())
    }

    /// The names of a result whose columns the engine calls so.
    #[must_use]
    pub(crate) fn apply(&self, engine: &[String]) -> Vec<String> {
        let wildcards = self.0.iter().filter(|name| name.is_none()).count();
        let Some(spread) = (engine.len() + wildcards).checked_sub(self.0.len()) else {
            return engine.to_vec();
        };
        if wildcards > 1 || (wildcards == 0 && spread != 0) {
            // How many columns each wildcard stands for is not known here.
            return engine.to_vec();
        }
        let mut columns = engine.iter();
        let mut names = Vec::new();
        for name in &self.0 {
            match name {
                None => names.extend(columns.by_ref().take(spread).cloned()),
                Some(name) => {
                    columns.next();
                    names.push(name.clone());
                }
            }
        }
        names
    }
}

/// The select list that names the result: of the first query of a union.
fn projection(body: &mut SetExpr) -> Option<&mut Vec<SelectItem>> {
    match body {
        SetExpr::Select(select) => Some(&mut select.projection),
        SetExpr::Query(query) => projection(&mut query.body),
        SetExpr::SetOperation { left, .. } => projection(left),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::parse::{Parsed, parse};

    fn names(text: &str, engine: &[&str]) -> Vec<String> {
        let Parsed::Query(mut parsed) = parse(text, &[]).unwrap() else {
            panic!("no query");
        };
        let engine: Vec<String> = engine.iter().map(|&one| one.to_owned()).collect();
        Names::take(&mut parsed.query, &parsed.words).apply(&engine)
    }

    #[test]
    fn names_are_as_written() {
        assert_eq!(
            names(
                "SELECT UserId, t.\"ItemId\" AS \"ITEM_ID\", count(*), x AS Total FROM t",
                &["userid", "item_id", "_col2", "total"]
            ),
            ["UserId", "ITEM_ID", "_col2", "Total"]
        );
        assert_eq!(
            names("SELECT 1 AS One, t.* FROM t", &["one", "a", "b"]),
            ["One", "a", "b"]
        );
        assert_eq!(
            names("SELECT a.*, b.*, 1 FROM a, b", &["a", "b", "_col2"]),
            ["a", "b", "_col2"]
        );
        assert_eq!(names("VALUES (1, 2)", &["x", "y"]), ["x", "y"]);
    }
}
