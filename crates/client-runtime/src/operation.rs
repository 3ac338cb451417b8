//! Operations as data.

/// An operation of an API as data: its identity, its request line, and the credentials that it takes.
///
/// Generated crates have a constant for each operation. Fields may be added in later versions, so an operation is created
/// by [`new`](Self::new) and the methods that follow it:
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
    /// The API that the operation belongs to, for instance `svix`.
    pub family: &'static str,
    /// The id within the family, for instance `expire_all`.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path as the description writes it, with names in braces instead of values.
    pub path: &'static str,
    /// The credentials that the operation takes.
    pub security: Security,
    /// Whether the operation is marked as idempotent: sending it twice has the effect of sending it once. By the rules of
    /// HTTP some methods are idempotent anyway: see [`is_idempotent`](Self::is_idempotent).
    pub idempotent: bool,
    /// The header of the idempotency key, if the operation takes one.
    pub idempotency_key: Option<&'static str>,
    /// Whether the vendor asks callers to stop using it.
    pub deprecated: bool,
    /// Whether the operation redeems a token that can be used only once. Such a request is never repeated once it may have
    /// been sent, unless the server redirects it.
    pub rotates: bool,
}

impl Operation {
    /// Creates an operation from its family, its id within the family, its method in capitals and its path.
    ///
    /// It takes no credentials and no idempotency key, and is not marked as idempotent, deprecated or rotating.
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

    /// Sets the [`security`](Self::security).
    #[must_use]
    pub const fn with_security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Sets the header of the [idempotency key](Self::idempotency_key).
    #[must_use]
    pub const fn with_idempotency_key(mut self, header: &'static str) -> Self {
        self.idempotency_key = Some(header);
        self
    }

    /// Marks the operation as [`idempotent`](Self::idempotent).
    #[must_use]
    pub const fn as_idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Marks the operation as [`deprecated`](Self::deprecated).
    #[must_use]
    pub const fn as_deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    /// Marks the operation as one that [redeems a token](Self::rotates) which can be used only once.
    #[must_use]
    pub const fn as_rotating(mut self) -> Self {
        self.rotates = true;
        self
    }

    /// Whether sending the operation twice has the effect of sending it once: because it is marked as
    /// [`idempotent`](Self::idempotent), or by its method (RFC 9110, section 9.2.2).
    pub fn is_idempotent(&self) -> bool {
        self.idempotent || matches!(self.method, "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
    }

    /// The operation with an id, among those of a client.
    pub fn find<'a>(operations: &'a [Operation], id: &str) -> Option<&'a Operation> {
        operations.iter().find(|operation| operation.id == id)
    }
}

/// The credentials that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// None. A call that is given a token fails.
    None,
    /// A bearer token.
    Bearer,
    /// A bearer token if there is one: if the source reports that a login is required, the call is sent without a token.
    Optional,
    /// A token that isn't carried as a bearer token.
    Key(Carrier),
    /// A token if there is one, which isn't carried as a bearer token.
    OptionalKey(Carrier),
    /// The credentials of all these schemes together.
    All(&'static [Scheme]),
    /// The credentials of all these schemes together if the client has them all, otherwise none.
    OptionalAll(&'static [Scheme]),
    /// All credentials of one of these alternatives: the first that the client has all credentials for. A call with its
    /// own token takes the first alternative that includes the token.
    AnyOf(&'static [&'static [Scheme]]),
    /// All credentials of one of these alternatives if the client has them, otherwise none.
    OptionalAnyOf(&'static [&'static [Scheme]]),
}

/// A credential that an operation needs: the name of its security scheme, and how it is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    name: &'static str,
    carrier: Carrier,
    method: Option<&'static str>,
}

impl Scheme {
    /// A scheme whose credential is the token: the call's own, or one from the client's token source.
    pub const fn token(name: &'static str, carrier: Carrier) -> Self {
        Self { name, carrier, method: None }
    }

    /// A scheme with a credential of its own beside the token. `method` is the method of the client's builder that sets it.
    pub const fn named(name: &'static str, carrier: Carrier, method: &'static str) -> Self {
        Self { name, carrier, method: Some(method) }
    }

    /// The name of the scheme in the description.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How the credential is carried.
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// The method of the client's builder that sets the credential; `None` if the credential is the token.
    pub const fn method(&self) -> Option<&'static str> {
        self.method
    }
}

/// How a token or another credential is carried in a request.
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
    /// By HTTP's `Basic` scheme; [`Secret::basic`](crate::Secret::basic) makes the token of a user and a password.
    Basic,
}

/// How the token is carried, if it is one of these credentials.
pub(crate) fn token_of(schemes: &[Scheme]) -> Option<Carrier> {
    schemes.iter().find(|scheme| scheme.method.is_none()).map(Scheme::carrier)
}

impl Security {
    /// Whether a call may go out without a token.
    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Self::Optional | Self::OptionalKey(_) | Self::OptionalAll(_) | Self::OptionalAnyOf(_))
    }

    /// The alternatives of which one is enough.
    pub(crate) fn alternatives(self) -> Option<&'static [&'static [Scheme]]> {
        match self {
            Self::AnyOf(ways) | Self::OptionalAnyOf(ways) => Some(ways),
            _ => None,
        }
    }

    /// How the token is carried, if the operation takes one.
    pub(crate) fn token(self) -> Option<Carrier> {
        match self {
            Self::None => None,
            Self::Bearer | Self::Optional => Some(Carrier::Bearer),
            Self::Key(carrier) | Self::OptionalKey(carrier) => Some(carrier),
            Self::All(schemes) | Self::OptionalAll(schemes) => token_of(schemes),
            Self::AnyOf(ways) | Self::OptionalAnyOf(ways) => ways.iter().find_map(|way| token_of(way)),
        }
    }

    /// The schemes whose credentials are held beside the token, each with its builder method.
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
