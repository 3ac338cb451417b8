//! The closed list of constructs for which an operation is left out of the client.

use std::fmt;

/// Declares the constructs: variant, stable name, reason.
macro_rules! constructs {
    ($($id:ident = $name:literal: $reason:literal;)*) => {
        /// Why an operation is left out. The list is closed: an operation without one of these is generated, or is an
        /// error.
        ///
        /// docs/left-out.md explains each for users.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Construct {
            $(#[doc = $reason] $id,)*
        }

        impl Construct {
            /// All constructs.
            pub const ALL: &[Self] = &[$(Self::$id),*];

            /// Its stable name, as reports show it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$id => $name,)*
                }
            }

            /// Why it takes an operation out, in one sentence.
            pub const fn reason(self) -> &'static str {
                match self {
                    $(Self::$id => $reason,)*
                }
            }
        }
    };
}

constructs! {
    MultipartBody = "multipart-body": "A multipart body has parts with headers of their own, which the generated client can't write.";
    CookieParameter = "cookie-parameter": "A required parameter travels in a cookie, and the client sends no cookies.";
    FormShape = "form-shape": "The body is a form, and it isn't described as an object: it has no fields.";
    ParameterStyle = "parameter-style": "A required parameter is written in a style that its place doesn't have, such as `matrix` in the query.";
    ParameterContent = "parameter-content": "A required parameter is a document of a media type other than JSON and text.";
    ParameterLocation = "parameter-location": "A required parameter travels neither in the path, the query, a header nor a cookie.";
    ParameterShape = "parameter-shape": "A parameter in the path can only be null.";
    ParameterName = "parameter-name": "A required parameter travels in a header, and no header can have its name.";
    PathTemplate = "path-template": "The path is not a template: its braces don't fit together, or it has one placeholder twice.";
    OwnServer = "own-server": "The operation is served at another URL than the rest, and a client calls one server only.";
    HttpMethod = "http-method": "The operation's method is not one of the eight that OpenAPI 3.0 knows.";
    TwoBodies = "two-bodies": "The operation describes more than one body, and a request has one.";
    DanglingReference = "dangling-reference": "A parameter, body, response or header of the operation is a reference that leads nowhere.";
    Generator = "generator": "The code generator fails on the operation, or on a schema that it needs.";
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Construct;

    #[test]
    fn names_are_stable_words_and_reasons_are_sentences() {
        let names: std::collections::BTreeSet<&str> = Construct::ALL.iter().map(|construct| construct.name()).collect();
        assert_eq!(names.len(), Construct::ALL.len());
        for construct in Construct::ALL {
            assert!(construct.name().chars().all(|char| char.is_ascii_lowercase() || char == '-'), "{construct}");
            assert!(construct.reason().ends_with('.'), "{construct}");
        }
    }

    #[test]
    fn each_is_explained_to_users() {
        let page = include_str!("../../../../docs/left-out.md");
        for construct in Construct::ALL {
            assert!(
                page.contains(&format!("## {construct}\n\n{}", construct.reason())),
                "docs/left-out.md: {construct}"
            );
        }
        assert_eq!(page.matches("\n## ").count(), Construct::ALL.len(), "docs/left-out.md has more than there is");
    }
}
