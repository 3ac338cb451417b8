//! Single changes of a description, each with the level that it is expected to have.
//!
//! The generator takes the changed description as a whole, so that the effect of a change on the generated crate can be
//! checked too. Each change is read both ways: an addition one way is a removal the other way.

mod requests;
mod responses;
mod structure;
mod writing;

use serde_json::{Value, json};

/// The level of a change, as in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Calls that worked can fail.
    Breaking,
    /// Only Rust code that uses the generated crate has to change.
    Source,
    /// No caller and no Rust code has to change.
    Compatible,
    /// Only documentation changes.
    Documentation,
}

impl Expected {
    /// The name of the level.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Source => "source",
            Self::Compatible => "compatible",
            Self::Documentation => "documentation",
        }
    }
}

/// The findings required of reading a change one way: at least these rules, and nothing worse than this level.
#[derive(Clone, Copy, Debug)]
pub struct Finds {
    /// Rules by name.
    pub rules: &'static [&'static str],
    /// The worst level of all findings.
    pub level: Expected,
}

/// A single change.
#[derive(Clone, Copy)]
pub struct Mutation {
    /// The change in a few words.
    pub name: &'static str,
    /// The findings required from before to after.
    pub there: Finds,
    /// The findings required from after to before.
    pub back: Finds,
    prepare: fn(&mut Value),
    change: fn(&mut Value),
}

impl Mutation {
    /// The description without and with the change.
    ///
    /// # Panics
    ///
    /// When the change changes nothing.
    pub fn pair(&self) -> (Value, Value) {
        let mut before = base();
        (self.prepare)(&mut before);
        let mut after = before.clone();
        (self.change)(&mut after);
        assert_ne!(before, after, "{} changes nothing", self.name);
        (before, after)
    }
}

/// All changes.
pub fn all() -> Vec<Mutation> {
    [structure::ALL, requests::ALL, responses::ALL, writing::ALL].concat()
}

use Expected::{Breaking as B, Compatible as C, Documentation as D, Source as S};

/// A change of the base description.
const fn change(
    name: &'static str,
    there: (&'static [&'static str], Expected),
    back: (&'static [&'static str], Expected),
    change: fn(&mut Value),
) -> Mutation {
    on(name, there, back, |_| {}, change)
}

/// A change of the base description after `prepare` has prepared it.
const fn on(
    name: &'static str,
    there: (&'static [&'static str], Expected),
    back: (&'static [&'static str], Expected),
    prepare: fn(&mut Value),
    change: fn(&mut Value),
) -> Mutation {
    let (there, back) = (Finds { rules: there.0, level: there.1 }, Finds { rules: back.0, level: back.1 });
    Mutation { name, there, back, prepare, change }
}

/// The schema of a request.
const SENT: &str = "/components/schemas/NewOrder";
/// The schema of a response.
const GIVEN: &str = "/components/schemas/Order";
/// An operation with parameters.
const LIST: &str = "/paths/~1orders/get";
/// An operation with a body.
const CREATE: &str = "/paths/~1orders/post";
/// An operation with a placeholder in its path.
const ONE: &str = "/paths/~1orders~1{orderId}/get";

/// The node at `parent` + `below`, which must exist.
fn at<'d>(document: &'d mut Value, parent: &str, below: &str) -> &'d mut Value {
    let pointer = format!("{parent}{below}");
    document.pointer_mut(&pointer).unwrap_or_else(|| panic!("the document has no {pointer}"))
}

/// Sets a property.
fn set(document: &mut Value, parent: &str, below: &str, value: Value) {
    let (holder, key) = below.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    at(document, parent, holder).as_object_mut().unwrap().insert(key, value);
}

/// Removes a property or an element.
fn remove(document: &mut Value, parent: &str, below: &str) -> Value {
    let (holder, key) = below.rsplit_once('/').unwrap();
    match at(document, parent, holder) {
        Value::Array(items) => items.remove(key.parse().unwrap()),
        Value::Object(members) => members.remove(&key.replace("~1", "/").replace("~0", "~")).unwrap(),
        other => panic!("nothing can be removed from {other}"),
    }
}

/// Adds an element.
fn push(document: &mut Value, parent: &str, below: &str, value: Value) {
    at(document, parent, below).as_array_mut().unwrap().push(value);
}

