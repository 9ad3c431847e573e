//! The report and the pages of tracks that do not fit in it.

use minijinja::Value;
use serde::Serialize;

use super::headline;
use super::tracks::{self, Group, Row};
use crate::render::charts::{self, ChartError, Layout, MAP_MARKS};
use crate::render::environment::{RenderError, Renderer};
use crate::render::report::Report;

/// Tables of tracks move to pages of their own where the report would be larger than this.
const PAGE_LIMIT_BYTES: usize = 300 * 1024;
/// Pairs of sub-genres named as confused.
const MISTAKES: usize = 5;

/// What the template sees.
#[derive(Serialize)]
struct Context<'a> {
    report: &'a Report,
    headline: Headline,
    duration_s: f64,
    track_count: usize,
    charts: Charts,
    mistakes: Vec<Mistake<'a>>,
    drawn_tracks: usize,
    second_opinions: Vec<Row<'a>>,
    second_opinion_count: usize,
    groups: &'a [Group<'a>],
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
    accuracy: Option<Pair>,
    confusion: Option<Pair>,
    training: Option<Pair>,
    map: Option<Pair>,
}

#[derive(Clone, Serialize)]
struct Pair {
    wide: Value,
    narrow: Value,
}

#[derive(Serialize)]
struct Mistake<'a> {
    truth: &'a str,
    truth_index: usize,
    predicted: &'a str,
    predicted_index: usize,
    tracks: u32,
}

/// Makes `index.html`, `report.json` and, for large libraries, `tracks-1.html` and so on, one per sub-genre:
/// (path, bytes). The assets are not among them.
///
/// # Errors
/// Refuses a report that contradicts itself; the others tell of a fault in the templates or charts.
pub fn report_pages(report: &Report, renderer: &Renderer) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let json = report.to_json()?;
    let charts = charts(report)?;
    let groups = tracks::groups(report, false);
    let mut index = renderer.render("report.html", "report", context(report, charts.clone(), &groups)?)?;
    let mut files = Vec::new();
    if index.len() > PAGE_LIMIT_BYTES {
        let groups = tracks::groups(report, true);
        index = renderer.render("report.html", "report", context(report, charts, &groups)?)?;
        for (group, path) in groups.iter().filter_map(|group| Some((group, group.page.clone()?))) {
            let html = renderer.render("tracks.html", "report", TracksContext { group })?;
            files.push((path, html.into_bytes()));
        }
    }
    files.push(("index.html".into(), index.into_bytes()));
    files.push(("report.json".into(), json));
    Ok(files)
}

#[derive(Serialize)]
struct TracksContext<'a> {
    group: &'a Group<'a>,
}

fn context<'a>(report: &'a Report, charts: Charts, groups: &'a [Group<'a>]) -> Result<Context<'a>, RenderError> {
    let headline::Headline { counted, worth } = headline::parts(&report.test);
    let (second_opinions, second_opinion_count) = tracks::second_opinions(report);
    let name = |index: usize| report.sub_genres[index].sub_genre.name.as_str();
    let mistakes = report.test.mistakes().into_iter().take(MISTAKES).map(|(truth, predicted, tracks)| Mistake {
        truth: name(truth),
        truth_index: truth,
        predicted: name(predicted),
        predicted_index: predicted,
        tracks,
    });
    Ok(Context {
        report,
        headline: Headline { counted, worth },
        duration_s: report.duration_s(),
        track_count: report.tracks.len(),
        charts,
        mistakes: mistakes.collect(),
        drawn_tracks: report.tracks.len().min(MAP_MARKS),
        second_opinions,
        second_opinion_count,
        groups,
        config: serde_json::to_string_pretty(&report.config)?,
    })
}

