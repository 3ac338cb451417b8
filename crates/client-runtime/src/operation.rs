//! Operations as data.

/// What the runtime knows of an operation.
///
/// Generated crates hold one constant per operation; its fields are public for them and for whoever wants to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The family of APIs it belongs to, for instance `svix`.
    pub family: &'static str,
    /// Its id within the family, for instance `expire_all`.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path as the description writes it, with names in braces instead of values.
    pub path: &'static str,
    /// Whether it takes a token.
    pub security: Security,
    /// Whether sending it twice has the effect of sending it once, beyond what its method says.
    pub idempotent: bool,
    /// The header of the idempotency key, if the operation takes one.
    pub idempotency_key: Option<&'static str>,
    /// Whether the vendor asks callers to stop using it.
    pub deprecated: bool,
    /// Whether it redeems a token that is spent by it. Such a request is never repeated once it may have been sent.
    pub rotates: bool,
}

impl Operation {
    /// Whether sending it twice has the effect of sending it once: because it says so, or by the rules of its method.
    pub fn is_idempotent(&self) -> bool {
        self.idempotent || matches!(self.method, "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
    }

    /// The operation of this id.
    pub fn find<'a>(operations: &'a [Operation], id: &str) -> Option<&'a Operation> {
        operations.iter().find(|operation| operation.id == id)
    }
}

/// Whether an operation takes a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// It must not get one.
    None,
    /// It needs one.
    Bearer,
    /// It gets one if there is one: when the source can only be told to sign in, the call goes out without.
    Optional,
    /// It needs one, which doesn't travel as a bearer token.
    Key(Carrier),
    /// It gets one if there is one, which doesn't travel as a bearer token.
    OptionalKey(Carrier),
}

/// How a token travels that is no bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier {
    /// As the value of this header.
    Header(&'static str),
    /// As this parameter of the query.
    Query(&'static str),
    /// As this cookie.
    Cookie(&'static str),
    /// By the scheme `Basic` of HTTP; [`Secret::basic`](crate::Secret::basic) makes the token of a user and a password.
    Basic,
}

impl Security {
    /// Whether a call may go out without a token.
    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Self::Optional | Self::OptionalKey(_))
    }

    /// How its token travels, unless that is as a bearer token.
    pub(crate) fn carrier(self) -> Option<Carrier> {
        match self {
            Self::Key(carrier) | Self::OptionalKey(carrier) => Some(carrier),
            _ => None,
        }
    }
}
