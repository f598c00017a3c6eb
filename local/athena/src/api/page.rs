//! Lists in pages.

use serde::Deserialize;

use crate::fault::Fault;

/// Which page is wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page {
    /// Where the last one ended.
    #[serde(default)]
    next_token: Option<String>,
    /// How many things at most.
    #[serde(default)]
    max_results: Option<usize>,
}

impl Page {
    /// The things of the page, and where it ends when there are more. Things are in order of their keys,
    /// or against it.
    ///
    /// # Errors
    /// When there can be no such page.
    pub(super) fn of<T>(
        &self,
        things: Vec<T>,
        most: usize,
        key: impl Fn(&T) -> &str,
    ) -> Result<(Vec<T>, Option<String>), Fault> {
        let wanted = self.max_results.unwrap_or(most);
        if wanted == 0 || wanted > most {
            return Err(Fault::invalid(format!(
                "MaxResults must be between 1 and {most}, and is {wanted}"
            )));
        }
        let start = match &self.next_token {
            None => 0,
            Some(token) => {
                let last = things.iter().position(|thing| key(thing) == token);
                1 + last
                    .ok_or_else(|| Fault::invalid("NextToken is not one that this list gave"))?
            }
        };
        let more = things.len() > start + wanted;
        let page: Vec<T> = things.into_iter().skip(start).take(wanted).collect();
        let token = page
            .last()
            .filter(|_| more)
            .map(|last| key(last).to_owned());
        Ok((page, token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other() {
        let page = |next_token: Option<&str>, max_results| {
            let next_token = next_token.map(str::to_owned);
            let page = Page {
                next_token,
                max_results,
            };
            page.of(vec!["a", "b", "c"], 50, |one| one)
        };
        assert_eq!(
            page(None, Some(2)).unwrap(),
            (vec!["a", "b"], Some("b".to_owned()))
        );
        assert_eq!(page(Some("b"), Some(2)).unwrap(), (vec!["c"], None));
        assert_eq!(page(None, None).unwrap().1, None);
        assert!(page(Some("x"), None).is_err());
        assert!(page(None, Some(0)).is_err());
        assert!(page(None, Some(51)).is_err());
    }
}
