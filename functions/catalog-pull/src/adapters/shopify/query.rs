//! What Shopify is asked, in GraphQL. Nothing from outside is ever put into a text here: it goes beside
//! it, as a variable.

/// A product without its connections.
const PRODUCT: &str = "id title descriptionHtml vendor productType category { name } status createdAt \
    onlineStoreUrl tracksInventory totalInventory featuredMedia { preview { image { url } } } \
    priceRangeV2 { minVariantPrice { amount currencyCode } }";

/// A variant.
const VARIANT: &str = "id price availableForSale";

/// Begins a bulk operation. Children follow their product in its file: without `groupObjects` they are
/// anywhere since version 2026-01.
pub(super) const START: &str = "mutation($query: String!) { \
    bulkOperationRunQuery(query: $query, groupObjects: true) { \
    bulkOperation { id status } userErrors { field message } } }";

/// How a bulk operation is getting on.
pub(super) const POLL: &str = "query($id: ID!) { node(id: $id) { \
    ... on BulkOperation { id status errorCode objectCount url } } }";

/// What a bulk operation reads.
pub(super) fn bulk(collections: bool) -> String {
    let collections = if collections {
        "collections { edges { node { id title } } }"
    } else {
        ""
    };
    format!(
        "{{ products(query: \"status:active\") {{ edges {{ node {{ {PRODUCT} \
         variants {{ edges {{ node {{ {VARIANT} }} }} }} {collections} }} }} }} }}"
    )
}

/// Products that changed, by id. The variants with the most stock come first: they decide whether a
/// product can be bought, and its price is in the product.
pub(super) fn changes(collections: bool) -> String {
    format!(
        "query($first: Int!, $after: String, $query: String) {{ \
         products(first: $first, after: $after, query: $query, sortKey: ID) {{ \
         pageInfo {{ hasNextPage endCursor }} nodes {{ {} }} }} }}",
        with_children(collections)
    )
}

/// One product.
pub(super) fn one(collections: bool) -> String {
    format!(
        "query($id: ID!) {{ product(id: $id) {{ {} }} }}",
        with_children(collections)
    )
}

fn with_children(collections: bool) -> String {
    let collections = if collections {
        "collections(first: 1) { nodes { id title } }"
    } else {
        ""
    };
    format!(
        "{PRODUCT} variants(first: 30, sortKey: INVENTORY_QUANTITY, reverse: true) {{ \
         nodes {{ {VARIANT} }} }} {collections}"
    )
}
