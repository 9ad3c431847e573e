//! A host for static files, as dumb as they come: no types beyond the obvious, no compression, no index.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::{fs, thread};

/// The folder of the host that the site lies in.
const SUB_PATH: &str = "/music/our%20site/";

/// Serves a folder until the test ends.
pub(super) struct Host {
    port: u16,
    missing: Arc<Mutex<Vec<String>>>,
}

impl Host {
    pub(super) fn new(root: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let missing = Arc::default();
        let (root, log) = (root.to_owned(), Arc::clone(&missing));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (root, log) = (root.clone(), Arc::clone(&log));
                // A browser that goes away in the middle of an answer is no failure of the test.
                thread::spawn(move || answer(stream, &root, &log).ok());
            }
        });
        Self { port, missing }
    }

    pub(super) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn url(&self, page: &str) -> String {
        format!("{}{SUB_PATH}{page}", self.origin())
    }

    /// What was asked for and is not there.
    pub(super) fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, root: &Path, missing: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let path = request.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
    let file = path.strip_prefix(SUB_PATH).map(|rest| root.join(rest.replace("%20", " ")));
    let Some(bytes) = file.as_ref().and_then(|file| fs::read(file).ok()) else {
        missing.lock().unwrap().push(path);
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let kind = content_type(&file.unwrap_or_default());
    let length = bytes.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&bytes)
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        Some("wav") => "audio/wav",
        _ => "application/octet-stream",
    }
}
