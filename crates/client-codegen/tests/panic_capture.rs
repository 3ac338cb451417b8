//! Panics of the generator are errors that print nothing; all others reach the panic hook.
//!
//! The hook belongs to the process, so these tests have a program of their own. Its hook records before it prints, and
//! is set before the first generation: it is the one that the crate finds.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping and panicking")]

use std::panic::{catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, Once, PoisonError};
use std::thread;

use client_codegen::{CodegenError, CrateSpec, Descriptions};
use openapi_pipeline::source::Step;
use openapi_pipeline::{Node, Sources};
use panic_capture::capture;
use serde_json::{Value as Json, json};

/// The module once more, so that captures can be interleaved step by step. Its hook hands on to that of the crate or
/// the other way round, as with two libraries that capture panics.
#[path = "../src/panic_capture.rs"]
mod panic_capture;

static RECORDED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Sets the recording hook, and on top of it those of this module and of the crate; each test begins with it.
///
/// One after another: to take a hook and to set another are two steps in std, so of two libraries that install theirs
/// at the same moment one can lose the other's.
fn record_panics() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let former = take_hook();
        set_hook(Box::new(move |panic| {
            RECORDED.lock().unwrap_or_else(PoisonError::into_inner).push(panic.to_string());
            former(panic);
        }));
        assert_eq!(capture(|| ()), Ok(()));
        generate(&panicking());
    });
}

/// The panics that were recorded with this text: the tests of this program run at the same time.
fn recorded(text: &str) -> usize {
    let recorded = RECORDED.lock().unwrap_or_else(PoisonError::into_inner);
    recorded.iter().filter(|panic| panic.contains(text)).count()
}

/// A panic that nobody captures, on a thread of its own.
fn panic_elsewhere(text: &'static str) {
    assert!(thread::spawn(move || panic!("{text}")).join().is_err());
}

/// typify's message about [`panicking`].
const TRAPPED: &str = "#/components/schemas/Gone is missing";

/// A document that the generator panics on: the names of the alternatives become one.
fn panicking() -> Json {
    let schema = json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Gone"}}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {},
        "components": {"schemas": {"Trap": schema}},
    })
}

fn generate(json: &Json) -> CodegenError {
    let mut sources = Sources::new();
    let file = sources.add("a.json", json.to_string());
    let origin = sources.mark(file, 0..1, None, Step::Root);
    let document = Node::from_json(json, origin);
    let spec = CrateSpec {
        family: "doors".into(),
        title: "Doors".into(),
        command: "cargo xtask client".into(),
        document: "openapi.json".into(),
        server_by_token_region: Vec::new(),
        pins: Default::default(),
    };
    let descriptions = Descriptions { sources: &sources, root: Path::new("") };
    client_codegen::generate(&document, &spec, descriptions).unwrap_err()
}

#[test]
fn a_panic_of_the_generator_is_an_error_that_prints_nothing() {
    record_panics();
    let error = generate(&panicking());
    let CodegenError::Progenitor(said) = &error else { panic!("{error}") };
    assert!(said.contains(TRAPPED), "{said}");
    assert_eq!(recorded(said), 0);
}

#[test]
fn a_panic_of_another_thread_is_printed_while_generators_panic() {
    const ELSEWHERE: &str = "elsewhere, while generators panic";
    const THREADS: usize = 4;
    record_panics();
    let document = panicking();
    let (begin, generated) = (Barrier::new(THREADS + 1), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                begin.wait();
                for _ in 0..8 {
                    assert!(matches!(generate(&document), CodegenError::Progenitor(_)));
                    generated.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        begin.wait();
        panic_elsewhere(ELSEWHERE);
    });
    assert_eq!(generated.into_inner(), THREADS * 8);
    assert_eq!((recorded(ELSEWHERE), recorded(TRAPPED)), (1, 0));
}

#[test]
fn captures_that_overlap_leave_the_hook_as_it_was() {
    record_panics();
    let [first_is_inside, second_is_inside, first_is_over] = [(); 3].map(|()| Barrier::new(2));
    thread::scope(|scope| {
        scope.spawn(|| {
            let captured = capture(|| {
                first_is_inside.wait();
                second_is_inside.wait();
                panic!("first of two that overlap");
            });
            assert_eq!(captured, Err::<(), _>("first of two that overlap".to_owned()));
            assert!(catch_unwind(|| panic!("after the first of two")).is_err());
            first_is_over.wait();
        });
        scope.spawn(|| {
            first_is_inside.wait();
            let captured = capture(|| {
                second_is_inside.wait();
                first_is_over.wait();
                panic!("second of two that overlap");
            });
            assert_eq!(captured, Err::<(), _>("second of two that overlap".to_owned()));
            assert!(catch_unwind(|| panic!("after the second of two")).is_err());
        });
    });
    panic_elsewhere("elsewhere, after two that overlap");
    let texts = ["that overlap", "after the first of two", "after the second of two", "after two that overlap"];
    // The last panic says "that overlap" too.
    assert_eq!(texts.map(recorded), [1, 1, 1, 1]);
}

#[test]
fn captures_nest() {
    record_panics();
    let outer = capture(|| {
        let inner = capture(|| panic!("nested, inner"));
        assert_eq!(inner, Err::<(), _>("nested, inner".to_owned()));
        // A thread that is started inside is not inside.
        panic_elsewhere("nested, elsewhere");
        panic!("nested, outer")
    });
    assert_eq!(outer, Err::<(), _>("nested, outer".to_owned()));
    assert!(catch_unwind(|| panic!("nested, after both")).is_err());
    let texts = ["nested, inner", "nested, outer", "nested, elsewhere", "nested, after both"];
    assert_eq!(texts.map(recorded), [0, 0, 1, 1]);
}

#[test]
fn what_is_no_panic_is_handed_through_and_what_has_no_message_says_so() {
    record_panics();
    assert_eq!(capture(|| 7), Ok(7));
    let number: Result<(), String> = capture(|| std::panic::panic_any(7));
    assert_eq!(number, Err("it panicked without a message".to_owned()));
}
