//! Changes as aligned text for a terminal. Colours are ANSI codes, which the console leaves out where nobody sees them.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use super::{Changes, Judgement, MeasureChange, NamedTrack, SubGenreChange};
use crate::render::comparison::Verdict;
use crate::render::environment::{decimal, number, percent_to, plural, points};
use crate::render::report::Failure;

/// Entries of a list that are shown; the JSON holds all.
const SHOWN: usize = 20;
/// Characters of a setting's value that are shown.
const VALUE: usize = 48;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const QUIET: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();
const PLAIN: Style = Style::new();

impl Changes {
    /// The changes as text of several lines, each with its line break.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.heading(&mut text);
        self.settings_text(&mut text);
        self.tracks_text(&mut text);
        self.measures_text(&mut text);
        self.judgements_text(&mut text);
        self.sub_genres_text(&mut text);
        text
    }

    fn heading(&self, text: &mut String) {
        let (before, after) = (&self.before, &self.after);
        let _ = writeln!(text, "{STRONG}{} → {}{STRONG:#}", before.name, after.name);
        let mut table = Table::default();
        let count = |count: u32| Cell::right(number(u64::from(count)));
        let gain = |before: u32, after: u32| match i64::from(after) - i64::from(before) {
            0 => Cell::of("", PLAIN),
            gain => Cell::of(format!("({gain:+})"), QUIET),
        };
        for (name, a, b) in [("tracks", before.tracks, after.tracks), ("held out", before.held_out, after.held_out)] {
            table.row([Cell::of(name, PLAIN), count(a), Cell::of("→", QUIET), count(b), gain(a, b)]);
        }
        table.write(text);
    }

    fn settings_text(&self, text: &mut String) {
        section(text, "Settings", &format!("{} differ", self.settings.len()));
        let mut table = Table::default();
        for setting in &self.settings {
            let value = |value: &Option<Value>| match value {
                Some(value) => Cell::of(shortened(&value.to_string()), PLAIN),
                None => Cell::of("absent", QUIET),
            };
            table.row([
                Cell::of(&setting.path, PLAIN),
                value(&setting.before),
                Cell::of("→", QUIET),
                value(&setting.after),
            ]);
        }
        table.write(text);
    }

    fn tracks_text(&self, text: &mut String) {
        let tracks = &self.tracks;
        let mut words = vec![format!("{} in both", number(u64::from(tracks.common)))];
        let counts = [
            (tracks.added.len(), "added"),
            (tracks.removed.len(), "removed"),
            (tracks.moved.len(), "moved"),
            (tracks.failed.len(), "newly failed"),
            (tracks.no_longer_failed.len(), "no longer failed"),
        ];
        words.extend(
            counts.iter().filter(|(count, _)| *count > 0).map(|(n, what)| format!("{} {what}", number(*n as u64))),
        );
        section(text, "Tracks", &words.join(", "));
        let mut table = Table::default();
        table.list(&tracks.added, |track| [Cell::of("added", GOOD), named(track), filed(track)]);
        table.list(&tracks.removed, |track| [Cell::of("removed", BAD), named(track), filed(track)]);
        table.list(&tracks.moved, |moved| {
            let places = format!("{} → {}", moved.from, moved.track.sub_genre);
            [Cell::of("moved", STRONG), named(&moved.track), Cell::of(places, QUIET)]
        });
        let failure = |word: &str, style: Style, failure: &Failure| {
            let why = format!("{}: {}", failure.stage, failure.reason);
            [Cell::of(word, style), Cell::of(&failure.file, PLAIN), Cell::of(why, QUIET)]
        };
        table.list(&tracks.failed, |failed| failure("newly failed", BAD, failed));
        table.list(&tracks.no_longer_failed, |failed| failure("no longer failed", GOOD, failed));
        table.write(text);
    }

    fn measures_text(&self, text: &mut String) {
        let held_out = match self.held_out {
            0 => "no track was held out by both, so nothing is compared track by track".to_owned(),
            count => format!("differences with an interval are taken on the {} that both held out", tracks(count)),
        };
        section(text, "Measures", &held_out);
        let mut table = Table::default();
        let head = ["", "before", "after", "change", "95 % interval", ""];
        table.row(head.map(|name| Cell { text: name.into(), style: QUIET, right: true }));
        let mut of = "";
        for measure in &self.measures {
            if measure.of != of {
                of = &measure.of;
                table.heading(of);
            }
            table.row(measure_row(measure));
        }
        table.write(text);
    }

    fn judgements_text(&self, text: &mut String) {
        let count = |judgement| self.judgements.iter().filter(|change| change.judgement == judgement).count();
        let words = format!(
            "{} now right, {} now wrong, {} wrong in another way, by the nearest centroid",
            count(Judgement::NowRight),
            count(Judgement::NowWrong),
            count(Judgement::WrongOtherwise)
        );
        section(text, "Judgements", &words);
        let mut table = Table::default();
        for (judgement, word, style) in [
            (Judgement::NowRight, "now right", GOOD),
            (Judgement::NowWrong, "now wrong", BAD),
            (Judgement::WrongOtherwise, "wrong otherwise", PLAIN),
        ] {
            let own: Vec<_> = self.judgements.iter().filter(|change| change.judgement == judgement).collect();
            table.list(&own, |change| {
                let was = format!("{} → {}", change.before, change.after);
                let filed = format!("filed under {}", change.track.sub_genre);
                [Cell::of(word, style), named(&change.track), Cell::of(was, PLAIN), Cell::of(filed, QUIET)]
            });
        }
        table.write(text);
    }

    fn sub_genres_text(&self, text: &mut String) {
        section(text, "Sub-genres", "right of those that both held out, by the nearest centroid");
        let mut table = Table::default();
        let head = ["", "tracks", "before", "after", "change", "95 % interval"];
        table.row(head.map(|name| Cell { text: name.into(), style: QUIET, right: true }));
        for sub_genre in &self.sub_genres {
            table.row(sub_genre_row(sub_genre));
        }
        table.write(text);
    }
}

