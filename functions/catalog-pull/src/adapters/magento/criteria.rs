//! Search criteria: the query parameters by which Magento filters, sorts and counts.

use backend::Request;

/// Filters that all have to hold, an order by `entity_id`, and a size.
#[derive(Debug)]
pub(super) struct Criteria {
    filters: Vec<(&'static str, &'static str, String)>,
    direction: &'static str,
    size: u32,
}

impl Criteria {
    /// The first `size` products, `ASC` or `DESC`.
    pub(super) fn sorted(direction: &'static str, size: u32) -> Self {
        Self {
            filters: Vec::new(),
            direction,
            size,
        }
    }

    /// Only products whose `field` is in that relation to `value`.
    pub(super) fn filter(
        &mut self,
        field: &'static str,
        relation: &'static str,
        value: &impl ToString,
    ) {
        self.filters.push((field, relation, value.to_string()));
    }

    /// `request` with these criteria.
    pub(super) fn on(self, mut request: Request) -> Request {
        for (group, (field, relation, value)) in self.filters.into_iter().enumerate() {
            let name =
                |member| format!("searchCriteria[filterGroups][{group}][filters][0][{member}]");
            request = request
                .query(name("field"), field)
                .query(name("value"), value)
                .query(name("conditionType"), relation);
        }
        request
            .query("searchCriteria[sortOrders][0][field]", "entity_id")
            .query("searchCriteria[sortOrders][0][direction]", self.direction)
            .query("searchCriteria[pageSize]", self.size)
            .query("searchCriteria[currentPage]", 1)
    }
}
