//! The catalogue: every kind of change, its direction, its level, and the reason.
//!
//! A rule has one level. Where the level depends on the direction, there is a rule for each. Code that treats rules
//! alike asks for a column of their rows, never for a part of their names.

use super::action::{Action, word};
use super::level::Level;
use super::rule::{Area, Direction, Rule};

/// The beginning of the names of a direction's rules.
macro_rules! prefix {
    (Request) => {
        "request-"
    };
    (Response) => {
        "response-"
    };
    ($other:ident) => {
        ""
    };
}

/// Declares each rule as a static, and the array of all of them, so that no rule can miss the array. The columns: area,
/// kind, action, level, summary. The name is made of direction, kind and action.
macro_rules! catalogue {
    ($($direction:ident { $($ident:ident $area:ident $kind:literal $action:ident $level:ident $summary:literal;)* })*) => {
        $($(
            #[doc = $summary]
            pub(super) static $ident: Rule = Rule {
                name: concat!(prefix!($direction), $kind, "-", word!($action)),
                direction: Direction::$direction,
                area: Area::$area,
                kind: $kind,
                action: Action::$action,
                level: Level::$level,
                summary: $summary,
            };
        )*)*
        /// Every rule, in the order of this file.
        pub(super) static ALL: &[&Rule] = &[$($(&$ident),*),*];
    };
}

