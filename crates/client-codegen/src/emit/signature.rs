//! The signatures of progenitor's methods, which the emitted client wraps.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{File, FnArg, GenericArgument, Pat, PathArguments, ReturnType, Type, parse_quote};

use super::answers::Reading;
use crate::CodegenError;
use crate::model::{Api, Operation, Writing};
use crate::reach::{may_hold_float, methods_by_name, with_floats};
use crate::wiring::{Place, places};

/// The signature of one generated method.
pub(super) struct Signature {
    /// In the order of the public method: path, query, body, headers.
    pub(super) arguments: Vec<Argument>,
    /// Whether the body may hold a number that isn't finite, which JSON can't express.
    pub(super) may_hold_float: bool,
    /// The type of a successful body, as the caller gets it.
    pub(super) output: Type,
    /// The function of the runtime that returns it.
    pub(super) finish: &'static str,
}

/// One argument of a generated method.
pub(super) struct Argument {
    /// Its name in the public method.
    pub(super) name: syn::Ident,
    /// The type without the `Option` of an optional one.
    pub(super) ty: Type,
    pub(super) kind: Kind,
    pub(super) form: Form,
    /// Whether the request holds it in a type that doesn't show it; a secret has such a type anyway.
    pub(super) hidden: bool,
    /// The parameter; `None` for the body.
    pub(super) parameter: Option<Wire>,
    /// Whether the caller may give `None` for a required one, meaning null.
    pub(super) nullable: bool,
    /// Its number among the arguments of progenitor's method.
    pub(super) position: usize,
    pub(super) docs: String,
}

/// A parameter on the wire.
pub(super) struct Wire {
    pub(super) name: String,
    /// How the runtime writes it, if progenitor's method doesn't.
    pub(super) writing: Option<Writing>,
    pub(super) location: String,
}

/// The form in which the caller passes a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As the generated method takes it.
    Plain,
    /// A body of bytes: any type that converts into them.
    Bytes,
    /// A body that is a string: any type that converts into it.
    String,
    /// A string that must not be shown.
    Secret,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A path parameter: checked before it becomes part of a URL.
    Path,
    /// Any other argument the caller must give.
    Required,
    /// A method of the request.
    Optional,
    /// The header that the runtime sets.
    IdempotencyKey,
}

impl Argument {
    /// Whether the runtime writes it.
    pub(super) fn writing(&self) -> Option<(&Wire, &Writing)> {
        let wire = self.parameter.as_ref()?;
        Some((wire, wire.writing.as_ref()?))
    }

    /// Its place among the arguments of the public method.
    fn order(&self) -> (u8, usize, String) {
        match &self.parameter {
            None => (2, 0, String::new()),
            Some(wire) => match wire.location.as_str() {
                "path" => (0, self.position, String::new()),
                "query" => (1, 0, wire.name.clone()),
                _ => (3, 0, wire.name.clone()),
            },
        }
    }

    /// Whether it is a `&str`.
    pub(super) fn is_str(&self) -> bool {
        match &self.ty {
            syn::Type::Reference(ty) => matches!(&*ty.elem, syn::Type::Path(path) if path.path.is_ident("str")),
            _ => false,
        }
    }

