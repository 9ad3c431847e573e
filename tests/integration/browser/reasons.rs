//! Neighbours are shown with how near they are and why.

use pmsl_core::search::{KeyRelation, Reasons, SimilarityScale};

use super::everywhere::{Place, everywhere};
use super::session::Browser;
use super::site::{Built, TRACKS};

#[test]
fn chromium_gives_reasons() {
    everywhere(Browser::Chromium, gives_reasons);
}

#[test]
fn firefox_gives_reasons() {
    everywhere(Browser::Firefox, gives_reasons);
}

/// Similarity, percentile and reasons of each neighbour are the core's.
async fn gives_reasons(Place { session, site, .. }: Place<'_>) {
    let scale = SimilarityScale::new(site.searcher.rows());
    let mut kinds = Vec::new();
    for track in (0..TRACKS).step_by(9) {
        session.click(&format!("#option-{track}")).await;
        let shown: Vec<(usize, String, String, Vec<String>)> = session
            .script(
                "return [...document.querySelectorAll('#neighbours > li')].map((row) => [Number(row.dataset.track),
                    row.querySelector('.score-value').textContent, row.querySelector('.score-share').textContent,
                    [...row.querySelectorAll('.why li')].map((e) => e.textContent)])",
            )
            .await;
        let found = site.searcher.neighbours(track, 10);
        assert_eq!(shown.len(), found.len());
        for ((other, similarity, share, why), neighbour) in shown.into_iter().zip(found) {
            assert_eq!(other, neighbour.track);
            assert_eq!(similarity, format!("{:.3}", neighbour.similarity));
            let percentile = scale.percentile(neighbour.similarity);
            // Nothing short of all pairs reads as 100.
            let percentile = if percentile < 100.0 { percentile.min(99.9) } else { 100.0 };
            assert_eq!(share, format!("{percentile:.1} %"));
            assert_eq!(why, reasons(&site, track, other), "{track} and {other}");
            kinds.extend(why);
        }
    }
    let some = |words: &str| kinds.iter().any(|kind| kind.contains(words));
    for words in ["same tempo", "% tempo", "same key", "neighbouring key", "same playlist", "same artist", "warm"] {
        assert!(some(words), "no neighbour shows {words:?}");
    }
}

/// In the page's words.
fn reasons(site: &Built, track: usize, other: usize) -> Vec<String> {
    let [a, b] = [track, other].map(|track| site.songs.get(track).unwrap());
    let Reasons { tempo_percent, key, same_sub_genre, same_artist } = Reasons::new(a, b);
    let tempo = tempo_percent.map(f64::from).map(|percent| {
        let sign = if percent < 0.0 { '−' } else { '+' };
        let rounded = (percent.abs() + 0.5).floor();
        if percent.abs() < 0.5 { "same tempo".to_owned() } else { format!("{sign}{rounded} % tempo") }
    });
    let key = key.map(|relation| match relation {
        KeyRelation::Same => "same key",
        KeyRelation::Relative => "relative key",
        KeyRelation::Neighbour => "neighbouring key",
    });
    let playlist = same_sub_genre.then_some("same playlist");
    let artist = same_artist.then_some("same artist");
    let tags = site.tracks[track].tags.iter().filter(|tag| site.tracks[other].tags.contains(tag)).cloned();
    let words = [key, playlist, artist].into_iter().flatten().map(str::to_owned);
    tempo.into_iter().chain(words).chain(tags).collect()
}
