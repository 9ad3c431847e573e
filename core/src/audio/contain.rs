//! Panics of other people's parsers.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest message that is passed on, in characters.
const MESSAGE_LIMIT: usize = 200;

thread_local! {
    /// Calls of [`contain_panic`] that this thread is inside of.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Whether a panic of this thread would be caught and become the error of one file. The panic hook of a program has
/// nothing to say of such a panic; the hook that comes with the standard library prints it all the same.
pub fn panics_are_contained() -> bool {
    DEPTH.get() > 0
}

/// Runs `work`, and gives the message of its panic if it panics: parsers of untrusted files are allowed one bad file.
///
/// Callers must not use anything again that `work` may have left half-changed.
pub(crate) fn contain_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    outcome.map_err(|panic| message(panic.as_ref()))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").chars().take(MESSAGE_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_knows_whether_its_panics_are_contained() {
        assert!(!panics_are_contained());
        let nested = contain_panic(|| {
            let inner: Result<(), String> = contain_panic(|| panic!("inner {}", 1));
            let elsewhere = std::thread::spawn(panics_are_contained).join();
            (inner, panics_are_contained(), elsewhere.is_ok_and(|contained| contained))
        });
        assert_eq!(nested, Ok((Err("inner 1".to_owned()), true, false)));
        let wordless: Result<(), String> = contain_panic(|| std::panic::panic_any(3));
        assert_eq!(wordless, Err("no message".to_owned()));
        assert!(!panics_are_contained(), "left after a panic");
    }
}
