//! The report, and the pages of what does not fit in it.

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use super::advice::{self, Blurred, Lists};
use super::boxes::{self, Boxes};
use super::headline;
use super::heard::{self, Heard};
use super::measures::Figures;
use super::pair::Pair;
use super::places::{self, Place};
use super::sections::Sections;
use super::tracks::{self, TAGS};
use super::verdict::{self, Verdict};
use crate::render::charts::{self, ChartError, Layout, MAP_MARKS};
use crate::render::environment::{RenderError, Renderer};
use crate::render::report::{AtDepth, CrossValidation, Report};

/// Tracks up to which their tables may stand in the report.
const INSIDE: usize = 500;
/// Pairs of sub-genres named as confused.
const MISTAKES: usize = 5;

/// What the templates see.
#[derive(Serialize)]
struct Context<'a> {
    report: &'a Report,
    headline: Headline,
    duration_s: f64,
    track_count: usize,
    charts: Charts,
    mistakes: Vec<Mistake<'a>>,
    drawn_tracks: usize,
    /// Whether tables of sub-genres by sub-genres are few enough to be read.
    has_matrices: bool,
    /// Absent where one split was used.
    folds: Option<&'a CrossValidation>,
    /// Absent where the run was compared with nothing.
    verdict: Option<Verdict>,
    /// Absent where it was not measured.
    map_at_10: Option<AtDepth>,
    #[serde(flatten)]
    figures: Figures<'a>,
    blurred: Vec<Blurred<'a>>,
    lists: Lists,
    boxes: Vec<Boxes>,
    camelot: Vec<String>,
    /// Empty where no track has tags.
    heard: Vec<Heard<'a>>,
    top_tags: usize,
    /// Empty where no map was made.
    places: Vec<Place<'a>>,
    config: String,
}

#[derive(Serialize)]
struct Headline {
    counted: String,
    worth: String,
}

/// SVG, safe to stand in the page; absent where there is nothing to draw.
#[derive(Clone, Serialize)]
struct Charts {
    systems: Option<Pair>,
    gains: Option<Pair>,
    accuracy: Option<Pair>,
    confusion: Option<Pair>,
    classifiers: Option<Pair>,
    curves: Option<Pair>,
    histogram: Option<Pair>,
    similarity: Option<Pair>,
    calibration: Option<Pair>,
    keys: Option<Pair>,
    training: Option<Pair>,
    map: Option<Pair>,
}

#[derive(Serialize)]
struct Mistake<'a> {
    truth: &'a str,
    truth_index: usize,
    predicted: &'a str,
    predicted_index: usize,
    tracks: u32,
}

/// Makes `index.html`, `report.json` and the pages of what has no room in the report, such as `tracks-1.html` or
/// `misfiled.html`: (path, bytes). No page is larger than 300 KB. The assets are not among them.
///
/// # Errors
/// Refuses a report that contradicts itself; the others tell of a fault in the templates or charts.
pub fn report_pages(report: &Report, renderer: &Renderer) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let json = report.to_json()?;
    // Which columns the tables of tracks have.
    let looks = context! {
        parts => report.cross_validation.is_none(),
        calibrated => report.tracks.iter().any(|track| track.confidence.is_some()),
        described => report.tracks.iter().any(|track| track.descriptors.is_some()),
    };
    let (lists, mut pages) = advice::lists(report, renderer, &looks)?;
    let values = Value::from(Serde(context(report, lists)?));
    let with = |groups| Sections::new(renderer, &context! { groups => Serde(groups), ..values.clone() });
    // Of all that may leave the report the tables of tracks go first: nobody reads them from one end to the other.
    let few = report.tracks.len() <= INSIDE;
    let whole = if few { Some(with(tracks::groups_inside(report, renderer, &looks)?)?) } else { None };
    let sections = if let Some(sections) = whole.filter(Sections::fit) {
        sections
    } else {
        let (groups, track_pages) = tracks::groups_outside(report, renderer, &looks)?;
        pages.extend(track_pages);
        with(groups)?
    };
    let (index, section_pages) = sections.into_pages(renderer, &values)?;
    pages.extend(section_pages);
    pages.push(("index.html".into(), index));
    let mut files: Vec<(String, Vec<u8>)> = pages.into_iter().map(|(path, page)| (path, page.into_bytes())).collect();
    files.push(("report.json".into(), json));
    Ok(files)
}

