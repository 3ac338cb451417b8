//! What progenitor's methods take and give: the emitted client wraps exactly that, in progenitor's own order.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{File, FnArg, GenericArgument, Pat, PathArguments, ReturnType, Type, parse_quote};

use super::answers::Reading;
use crate::CodegenError;
use crate::model::{Api, Operation, Parameter};
use crate::reach::methods_by_name;

/// The signature of one generated method.
pub(super) struct Signature {
    pub(super) arguments: Vec<Argument>,
    /// The type of a successful body, as the user gets it.
    pub(super) output: Type,
    /// The function of the runtime that makes it.
    pub(super) finish: &'static str,
}

/// One argument of a generated method.
pub(super) struct Argument {
    pub(super) name: syn::Ident,
    /// The type without the `Option` of an optional one.
    pub(super) ty: Type,
    pub(super) kind: Kind,
    pub(super) form: Form,
    pub(super) docs: String,
}

/// In what form the caller hands a value over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As the generated method wants it.
    Plain,
    /// A body of bytes: anything that becomes some.
    Bytes,
    /// A body of text: anything that becomes one.
    Text,
    /// A text that must not be shown.
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
    /// The header the runtime fills in.
    IdempotencyKey,
}

impl Argument {
    /// The field of the request that holds it; `core` and `options` are the request's own.
    pub(super) fn field(&self) -> syn::Ident {
        match self.name.to_string().as_str() {
            "core" | "options" => format_ident!("{}_parameter", self.name),
            _ => self.name.clone(),
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
            Form::Plain => quote!(#ty),
            Form::Bytes => quote!(impl Into<rt::Bytes>),
            Form::Text => quote!(impl Into<String>),
            Form::Secret => quote!(&'a rt::Secret),
        }
    }

    /// The type of the value in the request, without the `Option` of an optional one.
    pub(super) fn held(&self) -> TokenStream {
        let ty = &self.ty;
        match self.form {
            Form::Plain => quote!(#ty),
            Form::Bytes => quote!(rt::Bytes),
            Form::Text => quote!(String),
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

/// The heads of progenitor's methods as text, one an operation and in their order: syntax trees can't leave the thread
/// that made them.
pub(crate) struct Heads(Vec<String>);

impl Heads {
    /// Of progenitor's output.
    pub(crate) fn of(api: &Api, generated: &File) -> Result<Self, CodegenError> {
        let methods = methods_by_name(generated);
        let head = |operation: &Operation| {
            let name = &operation.method_name;
            let method = methods.get(name).ok_or_else(|| {
                CodegenError::document(&operation.pointer, format!("progenitor made no method `{name}`"))
            })?;
            Ok(method.sig.to_token_stream().to_string())
        };
        api.operations.iter().map(head).collect::<Result<_, _>>().map(Self)
    }
}

/// The signatures of all operations, in their order.
pub(super) fn all(api: &Api, heads: &Heads) -> Result<Vec<Signature>, CodegenError> {
    api.operations.iter().zip(&heads.0).map(|(operation, head)| of(operation, head)).collect()
}

fn of(operation: &Operation, head: &str) -> Result<Signature, CodegenError> {
    let head: syn::Signature =
        syn::parse_str(head).map_err(|error| CodegenError::unsupported(&operation.pointer, error.to_string()))?;
    let mut arguments = Vec::new();
    for input in &head.inputs {
        if let FnArg::Typed(argument) = input
            && let Pat::Ident(pattern) = &*argument.pat
        {
            arguments.push(self::argument(operation, &pattern.ident, &argument.ty));
        }
    }
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
    Ok(Signature { arguments, output, finish })
}

/// The type of an only success, and the function of the runtime that makes it.
fn only(operation: &Operation, output: Type) -> (Type, &'static str) {
    match output {
        empty if matches!(&empty, Type::Tuple(tuple) if tuple.elems.is_empty()) => (empty, "finish_empty"),
        text if is_named(&text, "ByteStream") && operation.gives_text => (parse_quote!(String), "finish_text"),
        bytes if is_named(&bytes, "ByteStream") => (parse_quote!(rt::Bytes), "finish_bytes"),
        body if operation.may_be_empty => (parse_quote!(Option<#body>), "finish_optional"),
        body => (body, "finish"),
    }
}

fn argument(operation: &Operation, name: &syn::Ident, ty: &Type) -> Argument {
    let parameter = operation.parameters.iter().find(|parameter| *name == parameter.argument.as_str());
    let inner = first_parameter(ty, "Option");
    let kind = match (parameter, &inner) {
        (Some(parameter), Some(_)) if parameter.is_idempotency_key() => Kind::IdempotencyKey,
        (_, Some(_)) => Kind::Optional,
        (Some(Parameter { location, .. }), None) if location == "path" => Kind::Path,
        (_, None) => Kind::Required,
    };
    let ty = inner.unwrap_or_else(|| ty.clone());
    let form = match parameter {
        Some(parameter) if parameter.secret && is_text(&ty) => Form::Secret,
        // The type parameter of a method that sends bytes.
        None if is_named(&ty, "B") => Form::Bytes,
        None if is_named(&ty, "String") => Form::Text,
        _ => Form::Plain,
    };
    let docs = parameter.map(|parameter| parameter.docs.clone()).unwrap_or_default();
    Argument { name: name.clone(), ty, kind, form, docs }
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
