//! Operations as data.

/// What the runtime knows of an operation.
///
/// Generated crates hold one constant per operation; its fields are public for whoever wants to look. More of them may come,
/// so an operation is made by [`new`](Self::new) and what follows it:
///
/// ```
/// use client_runtime::{Operation, Security};
///
/// const LOGOUT: Operation = Operation::new("acme", "logout", "POST", "/logout").with_security(Security::Bearer);
/// assert_eq!(LOGOUT.security, Security::Bearer);
/// assert!(!LOGOUT.rotates);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The family of APIs it belongs to, for instance `svix`.
    pub family: &'static str,
    /// Its id within the family, for instance `expire_all`.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path as the description writes it, with names in braces instead of values.
    pub path: &'static str,
    /// Whether it takes a token, or more.
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
    /// An operation by its family, its id in there, its method in capitals and its path. It takes no token and no
    /// idempotency key, and nothing is special about it.
    pub const fn new(family: &'static str, id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            family,
            id,
            method,
            path,
            security: Security::None,
            idempotent: false,
            idempotency_key: None,
            deprecated: false,
            rotates: false,
        }
    }

    /// The same with another [`security`](Self::security).
    #[must_use]
    pub const fn with_security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// The same with the header of an idempotency key.
    #[must_use]
    pub const fn with_idempotency_key(mut self, header: &'static str) -> Self {
        self.idempotency_key = Some(header);
        self
    }

    /// The same as one that has the effect of one request however often it is sent.
    #[must_use]
    pub const fn as_idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// The same as one that the vendor asks callers to stop using.
    #[must_use]
    pub const fn as_deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    /// The same as one that redeems a token which is spent by it.
    #[must_use]
    pub const fn as_rotating(mut self) -> Self {
        self.rotates = true;
        self
    }

    /// Whether sending it twice has the effect of sending it once: because it says so, or by the rules of its method.
    pub fn is_idempotent(&self) -> bool {
        self.idempotent || matches!(self.method, "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
    }

    /// The operation of this id.
    pub fn find<'a>(operations: &'a [Operation], id: &str) -> Option<&'a Operation> {
        operations.iter().find(|operation| operation.id == id)
    }
}

/// Whether an operation takes a token, or more.
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
    /// It needs all of these at once; some of them, or all, the client has beside its token.
    All(&'static [Scheme]),
    /// It gets all of these if they are all there, and else none.
    OptionalAll(&'static [Scheme]),
    /// It needs what one of these lists holds, all at once. The first whose credentials are there is sent, and one with the
    /// token where the call was given its own.
    AnyOf(&'static [&'static [Scheme]]),
    /// It gets what one of these lists holds if that is all there, and else nothing.
    OptionalAnyOf(&'static [&'static [Scheme]]),
}

/// One of the credentials that an operation needs: which, and how it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    name: &'static str,
    carrier: Carrier,
    method: Option<&'static str>,
}

impl Scheme {
    /// A scheme whose credential is the token: of the call, or from the client's source.
    pub const fn token(name: &'static str, carrier: Carrier) -> Self {
        Self { name, carrier, method: None }
    }

    /// A scheme whose credential the client has beside its token; `method` of its builder takes it.
    pub const fn named(name: &'static str, carrier: Carrier, method: &'static str) -> Self {
        Self { name, carrier, method: Some(method) }
    }

    /// Its name in the description.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How its credential travels.
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// The method of the client's builder that takes its credential; none if that is the token.
    pub const fn method(&self) -> Option<&'static str> {
        self.method
    }
}

/// How a token or another credential travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier {
    /// As a bearer token.
    Bearer,
    /// As the value of this header.
    Header(&'static str),
    /// As this parameter of the query.
    Query(&'static str),
    /// As this cookie.
    Cookie(&'static str),
    /// By the scheme `Basic` of HTTP; [`Secret::basic`](crate::Secret::basic) makes the token of a user and a password.
    Basic,
}

/// How the token travels among other credentials, if it is one of them.
pub(crate) fn token_of(schemes: &[Scheme]) -> Option<Carrier> {
    schemes.iter().find(|scheme| scheme.method.is_none()).map(Scheme::carrier)
}

impl Security {
    /// Whether a call may go out without a token.
    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Self::Optional | Self::OptionalKey(_) | Self::OptionalAll(_) | Self::OptionalAnyOf(_))
    }

    /// The lists of which one is enough.
    pub(crate) fn alternatives(self) -> Option<&'static [&'static [Scheme]]> {
        match self {
            Self::AnyOf(ways) | Self::OptionalAnyOf(ways) => Some(ways),
            _ => None,
        }
    }

    /// How its token travels, if it takes one.
    pub(crate) fn token(self) -> Option<Carrier> {
        match self {
            Self::None => None,
            Self::Bearer | Self::Optional => Some(Carrier::Bearer),
            Self::Key(carrier) | Self::OptionalKey(carrier) => Some(carrier),
            Self::All(schemes) | Self::OptionalAll(schemes) => token_of(schemes),
            Self::AnyOf(ways) | Self::OptionalAnyOf(ways) => ways.iter().find_map(|way| token_of(way)),
        }
    }

    /// What it needs beside the token.
    pub(crate) fn named(self) -> impl Iterator<Item = (Scheme, &'static str)> {
        let (schemes, ways): (&[Scheme], &[&[Scheme]]) = match self {
            Self::All(schemes) | Self::OptionalAll(schemes) => (schemes, &[]),
            Self::AnyOf(ways) | Self::OptionalAnyOf(ways) => (&[], ways),
            _ => (&[], &[]),
        };
        let all = schemes.iter().chain(ways.iter().copied().flatten());
        all.filter_map(|scheme| Some((*scheme, scheme.method?)))
    }
}
