//! The catalogue of this stage's rules.

crate::report::define_rules! {
    // Every dialect: the document around the schemas.
    OPENAPI_VERSION = "openapi-version": "The document declares the version it is converted to, 3.0.3.";
    MISSING_PATHS = "missing-paths": "A document without `paths` gets an empty one, because 3.0 requires it.";
    MISSING_RESPONSES = "missing-responses": "An operation without `responses` gets an undescribed `default` response, because 3.0 requires one.";
    RESPONSE_DESCRIPTION = "response-description": "A response without `description` gets an empty one, because 3.0 requires it.";
    PATH_PARAMETER_REQUIRED = "path-parameter-required": "A path parameter is always required, whether the document says so or not.";
    BEARER_API_KEY = "bearer-api-key": "An API key in the header `Authorization` with `x-apikey-prefix: Bearer` is a bearer token.";
    INLINE_PATH_ITEM = "inline-path-item": "A path that refers to a path item elsewhere in the document gets a copy of it.";
    INLINE_DEEP_REFERENCE = "inline-deep-reference": "A response, parameter, header or body that is referred to where it is used, and not among the components, is copied.";
    DROP_REFERENCE_SIBLINGS = "drop-reference-siblings": "Outside schemas, 3.0 ignores whatever stands beside a `$ref`, so it is removed.";
    EMPTY_OBJECT = "empty-object": "`null` where an object belongs becomes an empty object.";
    NOT_AN_OBJECT = "not-an-object": "Outside of operations, another value where an object belongs becomes an empty object; an example becomes its value.";
    MALFORMED_KEYWORD = "malformed-keyword": "A keyword whose value has another type than the specification asks for is taken for what it can only mean, or dropped.";
    EXAMPLES_LIST = "examples-list": "An array under `examples` of a parameter, header or media type becomes `example` with its first element.";
    DROP_NULL_FIELD = "drop-null-field": "A field written as `null` where 3.0 knows no null is removed.";

    // Every dialect: schemas.
    BOOLEAN_SCHEMA = "boolean-schema": "The schema `true` becomes `{}`, and `false` becomes `{not: {}}`.";
    NOT_A_SCHEMA = "not-a-schema": "A schema that is neither an object nor a boolean becomes `{}`.";
    EMPTY_SCHEMA = "empty-schema": "A schema that is `null` becomes `{}`, which allows the same values.";
    REF_SIBLINGS = "ref-siblings": "In a schema, keywords beside a `$ref` are meant, so the `$ref` moves into an `allOf`.";
    REF_TYPE_SIBLING = "ref-type-sibling": "A `type` beside a `$ref` that repeats the type of the target is removed.";
    HOIST_REF_TARGET = "hoist-ref-target": "A schema that is referred to where it stands (`$defs`, a property, a response) becomes a component of its own.";
    ANCHOR_REF = "anchor-ref": "A reference by `$anchor` or `$id` becomes a reference by place.";
    DYNAMIC_REF = "dynamic-ref": "A `$dynamicRef` becomes a `$ref` to its anchor, because 3.0 cannot override it from outside.";
    DROP_DEFS = "drop-defs": "`$defs` are removed once the schemas that something refers to have become components.";
    DROP_SCHEMA_IDENTIFIER = "drop-schema-identifier": "`$id`, `$schema`, `$anchor`, `$comment` and the like have no place in a 3.0 schema.";
    CONST_TO_ENUM = "const-to-enum": "`const` becomes an `enum` of one value, with the type of the value.";
    NULL_BRANCH = "null-branch": "A null branch of `oneOf` or `anyOf` becomes `nullable`; a single branch that remains is pulled up.";
    TYPE_ARRAY_NULLABLE = "type-array-nullable": "`null` in an array of types becomes `nullable`.";
    TYPE_ARRAY_SINGLE = "type-array-single": "An array of types that comes down to one becomes that type.";
    TYPE_ARRAY_UNION = "type-array-union": "Several types become a `oneOf` with one branch for each, which takes the keywords of its type.";
    NULL_TYPE = "null-type": "A schema that allows only `null` becomes a nullable `enum` whose one value is null.";
    NULL_IN_ENUM = "null-in-enum": "An `enum` with `null` among its values makes its schema `nullable`.";
    NUMERIC_EXCLUSIVE_BOUND = "numeric-exclusive-bound": "A number under `exclusiveMinimum` or `exclusiveMaximum` becomes a bound with a boolean beside it.";
    INTEGRAL_NUMBER = "integral-number": "A bound of integers or a length that is written with a decimal point is written without.";
    DROP_BOUND = "drop-bound": "A length or a divisor that is no integer of 64 bits is dropped.";
    SCHEMA_EXAMPLES = "schema-examples": "The first of a schema's `examples` becomes its `example`.";
    CONTENT_ENCODING = "content-encoding": "`contentEncoding: base64` becomes `format: byte`; other encodings are dropped.";
    CONTENT_MEDIA_TYPE = "content-media-type": "A binary `contentMediaType` becomes `format: binary`; other media types of strings are dropped.";
    TUPLE_ITEMS = "tuple-items": "Items with a schema for each position become items of any of these schemas.";
    ARRAY_ITEMS = "array-items": "An array without `items` gets `items: {}`, because 3.0 requires it.";
    DROP_CONTAINS = "drop-contains": "`contains` and its bounds are dropped: 3.0 cannot ask for a single matching item.";
    UNEVALUATED_ITEMS = "unevaluated-items": "`unevaluatedItems` becomes `items` where nothing else describes the items, and is dropped otherwise.";
    UNEVALUATED_PROPERTIES = "unevaluated-properties": "`unevaluatedProperties` becomes `additionalProperties` where no other schema takes part, and is dropped otherwise.";
    REQUIRED_NAMES = "required-names": "`required` names each property once, and is absent where it names none, because 3.0 wants both.";
    PATTERN_PROPERTIES = "pattern-properties": "`patternProperties` become `additionalProperties`: of their schemas where no other names are allowed, else of what other names may have too.";
    DROP_PROPERTY_NAMES = "drop-property-names": "`propertyNames` is dropped: 3.0 cannot restrict the names of properties.";
    DROP_DEPENDENT_KEYWORD = "drop-dependent-keyword": "`dependentRequired`, `dependentSchemas` and `dependencies` are dropped: 3.0 has no conditions.";
    DROP_CONDITION = "drop-if-then-else": "`if`, `then` and `else` are dropped: 3.0 has no conditions.";
    CONDITIONAL_PROPERTY = "conditional-property": "A property that only a condition describes becomes an optional one.";

    // OpenAPI 3.1.
    DROP_WEBHOOKS = "drop-webhooks": "`webhooks` are dropped: they are calls that a client receives.";
    DROP_JSON_SCHEMA_DIALECT = "drop-json-schema-dialect": "`jsonSchemaDialect` is dropped: 3.0 has one dialect.";
    DROP_INFO_SUMMARY = "drop-info-summary": "`info.summary` is dropped: 3.0 has no place for it.";
    DROP_LICENSE_IDENTIFIER = "drop-license-identifier": "`license.identifier` is dropped: 3.0 knows a license by name and URL.";
    DROP_PATH_ITEMS = "drop-path-items": "`components.pathItems` are dropped once the paths that refer to them have their copies.";
    DROP_MUTUAL_TLS = "drop-mutual-tls": "A `mutualTLS` scheme is dropped with what requires it: the certificate belongs to the connection, not to the request.";
    BINARY_CONTENT = "binary-content": "A body of bytes by its media type (`application/octet-stream`, `image/png`) without a schema is a binary string, which 3.0 wants spelled out.";

    // OpenAPI 3.2.
    SECURITY_BY_REFERENCE = "security-by-reference": "A security requirement that refers to its scheme names it.";
    DROP_QUERY_METHOD = "drop-query-method": "An operation of the method `QUERY` is left out: 3.0 has no such method.";
    DROP_ADDITIONAL_OPERATIONS = "drop-additional-operations": "`additionalOperations` are left out: 3.0 has a fixed set of methods.";
    DROP_QUERYSTRING_PARAMETER = "drop-querystring-parameter": "A parameter that is the whole query string is dropped; an operation that requires it is left out.";
    DROP_ITEM_SCHEMA = "drop-item-schema": "`itemSchema` is dropped: 3.0 cannot describe the items of a stream.";
    INLINE_MEDIA_TYPE = "inline-media-type": "A reference to a shared media type is replaced by a copy of it.";
    EXAMPLE_DATA_VALUE = "example-data-value": "`dataValue` of an example becomes `value`; `serializedValue` is dropped.";
    DROP_V3_2_FIELD = "drop-v3-2-field": "A field that only 3.2 has, and that describes no data, is dropped.";

    // Swagger 2.0.
    SWAGGER_SERVERS = "swagger-servers": "`host`, `basePath` and `schemes` become `servers`.";
    SWAGGER_DEFAULT_SCHEME = "swagger-default-scheme": "A host without schemes is reached by https.";
    SWAGGER_OPERATION_SERVERS = "swagger-operation-servers": "The `schemes` of an operation become its `servers`.";
    SWAGGER_COMPONENTS = "swagger-components": "`definitions`, `parameters`, `responses` and `securityDefinitions` become `components`.";
    SWAGGER_COMPONENT_NAME = "swagger-component-name": "A name that 3.0 does not allow for a component is made legal.";
    SWAGGER_REF = "swagger-ref": "A reference into `definitions`, `parameters` or `responses` points into `components`.";
    SWAGGER_BODY_PARAMETER = "swagger-body-parameter": "A body parameter becomes `requestBody`, with one entry for each media type that is consumed.";
    SWAGGER_FORM_PARAMETERS = "swagger-form-parameters": "Form parameters become one object in `requestBody`.";
    SWAGGER_FORM_MEDIA_TYPE = "swagger-form-media-type": "Form parameters are sent urlencoded, unless the operation consumes multipart or a file is among them.";
    SWAGGER_SHARED_BODY = "swagger-shared-body": "A shared body or form parameter is copied to where it is used: 3.0 has no such parameters.";
    SWAGGER_PATH_BODY = "swagger-path-body": "A body or form parameter of a path is pushed into the operations of the path.";
    SWAGGER_DEFAULT_MEDIA_TYPE = "swagger-default-media-type": "A body whose media type is stated nowhere is `application/json`.";
    SWAGGER_PARAMETER_SCHEMA = "swagger-parameter-schema": "The type of a parameter or header moves into its `schema`.";
    SWAGGER_MISPLACED_SCHEMA = "swagger-misplaced-schema": "A `schema` on a parameter that is no body is taken for its type.";
    SWAGGER_PARAMETER_TYPE = "swagger-parameter-type": "A parameter or header without a type is a string.";
    SWAGGER_DROP_FIELD = "swagger-drop-field": "A field of a body or form parameter that 3.0 has no place for is dropped.";
    SWAGGER_COLLECTION_FORMAT = "swagger-collection-format": "`collectionFormat` (absent means csv) becomes `style` and `explode`.";
    SWAGGER_UNSUPPORTED_COLLECTION_FORMAT = "swagger-unsupported-collection-format": "An array whose separator 3.0 cannot express becomes a string that the caller joins.";
    SWAGGER_EXAMPLE = "swagger-example": "`x-example` becomes `example`, where 3.0 has a place for it.";
    SWAGGER_RESPONSE_CONTENT = "swagger-response-content": "The schema of a response becomes `content`, with one entry for each media type that is produced.";
    SWAGGER_SHARED_RESPONSE = "swagger-shared-response": "A shared response is copied into an operation that produces other media types than the document.";
    SWAGGER_DROP_RESPONSE_EXAMPLE = "swagger-drop-response-example": "An example of a response is dropped where its media type is not produced, or where there is no schema.";
    SWAGGER_SECURITY_SCHEME = "swagger-security-scheme": "`basic` becomes http/basic, and an OAuth flow gets the name and the place 3.0 has for it.";
    SWAGGER_FILE = "swagger-file": "The type `file` becomes a binary string.";
    SWAGGER_DISCRIMINATOR = "swagger-discriminator": "The name under `discriminator` becomes an object with `propertyName`.";
    SWAGGER_NULLABLE = "swagger-nullable": "`x-nullable` becomes `nullable`.";
}