fn charts(report: &Report) -> Result<Charts, ChartError> {
    let pair = |draw: fn(&Report, Layout) -> Result<String, ChartError>| {
        Ok::<_, ChartError>(Some(Pair {
            wide: Value::from_safe_string(draw(report, Layout::Wide)?),
            narrow: Value::from_safe_string(draw(report, Layout::Narrow)?),
        }))
    };
    let judged = report.test.overall.n > 0;
    let trained = !report.training.epochs.is_empty();
    let mapped = !report.map.tracks.is_empty();
    Ok(Charts {
        accuracy: if judged { pair(charts::accuracy)? } else { None },
        confusion: if judged { pair(charts::confusion)? } else { None },
        training: if trained { pair(charts::training)? } else { None },
        map: if mapped { pair(charts::map)? } else { None },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::render::{Assets, Site, Version, sample, timings_page};

    fn renderer(title: &str) -> Renderer {
        let site = Site {
            title: title.into(),
            version: "0.1.0".into(),
            explorer: true,
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

    /// Walks the tags of a page: every element closed in its turn, ids unique, nothing that the policy forbids.
    fn check(page: &str) {
        const VOID: [&str; 3] = ["meta", "link", "br"];
        let mut open = Vec::new();
        let mut ids = BTreeSet::new();
        let mut rest = page.strip_prefix("<!doctype html>").unwrap();
        while let Some(start) = rest.find('<') {
            let end = start + rest[start..].find('>').expect("a tag ends");
            let tag = &rest[start + 1..end];
            rest = &rest[end + 1..];
            let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
            assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "<{tag}>");
            assert!(name != "style" && name != "script" && name != "b", "<{tag}>");
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closed), "</{closed}>");
                continue;
            }
            assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
            for (key, value) in tag.split("\" ").filter_map(|part| part.split_once("=\"")) {
                let key = key.rsplit(' ').next().unwrap();
                assert!(key != "style" && !key.starts_with("on"), "<{tag}>");
                assert!(key != "id" || ids.insert(value.trim_end_matches('"').to_owned()), "{value} twice");
            }
            if !(VOID.contains(&name) || tag.ends_with('/')) {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
        for reference in page.split("aria-labelledby=\"").skip(1) {
            for id in reference.split('"').next().unwrap().split(' ') {
                assert!(ids.contains(id), "{id}");
            }
        }
        assert!(!page.contains("http://") && !page.contains("https://"), "a remote address");
    }

    #[test]
    fn pages_are_well_formed_and_need_no_script() {
        for report in
            [sample::report(), sample::hostile(), sample::bare(), sample::library(64), sample::many_sub_genres()]
        {
            for (path, page) in pages(&report) {
                if path != "report.json" {
                    check(&page);
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
        let page = index(&sample::report());
        let start = page.find("<tr class=\"wrong\">").unwrap();
        let end = start + page[start..].find("</tr>").unwrap();
        insta::assert_snapshot!(page[start..end].replace("><", ">\n<"), @r#"
        <tr class="wrong">
        <th scope="row">
        <span class="cell-title">Orbit Lantern</span>
        <span class="cell-sub">Mirror Unit</span>
        </th>
        <td class="num">4:49</td>
        <td>held out</td>
        <td class="predicted">
        <span class="tag sub-5">
        <span>Party Goa</span>
        </span>
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
        for chart in ["chart-accuracy", "chart-confusion", "chart-training", "chart-map"] {
            assert!(!page.contains(chart), "{chart}");
        }
    }

    #[test]
    fn large_libraries_keep_the_report_small() {
        let small: BTreeSet<_> = pages(&sample::report()).into_iter().map(|(path, _)| path).collect();
        assert_eq!(small, ["index.html", "report.json"].map(String::from).into());
        let pages = pages(&sample::library(1600));
        assert_eq!(pages.len(), 2 + 7);
        let index = &pages.iter().find(|(path, _)| path == "index.html").unwrap().1;
        assert!(index.len() <= PAGE_LIMIT_BYTES, "{} bytes", index.len());
        assert!(index.contains("href=\"tracks-7.html\""));
        assert!(index.contains("1,000 of 11,200"));
    }

    /// `PMSL_PREVIEW=/tmp/site cargo test --release -p pmsl-generator -- --ignored preview`
    #[test]
    #[ignore = "writes sites to look at"]
    fn preview() {
        let folder = std::env::var("PMSL_PREVIEW").unwrap();
        let big = sample::library(1600);
        let wide = sample::many_sub_genres();
        for (name, report) in [
            ("usual", sample::report()),
            ("hostile", sample::hostile()),
            ("bare", sample::bare()),
            ("big", big),
            ("wide", wide),
        ] {
            let renderer = renderer(&report.title);
            let mut files = report_pages(&report, &renderer).unwrap();
            files.push(timings_page(&sample::timings(), &renderer).unwrap());
            files.extend(renderer.assets().clone().into_files());
            let files: Vec<_> = files.into_iter().map(Into::into).collect();
            crate::render::write_site(&std::path::Path::new(&folder).join(name), &files, false).unwrap();
        }
    }
}
