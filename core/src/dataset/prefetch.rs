//! Work done ahead on another thread, so that the device need not wait for the disk.

use std::ops::Range;
use std::sync::mpsc::sync_channel;
use std::thread;

/// Produces the items of `range` in order on another thread, at most `ahead` of them before they are asked for, and
/// passes them to `consume`. Ends with the first error, and early when `consume` returns.
pub(crate) fn prefetch<T: Send, E: Send, R>(
    range: Range<u64>,
    ahead: usize,
    produce: impl Fn(u64) -> Result<T, E> + Send,
    consume: impl FnOnce(&mut dyn Iterator<Item = Result<T, E>>) -> R,
) -> R {
    thread::scope(|scope| {
        // The producer holds one finished item besides those in the channel.
        let (sender, receiver) = sync_channel(ahead.saturating_sub(1));
        scope.spawn(move || {
            for index in range {
                let item = produce(index);
                let failed = item.is_err();
                if sender.send(item).is_err() || failed {
                    return;
                }
            }
        });
        consume(&mut receiver.into_iter())
    })
}
