//! Every part of the explorer is tried by the same path from a double click as from a host.

use super::host::Host;
use super::page::file_url;
use super::session::{Browser, Scheme, Session, run};
use super::site::Built;

/// Where a scenario takes place.
pub(super) struct Place<'a> {
    pub(super) session: &'a Session,
    pub(super) site: Built,
    /// The explorer's address.
    pub(super) url: String,
}

/// Runs a scenario on a fresh site by double click, and on another from a host. Nothing may be logged as an error, be
/// asked of others, or be missing.
#[allow(clippy::needless_pass_by_value, reason = "a closure reads better where it is called")]
pub(super) fn everywhere(browser: Browser, scenario: impl AsyncFn(Place<'_>)) {
    run(browser, Scheme::Light, async |session| {
        let site = Built::new(1);
        let url = file_url(&site.root, "explorer.html");
        session.open_explorer(&url).await;
        scenario(Place { session: &session, site, url }).await;
        session.assert_clean("file://").await;

        let site = Built::new(1);
        let host = Host::new(&site.root);
        let url = host.url("explorer.html");
        session.open_explorer(&url).await;
        scenario(Place { session: &session, site, url }).await;
        session.assert_clean(&host.origin()).await;
        let missing: Vec<_> = host.missing().into_iter().filter(|path| path != "/favicon.ico").collect();
        assert!(missing.is_empty(), "{missing:?}");
    });
}
