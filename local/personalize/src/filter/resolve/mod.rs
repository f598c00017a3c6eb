//! A filter and a request made into a predicate. Names are looked up once per request. What a single
//! test becomes is in `leaf.rs`.

mod leaf;
#[cfg(test)]
mod tests;

use filter_expression::syntax::{Action, Condition, Filter, Subject, Test};

use super::{
    predicate::{Node, Predicate},
    values::Values,
};
use crate::{
    data::{group::Group, histories::Interaction},
    fault::Fault,
};

/// What a request brings to a filter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    /// The data of the group.
    pub(crate) group: &'a Group,
    /// What the user did with items, or for a filter of actions with actions; in time order.
    pub(crate) history: &'a [Interaction],
    /// The user's number, if known.
    pub(crate) user: Option<u32>,
    /// The number of the request's item, if known.
    pub(crate) item: Option<u32>,
    /// Values for placeholders.
    pub(crate) values: &'a Values,
}

/// Makes the predicate of a checked filter for one request.
///
/// # Errors
/// `InvalidInputException`: a placeholder without the value it needs, or with one of a wrong type.
pub(crate) fn resolve<'a>(
    filter: &Filter,
    question: &Question<'a>,
) -> Result<Predicate<'a>, Fault> {
    let mut clauses = Vec::new();
    for expression in &filter.expressions {
        let resolver = Resolver {
            question,
            action: expression.action,
            subject: expression.subject,
        };
        if resolver.guard_holds(&expression.guard)?
            && let Some(node) = resolver.condition(&expression.condition)?
        {
            clauses.push((expression.action, node));
        }
    }
    let group = question.group;
    let rows = match filter.subject() {
        Some(Subject::User) => &group.user_rows,
        Some(Subject::Action) => &group.action_rows,
        Some(Subject::Item) | None => &group.item_rows,
    };
    Ok(Predicate {
        group,
        rows,
        clauses,
    })
}

struct Resolver<'q, 'a> {
    question: &'q Question<'a>,
    action: Action,
    subject: Subject,
}

impl Resolver<'_, '_> {
    fn guard_holds(&self, guard: &[Test]) -> Result<bool, Fault> {
        let group = self.question.group;
        for test in guard {
            let node = self.field(test, &group.user_rows, &group.users, "USER_ID")?;
            // An unknown user has the number of nobody, whose row is empty.
            let user = self.question.user.unwrap_or(u32::MAX);
            if !node.is_some_and(|node| node.holds(group, &group.user_rows, user)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// None when all of it depends on placeholders that an EXCLUDE may leave out.
    fn condition(&self, condition: &Condition) -> Result<Option<Node>, Fault> {
        let (parts, join): (_, fn(Vec<Node>) -> Node) = match condition {
            Condition::And(parts) => (parts, Node::All),
            Condition::Or(parts) => (parts, Node::Any),
            Condition::Test(test) => return self.test(test),
        };
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            nodes.extend(self.condition(part)?);
        }
        Ok((!nodes.is_empty()).then(|| join(nodes)))
    }
}
