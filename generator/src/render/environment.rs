//! The templates, and how numbers read in them.

use std::fmt::Display;
use std::sync::Arc;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::Serialize;
use thiserror::Error;

use super::{Assets, ChartError, Report, ReportError};

/// Why a page was not made.
#[derive(Debug, Error)]
pub enum RenderError {
    /// A template is wrong, or asks for something it was not given.
    #[error("the page {page} could not be made from its template")]
    Template {
        /// Name of the template.
        page: String,
        /// Where and why.
        #[source]
        source: minijinja::Error,
    },
    /// A chart was not drawn.
    #[error("a chart of the report could not be drawn")]
    Chart(#[from] ChartError),
    /// The report contradicts itself.
    #[error("the report is not sound")]
    Report(#[from] ReportError),
    /// The configuration or an index could not be written as JSON.
    #[error("a part of the report could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// What all pages share.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Site {
    /// Name of the site.
    pub title: String,
    /// Version of pmsl.
    pub version: String,
    /// Whether there is an explorer page to link to.
    pub explorer: bool,
    /// Whether there is a page of timings to link to.
    pub timings: bool,
    /// Whether the explorer is there as one file too.
    pub single_file: bool,
    /// Versions shown in the footer.
    pub versions: Vec<Version>,
}

impl Site {
    /// The site of one run, with links to the pages that it has besides the report.
    pub fn of(report: &Report, explorer: bool, timings: bool) -> Self {
        Self {
            title: report.title.clone(),
            version: report.build.pmsl.clone(),
            explorer,
            timings,
            single_file: false,
            versions: vec![
                Version::new("front end", &report.build.front_end),
                Version::new("model", &report.build.model),
                Version::new("index", report.build.index_format),
            ],
        }
    }
}

/// A version in the footer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Version {
    /// What it is a version of.
    pub name: String,
    /// The version.
    pub value: String,
}

impl Version {
    /// A version of something.
    pub fn new(name: impl Into<String>, value: impl Display) -> Self {
        Self { name: name.into(), value: value.to_string() }
    }
}

/// Makes pages from the templates inside of the binary. Values are escaped, and a name that a template asks for and
/// is not given is an error.
#[derive(Debug)]
pub struct Renderer {
    environment: Environment<'static>,
    assets: Arc<Assets>,
    site: Site,
}

/// A template by the name that templates use for each other, from the folder of that name.
macro_rules! template {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../templates/", $name)))
    };
}

/// Every template of the report and the comparison.
const TEMPLATES: [(&str, &str); 32] = [
    template!("base.html"),
    template!("report.html"),
    template!("section.html"),
    template!("list.html"),
    template!("comparison.html"),
    template!("timings.html"),
    template!("partials/macros.html"),
    template!("sections/accuracy.html"),
    template!("sections/advice.html"),
    template!("sections/baselines.html"),
    template!("sections/calibration.html"),
    template!("sections/classifiers.html"),
    template!("sections/confusion.html"),
    template!("sections/descriptors.html"),
    template!("sections/groups.html"),
    template!("sections/heard.html"),
    template!("sections/hubness.html"),
    template!("sections/made.html"),
    template!("sections/map.html"),
    template!("sections/moved.html"),
    template!("sections/retrieval.html"),
    template!("sections/tracks.html"),
    template!("sections/training.html"),
    template!("sections/warnings.html"),
    template!("lists/copies.html"),
    template!("lists/failures.html"),
    template!("lists/hubs.html"),
    template!("lists/misfiled.html"),
    template!("lists/mixes.html"),
    template!("lists/orphans.html"),
    template!("lists/outliers.html"),
    template!("lists/tracks.html"),
];