/// The blank line, name and summary that a part begins with.
fn section(text: &mut String, name: &str, summary: &str) {
    let _ = writeln!(text, "\n{STRONG}{name}{STRONG:#}: {summary}");
}

fn tracks(count: u32) -> String {
    plural(u64::from(count), "track").replace('\u{a0}', " ")
}

fn named(track: &NamedTrack) -> Cell {
    let artist = track.artist.as_ref().map(|artist| format!(" by {artist}")).unwrap_or_default();
    Cell::of(format!("{}{artist}", track.title), PLAIN)
}

fn filed(track: &NamedTrack) -> Cell {
    Cell::of(&track.sub_genre, QUIET)
}

fn shortened(value: &str) -> String {
    if value.chars().count() <= VALUE {
        value.to_owned()
    } else {
        value.chars().take(VALUE - 1).chain(['…']).collect()
    }
}

fn measure_row(measure: &MeasureChange) -> [Cell; 6] {
    let value = |value: Option<f64>| match value {
        None => Cell { text: "–".into(), style: QUIET, right: true },
        Some(value) if measure.is_share => Cell::right(percent_to(value, 1)),
        Some(value) => Cell::right(decimal(value, 3)),
    };
    let change = |change: f64| match measure.is_share {
        true => points(change, 1),
        false if change > 0.0005 => format!("+{}", decimal(change, 3)),
        false => decimal(change, 3),
    };
    let name = Cell::of(format!("  {}", measure.name), PLAIN);
    let Some(paired) = &measure.paired else {
        let difference = measure.before.zip(measure.after).map_or(String::new(), |(a, b)| change(b - a));
        let none = Cell::of("", PLAIN);
        return [name, value(measure.before), value(measure.after), Cell::right(difference), none.clone(), none];
    };
    let style = match paired.verdict {
        Some(Verdict::Better) => GOOD,
        Some(Verdict::Worse) => BAD,
        _ => PLAIN,
    };
    let verdict = paired.verdict.map_or("", |verdict| match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Unclear => "no clear difference",
    });
    let alone = match (paired.only_before, paired.only_after) {
        (Some(before), Some(after)) => format!(", {after} gained, {before} lost"),
        _ => String::new(),
    };
    let interval = format!("{} to {}", change(paired.interval.low), change(paired.interval.high));
    [
        name,
        value(Some(paired.before)),
        value(Some(paired.after)),
        Cell { text: change(paired.difference), style, right: true },
        Cell::right(interval),
        Cell::of(format!("{verdict}{alone}"), style),
    ]
}

fn sub_genre_row(change: &SubGenreChange) -> [Cell; 6] {
    let tracks = match (change.tracks_before, change.tracks_after) {
        (Some(before), Some(after)) if before != after => format!("{before} → {after}"),
        (Some(_), Some(count)) => count.to_string(),
        (None, Some(count)) => format!("new, {count}"),
        (Some(count), None) => format!("gone, {count}"),
        (None, None) => String::new(),
    };
    let right = |right: u32| match change.held_out {
        0 => Cell { text: "–".into(), style: QUIET, right: true },
        n => Cell::right(format!("{right}/{n}")),
    };
    let (difference, interval) = match (change.difference, change.interval) {
        (Some(difference), Some(interval)) => {
            (points(difference, 1), format!("{} to {}", points(interval.low, 1), points(interval.high, 1)))
        }
        _ => (String::new(), String::new()),
    };
    [
        Cell::of(&change.sub_genre.name, PLAIN),
        Cell::right(tracks),
        right(change.right_before),
        right(change.right_after),
        Cell::right(difference),
        Cell::right(interval),
    ]
}

/// One place of a table.
#[derive(Clone)]
struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    fn of(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into().replace('\u{a0}', " "), style, right: false }
    }

    /// A number, whose digits stand below each other.
    fn right(text: impl Into<String>) -> Self {
        Self { right: true, ..Self::of(text, PLAIN) }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// Rows with aligned columns.
#[derive(Default)]
struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        self.rows.push(cells.into());
    }

    /// A line that no column has to make room for.
    fn heading(&mut self, name: &str) {
        self.rows.push(vec![Cell::of(name, PLAIN)]);
    }

    /// A row for each of the first entries, and a line on how many more there are.
    fn list<T, const N: usize>(&mut self, entries: &[T], row: impl Fn(&T) -> [Cell; N]) {
        for entry in entries.iter().take(SHOWN) {
            self.row(row(entry));
        }
        if let Some(more) = entries.len().checked_sub(SHOWN).filter(|&more| more > 0) {
            self.rows.push(vec![Cell::of(format!("and {} more, which --json lists", number(more as u64)), QUIET)]);
        }
    }

    fn write(&self, text: &mut String) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter(|row| row.len() > 1).filter_map(|row| row.get(column));
            cells.map(Cell::width).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            // Spaces are written only before the next word, so that no line ends in them.
            let mut owed = 2;
            for (cell, &width) in row.iter().zip(&widths) {
                let (gap, style) = (width.saturating_sub(cell.width()), cell.style);
                let (left, right) = if cell.right { (gap, 0) } else { (0, gap) };
                if cell.text.is_empty() {
                    owed += width + 2;
                    continue;
                }
                let _ = write!(line, "{:1$}{style}{2}{style:#}", "", owed + left, cell.text);
                owed = right + 2;
            }
            let _ = writeln!(text, "{line}");
        }
    }
}
