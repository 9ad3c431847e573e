//! Panics of other people's parsers.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest message that is passed on, in characters.
const MESSAGE_LIMIT: usize = 200;

/// Runs `work`, and gives the message of its panic if it panics: parsers of untrusted files are allowed one bad file.
///
/// Callers must not use anything again that `work` may have left half-changed.
pub(crate) fn contain_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| message(panic.as_ref()))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").chars().take(MESSAGE_LIMIT).collect()
}
