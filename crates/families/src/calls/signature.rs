//! The signatures of a generated client's methods.

use std::collections::BTreeMap;

use syn::{Expr, FnArg, GenericArgument, ImplItem, Item, Lit, Pat, PathArguments, Type};

/// A method of a generated client.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// The HTTP method of the operation it calls.
    pub http_method: String,
    /// The path of that operation, with its parameters in braces.
    pub path: String,
    /// Its parameters.
    pub required: Vec<Argument>,
    /// The setters of its request.
    pub optional: Vec<Argument>,
    /// The type of a success.
    pub output: String,
    /// The variants of that type, where it is an enum of answers.
    pub answers: Vec<Answer>,
    /// The type of its errors.
    pub error: String,
}

/// A parameter of a method, or a setter of its request.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type without the reference.
    pub ty: String,
    /// Whether it is taken by reference.
    pub by_reference: bool,
    /// Whether it is an `Option`: it has to be given, and may be null.
    pub nullable: bool,
}

/// A variant of an enum of answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its path.
    pub path: String,
    /// The type of its value, if it has one.
    pub holds: Option<String>,
}

/// Setters of every request.
const OWN: [&str; 2] = ["timeout", "token"];

/// The methods of a client that call operations, from the source of its `client.rs`.
///
/// # Errors
///
/// When the source isn't Rust.
pub fn methods(source: &str) -> Result<Vec<Method>, syn::Error> {
    let file = syn::parse_file(source)?;
    let operations = operations(&file.items);
    let requests = requests(&file.items);
    let mut found = Vec::new();
    for method in functions(&file.items, "Client") {
        let Some((http_method, path)) = operations.get(&method.sig.ident.to_string()) else { continue };
        let syn::ReturnType::Type(_, ty) = &method.sig.output else { continue };
        let Some(request) = last_segment(ty).and_then(|name| requests.get(&name)) else { continue };
        let required = method.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(argument(pattern(&typed.pat), &typed.ty)),
            FnArg::Receiver(_) => None,
        });
        found.push(Method {
            name: method.sig.ident.to_string(),
            http_method: http_method.clone(),
            path: path.clone(),
            required: required.collect(),
            optional: request.setters.clone(),
            output: request.output.clone(),
            answers: answers(&file.items, &request.output),
            error: request.error.clone(),
        });
    }
    Ok(found)
}

/// The methods of a client's builder that take a credential beside the token, from the source of its `client.rs`.
///
/// # Errors
///
/// When the source isn't Rust.
pub fn credentials(source: &str) -> Result<Vec<String>, syn::Error> {
    let file = syn::parse_file(source)?;
    let setters = functions(&file.items, "ClientBuilder").into_iter().filter(|method| {
        let secret = |input: &FnArg| matches!(input, FnArg::Typed(typed) if text(&typed.ty) == "implInto<rt::Secret>");
        method.sig.inputs.iter().any(secret)
    });
    Ok(setters.map(|method| method.sig.ident.to_string()).collect())
}

struct Request {
    setters: Vec<Argument>,
    output: String,
    error: String,
}

/// The method and path of each operation, by the name of the client's method.
fn operations(items: &[Item]) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    for item in module(items, "operations") {
        let Item::Const(constant) = item else { continue };
        let texts = constructor(&constant.expr).map(|call| {
            let texts = call.args.iter().filter_map(|argument| match argument {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            });
            texts.collect::<Vec<String>>()
        });
        if let Some([id, method, path]) = texts.as_deref() {
            found.insert(id.clone(), (method.clone(), path.clone()));
        }
    }
    found
}

/// The call at the beginning of `operation(…).with_security(…).as_rotating()`.
fn constructor(expr: &Expr) -> Option<&syn::ExprCall> {
    match expr {
        Expr::Call(call) => Some(call),
        Expr::MethodCall(call) => constructor(&call.receiver),
        _ => None,
    }
}

fn requests(items: &[Item]) -> BTreeMap<String, Request> {
    let inner = module(items, "requests");
    let mut found = BTreeMap::new();
    for item in inner {
        let Item::Impl(block) = item else { continue };
        let Some(name) = last_segment(&block.self_ty) else { continue };
        for one in &block.items {
            if let ImplItem::Type(output) = one
                && output.ident == "Output"
            {
                let (value, error) = result(&output.ty).unwrap_or_default();
                let setters = functions(inner, &name).into_iter().filter_map(setter).collect();
                found.insert(name.clone(), Request { setters, output: value, error });
            }
        }
    }
    found
}

