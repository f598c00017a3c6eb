//! The adapters, by the names they have in the configuration.

mod bigcommerce;
mod commercetools;
mod feed;
mod keyset;
mod listing;
mod localized;
mod magento;
mod names;
mod page_address;
mod position;
mod salesforce;
mod settings;
mod shopify;
#[cfg(test)]
mod testing;
mod variants;
mod woocommerce;

use shared::config::backend::{Adapter as Kind, Catalog};

use crate::adapter::{Adapter, AdapterError};

/// The adapter that `catalog` names.
///
/// # Errors
/// [`AdapterError::Setting`] when it needs something that is not declared.
pub(crate) fn declared(catalog: &Catalog) -> Result<Box<dyn Adapter>, AdapterError> {
    Ok(match catalog.adapter {
        Kind::Feed => Box::new(feed::Feed::new(catalog)?),
        Kind::Shopify => Box::new(shopify::Shopify::new(catalog)?),
        Kind::Commercetools => Box::new(commercetools::Commercetools::new(catalog)?),
        Kind::Bigcommerce => Box::new(bigcommerce::Bigcommerce::new(catalog)?),
        Kind::Woocommerce => Box::new(woocommerce::Woocommerce::new(catalog)?),
        Kind::Magento => Box::new(magento::Magento::new(catalog)?),
        Kind::Salesforce => Box::new(salesforce::Salesforce::new(catalog)?),
    })
}
