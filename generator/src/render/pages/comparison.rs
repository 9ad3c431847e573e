//! The page that sets several runs side by side.

use serde::Serialize;
use serde_json::Value;

use super::pair::Pair;
use crate::render::charts;
use crate::render::comparison::{self, ComparedClassifier, ComparedRun, Comparison, Difference};
use crate::render::environment::{RenderError, Renderer};

/// What the template sees.
#[derive(Serialize)]
struct Context<'a> {
    comparison: &'a Comparison,
    /// The most accurate classifier of all runs.
    best: Option<Best<'a>>,
    /// Names of the classifiers: the columns of the tables.
    columns: Vec<&'a str>,
    rows: Vec<Row<'a>>,
    differences: Vec<Group<'a>>,
    settings: Vec<Setting<'a>>,
    /// Whether any run has retrieval or groups, and whether any has judged segments.
    has_embedding_measures: bool,
    has_segments: bool,
    accuracy_chart: Option<Pair>,
    difference_chart: Option<Pair>,
}

#[derive(Serialize)]
struct Best<'a> {
    run: &'a str,
    classifier: &'a ComparedClassifier,
    /// Other classifiers, of any run, that are as accurate.
    equals: usize,
}

/// The classifiers of one run by column.
#[derive(Serialize)]
struct Row<'a> {
    run: &'a str,
    classifiers: Vec<Option<&'a ComparedClassifier>>,
}

#[derive(Serialize)]
struct Group<'a> {
    heading: String,
    differences: Vec<&'a Difference>,
}

#[derive(Serialize)]
struct Setting<'a> {
    path: &'a str,
    values: Vec<Option<String>>,
}

/// Makes `index.html` and `comparison.json`: (path, bytes). The assets are not among them.
///
/// # Errors
/// A fault in the template or the charts.
pub fn comparison_pages(comparison: &Comparison, renderer: &Renderer) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let columns = comparison.classifiers();
    let context = Context {
        comparison,
        best: best(comparison),
        rows: rows(comparison, &columns),
        columns,
        differences: groups(&comparison.differences),
        settings: settings(comparison),
        has_embedding_measures: comparison.runs.iter().any(|run| run.map_at_10.is_some() || run.clusters.is_some()),
        has_segments: comparison.runs.iter().any(|run| run.segments.is_some()),
        accuracy_chart: Pair::draw(|layout| charts::compared_accuracy(comparison, layout).map(Some))?,
        difference_chart: Pair::draw(|layout| charts::differences(comparison, layout))?,
    };
    let index = renderer.render("comparison.html", "comparison", context)?;
    Ok(vec![("index.html".into(), index.into_bytes()), ("comparison.json".into(), comparison.to_json()?)])
}

fn best(comparison: &Comparison) -> Option<Best<'_>> {
    let (run, classifier) = comparison.most_accurate()?;
    let all = comparison.runs.iter().flat_map(|run| &run.classifiers);
    let equals = all.filter(|other| other.score.correct == classifier.score.correct).count() - 1;
    Some(Best { run: &run.name, classifier, equals })
}

fn rows<'a>(comparison: &'a Comparison, columns: &[&str]) -> Vec<Row<'a>> {
    let row = |run: &'a ComparedRun| Row {
        run: &run.name,
        classifiers: columns.iter().map(|name| run.classifiers.iter().find(|own| own.name == *name)).collect(),
    };
    comparison.runs.iter().map(row).collect()
}

fn groups(differences: &[Difference]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for difference in differences {
        let heading = difference.heading();
        match groups.last_mut().filter(|group| group.heading == heading) {
            Some(group) => group.differences.push(difference),
            None => groups.push(Group { heading, differences: vec![difference] }),
        }
    }
    groups
}

fn settings(comparison: &Comparison) -> Vec<Setting<'_>> {
    // Texts stand without quotes: a setting is read by people here, and `comparison.json` holds it as it is.
    let words = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values = |setting: &comparison::Setting| setting.values.iter().map(|v| v.as_ref().map(words)).collect();
    comparison.settings.iter().map(|setting| Setting { path: &setting.path, values: values(setting) }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::check::check;
    use super::*;
    use crate::render::{Assets, Report, Site, sample};

    fn page(comparison: &Comparison) -> String {
        let site = Site { title: "Comparison".into(), version: "0.1.0".into(), ..Site::default() };
        let renderer = Renderer::new(Assets::shared(), site).unwrap();
        let files = comparison_pages(comparison, &renderer).unwrap();
        assert_eq!(files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["index.html", "comparison.json"]);
        String::from_utf8(files.into_iter().next().unwrap().1).unwrap()
    }

    #[test]
    fn the_page_is_well_formed_and_links_to_what_there_is() {
        let page = page(&sample::comparison());
        check(&page);
        let links: Vec<&str> = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        for link in links {
            let exists = ["#main", "index.html", "comparison.json"].contains(&link) || link.starts_with("assets&#x2f;");
            assert!(exists, "{link}");
        }
    }

    #[test]
    fn hostile_names_stay_text() {
        let mut other = sample::hostile();
        other.config = serde_json::json!({ "seed": 2, sample::HOSTILE: sample::HOSTILE });
        let runs: Vec<(String, Report)> =
            vec![(sample::HOSTILE.into(), sample::hostile()), (sample::HOSTILE.into(), other)];
        let page = page(&Comparison::of(&runs).unwrap());
        check(&page);
        assert!(page.contains("&lt;b onload="));
    }

    #[test]
    fn a_run_without_a_classifier_leaves_its_cell_empty() {
        let comparison = sample::comparison();
        let rows = rows(&comparison, &comparison.classifiers());
        let network: Vec<bool> = rows.iter().map(|row| row.classifiers[4].is_some()).collect();
        assert_eq!(network, [false, true, false, true]);
    }

    #[test]
    fn a_difference_is_told_with_its_interval_and_verdict() {
        let page = page(&sample::comparison());
        let start = page.find("MLP, against ast</th>").unwrap();
        let row = start + page[start..].find("<tr><th scope=\"row\">tile2vec").unwrap();
        let end = row + page[row..].find("</tr>").unwrap();
        insta::assert_snapshot!(page[row..end].replace("><", ">\n<"), @r#"
        <tr>
        <th scope="row">tile2vec</th>
        <td class="num">−25.0<span class="cell-sub">−42.9 to −7.1</span>
        </td>
        <td>
        <span class="bad">worse</span>
        </td>
        <td class="num">0.039</td>
        <td class="num">1</td>
        <td class="num">8</td>
        "#);
    }
}
