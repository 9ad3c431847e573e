//! A run that puts its encoder into the site: a listener's own file gets the vector that the run gives it.

use std::fs;
use std::path::Path;

use pmsl_core::npy::Array;
use serde_json::{Value, json};

use super::host::Host;
use super::page::file_url;
use super::session::{Browser, Scheme, Session, run};
use crate::support::{Bench, stderr, tune, wav};

/// Of sub-genres by name and of tracks in them: the order of the library.
const TRACKS: [(usize, &str); 2] = [(0, "House/Chill/track 0.wav"), (10, "Techno/2_Bright/track 1.wav")];

#[test]
fn chromium_places_a_file() {
    places_files(Browser::Chromium);
}

#[test]
fn firefox_places_a_file() {
    places_files(Browser::Firefox);
}

fn places_files(browser: Browser) {
    let bench = Bench::new(3);
    let mut config = Bench::config();
    config["audio"] = json!({ "chunk_s": 0.96, "max_chunks": 3 });
    config["model"] =
        json!({ "encoder": { "kind": "resnet18", "width": 4 }, "projection": { "kind": "linear", "dim": 8 } });
    config["site"] = json!({ "encoder": true });
    bench.write_whole_config(&config);
    let output = bench.command().arg("-v").arg("--export").arg(bench.path("export")).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("encoder for the page"), "{}", stderr(&output));
    let (vectors, dim) = Array::open(&bench.path("export/embeddings.npy")).unwrap().into_matrix().unwrap();
    run(browser, Scheme::Light, async |session| {
        let host = Host::new(&bench.site());
        for url in [file_url(&bench.site(), "explorer.html"), host.url("explorer.html")] {
            session.open_explorer(&url).await;
            let asked: Vec<String> = session.script("return [...document.scripts].map((script) => script.src)").await;
            assert!(!asked.iter().any(|path| path.contains("encoder-")), "loaded before it is asked for: {asked:?}");
            for (track, path) in TRACKS {
                let file = bench.library().join(path);
                let found = drop_file(&session, &file).await;
                assert_eq!(found, track, "{path}");
                let vector = embed(&session, &fs::read(&file).unwrap()).await;
                let row = &vectors[track * dim..(track + 1) * dim];
                let distance = row.iter().zip(&vector).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
                assert!(vector.len() == dim && distance < 1e-3, "{path}: {distance} from where the run placed it");
            }
            // Like none of the library, and yet placed: a tune of the first sub-genre at another speed.
            let other = bench.path("a tune of mine.wav");
            fs::write(&other, wav(&tune(0, 40, 5.0), 22_050)).unwrap();
            drop_file(&session, &other).await;
            refuses(&session, &bench).await;
        }
    });
}

/// Chooses a file of the listener's, and says which track is found to be most like it.
async fn drop_file(session: &Session, file: &Path) -> usize {
    session.script::<Value>("document.querySelector('#drop-file').hidden = false").await;
    session.find("#drop-file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
    session
        .wait_until("what is like the file", async |session: &Session| {
            let title = session.text("#found-title").await;
            let status = session.text("#drop-status").await;
            assert!(!status.contains(':'), "{status}");
            title == name && session.script("return !document.querySelector('#found').hidden && document.querySelector('#drop-progress').hidden").await
        })
        .await;
    session.tracks("#found-neighbours").await[0]
}

/// What the page's encoder hears in a file.
async fn embed(session: &Session, bytes: &[u8]) -> Vec<f32> {
    let script = "
        const [bytes, done] = arguments;
        const manifest = JSON.parse(document.getElementById('pmsl-manifest').textContent);
        pmsl.createEncoder(manifest)
          .embed(new File([new Uint8Array(bytes)], 'a.wav'), () => {}, new AbortController().signal)
          .then((vector) => done([...vector]), (error) => done(error.message));";
    session.driver.execute_async(script, vec![json!(bytes)]).await.unwrap().convert().unwrap()
}

/// Files that hold no sound are no way to break the page.
async fn refuses(session: &Session, bench: &Bench) {
    for (name, bytes) in [("empty.wav", &b""[..]), ("words.mp3", &b"no sound at all"[..])] {
        let file = bench.path(name);
        fs::write(&file, bytes).unwrap();
        session.find("#drop-file").await.send_keys(file.to_str().unwrap()).await.unwrap();
        session
            .wait_until(name, async |session: &Session| {
                session.text("#drop-status").await.starts_with(&format!("{name}: "))
            })
            .await;
    }
}
