//! What becomes of a panic: never a trace on the user's terminal.
//!
//! Panics of decoders and tag parsers are caught where they concern one file, and become its row in the table of
//! failures. Any other is a defect of this program, and ends the run with a sentence that says so.

use std::any::Any;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Mutex;

use anyhow::anyhow;
use pmsl_core::audio::panics_are_contained;

use crate::outcome::RunError;

/// Where the last panic that nobody contained came from: the payload of a panic does not know it.
static ORIGIN: Mutex<Option<String>> = Mutex::new(None);

/// Runs what the user asked for. A panic in it, on whatever thread that it waits for, becomes an error.
pub(crate) fn guarded<T>(act: impl FnOnce() -> Result<T, RunError>) -> Result<T, RunError> {
    std::panic::set_hook(Box::new(remember));
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|panic| Err(defect(panic.as_ref())))
}

/// The hook: keeps where a panic came from, in place of printing it.
fn remember(panic: &PanicHookInfo<'_>) {
    if panics_are_contained() {
        return;
    }
    if let (Some(place), Ok(mut origin)) = (panic.location(), ORIGIN.lock()) {
        *origin = Some(format!("{}:{}", file_name(place.file()), place.line()));
    }
}

/// The end of a source file's path: the rest tells of the machine that built the program.
fn file_name(path: &str) -> &str {
    let after = |marker: &str| path.rfind(marker).map(|at| &path[at + 1..]);
    after("/core/src/").or_else(|| after("/generator/src/")).or_else(|| path.rsplit(['/', '\\']).next()).unwrap_or(path)
}

fn defect(panic: &(dyn Any + Send)) -> RunError {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let origin = ORIGIN.lock().ok().and_then(|mut origin| origin.take());
    RunError::Failed(anyhow!(
        "the program came upon a case that it was not made for ({}, {}); this is a defect of pmsl-generate, please \
         report it with this line. What was finished is kept, and the same command goes on from there",
        text.unwrap_or("without a message"),
        origin.as_deref().unwrap_or("at an unknown place"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_sentence_with_its_place() {
        for act in [(|| panic!("row {} is missing", 3)) as fn() -> Result<(), RunError>, || {
            rayon::join(|| (), || panic!("row {} is missing", 3)).1
        }] {
            let error = guarded(act).unwrap_err();
            let message = error.to_string();
            assert!(message.contains("(row 3 is missing, ") && message.contains("crash.rs:"), "{message}");
            assert!(matches!(error, RunError::Failed(_)));
        }
        assert!(guarded(|| Ok(1)).is_ok_and(|one| one == 1));
    }

    #[test]
    fn places_do_not_tell_where_the_program_was_built() {
        assert_eq!(file_name("/home/me/pmsl/core/src/audio/decode.rs"), "core/src/audio/decode.rs");
        assert_eq!(file_name("/home/me/.cargo/registry/src/x/crate-1/src/lib.rs"), "lib.rs");
        assert_eq!(file_name("generator/src/plan.rs"), "plan.rs");
    }
}
