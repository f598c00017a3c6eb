//! From a person and products to words: links are signed here, and addresses made whole.

use message_template::{Letter, Person, Product, RenderError, Shop, Template};
use messages::{
    Contact, PushAddress,
    links::{Arm, Click, LinkError, Signer, Unsubscribe},
};
use shared::{catalog::CatalogItem, config::messages::Channel};

use crate::{
    campaign::Campaign,
    channels::Content,
    fill::{Filled, Shown},
    templates::part,
};

/// Products of a text that have a tracked link: it has room for no more.
const SHORT_LINKS: usize = 2;

/// Why there are no words.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    /// The template failed, or the text is too long.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A link cannot be signed.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The contact has no such address, though it was judged to have one.
    #[error("the contact has no address of the channel")]
    NoAddress,
}

/// Writes the messages of a run.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    /// Of which campaign.
    pub(crate) campaign: &'a Campaign,
    /// In whose words.
    pub(crate) template: &'a Template,
    /// Who signs links.
    pub(crate) signer: &'a Signer,
    /// Where links lead, without a slash at its end.
    pub(crate) links_url: &'a str,
    /// The run.
    pub(crate) run: &'a str,
}

impl<'a> Writer<'a> {
    /// The language of a message.
    pub(crate) fn language(&self, contact: &Contact, channel: Channel) -> &'a str {
        let (part, _) = part(channel);
        let language = self.template.language(contact.language.as_deref(), part);
        language.unwrap_or_default()
    }

    /// The message of `contact` by `channel`. A text has links of their own: `short` are the names of the
    /// [tokens](Self::tokens) of its products.
    pub(crate) fn write(
        &self,
        contact: &Contact,
        channel: Channel,
        filled: &Filled,
        short: &[String],
    ) -> Result<Content, Unwritten> {
        let language = self.language(contact, channel);
        let tracked = |item: &CatalogItem| self.link(contact, item, &filled.shown);
        match channel {
            Channel::Email => {
                let products = self.products(filled, language, tracked);
                self.email(contact, &products, language)
            }
            Channel::Sms => self.text(contact, filled, short, language),
            Channel::Push => {
                let products = self.products(filled, language, tracked);
                let push = self.template.push(&self.letter(contact, &products, ""))?;
                let to: PushAddress = contact.push.clone().ok_or(Unwritten::NoAddress)?;
                Ok(Content::Push { to, push })
            }
        }
    }

    fn email(
        &self,
        contact: &Contact,
        products: &[Product],
        language: &str,
    ) -> Result<Content, Unwritten> {
        let unsubscribe = self.signer.unsubscribe(&Unsubscribe {
            user: contact.user.clone(),
            channel: Channel::Email,
            campaign: self.campaign.name().to_owned(),
            language: Some(language.to_owned()),
        })?;
        let unsubscribe = format!("{}/u/{unsubscribe}", self.links_url);
        let letter = self.letter(contact, products, &unsubscribe);
        let email = self.template.email(&letter)?;
        Ok(Content::Email {
            to: contact.email.clone().ok_or(Unwritten::NoAddress)?,
            subject: email.subject,
            html: email.html,
            text: email.text,
            unsubscribe,
        })
    }

    /// A text that tracked links make too long goes out with the shop's own.
    fn text(
        &self,
        contact: &Contact,
        filled: &Filled,
        short: &[String],
        language: &str,
    ) -> Result<Content, Unwritten> {
        let sender = self.campaign.messages.senders.sms.as_ref();
        let most = sender.map_or(1, |sender| sender.max_parts);
        let own = |item: &CatalogItem| self.whole(item.url.as_deref().unwrap_or_default());
        let plain = self.products(filled, language, own);
        let mut tracked = plain.clone();
        for (product, name) in tracked.iter_mut().zip(short) {
            product.url = format!("{}/s/{name}", self.links_url);
        }
        let write = |products: &[Product]| {
            let letter = self.letter(contact, products, "");
            self.template.sms(&letter, most)
        };
        let sms = match write(&tracked) {
            Err(RenderError::TooLong { .. }) => write(&plain),
            written => written,
        };
        Ok(Content::Sms {
            to: contact.phone.clone().ok_or(Unwritten::NoAddress)?,
            text: sms?.text,
        })
    }

    /// The tokens of the first products' links, for a text; as many as can be signed.
    pub(crate) fn tokens(&self, contact: &Contact, filled: &Filled) -> Vec<String> {
        let first = filled.products.iter().take(SHORT_LINKS);
        let clicks = first.map(|(item, _)| self.click(contact, item, &filled.shown));
        let tokens = clicks.map(|click| self.signer.click(&click).ok());
        // The names go to the products by their places: none is left out in between.
        tokens.map_while(|token| token).collect()
    }

    fn letter<'l>(
        &'l self,
        contact: &'l Contact,
        products: &'l [Product],
        unsubscribe_url: &'l str,
    ) -> Letter<'l> {
        let messages = &self.campaign.messages;
        Letter {
            person: Person {
                first_name: contact.first_name.as_deref(),
                language: contact.language.as_deref(),
                attributes: &contact.attributes,
            },
            products,
            shop: Shop {
                name: self.shop_name(),
                url: &messages.shop_url,
                postal_address: &messages.postal_address,
            },
            unsubscribe_url,
            preferences_url: None,
            campaign: self.campaign.name(),
        }
    }

    /// What stands before the address that emails are from.
    fn shop_name(&self) -> Option<&str> {
        let from = &self.campaign.messages.senders.email.as_ref()?.from;
        let (name, _) = from.split_once('<')?;
        let name = name.trim().trim_matches('"');
        (!name.is_empty()).then_some(name)
    }

    fn products(
        &self,
        filled: &Filled,
        language: &str,
        url: impl Fn(&CatalogItem) -> String,
    ) -> Vec<Product> {
        let products = filled.products.iter().map(|(item, why)| Product {
            id: item.item_id.clone(),
            title: item.title.clone(),
            price: item.price,
            currency: item.currency.clone(),
            category: item.category.clone(),
            brand: item.brand.clone(),
            description: item.description.clone(),
            image_url: item.image_url.as_deref().map(|url| self.whole(url)),
            url: url(item),
            reason: why.words(language).map(str::to_owned),
        });
        products.collect()
    }

    /// The tracked link of a product; the product's own where it cannot be signed.
    fn link(&self, contact: &Contact, item: &CatalogItem, shown: &Shown) -> String {
        let click = self.click(contact, item, shown);
        match self.signer.click(&click) {
            Ok(token) => format!("{}/c/{token}", self.links_url),
            Err(_) => click.url,
        }
    }

    fn click(&self, contact: &Contact, item: &CatalogItem, shown: &Shown) -> Click {
        let arms = shown.participations.iter().map(|one| Arm {
            experiment: one.experiment.clone(),
            arm: one.arm.clone(),
        });
        Click {
            url: self.whole(item.url.as_deref().unwrap_or_default()),
            user: contact.user.clone(),
            item: Some(item.item_id.clone()),
            recommendation_id: Some(shown.recommendation_id.clone()),
            campaign: self.campaign.name().to_owned(),
            run: self.run.to_owned(),
            placement: Some(self.campaign.declared.placement.clone()),
            experiments: arms.collect(),
        }
    }

    /// An address of the shop as one of the web.
    fn whole(&self, url: &str) -> String {
        let is_whole = ["https://", "http://"].iter().any(|scheme| {
            url.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        if is_whole {
            return url.to_owned();
        }
        let shop = self.campaign.messages.shop_url.trim_end_matches('/');
        match url.trim_start_matches('/') {
            "" => shop.to_owned(),
            path => format!("{shop}/{path}"),
        }
    }
}
