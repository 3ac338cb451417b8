//! The catalogue: every kind of change, its direction, its level, and the reason.
//!
//! A rule has one level. Where the level depends on the direction, there is a rule for each.

use super::change::{Direction, Level, Rule};

/// Declares each rule as a static, and the array of all of them, so that no rule can miss the array.
macro_rules! catalogue {
    ($($direction:ident { $($ident:ident $level:ident $name:literal $summary:literal;)* })*) => {
        $($(
            #[doc = $summary]
            pub(super) static $ident: Rule =
                Rule { name: $name, direction: Direction::$direction, level: Level::$level, summary: $summary };
        )*)*
        /// Every rule, in the order of this file.
        pub(super) static ALL: &[&Rule] = &[$($(&$ident),*),*];
    };
}

catalogue! {
    Document {
        INFO_CHANGED Documentation "document-info-changed" "The title, the description or another part of `info` reads differently.";
        TAGS_CHANGED Documentation "document-tags-changed" "The list of tags, or what it says of one, is different.";
        EXTERNAL_DOCS_CHANGED Documentation "external-docs-changed" "The link to documentation elsewhere is different.";
        SERVER_REMOVED Breaking "server-removed" "A server is no longer listed: whoever calls it has to move.";
        SERVER_DEFAULT_CHANGED Breaking "server-default-changed" "Another server is the first of the list: callers who choose none reach another one.";
        SERVER_PREFIX_MOVED Source "server-prefix-moved" "A part of all URLs moved between the servers and the paths: calls go to the same addresses, but a server that the caller names has to be named anew.";
        SERVER_ADDED Compatible "server-added" "There is one more server to choose from.";
        SERVER_VARIABLE_VALUE_REMOVED Breaking "server-variable-value-removed" "A variable of a server's URL lost a value: the server it led to is no longer listed.";
        SERVER_VARIABLE_VALUE_ADDED Compatible "server-variable-value-added" "A variable of a server's URL has one more value.";
        SERVER_VARIABLE_DEFAULT_CHANGED Breaking "server-variable-default-changed" "A variable of a server's URL has another default: callers who choose no value reach another server.";
        SERVER_RENAMED Source "server-renamed" "A short description of a server is another: the generated variant is named after it.";
        SERVER_DESCRIPTION_CHANGED Documentation "server-description-changed" "The description of a server reads differently.";
        SECURITY_SCHEME_CHANGED Compatible "security-scheme-changed" "The same kind of credential is obtained elsewhere, or its description reads differently.";
        SECURITY_FLOW_REMOVED Breaking "security-flow-removed" "A way to obtain a token (`flows`) is gone: whoever obtains tokens that way has to change.";
        SECURITY_FLOW_ADDED Compatible "security-flow-added" "There is one more way to obtain a token.";
        WEBHOOK_ADDED Compatible "incoming-call-added" "The API makes one more call to its callers (`webhooks`, `callbacks`).";
        WEBHOOK_REMOVED Breaking "incoming-call-removed" "The API no longer makes a call that its callers wait for.";
        WEBHOOK_CHANGED Breaking "incoming-call-changed" "A call that the API makes has other parameters, another credential, or asks for another answer.";
        UNCONVERTED_OPERATION_ADDED Compatible "unconverted-operation-added" "There is a new operation that no client is generated for: OpenAPI 3.0 has no place for it.";
        UNCONVERTED_OPERATION_REMOVED Breaking "unconverted-operation-removed" "An operation that no client is generated for is gone.";
        UNCONVERTED_PART_CHANGED Breaking "unconverted-part-changed" "Something is different that OpenAPI 3.0 has no place for, and that is only compared as it is written: nothing can be promised of it.";
        COMPARISON_INCOMPLETE Breaking "comparison-incomplete" "The documents are too large or too entangled to be compared to the end, so nothing can be promised.";
    }
    Operation {
        OPERATION_REMOVED Breaking "operation-removed" "An operation is gone: calls of it fail.";
        OPERATION_ADDED Compatible "operation-added" "There is a new operation.";
        OPERATION_PATH_CHANGED Breaking "operation-path-changed" "The operation is found at another path, be it only by a slash at the end: calls of the old one fail.";
        OPERATION_METHOD_CHANGED Breaking "operation-method-changed" "The operation has another method: calls with the old one fail.";
        OPERATION_ID_CHANGED Source "operation-id-changed" "The operation has another id: the generated method, its request and its error are named after it.";
        OPERATION_CONTRADICTORY Breaking "operation-contradictory" "The description of an operation contradicts itself, so that it can't be called as described.";
        OPERATION_CONSISTENT Compatible "operation-consistent" "The description of an operation no longer contradicts itself.";
        OPERATION_DEPRECATED Compatible "operation-deprecated" "The operation still works, but should no longer be used.";
        OPERATION_UNDEPRECATED Compatible "operation-undeprecated" "The operation may be used again.";
        OPERATION_DOCUMENTATION_CHANGED Documentation "operation-documentation-changed" "The summary or description of an operation reads differently.";
        OPERATION_TAGS_CHANGED Documentation "operation-tags-changed" "The operation is filed under other tags.";
        OPERATION_CALLBACKS_CHANGED Documentation "operation-callbacks-changed" "The calls that the API makes to its callers are described differently; they are no part of a client.";
        PATH_PARAMETER_RENAMED Documentation "path-parameter-renamed" "A placeholder of the path has another name: URLs and the order of arguments are the same.";
        SECURITY_ADDED Breaking "security-added" "The operation could be called without credentials, and now needs some.";
        SECURITY_OPTIONAL Compatible "security-optional" "The operation can be called without credentials, and still takes them.";
        SECURITY_REMOVED Source "security-removed" "The operation takes no credentials any more: the generated request has no method for a token.";
        SECURITY_ALTERNATIVE_REMOVED Breaking "security-alternative-removed" "A credential that was accepted no longer is.";
        SECURITY_ALTERNATIVE_ADDED Compatible "security-alternative-added" "One more kind of credential is accepted.";
        SECURITY_SCOPE_ADDED Breaking "security-scope-added" "The credential must have one more scope.";
        SECURITY_SCOPE_REMOVED Compatible "security-scope-removed" "The credential needs one scope less.";
    }
    Request {
        REQUEST_PARAMETER_REMOVED Breaking "request-parameter-removed" "A parameter is gone: what callers ask for with it no longer has an effect.";
        REQUEST_PARAMETER_ADDED_REQUIRED Breaking "request-parameter-added-required" "There is a new parameter that callers must send, even if it has a default.";
        REQUEST_PARAMETER_ADDED_OPTIONAL Compatible "request-parameter-added-optional" "There is a new parameter that callers may send.";
        REQUEST_PARAMETER_BECAME_REQUIRED Breaking "request-parameter-became-required" "Callers must send a parameter that they could leave out, even if it has a default.";
        REQUEST_PARAMETER_BECAME_OPTIONAL Compatible "request-parameter-became-optional" "Callers may leave out a parameter that they had to send.";
        REQUEST_PARAMETER_MOVED Breaking "request-parameter-moved" "A parameter is sent in another place, such as a header in place of the query.";
        REQUEST_PARAMETER_STYLE_CHANGED Breaking "request-parameter-style-changed" "A list or object is written differently into the parameter (`style`, `explode`).";
        REQUEST_PARAMETER_CONTENT_CHANGED Breaking "request-parameter-content-changed" "The parameter's value is a document of another media type, or no longer one.";
        REQUEST_PARAMETER_ENCODING_CHANGED Compatible "request-parameter-encoding-changed" "Reserved characters or empty values of the parameter are treated differently, or a number or boolean is called a JSON document, which looks the same.";
        REQUEST_PARAMETER_DEPRECATED Compatible "request-parameter-deprecated" "The parameter still works, but should no longer be used.";
        REQUEST_PARAMETER_UNDEPRECATED Compatible "request-parameter-undeprecated" "The parameter may be used again.";
        REQUEST_PARAMETER_DOCUMENTATION_CHANGED Documentation "request-parameter-documentation-changed" "The description or example of a parameter reads differently.";
        REQUEST_BODY_REMOVED Breaking "request-body-removed" "The operation takes no body any more.";
        REQUEST_BODY_ADDED_REQUIRED Breaking "request-body-added-required" "Callers must send a body where they sent none.";
        REQUEST_BODY_ADDED_OPTIONAL Compatible "request-body-added-optional" "Callers may send a body where they sent none.";
        REQUEST_BODY_BECAME_REQUIRED Breaking "request-body-became-required" "Callers must send a body that they could leave out.";
        REQUEST_BODY_BECAME_OPTIONAL Compatible "request-body-became-optional" "Callers may leave out the body.";
        REQUEST_MEDIA_TYPE_REMOVED Breaking "request-media-type-removed" "A body of this media type is no longer taken.";
        REQUEST_MEDIA_TYPE_ADDED Compatible "request-media-type-added" "Bodies of one more media type are taken.";
        REQUEST_BODY_ENCODING_CHANGED Breaking "request-body-encoding-changed" "The fields of a form are written differently (`encoding`).";
        REQUEST_BODY_DOCUMENTATION_CHANGED Documentation "request-body-documentation-changed" "The description or example of a body reads differently.";
        REQUEST_TYPE_NARROWED Breaking "request-type-narrowed" "Fewer types of values are taken.";
        REQUEST_TYPE_WIDENED Compatible "request-type-widened" "More types of values are taken.";
        REQUEST_TYPE_CHANGED Breaking "request-type-changed" "Values must have another type.";
        REQUEST_FORMAT_NARROWED Breaking "request-format-narrowed" "Values must have a format that they didn't need.";
        REQUEST_FORMAT_WIDENED Compatible "request-format-widened" "Values need no format any more, or a wider one.";
        REQUEST_FORMAT_CHANGED Breaking "request-format-changed" "Values must have another format.";
        REQUEST_PATTERN_ADDED Breaking "request-pattern-added" "Texts must match a pattern.";
        REQUEST_PATTERN_REMOVED Compatible "request-pattern-removed" "Texts need not match a pattern any more.";
        REQUEST_PATTERN_NARROWED Breaking "request-pattern-narrowed" "Texts must match a pattern that allows less.";
        REQUEST_PATTERN_WIDENED Compatible "request-pattern-widened" "Texts must match a pattern that allows more.";
        REQUEST_PATTERN_CHANGED Breaking "request-pattern-changed" "Texts must match another pattern, which rules out texts that matched, or may do so.";
        REQUEST_BOUND_TIGHTENED Breaking "request-bound-tightened" "A bound of numbers, lengths or counts allows less.";
        REQUEST_BOUND_LOOSENED Compatible "request-bound-loosened" "A bound of numbers, lengths or counts allows more.";
        REQUEST_ENUM_ADDED Breaking "request-enum-added" "Any value was taken, and now only listed ones are.";
        REQUEST_ENUM_REMOVED Compatible "request-enum-removed" "Only listed values were taken, and now any is.";
        REQUEST_ENUM_VALUE_REMOVED Breaking "request-enum-value-removed" "A listed value is no longer taken.";
        REQUEST_ENUM_VALUE_ADDED Compatible "request-enum-value-added" "One more value is taken.";
        REQUEST_NULLABLE_LOST Breaking "request-nullable-lost" "`null` is no longer taken.";
        REQUEST_NULLABLE_GAINED Compatible "request-nullable-gained" "`null` is taken too.";
        REQUEST_PROPERTY_REMOVED Breaking "request-property-removed" "A property is gone: what callers ask for with it no longer has an effect, or is refused.";
        REQUEST_PROPERTY_ADDED_REQUIRED Breaking "request-property-added-required" "There is a new property that callers must send, even if it has a default.";
        REQUEST_PROPERTY_ADDED_OPTIONAL Compatible "request-property-added-optional" "There is a new property that callers may send.";
        REQUEST_PROPERTY_BECAME_REQUIRED Breaking "request-property-became-required" "Callers must send a property that they could leave out, even if it has a default.";
        REQUEST_PROPERTY_BECAME_OPTIONAL Compatible "request-property-became-optional" "Callers may leave out a property that they had to send.";
        REQUEST_PROPERTY_BECAME_READ_ONLY Breaking "request-property-became-read-only" "A property is no longer taken: it is `readOnly`, and so part of responses alone.";
        REQUEST_PROPERTY_BECAME_WRITABLE Compatible "request-property-became-writable" "A property that only responses had is taken too.";
        REQUEST_PROPERTY_BECAME_WRITABLE_REQUIRED Breaking "request-property-became-writable-required" "Callers must send a property that only responses had.";
        REQUEST_ADDITIONAL_PROPERTIES_CLOSED Breaking "request-additional-properties-closed" "Properties that are not listed are refused.";
        REQUEST_ADDITIONAL_PROPERTIES_OPENED Compatible "request-additional-properties-opened" "Properties that are not listed are taken.";
        REQUEST_ADDITIONAL_PROPERTIES_NARROWED Breaking "request-additional-properties-narrowed" "Properties that are not listed must be as a schema says.";
        REQUEST_ADDITIONAL_PROPERTIES_WIDENED Compatible "request-additional-properties-widened" "Properties that are not listed may be anything.";
        REQUEST_BRANCH_REMOVED Breaking "request-branch-removed" "An alternative of a `oneOf` or `anyOf` is no longer taken.";
        REQUEST_BRANCH_ADDED Compatible "request-branch-added" "One more alternative of a `oneOf` or `anyOf` is taken.";
        REQUEST_DISCRIMINATOR_CHANGED Breaking "request-discriminator-changed" "Alternatives are told apart by another property.";
        REQUEST_DISCRIMINATOR_VALUE_REMOVED Breaking "request-discriminator-value-removed" "A value that names an alternative is no longer taken.";
        REQUEST_DISCRIMINATOR_VALUE_ADDED Compatible "request-discriminator-value-added" "One more value names an alternative.";
        REQUEST_DISCRIMINATOR_VALUE_CHANGED Breaking "request-discriminator-value-changed" "A value names another alternative.";
        REQUEST_NOT_TIGHTENED Breaking "request-not-tightened" "Values that were taken are ruled out by a `not`.";
        REQUEST_NOT_LOOSENED Compatible "request-not-loosened" "A `not` that ruled out values is gone.";
        REQUEST_KEYWORD_ADDED Breaking "request-keyword-added" "A keyword of OpenAPI 3.1 (`contains`, `if`, `propertyNames`, …) restricts what is taken.";
        REQUEST_KEYWORD_REMOVED Compatible "request-keyword-removed" "A keyword of OpenAPI 3.1 no longer restricts what is taken.";
        REQUEST_KEYWORD_CHANGED Breaking "request-keyword-changed" "A keyword of OpenAPI 3.1 restricts what is taken in another way, and may rule out what was taken.";
        REQUEST_XML_CHANGED Breaking "request-xml-changed" "A value is written into an XML body by another name, namespace or form (`xml`).";
        REQUEST_SCHEMA_REWRITTEN Compatible "request-schema-rewritten" "A schema is written in another way, and everything that was taken still is.";
        REQUEST_DEFAULT_CHANGED Compatible "request-default-changed" "What the server takes when nothing is sent is different.";
    }
    Response {
        RESPONSE_SUCCESS_STATUS_REMOVED Breaking "response-success-status-removed" "A status of success is no longer answered.";
        RESPONSE_SUCCESS_STATUS_ADDED Compatible "response-success-status-added" "There is one more status of success.";
        RESPONSE_ERROR_STATUS_REMOVED Compatible "response-error-status-removed" "A status of failure is no longer described.";
        RESPONSE_ERROR_STATUS_ADDED Compatible "response-error-status-added" "One more status of failure is described; clients cope with those that are not.";
        RESPONSE_MEDIA_TYPE_REMOVED Breaking "response-media-type-removed" "Responses of this media type are no longer given.";
        RESPONSE_MEDIA_TYPE_ADDED Compatible "response-media-type-added" "Responses can be had in one more media type.";
        RESPONSE_HEADER_REMOVED Breaking "response-header-removed" "A header that was always there is gone.";
        RESPONSE_OPTIONAL_HEADER_REMOVED Compatible "response-optional-header-removed" "A header that was not always there is gone.";
        RESPONSE_HEADER_ADDED Compatible "response-header-added" "Responses have one more header.";
        RESPONSE_HEADER_BECAME_OPTIONAL Breaking "response-header-became-optional" "A header that was always there can be absent.";
        RESPONSE_HEADER_BECAME_REQUIRED Compatible "response-header-became-required" "A header is always there.";
        RESPONSE_HEADER_STYLE_CHANGED Breaking "response-header-style-changed" "An object is written into a header in another way (`explode`).";
        RESPONSE_HEADER_CONTENT_CHANGED Breaking "response-header-content-changed" "The value of a header is a document of another media type, or no longer one.";
        RESPONSE_LINKS_CHANGED Documentation "response-links-changed" "The links from a response to other operations are different; they are no part of a client.";
        RESPONSE_DOCUMENTATION_CHANGED Documentation "response-documentation-changed" "The description or example of a response or header reads differently.";
        RESPONSE_TYPE_NARROWED Compatible "response-type-narrowed" "Fewer types of values come back.";
        RESPONSE_TYPE_WIDENED Breaking "response-type-widened" "More types of values can come back.";
        RESPONSE_TYPE_CHANGED Breaking "response-type-changed" "Values of another type come back.";
        RESPONSE_FORMAT_NARROWED Compatible "response-format-narrowed" "Values have a format.";
        RESPONSE_FORMAT_WIDENED Breaking "response-format-widened" "Values have no format any more, or a wider one.";
        RESPONSE_FORMAT_CHANGED Breaking "response-format-changed" "Values of another format come back.";
        RESPONSE_PATTERN_ADDED Compatible "response-pattern-added" "Texts match a pattern.";
        RESPONSE_PATTERN_REMOVED Breaking "response-pattern-removed" "Texts need not match the pattern that was promised.";
        RESPONSE_PATTERN_NARROWED Compatible "response-pattern-narrowed" "Texts match a pattern that allows less than the one that was promised.";
        RESPONSE_PATTERN_WIDENED Breaking "response-pattern-widened" "Texts match a pattern that allows more than the one that was promised.";
        RESPONSE_PATTERN_CHANGED Breaking "response-pattern-changed" "Texts match another pattern than was promised, which allows other texts, or may do so.";
        RESPONSE_BOUND_TIGHTENED Compatible "response-bound-tightened" "A bound of numbers, lengths or counts promises more.";
        RESPONSE_BOUND_LOOSENED Breaking "response-bound-loosened" "A bound of numbers, lengths or counts promises less.";
        RESPONSE_ENUM_ADDED Compatible "response-enum-added" "Only listed values come back.";
        RESPONSE_ENUM_REMOVED Compatible "response-enum-removed" "Values that are not listed can come back. A generated client copes: its enums keep unknown values.";
        RESPONSE_ENUM_VALUE_REMOVED Compatible "response-enum-value-removed" "A listed value no longer comes back.";
        RESPONSE_ENUM_VALUE_ADDED Compatible "response-enum-value-added" "One more value can come back. A generated client copes: its enums keep unknown values.";
        RESPONSE_ENUM_REPLACED Breaking "response-enum-replaced" "Of the listed values that could come back, none does any more: whoever tells them apart finds nothing known.";
        RESPONSE_CLOSED_ENUM_WIDENED Breaking "response-closed-enum-widened" "More values can come back of an enum that isn't one of texts: the generated type has no place for unknown ones.";
        RESPONSE_NULLABLE_GAINED Breaking "response-nullable-gained" "`null` can come back.";
        RESPONSE_NULLABLE_LOST Compatible "response-nullable-lost" "`null` no longer comes back.";
        RESPONSE_PROPERTY_REMOVED Breaking "response-property-removed" "A property no longer comes back.";
        RESPONSE_PROPERTY_ADDED_REQUIRED Compatible "response-property-added-required" "There is a new property that always comes back. Clients pass over what they don't know.";
        RESPONSE_PROPERTY_ADDED_OPTIONAL Compatible "response-property-added-optional" "There is a new property that can come back. Clients pass over what they don't know.";
        RESPONSE_PROPERTY_BECAME_OPTIONAL Breaking "response-property-became-optional" "A property that always came back can be absent.";
        RESPONSE_PROPERTY_BECAME_REQUIRED Compatible "response-property-became-required" "A property that could be absent always comes back.";
        RESPONSE_PROPERTY_BECAME_WRITE_ONLY Breaking "response-property-became-write-only" "A property no longer comes back: it is `writeOnly`, and so part of requests alone.";
        RESPONSE_PROPERTY_BECAME_READABLE Compatible "response-property-became-readable" "A property that only requests had comes back too.";
        RESPONSE_ADDITIONAL_PROPERTIES_CLOSED Compatible "response-additional-properties-closed" "Properties that are not listed no longer come back.";
        RESPONSE_ADDITIONAL_PROPERTIES_OPENED Compatible "response-additional-properties-opened" "Properties that are not listed can come back. Clients pass over what they don't know.";
        RESPONSE_ADDITIONAL_PROPERTIES_NARROWED Compatible "response-additional-properties-narrowed" "Properties that are not listed are as a schema says.";
        RESPONSE_ADDITIONAL_PROPERTIES_WIDENED Breaking "response-additional-properties-widened" "Properties that are not listed may be anything, not only what a schema promised.";
        RESPONSE_BRANCH_REMOVED Compatible "response-branch-removed" "An alternative of a `oneOf` or `anyOf` no longer comes back.";
        RESPONSE_BRANCH_ADDED Breaking "response-branch-added" "One more alternative of a `oneOf` or `anyOf` can come back, which callers have no place for.";
        RESPONSE_DISCRIMINATOR_CHANGED Breaking "response-discriminator-changed" "Alternatives are told apart by another property.";
        RESPONSE_DISCRIMINATOR_VALUE_REMOVED Compatible "response-discriminator-value-removed" "A value that named an alternative no longer comes back.";
        RESPONSE_DISCRIMINATOR_VALUE_ADDED Breaking "response-discriminator-value-added" "One more value, which callers don't know, names an alternative.";
        RESPONSE_DISCRIMINATOR_VALUE_CHANGED Breaking "response-discriminator-value-changed" "A value names another alternative.";
        RESPONSE_NOT_TIGHTENED Compatible "response-not-tightened" "Values that could come back are ruled out by a `not`.";
        RESPONSE_NOT_LOOSENED Breaking "response-not-loosened" "Values that a `not` ruled out can come back.";
        RESPONSE_KEYWORD_ADDED Compatible "response-keyword-added" "A keyword of OpenAPI 3.1 (`contains`, `if`, `propertyNames`, …) promises more of what comes back.";
        RESPONSE_KEYWORD_REMOVED Breaking "response-keyword-removed" "A keyword of OpenAPI 3.1 that promised something of what comes back is gone.";
        RESPONSE_KEYWORD_CHANGED Breaking "response-keyword-changed" "A keyword of OpenAPI 3.1 promises something else of what comes back.";
        RESPONSE_XML_CHANGED Breaking "response-xml-changed" "A value stands in an XML body by another name, namespace or form (`xml`).";
        RESPONSE_SCHEMA_REWRITTEN Compatible "response-schema-rewritten" "A schema is written in another way, and nothing comes back that could not before.";
        RESPONSE_DEFAULT_CHANGED Compatible "response-default-changed" "What the absence of a value means is different.";
    }
    Schema {
        SCHEMA_DEPRECATED Compatible "schema-deprecated" "A schema or property still works, but should no longer be used.";
        SCHEMA_UNDEPRECATED Compatible "schema-undeprecated" "A schema or property may be used again.";
        SCHEMA_DOCUMENTATION_CHANGED Documentation "schema-documentation-changed" "The title, description or example of a schema reads differently.";
        FORMAT_HINT_CHANGED Documentation "format-hint-changed" "A format that restricts no values, such as `password`, came or went.";
        TYPE_RENAMED Source "type-renamed" "A schema is found under another name: the generated type is named after it.";
        GENERATED_TYPE_CHANGED Source "generated-type-changed" "The generated item has another Rust type, though the same calls work.";
        ARGUMENT_BECAME_OPTIONAL Source "argument-became-optional" "A required argument of the generated method became an optional setter.";
        ERROR_VARIANT_REMOVED Source "error-variant-removed" "The generated error of an operation lost a variant.";
        SUCCESS_TYPE_CHANGED Source "success-type-changed" "The generated method returns another type, because there are other successes or media types, or sends a body of another.";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Pairs of words for opposite changes.
    const OPPOSITES: [(&str, &str); 8] = [
        ("added", "removed"),
        ("gained", "lost"),
        ("narrowed", "widened"),
        ("tightened", "loosened"),
        ("required", "optional"),
        ("closed", "opened"),
        ("deprecated", "undeprecated"),
        ("contradictory", "consistent"),
    ];

    /// Rules without a mirror, by the beginnings of their names, with the reason.
    const ONE_WAY: [(&str, &str); 9] = [
        ("argument-became-optional", "an argument that becomes required breaks calls, which is said of the parameter"),
        ("error-variant-removed", "a variant more breaks nothing: the enum is open"),
        ("request-body-", "a body that is added is required or not, which makes no difference once it is gone"),
        (
            "request-parameter-",
            "a parameter that is added is required or not, which makes no difference once it is gone",
        ),
        ("request-property-", "a property that is added is required or not, which makes no difference once it is gone"),
        ("response-closed-enum-widened", "fewer values of a closed enum are fewer listed values like any others"),
        (
            "response-optional-header-removed",
            "a header that is added breaks nothing, whether it is always there or not",
        ),
        (
            "response-property-",
            "a property that is added is required or not, which makes no difference once it is gone",
        ),
        ("security-optional", "credentials that are needed again are `security-added`"),
    ];

    /// Rules of one direction without a counterpart in the other, by the beginnings of their names, with the reason.
    const ONE_DIRECTION: [(&str, &str); 12] = [
        ("request-body-", "what an answer says of its body is said of the answer"),
        ("request-parameter-", "parameters are sent, and don't come back"),
        ("request-property-became-read-only", "the mirror is `response-property-became-write-only`"),
        ("request-property-became-writable", "the mirror is `response-property-became-readable`"),
        ("response-closed-enum-widened", "a server knows the values that it takes"),
        ("response-documentation-changed", "requests have it for parameters and bodies"),
        ("response-enum-replaced", "of a request, one value that is gone is enough"),
        ("response-header-", "headers of requests are parameters"),
        ("response-links-changed", "links lead on from answers"),
        ("response-optional-header-removed", "headers of requests are parameters"),
        ("response-property-became-", "the mirrors are `request-property-became-read-only` and `-writable`"),
        ("response-", "a request has no status"),
    ];

    fn names() -> BTreeSet<&'static str> {
        ALL.iter().map(|rule| rule.name).collect()
    }

    /// The reason for the exception of a rule.
    fn reason<'r>(reasons: &'r [(&str, &str)], name: &str) -> Option<&'r str> {
        reasons.iter().find(|(begin, _)| name.starts_with(begin)).map(|(_, reason)| *reason)
    }

    #[test]
    fn every_rule_has_a_mirror_or_a_reason() {
        let (names, mut used) = (names(), BTreeSet::new());
        for name in &names {
            let words: Vec<&str> = name.split('-').collect();
            for (one, other) in OPPOSITES.iter().flat_map(|(one, other)| [(one, other), (other, one)]) {
                let mirror: Vec<&str> = words.iter().map(|word| if word == one { *other } else { *word }).collect();
                if mirror != words && !names.contains(mirror.join("-").as_str()) {
                    assert!(
                        reason(&ONE_WAY, name).is_some(),
                        "{name} has no mirror {}, and no reason",
                        mirror.join("-")
                    );
                    used.extend(reason(&ONE_WAY, name));
                }
            }
        }
        let needless: Vec<_> = ONE_WAY.iter().filter(|(_, reason)| !used.contains(reason)).collect();
        assert!(needless.is_empty(), "no rule needs {needless:?}");
    }

    #[test]
    fn rules_of_requests_and_responses_correspond() {
        let (names, mut used) = (names(), BTreeSet::new());
        for name in &names {
            let (request, response) = (name.strip_prefix("request-"), name.strip_prefix("response-"));
            let mirror = request.map(|rest| format!("response-{rest}"));
            let Some(mirror) = mirror.or_else(|| response.map(|rest| format!("request-{rest}"))) else { continue };
            if !names.contains(mirror.as_str()) {
                let known = reason(&ONE_DIRECTION, name);
                let is_status = !name.starts_with("response-") || known != reason(&ONE_DIRECTION, "response-");
                assert!(known.is_some() && (is_status || name.contains("-status-")), "{name} has no mirror {mirror}");
                used.extend(known);
            }
        }
        let needless: Vec<_> = ONE_DIRECTION.iter().filter(|(_, reason)| !used.contains(reason)).collect();
        assert!(needless.is_empty(), "no rule needs {needless:?}");
    }
}