impl Renderer {
    /// Prepares the templates.
    ///
    /// # Errors
    /// [`RenderError::Template`] where a template does not parse.
    pub fn new(assets: Assets, site: Site) -> Result<Self, RenderError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_filter("percent", |share: f64, places: Option<usize>| percent_to(share, places.unwrap_or(0)));
        environment.add_filter("points", points);
        environment.add_filter("p_value", p_value);
        environment.add_filter("number", number);
        environment.add_filter("decimal", decimal);
        environment.add_filter("significant", significant);
        environment.add_filter("scientific", |value: f64| format!("{value:.2e}"));
        environment.add_filter("duration", duration);
        environment.add_filter("clock", clock);
        environment.add_filter("bytes", bytes);
        environment.add_function("plural", plural);
        let assets = Arc::new(assets);
        let known = Arc::clone(&assets);
        environment.add_function("asset", move |name: String| {
            known.path(&name).map(str::to_owned).ok_or_else(|| {
                minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, format!("there is no asset {name}"))
            })
        });
        let mut renderer = Self { environment, assets, site };
        for (name, source) in TEMPLATES {
            renderer.add_template(name, source)?;
        }
        Ok(renderer)
    }

    /// Adds a template for a page that is made elsewhere.
    ///
    /// # Errors
    /// [`RenderError::Template`] where it does not parse.
    pub fn add_template(&mut self, name: &'static str, source: &'static str) -> Result<(), RenderError> {
        self.environment
            .add_template(name, source)
            .map_err(|source| RenderError::Template { page: name.to_owned(), source })
    }

    /// The assets that pages link to.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Makes a page. `page` is the one marked in the navigation: `report`, `explorer` or `timings`, none in a page
    /// without navigation; the template sees the fields of `values`, and `site` and `page` besides.
    ///
    /// # Errors
    /// [`RenderError::Template`] where the template asks for something it is not given.
    pub fn render(&self, template: &str, page: &str, values: impl Serialize) -> Result<String, RenderError> {
        let values = Value::from(Serde(values));
        let failed = |source| RenderError::Template { page: template.to_owned(), source };
        let template = self.environment.get_template(template).map_err(failed)?;
        let context = context! { site => Serde(&self.site), page, ..values };
        template.render(context).map_err(failed)
    }
}

/// A share as a percentage: `96 %`. Never rounds to all or nothing what is neither.
pub(crate) fn percent(share: f64) -> String {
    percent_to(share, 0)
}

/// [`percent`] with some decimals: `96.4 %`.
pub(crate) fn percent_to(share: f64, places: usize) -> String {
    /// What arithmetic may leave between a share and the whole that it is.
    const ROUNDING: f64 = 1e-9;
    let percent = share * 100.0;
    if !(ROUNDING..=1.0 - ROUNDING).contains(&share) {
        return format!("{percent:.0}\u{a0}%");
    }
    let least = 10_f64.powi(-(places as i32));
    if percent >= 100.0 - least / 2.0 || percent < least / 2.0 {
        let places = places.max(1);
        let least = 10_f64.powi(-(places as i32));
        return format!("{:.places$}\u{a0}%", percent.clamp(least, 100.0 - least));
    }
    format!("{percent:.places$}\u{a0}%")
}

/// A difference of shares in percentage points, with its sign: `+4.0`.
pub(crate) fn points(difference: f64, places: usize) -> String {
    let text = decimal(difference * 100.0, places);
    let is_positive = text.chars().any(|c| matches!(c, '1'..='9')) && difference > 0.0;
    if is_positive { format!("+{text}") } else { text }
}

/// A p-value: `0.041`, or a bound where it is small.
fn p_value(p: f64) -> String {
    if p < 0.001 { "<\u{a0}0.001".into() } else { format!("{p:.3}") }
}

/// A count with its digits in groups of three: `12,345`.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count and what it counts: `1 track`, `28 tracks`.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    format!("{}\u{a0}{noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number with `places` decimals and a true minus sign.
pub(crate) fn decimal(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    // "-0.00" says nothing that "0.00" does not.
    let is_zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
    if is_zero { text.trim_start_matches('-').to_owned() } else { text.replace('-', "\u{2212}") }
}

/// A number with three digits that say something: `128`, `7.42`, `0.345`.
fn significant(value: f64) -> String {
    let places = 2 - value.abs().max(0.001).log10().floor() as i64;
    decimal(value, places.clamp(0, 3) as usize)
}

