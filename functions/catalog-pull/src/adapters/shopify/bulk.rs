//! The file of a bulk operation: JSON lines, each product followed by its variants and collections.
//!
//! It may have gigabytes. It is read in ranges of bytes, so that memory stays bounded and a pull that
//! was cut goes on where it was; a page is the whole products of a range.

use backend::{Answer, Request};
use serde_json::Value;

use super::{NAME, Place, Shopify, node};
use crate::{
    adapter::{AdapterError, Entry, Page, Scope},
    adapters::{listing::shape, position::keep},
    product::Reason,
};

/// Where Shopify keeps these files.
const HOSTS: &[&str] = &["storage.googleapis.com"];
/// Bytes of a page.
const RANGE: u64 = 4 * 1024 * 1024;

/// Reads the file from a byte on.
pub(super) fn request(url: &str, at: u64) -> Request {
    let range = format!("bytes={at}-{}", at + RANGE - 1);
    Request::outside(url, HOSTS).header("Range", range)
}

/// The products of a range.
pub(super) fn page(
    shop: &Shopify,
    scope: &Scope,
    url: &str,
    at: u64,
    answer: &Answer,
) -> Result<Page, AdapterError> {
    let range = Range::of(answer, at)?;
    let (groups, taken) = groups(&range)?;
    let mut entries = Vec::with_capacity(groups.len());
    for (index, group) in groups.iter().enumerate() {
        entries.extend(group.entry(shop, scope, index));
    }
    let place = Place::File {
        url: url.to_owned(),
        at: at + taken as u64,
    };
    Ok(Page {
        entries,
        next: (!range.is_last).then(|| keep(&place)),
        wait: None,
    })
}

/// Bytes of the file.
struct Range<'a> {
    bytes: &'a [u8],
    /// Whether the file ends with them.
    is_last: bool,
}

impl<'a> Range<'a> {
    /// What came of the bytes from `at` on. A server that knows no ranges gives the whole file.
    fn of(answer: &'a Answer, at: u64) -> Result<Self, AdapterError> {
        let body = &answer.body;
        if answer.status != 206 {
            let start = usize::try_from(at).unwrap_or(usize::MAX);
            let bytes = body
                .get(start..)
                .ok_or_else(|| shape(NAME, "the file has become shorter"))?;
            return Ok(Self {
                bytes,
                is_last: true,
            });
        }
        let (start, total) = answer
            .header("Content-Range")
            .and_then(content_range)
            .ok_or_else(|| shape(NAME, "a range of the file has no Content-Range"))?;
        if start != at {
            return Err(shape(
                NAME,
                "it gave another range of the file than was asked for",
            ));
        }
        Ok(Self {
            is_last: at + body.len() as u64 >= total,
            bytes: body,
        })
    }
}

/// The first byte and the length of the whole: `0` and `900` of `bytes 0-499/900`.
fn content_range(header: &str) -> Option<(u64, u64)> {
    let (range, total) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.parse().ok()?, total.parse().ok()?))
}

/// A product with what belongs to it, or a line that is none.
struct Group {
    /// Where it begins, in bytes of the range.
    start: usize,
    product: Option<Value>,
    children: node::Children,
    repaired: bool,
}

impl Group {
    fn entry(&self, shop: &Shopify, scope: &Scope, index: usize) -> Option<Entry> {
        match &self.product {
            Some(product) => shop.entry(scope, index, product, &self.children, self.repaired),
            None => Some(Entry::Rejected {
                id: None,
                index,
                reason: Reason::InvalidMember,
                message: "the line is no JSON object".to_owned(),
            }),
        }
    }

    fn is(&self, id: &Value) -> bool {
        let product = self.product.as_ref();
        product.is_some_and(|product| product["id"] == *id)
    }
}

/// The whole products of a range, and how many of its bytes they are. The last one goes to the next
/// range unless the file ends: more of it may follow.
fn groups(range: &Range<'_>) -> Result<(Vec<Group>, usize), AdapterError> {
    let mut groups: Vec<Group> = Vec::new();
    let mut start = 0;
    while let Some(line) = line_at(range, start) {
        add(&mut groups, start, line);
        start += line.len() + 1;
    }
    let mut taken = start.min(range.bytes.len());
    if !range.is_last {
        if taken == 0 {
            return Err(shape(NAME, "the file has a line of more than 4 MiB"));
        }
        // A product that fills a range is taken as it is; what else belongs to it is passed over then.
        if groups.len() > 1
            && let Some(last) = groups.pop()
        {
            taken = last.start;
        }
    }
    Ok((groups, taken))
}

/// The line at a byte, without its end; `None` when it does not end within the range.
fn line_at<'a>(range: &Range<'a>, start: usize) -> Option<&'a [u8]> {
    let rest = range.bytes.get(start..).filter(|rest| !rest.is_empty())?;
    match rest.iter().position(|byte| *byte == b'\n') {
        Some(length) => Some(&rest[..length]),
        None => range.is_last.then_some(rest),
    }
}

fn add(groups: &mut Vec<Group>, start: usize, line: &[u8]) {
    if line.trim_ascii().is_empty() {
        return;
    }
    let json = Answer::new(200, &[], line.to_vec()).json().ok();
    let (value, repaired) = match json {
        Some(json) if json.value.is_object() => (Some(json.value), json.repaired),
        _ => (None, false),
    };
    let Some(child) = value
        .as_ref()
        .filter(|value| !value["__parentId"].is_null())
    else {
        groups.push(Group {
            start,
            product: value,
            children: node::Children::default(),
            repaired,
        });
        return;
    };
    // Grouped, as asked for: a child follows its product. Another's is of a product passed over.
    let last = groups.iter_mut().rfind(|group| group.product.is_some());
    if let Some(group) = last.filter(|group| group.is(&child["__parentId"])) {
        let id = child["id"].as_str().unwrap_or_default();
        if id.starts_with(node::VARIANT_ID) {
            group.children.variants.push(child.clone());
        } else if id.starts_with(node::COLLECTION_ID) {
            group.children.collections.push(child.clone());
        }
    }
}
