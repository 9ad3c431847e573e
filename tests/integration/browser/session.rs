//! Driving Chromium and Firefox.

use std::env;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};

/// What Firefox saves without asking.
const SAVED_TYPES: &str = "audio/x-mpegurl,application/xml,application/xspf+xml,application/json,text/csv";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Browser {
    Chromium,
    Firefox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Light,
    Dark,
}

/// What a scenario works with.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) browser: Browser,
    pub(super) driver: WebDriver,
    /// Where the browser saves files.
    pub(super) downloads: PathBuf,
}

/// Runs a scenario in a fresh browser. Where the browser or its driver is not installed it is skipped with a message,
/// or fails if `PMSL_REQUIRE_BROWSERS=1`, as the project's own test script has it.
pub(super) fn run<F>(browser: Browser, scheme: Scheme, scenario: impl FnOnce(Session) -> F)
where
    F: Future<Output = ()>,
{
    let Some((driver, binary)) = installed(browser) else {
        let message = format!("{browser:?} or its driver is not installed");
        assert!(env::var("PMSL_REQUIRE_BROWSERS").as_deref() != Ok("1"), "{message}");
        eprintln!("skipped: {message}");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let downloads = folder.path().join("downloads");
    std::fs::create_dir(&downloads).unwrap();
    let process = Driver::start(browser, &driver);
    let capabilities = match browser {
        Browser::Chromium => chromium(&binary, &folder, &downloads, scheme),
        Browser::Firefox => firefox(&binary, &downloads, scheme),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("http://127.0.0.1:{}", process.port);
        let driver = WebDriver::new(url, capabilities).await.unwrap();
        let finished = driver.run_and_quit(|driver| async {
            scenario(Session { browser, driver, downloads }).await;
            Ok::<(), thirtyfour::error::WebDriverError>(())
        });
        finished.await.unwrap();
    });
}

/// The driver's and the browser's programs.
fn installed(browser: Browser) -> Option<(PathBuf, PathBuf)> {
    let (drivers, binaries): (&[&str], &[&str]) = match browser {
        Browser::Chromium => (&["chromedriver"], &["chromium", "chromium-browser", "google-chrome"]),
        Browser::Firefox => (&["geckodriver"], &["firefox-esr", "firefox"]),
    };
    Some((find(drivers)?, find(binaries)?))
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()))
}

fn chromium(binary: &Path, folder: &TempDir, downloads: &Path, scheme: Scheme) -> Capabilities {
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    // As root there is no sandbox to be had; the rest keeps the browser from talking to anybody.
    let mut arguments = vec![
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--window-size=1280,900",
        &profile,
    ];
    if scheme == Scheme::Dark {
        arguments.push("--blink-settings=preferredColorScheme=0");
    }
    capabilities(&json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": binary, "args": arguments,
            "prefs": { "download.default_directory": downloads, "download.prompt_for_download": false },
        },
    }))
}

fn firefox(binary: &Path, downloads: &Path, scheme: Scheme) -> Capabilities {
    capabilities(&json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": binary, "args": ["-headless", "-width", "1280", "-height", "900"],
            "prefs": {
                "browser.download.folderList": 2, "browser.download.dir": downloads,
                "browser.download.useDownloadDir": true, "browser.download.alwaysOpenPanel": false,
                "browser.helperApps.neverAsk.saveToDisk": SAVED_TYPES,
                "layout.css.prefers-color-scheme.content-override": i32::from(scheme == Scheme::Light),
                "app.update.enabled": false, "network.captive-portal-service.enabled": false,
            },
        },
    }))
}

fn capabilities(json: &Value) -> Capabilities {
    serde_json::from_value(json.clone()).unwrap()
}

/// A driver's process, ended with the test.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts the driver on a port of its own choice, which it tells; one chosen here could be taken by then.
    fn start(browser: Browser, program: &Path) -> Self {
        let mut command = Command::new(program);
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        if browser == Browser::Firefox {
            command.arg("--websocket-port=0");
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let told = line.contains("started successfully") || line.contains("Listening on");
            let (_, port) = line.trim_end_matches('.').rsplit_once([' ', ':']).filter(|_| told)?;
            port.parse().ok()
        });
        // Whoever does not read what a program writes will stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let port = port.unwrap_or_else(|| panic!("{} does not tell its port", program.display()));
        Self { child, port }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
