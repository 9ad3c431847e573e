//! What a listener does on the explorer, in words.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::Value;
use thirtyfour::{By, Key, WebElement};

use super::session::{Browser, Session};

/// How long a page may take for anything before the test gives up. No bar: a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(90);

/// The address of a page opened by double click.
pub(super) fn file_url(root: &Path, page: &str) -> String {
    format!("file://{}", root.join(page).display()).replace(' ', "%20")
}

impl Session {
    /// Opens a page and waits until `selector` is seen.
    pub(super) async fn open(&self, url: &str, selector: &str) {
        self.driver.goto(url).await.unwrap();
        self.wait_until(&format!("{selector} on {url}"), async |session: &Self| {
            session
                .script::<bool>(&format!(
                    "const e = document.querySelector({selector:?}); return !!e && e.checkVisibility()"
                ))
                .await
        })
        .await;
    }

    /// Opens the explorer and waits until it can be used.
    pub(super) async fn open_explorer(&self, url: &str) {
        self.open(url, "html[data-explorer=ready] #explorer, #problem:not([hidden])").await;
        let problem: String =
            self.script("return document.querySelector('#problem:not([hidden])')?.innerText ?? ''").await;
        assert_eq!(problem, "", "{url}");
    }

    pub(super) async fn wait_until(&self, what: &str, condition: impl AsyncFn(&Self) -> bool) {
        let started = Instant::now();
        while !condition(self).await {
            assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(super) async fn script<T: DeserializeOwned>(&self, script: &str) -> T {
        self.driver.execute(script, Vec::new()).await.unwrap().convert().unwrap()
    }

    pub(super) async fn find(&self, css: &str) -> WebElement {
        self.driver.find(By::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(super) async fn click(&self, css: &str) {
        // Scrolled to the middle, where no bar lies over it.
        self.script::<Value>(&format!(
            "document.querySelector({css:?}).scrollIntoView({{ block: 'center', behavior: 'instant' }})"
        ))
        .await;
        self.find(css).await.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Replaces the text of a field by typing.
    pub(super) async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.send_keys(Key::Control + "a").await.unwrap();
        field.send_keys(Key::Backspace + text).await.unwrap();
    }

    pub(super) async fn text(&self, css: &str) -> String {
        self.script(&format!("return document.querySelector({css:?}).textContent.trim()")).await
    }

    /// The tracks of a list, top to bottom.
    pub(super) async fn tracks(&self, list: &str) -> Vec<usize> {
        self.script(&format!(
            "return [...document.querySelectorAll('{list} > li')].map((row) => Number(row.dataset.track ?? row.id.replace('option-', '')))"
        ))
        .await
    }

    /// Chooses an option of a select by its value.
    pub(super) async fn choose(&self, css: &str, value: &str) {
        self.click(&format!("{css} option[value=\"{}\"]", value.replace('\\', "\\\\"))).await;
    }

    /// What the page tells in passing.
    pub(super) async fn note(&self) -> String {
        self.text("#note").await
    }

    /// Waits until the page tells something in passing that holds these words.
    pub(super) async fn wait_for_note(&self, words: &str) {
        self.wait_until(&format!("the note {words:?}"), async |session: &Self| session.note().await.contains(words))
            .await;
    }

    /// Silences the player: a machine without a sound card refuses what is to be heard.
    pub(super) async fn mute(&self) {
        self.script::<Value>("for (const audio of document.querySelectorAll('audio')) audio.muted = true").await;
    }

    /// Opens parts that are folded away.
    pub(super) async fn unfold(&self, css: &str) {
        self.script::<Value>(&format!("for (const part of document.querySelectorAll({css:?})) part.open = true")).await;
    }

    /// Opens the page anew at the same address, once that holds all there is to hold.
    pub(super) async fn reopen(&self) {
        let address = self.address().await;
        self.open_anew(&address).await;
    }

    /// Opens an address as a page of its own, also where only what follows its `#` is another.
    pub(super) async fn open_anew(&self, address: &str) {
        self.driver.goto("about:blank").await.unwrap();
        self.open_explorer(address).await;
    }

    /// The address as somebody would copy it. The page writes it a moment later, or when it is left.
    pub(super) async fn address(&self) -> String {
        self.script("dispatchEvent(new Event('pagehide')); return location.href").await
    }

    /// The content of the only file saved with this ending, and its name. It is taken away.
    pub(super) async fn download(&self, extension: &str) -> (String, String) {
        let saved = |session: &Self| {
            let mut entries = fs::read_dir(&session.downloads).unwrap().map(|entry| entry.unwrap().path());
            entries.find(|path| path.extension().is_some_and(|e| e == extension))
        };
        self.wait_until("the download", async |session: &Self| {
            saved(session).is_some_and(|path| fs::metadata(path).is_ok_and(|file| file.len() > 0))
        })
        .await;
        let path = saved(self).unwrap();
        let found = (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap());
        fs::remove_file(path).unwrap();
        found
    }

    /// Nothing was logged as an error, nothing broke the policy, and nothing was asked of another host.
    pub(super) async fn assert_clean(&self, origin: &str) {
        let mut problems: Vec<String> = self.script("return window.problems").await;
        // Firefox on a machine without a sound card.
        problems.retain(|problem| !problem.contains("OnMediaSinkAudioError"));
        assert!(problems.is_empty(), "{problems:?}");
        if self.browser == Browser::Chromium {
            let mut log = self.driver.browser_log().await.unwrap();
            // Advice on reading the map's pixels back, which only these tests do.
            log.retain(|entry| !entry.message.contains("willReadFrequently"));
            assert!(log.is_empty(), "{log:?}");
        }
        let resources: Vec<String> =
            self.script("return performance.getEntriesByType('resource').map((entry) => entry.name)").await;
        let foreign: Vec<_> =
            resources.iter().filter(|name| !name.starts_with(origin) && !name.starts_with("blob:")).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
        // Chromium leaves files out of this list, but not what comes over a network.
        let told = !resources.is_empty() || origin.starts_with("file:");
        assert!(told, "the browser does not tell what it loaded");
    }
}