/// The variants of an enum of the module `answers`.
fn answers(items: &[Item], output: &str) -> Vec<Answer> {
    let Some(wanted) = output.strip_prefix("answers::") else { return Vec::new() };
    let found = module(items, "answers").iter().find_map(|item| match item {
        Item::Enum(item) if item.ident == wanted => Some(&item.variants),
        _ => None,
    });
    let answer = |variant: &syn::Variant| Answer {
        path: format!("{output}::{}", variant.ident),
        holds: variant.fields.iter().next().map(|field| text(&field.ty)),
    };
    found.into_iter().flatten().map(answer).collect()
}

fn setter(method: &syn::ImplItemFn) -> Option<Argument> {
    let value = method.sig.inputs.iter().nth(1)?;
    let FnArg::Typed(typed) = value else { return None };
    let name = method.sig.ident.to_string();
    (!OWN.contains(&name.as_str())).then(|| argument(name, &typed.ty))
}

/// The type arguments `T` and `E` of `Result<rt::Response<T>, rt::Error<E>>`.
fn result(ty: &Type) -> Option<(String, String)> {
    let outer = arguments(ty);
    let value = arguments(outer.first()?).first().map(|ty| text(ty))?;
    let error = arguments(outer.get(1)?).first().map(|ty| text(ty))?;
    Some((value, error))
}

fn arguments(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(PathArguments::AngleBracketed(list)) = path.path.segments.last().map(|last| &last.arguments) else {
        return Vec::new();
    };
    list.args
        .iter()
        .filter_map(|one| match one {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect()
}

fn argument(name: String, ty: &Type) -> Argument {
    if last_segment(ty).as_deref() == Some("Option")
        && let Some(inner) = arguments(ty).first()
    {
        return Argument { nullable: true, ..argument(name, inner) };
    }
    let (ty, by_reference) = match ty {
        Type::Reference(reference) => (text(&reference.elem), true),
        // Parameters of an `impl Into<…>` type take strings: secrets, bytes.
        Type::ImplTrait(_) => ("str".to_owned(), false),
        other => (text(other), false),
    };
    Argument { name, ty, by_reference, nullable: false }
}

fn text(ty: &Type) -> String {
    use quote::ToTokens;
    ty.to_token_stream().to_string().replace(' ', "")
}

fn pattern(pattern: &Pat) -> String {
    match pattern {
        Pat::Ident(ident) => ident.ident.to_string(),
        _ => String::new(),
    }
}

fn last_segment(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

fn module<'a>(items: &'a [Item], name: &str) -> &'a [Item] {
    let found = items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => module.content.as_ref().map(|(_, items)| items.as_slice()),
        _ => None,
    });
    found.unwrap_or_default()
}

/// The public methods of a type, apart from those of traits.
fn functions<'a>(items: &'a [Item], of: &str) -> Vec<&'a syn::ImplItemFn> {
    let blocks = items.iter().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() && last_segment(&block.self_ty).as_deref() == Some(of) => {
            Some(block)
        }
        _ => None,
    });
    let inner = blocks.flat_map(|block| &block.items).filter_map(|item| match item {
        ImplItem::Fn(method) if matches!(method.vis, syn::Visibility::Public(_)) => Some(method),
        _ => None,
    });
    inner.collect()
}

#[cfg(test)]
mod tests {
    use super::{credentials, methods};

    #[test]
    fn a_family_s_own_client() {
        let source =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../svix-client/src/client.rs")).unwrap();
        let methods = methods(&source).unwrap();
        assert_eq!(methods.len(), 9);
        assert_eq!(credentials(&source).unwrap(), ["static_token"]);
        let one = methods.iter().find(|method| method.name == "expire_all").unwrap();
        assert_eq!((one.http_method.as_str(), one.output.as_str()), ("POST", "()"));
        assert_eq!(one.error, "errors::ExpireAllError");
        let names: Vec<(&str, &str, bool)> =
            one.required.iter().map(|one| (one.name.as_str(), one.ty.as_str(), one.by_reference)).collect();
        assert_eq!(names, [("app_id", "types::AppId", true), ("body", "types::ApplicationTokenExpireIn", true)]);
        assert_eq!(one.optional.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["idempotency_key"]);
    }
}
