//! What a source says it can do itself, under the names of the protocol.

use indexmap::IndexMap;

use crate::message::OptimizationSubType;

const SUPPORTED_FUNCTIONS: &str = "supported_function_expression_types";

/// Optimizations by name. The engine sends `summary` to every source; the rest only to those that
/// say that they want it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities(IndexMap<String, Vec<OptimizationSubType>>);

impl Capabilities {
    /// Filters by sets of values are applied, at least in part.
    #[must_use]
    pub fn filters(self) -> Self {
        let kinds = [
            "sorted_range_set",
            // Spelled like this in the protocol.
            "equatable_range_set",
            "all_or_none_value_set",
            "nullable_comparison",
        ];
        self.with("supports_filter_pushdown", kinds.map(plain).into())
    }

    /// A limit is applied where it is known to be safe.
    #[must_use]
    pub fn limit(self) -> Self {
        let kinds = vec![plain("integer_constant")];
        self.with("supports_limit_pushdown", kinds)
    }

    /// Order and limit together are applied.
    #[must_use]
    pub fn top_n(self) -> Self {
        let kinds = vec![plain("SUPPORTS_ORDER_BY")];
        self.with("supports_top_n_pushdown", kinds)
    }

    /// Expressions of these functions are applied, such as `$add` or `$like_pattern`.
    #[must_use]
    pub fn functions(self, names: &[&str]) -> Self {
        let kind = OptimizationSubType {
            sub_type: SUPPORTED_FUNCTIONS.to_owned(),
            properties: names.iter().map(ToString::to_string).collect(),
        };
        self.with("supports_complex_expression_pushdown", vec![kind])
    }

    fn with(mut self, name: &str, kinds: Vec<OptimizationSubType>) -> Self {
        self.0.insert(name.to_owned(), kinds);
        self
    }

    pub(super) fn into_message(self) -> IndexMap<String, Vec<OptimizationSubType>> {
        self.0
    }
}

fn plain(sub_type: &str) -> OptimizationSubType {
    OptimizationSubType {
        sub_type: sub_type.to_owned(),
        properties: Vec::new(),
    }
}