/// A span of time in the two largest units that say something: `7 h 28 min`, `3 min 8 s`, `0.62 s`.
fn duration(seconds: f64) -> String {
    if seconds < 10.0 {
        return format!("{seconds:.2}\u{a0}s");
    }
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => format!("{s}\u{a0}s"),
        (0, m, s) => format!("{m}\u{a0}min\u{a0}{s}\u{a0}s"),
        (h, m, _) => format!("{}\u{a0}h\u{a0}{m}\u{a0}min", number(h)),
    }
}

/// The length of a track: `3:08`, `1:02:45`.
fn clock(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, m, s) => format!("{m}:{s:02}"),
        (h, m, s) => format!("{h}:{m:02}:{s:02}"),
    }
}

/// A size of memory: `912 MB`.
fn bytes(count: u64) -> String {
    let count = count as f64;
    match count {
        0.0..1e6 => format!("{:.0}\u{a0}kB", count / 1e3),
        1e6..1e9 => format!("{:.0}\u{a0}MB", count / 1e6),
        _ => format!("{:.2}\u{a0}GB", count / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_without_flattery() {
        let percent = |share| percent(share).replace('\u{a0}', " ");
        assert_eq!(percent(27.0 / 28.0), "96 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(1.0 - f64::EPSILON), "100 %");
        assert_eq!(percent(0.996), "99.6 %");
        assert_eq!(percent(0.99999), "99.9 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.004), "0.4 %");
        assert_eq!(percent(0.00001), "0.1 %");
        let tenths = |share| percent_to(share, 1).replace('\u{a0}', " ");
        assert_eq!([0.9644, 0.99996, 1.0, 0.0, 0.0001].map(tenths), ["96.4 %", "99.9 %", "100 %", "0 %", "0.1 %"]);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([1, 2, 0].map(|n| plural(n, "track")), ["1\u{a0}track", "2\u{a0}tracks", "0\u{a0}tracks"]);
        assert_eq!([-0.0312, -0.0001, 2.5].map(|v| decimal(v, 2)), ["\u{2212}0.03", "0.00", "2.50"]);
        assert_eq!([127.6, 7.421, -9.8, 0.0].map(significant), ["128", "7.42", "\u{2212}9.80", "0.000"]);
        assert_eq!([0.04, -0.0312, 0.0, -0.0001].map(|v| points(v, 1)), ["+4.0", "\u{2212}3.1", "0.0", "0.0"]);
        assert_eq!([0.0414, 1.0, 0.000_3].map(p_value), ["0.041", "1.000", "<\u{a0}0.001"]);
        let spaces = |text: String| text.replace('\u{a0}', " ");
        assert_eq!(spaces(duration(26_894.0)), "7 h 28 min");
        assert_eq!(spaces(duration(188.25)), "3 min 8 s");
        assert_eq!(spaces(duration(0.62)), "0.62 s");
        assert_eq!([188.2, 3765.0, 59.6].map(clock), ["3:08", "1:02:45", "1:00"]);
        assert_eq!(spaces(bytes(912_000_000)), "912 MB");
    }

    #[test]
    fn what_is_missing_is_an_error() {
        let mut renderer = Renderer::new(Assets::shared(), Site::default()).unwrap();
        renderer.add_template("bad.html", "{{ nothing }}").unwrap();
        renderer.add_template("asset.html", "{{ asset('nothing.js') }}").unwrap();
        assert!(renderer.render("bad.html", "report", context! {}).is_err());
        assert!(renderer.render("asset.html", "report", context! {}).is_err());
        assert!(renderer.render("unknown.html", "report", context! {}).is_err());
    }

    #[test]
    fn values_are_text() {
        let mut renderer = Renderer::new(Assets::shared(), Site::default()).unwrap();
        renderer.add_template("value.html", "<p title=\"{{ v }}\">{{ v }}</p>").unwrap();
        let page = renderer.render("value.html", "report", context! { v => crate::render::sample::HOSTILE }).unwrap();
        assert_eq!(page.matches('<').count(), 2, "{page}");
        assert_eq!(page.matches('"').count(), 2, "{page}");
    }
}