    /// The type of the public method's argument.
    pub(super) fn given(&self) -> TokenStream {
        let ty = &self.ty;
        match self.form {
            _ if self.nullable => self.bare(),
            Form::Plain => quote!(#ty),
            Form::Bytes => quote!(impl Into<rt::Bytes>),
            Form::String => quote!(impl Into<String>),
            Form::Secret => quote!(&'a rt::Secret),
        }
    }

    /// The type of the value in the request, without the `Option` of an optional one.
    pub(super) fn held(&self) -> TokenStream {
        let bare = self.bare();
        if self.hidden { quote!(rt::Redacted<#bare>) } else { bare }
    }

    /// The same, shown.
    pub(super) fn bare(&self) -> TokenStream {
        let ty = &self.ty;
        match self.form {
            Form::Secret if self.nullable => quote!(Option<&'a rt::Secret>),
            _ if self.nullable => quote!(Option<#ty>),
            Form::Plain => quote!(#ty),
            Form::Bytes => quote!(rt::Bytes),
            Form::String => quote!(String),
            Form::Secret if self.kind == Kind::Optional => quote!(rt::Secret),
            Form::Secret => quote!(&'a rt::Secret),
        }
    }
}

impl Signature {
    pub(super) fn required(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().filter(|argument| matches!(argument.kind, Kind::Path | Kind::Required))
    }

    pub(super) fn optional(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().filter(|argument| argument.kind == Kind::Optional)
    }
}

/// The heads of progenitor's methods, one per operation and in their order.
pub(crate) struct Heads(Vec<Head>);

/// The facts read from a method: as text, since syntax trees can't leave the thread that made them.
struct Head {
    signature: String,
    /// The places of its arguments in the request.
    places: Vec<(String, Place)>,
    /// The arguments that may hold a floating-point number.
    floats: Vec<String>,
}

impl Heads {
    /// Reads progenitor's output.
    pub(crate) fn of(api: &Api, generated: &File) -> Result<Self, CodegenError> {
        let methods = methods_by_name(generated);
        let types = with_floats(generated)?;
        let head = |operation: &Operation| {
            let name = &operation.names.method;
            let method = methods.get(name).ok_or_else(|| {
                CodegenError::document(&operation.pointer, format!("progenitor made no method `{name}`"))
            })?;
            let floats = typed(&method.sig).filter(|(_, ty)| may_hold_float(ty, &types));
            Ok(Head {
                signature: method.sig.to_token_stream().to_string(),
                places: places(method),
                floats: floats.map(|(name, _)| name.to_string()).collect(),
            })
        };
        api.operations.iter().map(head).collect::<Result<_, _>>().map(Self)
    }
}

/// The signatures of all operations, in their order.
pub(super) fn all(api: &Api, heads: &Heads) -> Result<Vec<Signature>, CodegenError> {
    api.operations.iter().zip(&heads.0).map(|(operation, head)| of(operation, head)).collect()
}

/// The arguments of a method, with their types.
fn typed(signature: &syn::Signature) -> impl Iterator<Item = (&syn::Ident, &Type)> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => match &*argument.pat {
            Pat::Ident(pattern) => Some((&pattern.ident, &*argument.ty)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

fn of(operation: &Operation, head: &Head) -> Result<Signature, CodegenError> {
    let Head { signature, places, floats } = head;
    let head: syn::Signature =
        syn::parse_str(signature).map_err(|error| CodegenError::unsupported(&operation.pointer, error.to_string()))?;
    let mut arguments = Vec::new();
    let mut found = vec![false; operation.parameters.len()];
    let mut may_hold_float = false;
    for (position, (name, ty)) in typed(&head).enumerate() {
        let place = places.iter().find(|(argument, _)| name == argument).map(|(_, place)| place);
        let parameter = place.map(|place| {
            let at = operation.parameter_at(place);
            at.ok_or_else(|| CodegenError::document(&operation.pointer, format!("`{name}` is no parameter: {place:?}")))
        });
        let parameter = parameter.transpose()?;
        match parameter {
            Some(at) => found[at] = true,
            None => may_hold_float |= floats.iter().any(|argument| name == argument),
        }
        arguments.push(argument(operation, parameter, ty, position));
    }
    // Every parameter must have its argument: otherwise its value, or the check of it, would be missing.
    if let Some((parameter, _)) = operation.parameters.iter().zip(found).find(|(_, found)| !found) {
        let problem = format!("the parameter `{}` got no argument", parameter.name);
        return Err(CodegenError::document(&operation.pointer, problem));
    }
    arguments.sort_by_key(Argument::order);
    let output = match &head.output {
        ReturnType::Type(_, ty) => success_type(ty),
        ReturnType::Default => None,
    };
    let output = output.ok_or_else(|| CodegenError::unsupported(&operation.pointer, "its return type"))?;
    let (output, finish) = match (Reading::of(operation), output) {
        (Some(Reading::Enum(name)), _) => (parse_quote!(#name), "finish_answer"),
        (Some(Reading::Nothing), _) => (parse_quote!(()), "finish_answer"),
        (None, output) => only(operation, output),
    };
    Ok(Signature { arguments, may_hold_float, output, finish })
}

/// The type of a single success, and the function of the runtime that returns it.
fn only(operation: &Operation, output: Type) -> (Type, &'static str) {
    match output {
        empty if matches!(&empty, Type::Tuple(tuple) if tuple.elems.is_empty()) => (empty, "finish_empty"),
        text if is_named(&text, "ByteStream") && operation.returns_string => (parse_quote!(String), "finish_text"),
        bytes if is_named(&bytes, "ByteStream") => (parse_quote!(rt::Bytes), "finish_bytes"),
        body if operation.may_be_empty => (parse_quote!(Option<#body>), "finish_optional"),
        body => (body, "finish"),
    }
}

fn argument(operation: &Operation, parameter: Option<usize>, ty: &Type, position: usize) -> Argument {
    let parameter = parameter.and_then(|at| operation.parameters.get(at));
    let inner = first_parameter(ty, "Option");
    let is_optional_body = parameter.is_none() && operation.body.as_ref().is_some_and(|body| !body.required);
    // progenitor doesn't distinguish absence from null.
    let is_nullable_body = parameter.is_none() && operation.body.as_ref().is_some_and(|body| body.nullable);
    let nullable = is_nullable_body || inner.is_some() && parameter.is_some_and(|parameter| parameter.required);
    let kind = match parameter {
        Some(parameter) if inner.is_some() && parameter.is_idempotency_key() => Kind::IdempotencyKey,
        Some(parameter) if parameter.is_in_path() => Kind::Path,
        _ if is_optional_body || inner.is_some() && !nullable => Kind::Optional,
        _ => Kind::Required,
    };
    let ty = inner.unwrap_or_else(|| ty.clone());
    let form = match parameter {
        Some(parameter) if parameter.secret && is_text(&ty) => Form::Secret,
        // The type parameter of a method that sends bytes.
        None if is_named(&ty, "B") => Form::Bytes,
        None if is_named(&ty, "String") => Form::String,
        _ => Form::Plain,
    };
    let is_opaque_body = parameter.is_none() && operation.body.as_ref().is_some_and(|body| body.secret);
    let hidden = match form {
        Form::Secret => false,
        Form::Plain => parameter.is_some_and(|parameter| parameter.secret) && kind != Kind::IdempotencyKey,
        Form::Bytes | Form::String => is_opaque_body,
    };
    let name = parameter.map_or("body", |parameter| &parameter.names.argument);
    let docs = match parameter {
        Some(parameter) => parameter.docs.clone(),
        None if nullable => "`None` is sent as null.".to_owned(),
        None => String::new(),
    };
    let parameter = parameter.map(|parameter| Wire {
        name: parameter.name.clone(),
        writing: parameter.writing.clone(),
        location: parameter.location.clone(),
    });
    Argument { name: format_ident!("{name}"), ty, kind, form, hidden, parameter, nullable, position, docs }
}

/// Whether it is the type of that bare name.
fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.qself.is_none() && path.path.is_ident(name))
}

/// Whether it is `&'a str`.
fn is_text(ty: &Type) -> bool {
    match ty {
        Type::Reference(of) => of.mutability.is_none() && of.lifetime.is_some() && is_named(&of.elem, "str"),
        _ => false,
    }
}

/// `T` of `Result<ResponseValue<T>, …>`.
fn success_type(ty: &Type) -> Option<Type> {
    first_parameter(&first_parameter(ty, "Result")?, "ResponseValue")
}

fn first_parameter(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(inner) => Some(inner.clone()),
            _ => None,
        }),
        _ => None,
    }
}
