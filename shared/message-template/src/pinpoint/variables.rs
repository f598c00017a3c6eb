//! Pinpoint's variables as values of a letter.

/// A variable in the template language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) expression: String,
    /// What was guessed.
    pub(super) note: Option<String>,
}

/// The value that Pinpoint's `path`, such as `User.UserAttributes.FirstName`, has here.
pub(super) fn variable(path: &str) -> Variable {
    let steps: Vec<&str> = path
        .split('.')
        .map(|step| step.trim_matches(['[', ']']))
        .collect();
    let index = steps
        .iter()
        .rev()
        .find_map(|step| step.parse::<usize>().ok());
    let named = || steps.iter().filter(|step| step.parse::<usize>().is_err());
    let name = named().next_back().copied().unwrap_or_default();
    let expression = match steps.first().copied() {
        Some("Recommendations" | "RecommendationItems") => return recommended(path, name, index),
        Some("User") if is(name, &["firstname", "givenname"]) => "person.first_name".to_owned(),
        Some("Attributes") if is(name, &["firstname", "givenname"]) => {
            "person.first_name".to_owned()
        }
        Some("Demographic") if is(name, &["locale"]) => "person.language".to_owned(),
        _ => format!("person.attributes[{}]", quoted(name)),
    };
    let given = path.starts_with("User.UserAttributes.") || path.starts_with("Attributes.");
    let kept =
        given || expression.starts_with("person.first") || expression.starts_with("person.lang");
    Variable {
        note: (!kept)
            .then(|| format!("`{path}` is looked up in the person's attributes, as `{name}`")),
        expression,
    }
}

/// A recommended product's field, or that of all when there is no index.
fn recommended(path: &str, name: &str, index: Option<usize>) -> Variable {
    let fields: [(&str, &[&str]); 8] = [
        ("title", &["title", "name", "productname", "itemname"]),
        ("price", &["price", "productprice"]),
        (
            "image_url",
            &["imageurl", "image", "productimage", "thumbnail"],
        ),
        ("url", &["url", "link", "producturl", "productlink"]),
        ("category", &["category"]),
        ("brand", &["brand"]),
        ("description", &["description", "productdescription"]),
        ("id", &["id", "itemid", "productid", "recommendationitems"]),
    ];
    let field = fields
        .iter()
        .find(|(_, names)| is(name, names))
        .map(|(field, _)| *field);
    let (shown, note) = match field {
        Some(field) => (field, None),
        None => (
            "title",
            Some(format!("`{path}` is taken for the product's title")),
        ),
    };
    Variable {
        expression: match index {
            Some(index) => format!("products[{index}].{shown}"),
            None => format!("(products | map(attribute={}))", quoted(shown)),
        },
        note,
    }
}

/// Whether `name` is one of `names`, however it is spelled.
fn is(name: &str, names: &[&str]) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    names.contains(&letters.to_ascii_lowercase().as_str())
}

/// `text` as a string of the template language.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_have_values() {
        for (path, expression) in [
            ("User.UserAttributes.FirstName", "person.first_name"),
            ("User.UserAttributes.first_name.[0]", "person.first_name"),
            ("Attributes.Color", "person.attributes['Color']"),
            ("User.UserAttributes.It's", "person.attributes['It\\'s']"),
            ("Location.City", "person.attributes['City']"),
            ("Demographic.Locale", "person.language"),
            ("Recommendations.ProductName.[1]", "products[1].title"),
            ("Recommendations.image_url.0", "products[0].image_url"),
            ("RecommendationItems.[0]", "products[0].id"),
            (
                "Recommendations.Price",
                "(products | map(attribute='price'))",
            ),
        ] {
            assert_eq!(variable(path).expression, expression);
        }
        assert_eq!(variable("Attributes.Color").note, None);
        assert!(variable("Location.City").note.is_some());
        assert!(variable("Recommendations.Rating.[0]").note.is_some());
    }
}