catalogue! {
    Document {
        INFO_CHANGED Documentation "document-info" Changed Documentation "The title, the description or another part of `info` reads differently.";
        TAGS_CHANGED Documentation "document-tags" Changed Documentation "The list of tags, or what it says of one, is different.";
        EXTERNAL_DOCS_CHANGED Documentation "external-docs" Changed Documentation "The link to documentation elsewhere is different.";
        SERVER_REMOVED Server "server" Removed Breaking "A server is no longer listed: its callers have to move.";
        SERVER_DEFAULT_CHANGED Server "server-default" Changed Breaking "Another server is the first of the list: callers who choose none reach another one.";
        SERVER_PREFIX_MOVED Server "server-prefix" Moved Source "A part of all URLs moved between the servers and the paths: calls go to the same addresses, but a server that is given by its URL needs another URL.";
        SERVER_ADDED Server "server" Added Compatible "There is one more server to choose from.";
        SERVER_VARIABLE_VALUE_REMOVED Server "server-variable-value" Removed Breaking "A variable of a server's URL lost a value: the server it led to is no longer listed.";
        SERVER_VARIABLE_VALUE_ADDED Server "server-variable-value" Added Compatible "A variable of a server's URL has one more value.";
        SERVER_VARIABLE_DEFAULT_CHANGED Server "server-variable-default" Changed Breaking "A variable of a server's URL has another default: callers who choose no value reach another server.";
        SERVER_RENAMED Server "server" Renamed Source "The short description of a server, which the generated variant is named after, is different.";
        SERVER_DESCRIPTION_CHANGED Server "server-description" Changed Documentation "The description of a server reads differently.";
        SECURITY_SCHEME_CHANGED Security "security-scheme" Changed Compatible "The same kind of credential is obtained elsewhere, or its description reads differently.";
        SECURITY_FLOW_REMOVED Security "security-flow" Removed Breaking "A way to obtain a token (`flows`) is gone: callers that use it have to change.";
        SECURITY_FLOW_ADDED Security "security-flow" Added Compatible "There is one more way to obtain a token.";
        WEBHOOK_ADDED Incoming "incoming-call" Added Compatible "The API makes one more call to its callers (`webhooks`, `callbacks`).";
        WEBHOOK_REMOVED Incoming "incoming-call" Removed Breaking "The API no longer makes a call that its callers wait for.";
        WEBHOOK_CHANGED Incoming "incoming-call" Changed Breaking "A call that the API makes has other parameters, another credential, or asks for another answer.";
        UNCONVERTED_OPERATION_ADDED Unconverted "unconverted-operation" Added Compatible "There is a new operation that no client is generated for: OpenAPI 3.0 has no place for it.";
        UNCONVERTED_OPERATION_REMOVED Unconverted "unconverted-operation" Removed Breaking "An operation that no client is generated for is gone.";
        UNCONVERTED_PART_CHANGED Unconverted "unconverted-part" Changed Breaking "A part that OpenAPI 3.0 has no place for is different: such parts are only compared as they are written, so nothing can be promised.";
        COMPARISON_INCOMPLETE Comparison "comparison" Incomplete Breaking "The documents are too large or too entangled to be compared to the end, so nothing can be promised.";
    }
    Operation {
        OPERATION_REMOVED Operation "operation" Removed Breaking "An operation is gone: calls of it fail.";
        OPERATION_REMOVED_AFTER_SUNSET Operation "operation" RemovedAfterSunset Source "A deprecated operation is gone, and the day that was announced for it (`x-sunset`) has come: the generated method is gone, as announced.";
        OPERATION_ADDED Operation "operation" Added Compatible "There is a new operation.";
        OPERATION_PATH_CHANGED Operation "operation-path" Changed Breaking "The operation is found at another path, be it only by a slash at the end: calls of the old one fail.";
        OPERATION_METHOD_CHANGED Operation "operation-method" Changed Breaking "The operation has another method: calls with the old one fail.";
        OPERATION_ID_CHANGED Operation "operation-id" Changed Source "The operation has another id: the generated method, its request and its error are named after it.";
        OPERATION_CONTRADICTORY Operation "operation" Contradictory Breaking "The description of an operation contradicts itself, so that it can't be called as described.";
        OPERATION_CONSISTENT Operation "operation" Consistent Compatible "The description of an operation no longer contradicts itself.";
        OPERATION_DEPRECATED Operation "operation" Deprecated Compatible "The operation still works, but should no longer be used.";
        OPERATION_UNDEPRECATED Operation "operation" Undeprecated Compatible "The operation may be used again.";
        OPERATION_SUNSET_CHANGED Operation "operation-sunset" Changed Documentation "The day on which the operation ends (`x-sunset`) is another one, or was announced or withdrawn.";
        OPERATION_STABILITY_LOWERED Operation "operation-stability" Lowered Compatible "The operation is marked as less stable than it was (`x-stability-level`, `x-beta`): later versions may break it.";
        OPERATION_STABILITY_RAISED Operation "operation-stability" Raised Compatible "The operation is marked as more stable than it was, or as stable.";
        OPERATION_DOCUMENTATION_CHANGED Documentation "operation-documentation" Changed Documentation "The summary or description of an operation reads differently.";
        OPERATION_TAGS_CHANGED Documentation "operation-tags" Changed Documentation "The operation is filed under other tags.";
        OPERATION_CALLBACKS_CHANGED Documentation "operation-callbacks" Changed Documentation "The calls that the API makes to its callers are described differently; they are no part of a client.";
        PATH_PARAMETER_RENAMED Parameter "path-parameter" Renamed Documentation "A placeholder of the path has another name: URLs and the order of arguments are the same.";
        SECURITY_ADDED Security "security" Added Breaking "The operation could be called without credentials, and now needs some.";
        SECURITY_OPTIONAL Security "security" Optional Compatible "The operation can be called without credentials, and still takes them.";
        SECURITY_REMOVED Security "security" Removed Source "The operation takes no credentials any more: the generated request has no method for a token.";
        SECURITY_ALTERNATIVE_REMOVED Security "security-alternative" Removed Breaking "A credential that was accepted no longer is.";
        SECURITY_ALTERNATIVE_ADDED Security "security-alternative" Added Compatible "One more kind of credential is accepted.";
        SECURITY_SCOPE_ADDED Security "security-scope" Added Breaking "The credential must have one more scope.";
        SECURITY_SCOPE_REMOVED Security "security-scope" Removed Compatible "The credential needs one scope less.";
    }
    Request {
        REQUEST_PARAMETER_REMOVED Parameter "parameter" Removed Breaking "A parameter is gone: what callers ask for with it no longer has an effect.";
        REQUEST_PARAMETER_ADDED_REQUIRED Parameter "parameter" AddedRequired Breaking "There is a new parameter that callers must send, even if it has a default.";
        REQUEST_PARAMETER_ADDED_OPTIONAL Parameter "parameter" AddedOptional Compatible "There is a new parameter that callers may send.";
        REQUEST_PARAMETER_BECAME_REQUIRED Parameter "parameter" BecameRequired Breaking "Callers must send a parameter that they could leave out, even if it has a default.";
        REQUEST_PARAMETER_BECAME_OPTIONAL Parameter "parameter" BecameOptional Compatible "Callers may leave out a parameter that they had to send.";
        REQUEST_PARAMETER_MOVED Parameter "parameter" Moved Breaking "A parameter is sent in another place, such as a header in place of the query.";
        REQUEST_PARAMETER_STYLE_CHANGED Parameter "parameter-style" Changed Breaking "An array or object is written differently into the parameter (`style`, `explode`).";
        REQUEST_PARAMETER_CONTENT_CHANGED Parameter "parameter-content" Changed Breaking "The parameter's value is a document of another media type, or no longer one.";
        REQUEST_PARAMETER_ENCODING_CHANGED Parameter "parameter-encoding" Changed Compatible "Reserved characters or empty values of the parameter are treated differently, or a number or boolean is called a JSON document, which looks the same.";
        REQUEST_PARAMETER_DEPRECATED Parameter "parameter" Deprecated Compatible "The parameter still works, but should no longer be used.";
        REQUEST_PARAMETER_UNDEPRECATED Parameter "parameter" Undeprecated Compatible "The parameter may be used again.";
        REQUEST_PARAMETER_DOCUMENTATION_CHANGED Documentation "parameter-documentation" Changed Documentation "The description or example of a parameter reads differently.";
        REQUEST_BODY_REMOVED Body "body" Removed Breaking "The operation takes no body any more.";
        REQUEST_BODY_ADDED_REQUIRED Body "body" AddedRequired Breaking "Callers must send a body where they sent none.";
        REQUEST_BODY_ADDED_OPTIONAL Body "body" AddedOptional Compatible "Callers may send a body where they sent none.";
        REQUEST_BODY_BECAME_REQUIRED Body "body" BecameRequired Breaking "Callers must send a body that they could leave out.";
        REQUEST_BODY_BECAME_OPTIONAL Body "body" BecameOptional Compatible "Callers may leave out the body.";
        REQUEST_MEDIA_TYPE_REMOVED MediaType "media-type" Removed Breaking "A body of this media type is no longer taken.";
        REQUEST_MEDIA_TYPE_ADDED MediaType "media-type" Added Compatible "Bodies of one more media type are taken.";
        REQUEST_BODY_ENCODING_CHANGED Body "body-encoding" Changed Breaking "The fields of a form are written differently (`encoding`).";
        REQUEST_BODY_DOCUMENTATION_CHANGED Documentation "body-documentation" Changed Documentation "The description or example of a body reads differently.";
        REQUEST_TYPE_NARROWED Values "type" Narrowed Breaking "Fewer types of values are taken.";
        REQUEST_TYPE_WIDENED Values "type" Widened Compatible "More types of values are taken.";
        REQUEST_TYPE_CHANGED Values "type" Changed Breaking "Values must have another type.";
        REQUEST_FORMAT_NARROWED Values "format" Narrowed Breaking "Values must have a format that they didn't need.";
        REQUEST_FORMAT_WIDENED Values "format" Widened Compatible "Values need no format any more, or a wider one.";
        REQUEST_FORMAT_CHANGED Values "format" Changed Breaking "Values must have another format.";
        REQUEST_PATTERN_ADDED Values "pattern" Added Breaking "Strings must match a pattern.";
        REQUEST_PATTERN_REMOVED Values "pattern" Removed Compatible "Strings need not match a pattern any more.";
        REQUEST_PATTERN_NARROWED Values "pattern" Narrowed Breaking "Strings must match a pattern that allows less.";
        REQUEST_PATTERN_WIDENED Values "pattern" Widened Compatible "Strings must match a pattern that allows more.";
        REQUEST_PATTERN_CHANGED Values "pattern" Changed Breaking "Strings must match another pattern, which rules out strings that matched, or may do so.";
        REQUEST_BOUND_TIGHTENED Values "bound" Tightened Breaking "A bound of numbers, lengths or counts allows less.";
        REQUEST_BOUND_LOOSENED Values "bound" Loosened Compatible "A bound of numbers, lengths or counts allows more.";
        REQUEST_ENUM_ADDED Values "enum" Added Breaking "Any value was taken, and now only listed ones are.";
        REQUEST_ENUM_REMOVED Values "enum" Removed Compatible "Only listed values were taken, and now any is.";
        REQUEST_ENUM_VALUE_REMOVED Values "enum-value" Removed Breaking "A listed value is no longer taken.";
        REQUEST_ENUM_VALUE_ADDED Values "enum-value" Added Compatible "One more value is taken.";
        REQUEST_NULLABLE_LOST Values "nullable" Lost Breaking "`null` is no longer taken.";
        REQUEST_NULLABLE_GAINED Values "nullable" Gained Compatible "`null` is taken too.";
        REQUEST_PROPERTY_REMOVED Property "property" Removed Breaking "A property is gone: what callers ask for with it no longer has an effect, or is refused.";
        REQUEST_PROPERTY_ADDED_REQUIRED Property "property" AddedRequired Breaking "There is a new property that callers must send, even if it has a default.";
        REQUEST_PROPERTY_ADDED_OPTIONAL Property "property" AddedOptional Compatible "There is a new property that callers may send.";
        REQUEST_PROPERTY_BECAME_REQUIRED Values "property" BecameRequired Breaking "Callers must send a property that they could leave out, even if it has a default.";
        REQUEST_PROPERTY_BECAME_OPTIONAL Values "property" BecameOptional Compatible "Callers may leave out a property that they had to send.";
        REQUEST_PROPERTY_BECAME_READ_ONLY Property "property" BecameReadOnly Breaking "A property is no longer taken: it is `readOnly`, and so part of responses alone.";
        REQUEST_PROPERTY_BECAME_WRITABLE Property "property" BecameWritable Compatible "A property that only responses had is taken too.";
        REQUEST_PROPERTY_BECAME_WRITABLE_REQUIRED Property "property" BecameWritableRequired Breaking "Callers must send a property that only responses had.";
        REQUEST_ADDITIONAL_PROPERTIES_CLOSED Values "additional-properties" Closed Breaking "Properties that are not listed are refused.";
        REQUEST_ADDITIONAL_PROPERTIES_OPENED Values "additional-properties" Opened Compatible "Properties that are not listed are taken.";
        REQUEST_ADDITIONAL_PROPERTIES_NARROWED Values "additional-properties" Narrowed Breaking "Properties that are not listed must match a schema.";
        REQUEST_ADDITIONAL_PROPERTIES_WIDENED Values "additional-properties" Widened Compatible "Properties that are not listed may be anything.";
        REQUEST_BRANCH_REMOVED Values "branch" Removed Breaking "An alternative of a `oneOf` or `anyOf` is no longer taken.";
        REQUEST_BRANCH_ADDED Values "branch" Added Compatible "One more alternative of a `oneOf` or `anyOf` is taken.";
        REQUEST_DISCRIMINATOR_CHANGED Discriminator "discriminator" Changed Breaking "Alternatives are distinguished by another property.";
        REQUEST_DISCRIMINATOR_VALUE_REMOVED Discriminator "discriminator-value" Removed Breaking "A value that names an alternative is no longer taken.";
        REQUEST_DISCRIMINATOR_VALUE_ADDED Discriminator "discriminator-value" Added Compatible "One more value names an alternative.";
        REQUEST_DISCRIMINATOR_VALUE_CHANGED Discriminator "discriminator-value" Changed Breaking "A value names another alternative, or an alternative is named by other values.";
        REQUEST_NOT_TIGHTENED Values "not" Tightened Breaking "Values that were taken are ruled out by a `not`.";
        REQUEST_NOT_LOOSENED Values "not" Loosened Compatible "A `not` that ruled out values is gone.";
        REQUEST_KEYWORD_ADDED Keyword "keyword" Added Breaking "A keyword of OpenAPI 3.1 (`contains`, `if`, `propertyNames`, …) restricts what is taken.";
        REQUEST_KEYWORD_REMOVED Keyword "keyword" Removed Compatible "A keyword of OpenAPI 3.1 no longer restricts what is taken.";
        REQUEST_KEYWORD_CHANGED Keyword "keyword" Changed Breaking "A keyword of OpenAPI 3.1 restricts what is taken in another way, and may rule out what was taken.";
        REQUEST_XML_CHANGED Xml "xml" Changed Breaking "A value is written into an XML body by another name, namespace or form (`xml`).";
        REQUEST_SCHEMA_REWRITTEN Schema "schema" Rewritten Compatible "A schema is written in another way, and everything that was taken still is.";
        REQUEST_DEFAULT_CHANGED Default "default" Changed Compatible "The server takes another value when none is sent.";
    }
    Response {
        RESPONSE_SUCCESS_STATUS_REMOVED Status "success-status" Removed Breaking "A status of success is no longer answered.";
        RESPONSE_SUCCESS_STATUS_ADDED Status "success-status" Added Compatible "There is one more status of success.";
        RESPONSE_ERROR_STATUS_REMOVED Status "error-status" Removed Compatible "A status of failure is no longer described.";
        RESPONSE_ERROR_STATUS_ADDED Status "error-status" Added Compatible "One more status of failure is described. Clients handle undescribed ones, too.";
        RESPONSE_MEDIA_TYPE_REMOVED MediaType "media-type" Removed Breaking "Responses of this media type are no longer given.";
        RESPONSE_MEDIA_TYPE_ADDED MediaType "media-type" Added Compatible "Responses can be had in one more media type.";
        RESPONSE_HEADER_REMOVED Header "header" Removed Breaking "A header that was always there is gone.";
        RESPONSE_OPTIONAL_HEADER_REMOVED Header "optional-header" Removed Compatible "A header that was not always there is gone.";
        RESPONSE_HEADER_ADDED Header "header" Added Compatible "Responses have one more header.";
        RESPONSE_HEADER_BECAME_OPTIONAL Header "header" BecameOptional Breaking "A header that was always there can be absent.";
        RESPONSE_HEADER_BECAME_REQUIRED Header "header" BecameRequired Compatible "A header is always there.";
        RESPONSE_HEADER_STYLE_CHANGED Header "header-style" Changed Breaking "An object is written into a header in another way (`explode`).";
        RESPONSE_HEADER_CONTENT_CHANGED Header "header-content" Changed Breaking "The value of a header is a document of another media type, or no longer one.";
        RESPONSE_LINKS_CHANGED Documentation "links" Changed Documentation "The links from a response to other operations are different; they are no part of a client.";
        RESPONSE_DOCUMENTATION_CHANGED Documentation "documentation" Changed Documentation "The description or example of a response or header reads differently.";
        RESPONSE_TYPE_NARROWED Values "type" Narrowed Compatible "Fewer types of values come back.";
        RESPONSE_TYPE_WIDENED Values "type" Widened Breaking "More types of values can come back.";
        RESPONSE_TYPE_CHANGED Values "type" Changed Breaking "Values of another type come back.";
        RESPONSE_FORMAT_NARROWED Values "format" Narrowed Compatible "Values have a format.";
        RESPONSE_FORMAT_WIDENED Values "format" Widened Breaking "Values have no format any more, or a wider one.";
        RESPONSE_FORMAT_CHANGED Values "format" Changed Breaking "Values of another format come back.";
        RESPONSE_PATTERN_ADDED Values "pattern" Added Compatible "Strings match a pattern.";
        RESPONSE_PATTERN_REMOVED Values "pattern" Removed Breaking "Strings need not match the pattern that was promised.";
        RESPONSE_PATTERN_NARROWED Values "pattern" Narrowed Compatible "Strings match a pattern that allows less than the one that was promised.";
        RESPONSE_PATTERN_WIDENED Values "pattern" Widened Breaking "Strings match a pattern that allows more than the one that was promised.";
        RESPONSE_PATTERN_CHANGED Values "pattern" Changed Breaking "Strings match another pattern than was promised, which allows other strings, or may do so.";
        RESPONSE_BOUND_TIGHTENED Values "bound" Tightened Compatible "A bound of numbers, lengths or counts promises more.";
        RESPONSE_BOUND_LOOSENED Values "bound" Loosened Breaking "A bound of numbers, lengths or counts promises less.";
        RESPONSE_ENUM_ADDED Values "enum" Added Compatible "Only listed values come back.";
        RESPONSE_ENUM_REMOVED Values "enum" Removed Compatible "Values that are not listed can come back. A generated client copes: its enums keep unknown values.";
        RESPONSE_ENUM_VALUE_REMOVED Values "enum-value" Removed Compatible "A listed value no longer comes back.";
        RESPONSE_ENUM_VALUE_ADDED Values "enum-value" Added Compatible "One more value can come back. A generated client copes: its enums keep unknown values.";
        RESPONSE_ENUM_REPLACED Values "enum" Replaced Breaking "None of the listed values comes back any more: callers that tell them apart know none of the new ones.";
        RESPONSE_CLOSED_ENUM_WIDENED Values "closed-enum" Widened Breaking "More values can come back of an enum of several types: the generated type has no place for those of another one.";
        RESPONSE_NULLABLE_GAINED Values "nullable" Gained Breaking "`null` can come back.";
        RESPONSE_NULLABLE_LOST Values "nullable" Lost Compatible "`null` no longer comes back.";
        RESPONSE_PROPERTY_REMOVED Property "property" Removed Breaking "A property no longer comes back.";
        RESPONSE_PROPERTY_ADDED_REQUIRED Property "property" AddedRequired Compatible "There is a new property that always comes back. Clients ignore unknown properties.";
        RESPONSE_PROPERTY_ADDED_OPTIONAL Property "property" AddedOptional Compatible "There is a new property that can come back. Clients ignore unknown properties.";
        RESPONSE_PROPERTY_BECAME_OPTIONAL Values "property" BecameOptional Breaking "A property that always came back can be absent.";
        RESPONSE_PROPERTY_BECAME_REQUIRED Values "property" BecameRequired Compatible "A property that could be absent always comes back.";
        RESPONSE_PROPERTY_BECAME_WRITE_ONLY Property "property" BecameWriteOnly Breaking "A property no longer comes back: it is `writeOnly`, and so part of requests alone.";
        RESPONSE_PROPERTY_BECAME_READABLE Property "property" BecameReadable Compatible "A property that only requests had comes back too.";
        RESPONSE_ADDITIONAL_PROPERTIES_CLOSED Values "additional-properties" Closed Compatible "Properties that are not listed no longer come back.";
        RESPONSE_ADDITIONAL_PROPERTIES_OPENED Values "additional-properties" Opened Compatible "Properties that are not listed can come back. Clients pass over what they don't know.";
        RESPONSE_ADDITIONAL_PROPERTIES_NARROWED Values "additional-properties" Narrowed Compatible "Properties that are not listed match a schema.";
        RESPONSE_ADDITIONAL_PROPERTIES_WIDENED Values "additional-properties" Widened Breaking "Properties that are not listed may be anything, not only what a schema promised.";
        RESPONSE_BRANCH_REMOVED Values "branch" Removed Compatible "An alternative of a `oneOf` or `anyOf` no longer comes back.";
        RESPONSE_BRANCH_ADDED Values "branch" Added Compatible "One more alternative of a `oneOf` can come back, which says what it is by a discriminator or a constant. A generated client copes: its unions keep values of an unknown kind.";
        RESPONSE_CLOSED_UNION_WIDENED Values "closed-union" Widened Breaking "One more alternative of a `oneOf` or `anyOf` can come back that neither a discriminator nor a constant tells apart: callers have no place for it.";
        RESPONSE_DISCRIMINATOR_CHANGED Discriminator "discriminator" Changed Breaking "Alternatives are told apart by another property.";
        RESPONSE_DISCRIMINATOR_VALUE_REMOVED Discriminator "discriminator-value" Removed Compatible "A value that named an alternative no longer comes back.";
        RESPONSE_DISCRIMINATOR_VALUE_ADDED Discriminator "discriminator-value" Added Compatible "One more value names an alternative. A generated client copes: its unions keep values of an unknown kind.";
        RESPONSE_DISCRIMINATOR_VALUE_CHANGED Discriminator "discriminator-value" Changed Breaking "A value names another alternative, or an alternative is named by other values.";
        RESPONSE_NOT_TIGHTENED Values "not" Tightened Compatible "Values that could come back are ruled out by a `not`.";
        RESPONSE_NOT_LOOSENED Values "not" Loosened Breaking "Values that a `not` ruled out can come back.";
        RESPONSE_KEYWORD_ADDED Keyword "keyword" Added Compatible "A keyword of OpenAPI 3.1 (`contains`, `if`, `propertyNames`, …) promises more of what comes back.";
        RESPONSE_KEYWORD_REMOVED Keyword "keyword" Removed Breaking "A keyword of OpenAPI 3.1 that promised something of what comes back is gone.";
        RESPONSE_KEYWORD_CHANGED Keyword "keyword" Changed Breaking "A keyword of OpenAPI 3.1 promises something else of what comes back.";
        RESPONSE_XML_CHANGED Xml "xml" Changed Breaking "A value stands in an XML body by another name, namespace or form (`xml`).";
        RESPONSE_SCHEMA_REWRITTEN Schema "schema" Rewritten Compatible "A schema is written in another way, and nothing comes back that could not before.";
        RESPONSE_DEFAULT_CHANGED Default "default" Changed Compatible "The absence of a value has another meaning.";
    }
    Schema {
        SCHEMA_DEPRECATED Schema "schema" Deprecated Compatible "A schema or property still works, but should no longer be used.";
        SCHEMA_UNDEPRECATED Schema "schema" Undeprecated Compatible "A schema or property may be used again.";
        SCHEMA_DOCUMENTATION_CHANGED Documentation "schema-documentation" Changed Documentation "The title, description or example of a schema reads differently.";
        FORMAT_HINT_CHANGED Documentation "format-hint" Changed Documentation "A format that restricts no values, such as `password`, came or went.";
        TYPE_RENAMED Code "type" Renamed Source "A schema is found under another name: the generated type is named after it.";
        GENERATED_TYPE_CHANGED Code "generated-type" Changed Source "The generated item has another Rust type, though the same calls work.";
        ARGUMENT_BECAME_OPTIONAL Code "argument" BecameOptional Source "A required argument of the generated method became an optional setter.";
        ERROR_VARIANT_REMOVED Code "error-variant" Removed Source "The generated error of an operation lost a variant.";
        SUCCESS_TYPE_CHANGED Code "success-type" Changed Source "The generated method returns another type, because success responses or their media types changed, or sends a body of another media type.";
    }
}