fn context(report: &Report, lists: Lists) -> Result<Context<'_>, RenderError> {
    let headline::Headline { counted, worth } = headline::parts(report);
    let name = |index: usize| report.sub_genres[index].sub_genre.name.as_str();
    let mistakes = report.test.mistakes().into_iter().take(MISTAKES).map(|(truth, predicted, tracks)| Mistake {
        truth: name(truth),
        truth_index: truth,
        predicted: name(predicted),
        predicted_index: predicted,
        tracks,
    });
    let depths = report.measures.retrieval.iter().flat_map(|retrieval| &retrieval.mean_average_precision);
    Ok(Context {
        report,
        headline: Headline { counted, worth },
        duration_s: report.duration_s(),
        track_count: report.tracks.len(),
        charts: charts(report)?,
        mistakes: mistakes.collect(),
        drawn_tracks: report.tracks.len().min(MAP_MARKS),
        has_matrices: charts::draws_matrix(report, Layout::Wide),
        folds: report.cross_validation.as_ref(),
        verdict: verdict::verdict(report),
        map_at_10: depths.copied().find(|at| at.k == 10),
        figures: Figures::of(report),
        blurred: advice::blurred(report),
        lists,
        boxes: boxes::boxes(report)?,
        camelot: boxes::camelot(),
        heard: heard::heard(report),
        top_tags: TAGS,
        places: places::places(report),
        config: serde_json::to_string_pretty(&report.config)?,
    })
}

