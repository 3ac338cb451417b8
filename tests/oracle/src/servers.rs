//! The servers of an OpenAPI 3 description, with every value that their variables may have.

use serde_json::Value;

/// A server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its URL, without a slash at the end.
    template: String,
    /// The values of each variable; none if any string is allowed.
    variables: Vec<(String, Vec<String>)>,
}

/// The value of a variable that allows any string.
const ANYTHING: &str = "anything";

/// The servers that a document, a path or an operation lists.
pub fn servers(owner: &Value) -> Vec<Server> {
    let listed = owner.get("servers").and_then(Value::as_array).into_iter().flatten();
    let texts = |values: Option<&Value>| -> Vec<String> {
        let values = values.and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    listed
        .filter_map(|server| {
            let variables = server.get("variables").and_then(Value::as_object).into_iter().flatten();
            Some(Server {
                template: server.get("url")?.as_str()?.trim_end_matches('/').to_owned(),
                variables: variables.map(|(name, one)| (name.clone(), texts(one.get("enum")))).collect(),
            })
        })
        .collect()
}

impl Server {
    /// Every URL it has; a variable that allows any string gets one that isn't in the description.
    pub fn urls(&self) -> Vec<String> {
        self.variables.iter().fold(vec![self.template.clone()], |urls, (name, values)| {
            let anything = [ANYTHING.to_owned()];
            let values = if values.is_empty() { &anything[..] } else { values };
            let fill = |url: &String| -> Vec<String> {
                values.iter().map(|value| url.replace(&format!("{{{name}}}"), value)).collect()
            };
            urls.iter().flat_map(fill).collect()
        })
    }

    /// Whether a URL belongs to the server.
    pub fn is_at(&self, url: &str) -> bool {
        let mut pattern = regex::escape(&self.template);
        for (name, values) in &self.variables {
            let values: Vec<String> = values.iter().map(|value| regex::escape(value)).collect();
            let values = if values.is_empty() { "[^/]+".to_owned() } else { values.join("|") };
            pattern = pattern.replace(&regex::escape(&format!("{{{name}}}")), &format!("(?:{values})"));
        }
        regex::Regex::new(&format!("^{pattern}$")).is_ok_and(|pattern| pattern.is_match(url))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::servers;

    #[test]
    fn variables_are_filled_in() {
        let regions = json!({"region": {"default": "us", "enum": ["us", "ca"]}, "customer": {"default": "me"}});
        let owner = json!({"servers": [
            {"url": "https://a.example/"}, {"url": "https://{region}.example.com/{customer}", "variables": regions}
        ]});
        let [plain, regional] = &servers(&owner)[..] else { panic!("two servers") };
        assert_eq!(plain.urls(), ["https://a.example"]);
        assert!(plain.is_at("https://a.example") && !plain.is_at("https://axexample"));
        assert_eq!(regional.urls(), ["https://us.example.com/anything", "https://ca.example.com/anything"]);
        assert!(regional.is_at("https://ca.example.com/you") && !regional.is_at("https://eu.example.com/you"));
    }
}