/// The description that is changed.
pub fn base() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Orders", "version": "1.0.0", "description": "A shop."},
        "servers": [{"url": "https://api.example.com"}, {"url": "https://eu.example.com", "description": "Europe"}],
        "tags": [{"name": "orders"}],
        "security": [{"bearer": []}],
        "paths": {
            "/orders": {
                "get": {
                    "operationId": "listOrders",
                    "summary": "Lists orders.",
                    "tags": ["orders"],
                    "parameters": [
                        {"name": "account", "in": "query", "required": true, "schema": {"type": "string"}},
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "format": "int32"}},
                        {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}}
                    ],
                    "responses": {
                        "200": {
                            "description": "The orders.",
                            "headers": {
                                "X-Total": {"required": true, "schema": {"type": "integer"}},
                                "X-Page": {"schema": {"type": "integer"}}
                            },
                            "content": {"application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}
                            }}
                        },
                        "400": {"$ref": "#/components/responses/Failed"}
                    }
                },
                "post": {
                    "operationId": "createOrder",
                    "requestBody": {
                        "required": true,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/NewOrder"}},
                            "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/NewOrder"}}
                        }
                    },
                    "responses": {
                        "201": {
                            "description": "The order.",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
                        },
                        "400": {"$ref": "#/components/responses/Failed"}
                    }
                }
            },
            "/orders/{orderId}": {
                "parameters": [{"$ref": "#/components/parameters/OrderId"}],
                "get": {
                    "operationId": "getOrder",
                    "responses": {
                        "200": {
                            "description": "The order.",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
                        },
                        "404": {"description": "There is no such order."}
                    }
                },
                "delete": {
                    "operationId": "deleteOrder",
                    "responses": {"204": {"description": "It is gone."}}
                }
            }
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "other": {"type": "http", "scheme": "basic"}
            },
            "parameters": {
                "OrderId": {"name": "orderId", "in": "path", "required": true, "schema": {"type": "string"}}
            },
            "responses": {
                "Failed": {
                    "description": "What was wrong.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
                }
            },
            "schemas": {
                "NewOrder": {
                    "type": "object",
                    "required": ["name", "amount"],
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 50, "description": "Who orders."},
                        "amount": {"type": "number"},
                        "kind": {"type": "string", "enum": ["gift", "own", "trial"]},
                        "comment": {"type": "string", "nullable": true, "default": "none"},
                        "count": {"type": "integer", "format": "int64", "minimum": 2, "maximum": 9},
                        "address": {"type": "string"},
                        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                        "payment": {"$ref": "#/components/schemas/Payment"}
                    }
                },
                "Payment": {
                    "oneOf": [
                        {"$ref": "#/components/schemas/Card"},
                        {"$ref": "#/components/schemas/Transfer"}
                    ],
                    "discriminator": {
                        "propertyName": "kind",
                        "mapping": {
                            "card": "#/components/schemas/Card",
                            "visa": "#/components/schemas/Card",
                            "transfer": "#/components/schemas/Transfer"
                        }
                    }
                },
                "Card": {
                    "type": "object",
                    "required": ["kind", "number"],
                    "properties": {"kind": {"type": "string"}, "number": {"type": "string"}}
                },
                "Transfer": {
                    "type": "object",
                    "required": ["kind", "account"],
                    "properties": {"kind": {"type": "string"}, "account": {"type": "string"}}
                },
                "Order": {
                    "type": "object",
                    "required": ["id", "total", "state"],
                    "properties": {
                        "id": {"type": "string"},
                        "total": {"type": "number"},
                        "state": {"type": "string", "enum": ["open", "paid", "shipped"]},
                        "note": {"type": "string", "default": "none"},
                        "weight": {"type": "integer", "enum": [1, 2, 3]},
                        "code": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[A-Z]+$"},
                        "count": {"type": "integer", "format": "int64"},
                        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                        "paid": {"$ref": "#/components/schemas/Paid"}
                    }
                },
                "Paid": {
                    "oneOf": [
                        {"$ref": "#/components/schemas/Receipt"},
                        {"$ref": "#/components/schemas/Invoice"}
                    ],
                    "discriminator": {
                        "propertyName": "kind",
                        "mapping": {
                            "receipt": "#/components/schemas/Receipt",
                            "slip": "#/components/schemas/Receipt",
                            "invoice": "#/components/schemas/Invoice"
                        }
                    }
                },
                "Receipt": {
                    "type": "object",
                    "required": ["kind", "till"],
                    "properties": {"kind": {"type": "string"}, "till": {"type": "string"}}
                },
                "Invoice": {
                    "type": "object",
                    "required": ["kind", "due"],
                    "properties": {"kind": {"type": "string"}, "due": {"type": "string"}}
                },
                "Problem": {
                    "type": "object",
                    "required": ["message"],
                    "properties": {"message": {"type": "string"}}
                }
            }
        }
    })
}