fn charts(report: &Report) -> Result<Charts, ChartError> {
    let judged = report.test.overall.n > 0;
    let trained = !report.training.epochs.is_empty();
    let mapped = !report.map.tracks.is_empty();
    let pair_if = |wanted: bool, draw: fn(&Report, Layout) -> Result<String, ChartError>| {
        Pair::draw(|layout| wanted.then(|| draw(report, layout)).transpose())
    };
    Ok(Charts {
        systems: Pair::draw(|layout| charts::systems(report, layout))?,
        gains: Pair::draw(|layout| charts::gains(report, layout))?,
        accuracy: pair_if(judged, charts::accuracy)?,
        confusion: Pair::draw(|layout| charts::confusion(report, layout))?,
        classifiers: Pair::draw(|layout| charts::classifiers(report, layout))?,
        curves: Pair::draw(|layout| charts::curves(report, layout))?,
        histogram: Pair::draw(|layout| charts::histogram(report, layout))?,
        similarity: Pair::draw(|layout| charts::similarity(report, layout))?,
        calibration: Pair::draw(|layout| charts::calibration(report, layout))?,
        keys: Pair::draw(|layout| charts::keys(report, layout))?,
        training: pair_if(trained, charts::training)?,
        map: pair_if(mapped, charts::map)?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::PAGE_LIMIT_BYTES;
    use super::super::check::check;
    use super::super::comparison_pages;
    use super::*;
    use crate::render::{Assets, Site, Version, sample, timings_page};

    fn renderer(title: &str) -> Renderer {
        let site = Site {
            title: title.into(),
            version: "0.1.0".into(),
            explorer: true,
            timings: true,
            single_file: false,
            versions: vec![Version::new("front end", "ast_fbank 1"), Version::new("index", 1)],
        };
        Renderer::new(Assets::shared(), site).unwrap()
    }

    fn pages(report: &Report) -> Vec<(String, String)> {
        let files = report_pages(report, &renderer(&report.title)).unwrap();
        files.into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
    }

    fn index(report: &Report) -> String {
        pages(report).into_iter().find(|(path, _)| path == "index.html").unwrap().1
    }

    fn samples() -> Vec<(&'static str, Report)> {
        vec![
            ("usual", sample::report()),
            ("hostile", sample::hostile()),
            ("bare", sample::bare()),
            ("big", sample::big()),
            ("wide", sample::many_sub_genres(24)),
            ("sixty", sample::many_sub_genres(60)),
            ("hundred", sample::many_sub_genres(100)),
            ("folds", sample::cross_validated()),
            ("vain", sample::in_vain()),
            ("beaten", sample::beaten()),
        ]
    }

    #[test]
    fn pages_are_well_formed_small_and_lead_to_each_other() {
        for (name, report) in samples() {
            let files = pages(&report);
            let paths: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
            assert_eq!(paths.len(), files.len(), "{name}: a path twice");
            for (path, page) in files.iter().filter(|(path, _)| path != "report.json") {
                check(page);
                assert!(page.len() <= PAGE_LIMIT_BYTES, "{name}: {path} has {} bytes", page.len());
                for link in page.split("href=\"").skip(1).map(|rest| rest.split(['"', '#']).next().unwrap()) {
                    let known = ["", "explorer.html", "timings.html"].contains(&link) || link.starts_with("assets");
                    assert!(known || paths.contains(link), "{name}: {path} leads to {link}");
                }
            }
        }
        let (_, timings) = timings_page(&sample::timings(), &renderer("Seven rooms")).unwrap();
        check(&String::from_utf8(timings).unwrap());
    }

    #[test]
    fn hostile_names_stay_text() {
        let page = index(&sample::hostile());
        assert!(!page.contains("<b") || page.matches("<b").count() == page.matches("<body").count());
        assert!(!page.contains("onload=\"x\""));
        assert!(page.contains("&lt;b onload="));
    }

    #[test]
    fn every_page_allows_its_own_files_only() {
        let page = index(&sample::report());
        let start = page.find("<meta http-equiv").unwrap();
        let end = start + page[start..].find('>').unwrap();
        insta::assert_snapshot!(
            page[start..end].replace("; ", ";\n"),
            @r#"
        <meta http-equiv="Content-Security-Policy" content="default-src 'none';
        script-src 'self' 'wasm-unsafe-eval';
        worker-src blob:;
        style-src 'self';
        img-src 'self' data: blob:;
        media-src 'self' blob:;
        connect-src 'none'"
        "#
        );
    }

    #[test]
    fn the_headline_stands_in_the_page() {
        let page = index(&sample::report());
        let start = page.find("<h1>").unwrap();
        let end = start + page[start..].find("</h1>").unwrap();
        insta::assert_snapshot!(
            page[start..end].replace('\u{a0}', " "),
            @r#"<h1>27 of 28 held-out tracks land nearest their own sub-genre: <span class="worth">96 % (82 % to 99 %), chance 14 %</span>"#
        );
    }

    #[test]
    fn a_row_of_the_track_table() {
        let files = pages(&sample::report());
        let page = &files.iter().find(|(path, _)| path == "tracks-5.html").unwrap().1;
        let start = page.find("<tr class=\"wrong\">").unwrap();
        let end = start + page[start..].find("</tr>").unwrap();
        insta::assert_snapshot!(page[start..end].replace("><", ">\n<"), @r#"
        <tr class="wrong">
        <th scope="row">
        <span class="cell-title">Orbit Lantern</span>
        <span class="cell-sub">Mirror Unit</span>
        <span class="cell-sub">trance, new age, sitar</span>
        </th>
        <td class="num">4:49</td>
        <td class="num">137</td>
        <td>7A</td>
        <td>held out</td>
        <td class="predicted">
        <span class="tag sub-5">
        <span>Party Goa</span>
        </span>
        </td>
        <td class="num">42 %<span class="cell-sub">unsure</span>
        </td>
        <td class="num">−0.03</td>
        <td>
        <ol class="inline">
        <li>Glass Ember <span class="muted">Parallel Unit</span> <span class="muted num">0.96</span>
        </li>
        <li>Drift Amber <span class="muted">Ember System</span> <span class="muted num">0.94</span>
        </li>
        <li>Tide Harbour <span class="muted">Tide Trio</span> <span class="muted num">0.92</span>
        </li>
        </ol>
        </td>
        "#);
    }

    #[test]
    fn what_was_not_done_is_said() {
        let page = index(&sample::bare());
        assert!(page.contains("No track was held out"));
        assert!(page.contains("without training on this library"));
        for absent in ["chart-", "baselines", "classifiers", "retrieval", "calibration", "descriptors", "heard"] {
            assert!(!page.contains(&format!("id=\"{absent}")), "{absent}");
        }
    }

    #[test]
    fn what_was_measured_is_shown() {
        let page = index(&sample::report()).replace('\u{a0}', " ");
        for id in [
            "baselines",
            "accuracy",
            "confusion",
            "advice",
            "classifiers",
            "retrieval",
            "hubness",
            "calibration",
            "groups",
            "descriptors",
            "heard",
            "map",
            "tracks",
            "training",
            "made",
        ] {
            assert!(page.contains(&format!("<h2 id=\"{id}\">")), "{id}");
        }
        for words in
            ["MAP@25</th><td class=\"num\">0.8231</td><td class=\"num\">0.8372", "0.316", "0.744", "812 segments"]
        {
            assert!(page.contains(words), "{words}");
        }
    }

    #[test]
    fn a_cross_validation_speaks_of_folds() {
        let page = index(&sample::cross_validated()).replace('\u{a0}', " ");
        assert!(page.contains("111 of 112 tracks, each held out once, land nearest"));
        assert!(page.contains("into 5 folds, and every track was judged by a model and centroids that had seen the"));
        assert!(page.contains("97 % to 99 %"), "the repeats");
        assert!(page.contains("The model is that of the first fold"));
        for wrong in ["never learned from", "<th scope=\"col\">Part</th>", "0 training", "training ones included"] {
            assert!(!page.contains(wrong), "{wrong}");
        }
        let mut frozen = sample::cross_validated();
        frozen.training = crate::render::Training::default();
        let page = index(&frozen);
        assert!(page.contains("judged by centroids that had seen the other folds alone"));
        assert!(!page.contains("model is that of the first fold"));
    }

    #[test]
    fn large_libraries_keep_the_report_small() {
        let small: BTreeSet<_> = pages(&sample::library(8)).into_iter().map(|(path, _)| path).collect();
        assert_eq!(small, ["index.html", "report.json"].map(String::from).into());
        let usual = pages(&sample::report());
        assert_eq!(usual.len(), 2 + 7, "the tables of tracks go first");
        let files = pages(&sample::big());
        let page = &files.iter().find(|(path, _)| path == "index.html").unwrap().1;
        assert!(page.contains("href=\"tracks-7.html\"") && page.contains("href=\"misfiled.html\">All 180<"));
        assert!(page.contains("1,000 of 11,200"));
        let rows = |prefix: &str| -> usize {
            let own = files.iter().filter(|(path, _)| path.starts_with(prefix));
            own.map(|(_, page)| page.matches("<th scope=\"row\">").count()).sum()
        };
        assert_eq!((rows("tracks-3"), rows("misfiled")), (1600, 180), "every row on one page");
        assert!(files.iter().any(|(path, _)| path == "tracks-3-2.html"));
    }

    #[test]
    fn sections_without_room_move_to_pages_of_their_own() {
        let files = pages(&sample::many_sub_genres(60));
        let page = |wanted: &str| files.iter().find(|(path, _)| path == wanted).map(|(_, page)| page);
        let index = page("index.html").unwrap();
        assert!(index.contains("<h2 id=\"baselines\">") && index.contains("<h2 id=\"advice\">"), "what matters stays");
        let moved = page("confusion.html").expect("the largest moves");
        assert!(moved.contains("chart-confusion") && !index.contains("chart-confusion"));
        assert!(index.contains("<h2 id=\"confusion\">") && index.contains("href=\"confusion.html\""));
    }

    /// `PMSL_PREVIEW=/tmp/site cargo test --release -p pmsl-generator -- --ignored preview`
    #[test]
    #[ignore = "writes sites to look at"]
    fn preview() {
        let folder = std::env::var("PMSL_PREVIEW").unwrap();
        for (name, report) in samples() {
            let renderer = renderer(&report.title);
            let mut files = report_pages(&report, &renderer).unwrap();
            files.push(timings_page(&sample::timings(), &renderer).unwrap());
            files.extend(renderer.assets().clone().into_files());
            let files: Vec<_> = files.into_iter().map(Into::into).collect();
            crate::render::write_site(&std::path::Path::new(&folder).join(name), &files, false).unwrap();
        }
        let site = Site { title: "Comparison".into(), version: "0.1.0".into(), ..Site::default() };
        let renderer = Renderer::new(Assets::shared(), site).unwrap();
        let mut files = comparison_pages(&sample::comparison(), &renderer).unwrap();
        files.extend(renderer.assets().clone().into_files());
        let files: Vec<_> = files.into_iter().map(Into::into).collect();
        crate::render::write_site(&std::path::Path::new(&folder).join("comparison"), &files, false).unwrap();
    }
}
