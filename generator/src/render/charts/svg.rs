//! From plotters' SVG to one that may stand in the page: styled by classes, scaled to its place, named for readers
//! who do not see it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{ChartError, ink::Ink};

/// A chart, ready to stand in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Svg {
    /// Unique in its page.
    pub(crate) id: Cow<'static, str>,
    /// Classes of the root.
    pub(crate) class: &'static str,
    /// What it shows, in a few words.
    pub(crate) title: String,
    /// What a reader should see in it, in a sentence.
    pub(crate) description: String,
}

impl Svg {
    /// Turns what plotters drew into an inline SVG.
    ///
    /// Colours become classes, the size is left to the page, attributes that say the default are dropped, and
    /// neighbours that look alike share one group, which halves a map. Rectangles among them become one shape: where
    /// they overlap, they count once.
    ///
    /// # Errors
    /// Refuses a drawing with colours that stand for no part, or with attributes that a strict content security
    /// policy forbids.
    pub(crate) fn finish(&self, drawing: &str) -> Result<String, ChartError> {
        let mut out = String::with_capacity(drawing.len());
        let mut rest = drawing;
        let mut opened = false;
        let mut group = Group::default();
        while let Some(start) = rest.find('<') {
            let end = tag_end(&rest[start..]).ok_or(ChartError::Drawing("an element does not end"))? + start;
            let tag = &rest[start + 1..end];
            rest = &rest[end + 1..];
            if tag.starts_with('/') {
                group.close(&mut out);
                let _ = write!(out, "<{tag}>");
            } else if opened {
                let mut words = None;
                if !tag.ends_with('/') {
                    let close =
                        rest.find("</text>").ok_or(ChartError::Drawing("an element other than text has content"))?;
                    words = Some(rest[..close].trim_matches('\n'));
                    rest = &rest[close + "</text>".len()..];
                }
                group.add(Element::of(tag, words)?, &mut out);
            } else {
                self.open(tag, &mut out)?;
                opened = true;
            }
        }
        Ok(out)
    }

    fn open(&self, tag: &str, out: &mut String) -> Result<(), ChartError> {
        let view_box = attributes(tag)
            .find_map(|(key, value)| (key == "viewBox").then_some(value))
            .ok_or(ChartError::Drawing("the root has no viewBox"))?;
        let (id, class) = (&self.id, self.class);
        let _ = write!(
            out,
            r#"<svg class="{class}" viewBox="{view_box}" role="img" aria-labelledby="{id}-title {id}-description"><title id="{id}-title">{}</title><desc id="{id}-description">{}</desc>"#,
            escape(&self.title),
            escape(&self.description),
        );
        Ok(())
    }
}

/// Position of the `>` that ends the tag which `text` starts with. Plotters escapes it inside of values.
fn tag_end(text: &str) -> Option<usize> {
    text.find('>')
}

/// Name-value pairs of a start tag.
fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag.trim_end_matches('/').split_once(' ').map_or("", |(_, attributes)| attributes);
    std::iter::from_fn(move || {
        let (key, after) = rest.trim_start().split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = after;
        Some((key, value))
    })
}

/// Half of the height of an `x` in common sans-serif faces, as part of the font size: from the middle of a line of text
/// to its base.
const HALF_X_HEIGHT: f64 = 0.26;

/// An element without the colours of plotters.
struct Element<'a> {
    name: &'a str,
    look: Look,
    /// What is left of its attributes.
    place: String,
    /// Its text, escaped already.
    words: Option<&'a str>,
}

/// What neighbours may share: properties that SVG inherits.
#[derive(Debug, Default, PartialEq, Eq)]
struct Look {
    classes: String,
    opacity: Option<String>,
    is_stroked: bool,
    others: String,
}

impl<'a> Element<'a> {
    fn of(tag: &'a str, words: Option<&'a str>) -> Result<Self, ChartError> {
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let is_line = matches!(name, "line" | "polyline");
        let find = |wanted: &str| attributes(tag).find_map(|(key, value)| (key == wanted).then_some(value));
        let font_size: f64 = find("font-size").map_or(Ok(0.0), |size| parse(size, "a font size is no number"))?;
        let is_centred = find("dy") == Some("0.5ex");
        let mut look = Look { is_stroked: is_line, ..Look::default() };
        let mut place = String::new();
        for (key, value) in attributes(tag) {
            match key {
                "fill" | "stroke" if value != "none" => {
                    let ink = Ink::from_hex(value).ok_or_else(|| ChartError::Colour(value.to_owned()))?;
                    look.is_stroked |= key == "stroke";
                    let separator = if look.classes.is_empty() { "" } else { " " };
                    let _ = write!(look.classes, "{separator}{key}-{}", ink.name());
                }
                // Filled shapes have no outline by default, and the style sheet fills no line.
                "stroke" if !is_line => {}
                "fill" if is_line => {}
                "opacity" => {
                    let rounded = (parse(value, "an opacity is no number")? * 100.0).round() / 100.0;
                    look.opacity = (rounded < 1.0).then(|| rounded.to_string());
                }
                "font-family" => {}
                "dy" if is_centred => {}
                "y" if is_centred => {
                    let y = parse(value, "a coordinate is no number")? + HALF_X_HEIGHT * font_size;
                    let _ = write!(place, r#" y="{}""#, y.round());
                }
                "text-anchor" if value == "start" => {}
                "stroke-width" if !look.is_stroked || value == "1" => {}
                "stroke-width" | "text-anchor" => {
                    let _ = write!(look.others, r#" {key}="{value}""#);
                }
                "font-size" => {
                    let _ = write!(look.others, r#" {key}="{}""#, font_size.round());
                }
                "style" | "class" | "id" => return Err(ChartError::Drawing("an element brings its own style")),
                _ if key.starts_with("on") => return Err(ChartError::Drawing("an element brings a script")),
                _ => {
                    let _ = write!(place, r#" {key}="{}""#, value.trim_end());
                }
            }
        }
        Ok(Self { name, look, place, words })
    }
}

fn parse(value: &str, otherwise: &'static str) -> Result<f64, ChartError> {
    value.parse().map_err(|_| ChartError::Drawing(otherwise))
}

impl Look {
    /// Attributes of the element or group that looks like this.
    fn attributes(&self) -> String {
        let class = if self.classes.is_empty() { String::new() } else { format!(r#" class="{}""#, self.classes) };
        // Of a group, plain `opacity` would fade the whole: marks that overlap would no longer add up.
        let key = if self.is_stroked { "stroke-opacity" } else { "fill-opacity" };
        let opacity = self.opacity.as_ref().map(|opacity| format!(r#" {key}="{opacity}""#)).unwrap_or_default();
        format!("{class}{opacity}{}", self.others)
    }
}

/// Elements that look alike and follow each other.
#[derive(Default)]
struct Group<'a> {
    elements: Vec<Element<'a>>,
}

impl<'a> Group<'a> {
    fn add(&mut self, element: Element<'a>, out: &mut String) {
        if self.elements.first().is_some_and(|first| first.look != element.look) {
            self.close(out);
        }
        self.elements.push(element);
    }

    fn close(&mut self, out: &mut String) {
        let Some(first) = self.elements.first() else { return };
        let shared = first.look.attributes();
        let is_single = self.elements.len() == 1;
        if let Some(outline) = rectangles(&self.elements).filter(|_| !is_single) {
            let _ = write!(out, r#"<path{shared} d="{outline}"/>"#);
            self.elements.clear();
            return;
        }
        if !is_single {
            let _ = write!(out, "<g{shared}>");
        }
        for Element { name, place, words, .. } in self.elements.drain(..) {
            let own = if is_single { &shared[..] } else { "" };
            let _ = match words {
                Some(words) => write!(out, "<{name}{own}{place}>{words}</{name}>"),
                None => write!(out, "<{name}{own}{place}/>"),
            };
        }
        if !is_single {
            out.push_str("</g>");
        }
    }
}

/// The outline of several rectangles, half as long as their elements; `None` where something else is among them.
fn rectangles(elements: &[Element<'_>]) -> Option<String> {
    let mut outline = String::new();
    for element in elements.iter().filter(|element| element.name == "rect") {
        let find = |wanted: &str| {
            let place = format!("rect{}", element.place);
            attributes(&place).find_map(|(key, value)| (key == wanted).then(|| value.to_owned()))
        };
        let (x, y, width, height) = (find("x")?, find("y")?, find("width")?, find("height")?);
        let _ = write!(outline, "M{x} {y}h{width}v{height}h-{width}z");
    }
    elements.iter().all(|element| element.name == "rect").then_some(outline)
}

/// Text as it may stand between tags and in values.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(drawing: &str) -> Result<String, ChartError> {
        let (title, description) = ("A < B".into(), "What it shows".into());
        Svg { id: "c".into(), class: "chart", title, description }.finish(drawing)
    }

    #[test]
    fn colours_become_classes_and_the_size_is_free() {
        let drawing = "<svg width=\"8\" height=\"4\" viewBox=\"0 0 8 4\" xmlns=\"http://www.w3.org/2000/svg\">\n\
            <rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" opacity=\"0.5\" fill=\"#9A3B06\" stroke=\"none\"/>\n\
            <polyline fill=\"none\" opacity=\"1\" stroke=\"#9A3B41\" stroke-width=\"2\" points=\"1,2 3,4 \"/>\n\
            <text x=\"0\" y=\"0\" font-family=\"sans-serif\" font-size=\"47.9999\" opacity=\"1\" fill=\"#9A3B00\">\n\
            R&amp;B &gt; &lt;b&gt;\n</text>\n</svg>\n";
        assert_eq!(
            finish(drawing).unwrap(),
            "<svg class=\"chart\" viewBox=\"0 0 8 4\" role=\"img\" aria-labelledby=\"c-title c-description\">\
             <title id=\"c-title\">A &lt; B</title><desc id=\"c-description\">What it shows</desc>\
             <rect class=\"fill-accent\" fill-opacity=\"0.5\" x=\"1\" y=\"2\" width=\"3\" height=\"4\"/>\
             <polyline class=\"stroke-sub-1\" stroke-width=\"2\" points=\"1,2 3,4\"/>\
             <text class=\"fill-text\" font-size=\"48\" x=\"0\" y=\"0\">R&amp;B &gt; &lt;b&gt;</text></svg>"
        );
    }

    #[test]
    fn neighbours_that_look_alike_share_a_group() {
        let dot = |x: u32, opacity: f64| format!("<circle cx=\"{x}\" fill=\"#9A3B06\" opacity=\"{opacity}\"/>");
        let cell = |x: u32| format!("<rect x=\"{x}\" y=\"2\" width=\"9\" height=\"7\" fill=\"#9A3B06\"/>");
        let words = |text: &str| {
            format!(
                "<text x=\"1\" y=\"100\" dy=\"0.5ex\" text-anchor=\"end\" font-size=\"50\" fill=\"#9A3B00\">\n{text}\n</text>"
            )
        };
        let line = "<line x1=\"1\" stroke=\"#9A3B06\" opacity=\"0.5\"/>";
        let drawing = [
            dot(1, 0.5),
            dot(2, 0.501),
            line.into(),
            dot(3, 0.5),
            dot(4, 0.6),
            words("a"),
            words("b"),
            cell(0),
            cell(9),
        ]
        .concat();
        let svg = finish(&format!("<svg viewBox=\"0 0 8 4\">{drawing}</svg>")).unwrap();
        assert_eq!(
            svg.split("</desc>").nth(1).unwrap(),
            "<g class=\"fill-accent\" fill-opacity=\"0.5\"><circle cx=\"1\"/><circle cx=\"2\"/></g>\
             <line class=\"stroke-accent\" stroke-opacity=\"0.5\" x1=\"1\"/>\
             <circle class=\"fill-accent\" fill-opacity=\"0.5\" cx=\"3\"/>\
             <circle class=\"fill-accent\" fill-opacity=\"0.6\" cx=\"4\"/>\
             <g class=\"fill-text\" text-anchor=\"end\" font-size=\"50\">\
             <text x=\"1\" y=\"113\">a</text><text x=\"1\" y=\"113\">b</text></g>\
             <path class=\"fill-accent\" d=\"M0 2h9v7h-9zM9 2h9v7h-9z\"/></svg>"
        );
    }

    #[test]
    fn what_the_page_must_not_hold_is_refused() {
        let svg = |inner: &str| format!("<svg viewBox=\"0 0 1 1\">{inner}</svg>");
        assert!(matches!(finish(&svg("<rect fill=\"#123456\"/>")), Err(ChartError::Colour(c)) if c == "#123456"));
        assert!(matches!(finish(&svg("<rect style=\"fill:red\"/>")), Err(ChartError::Drawing(_))));
        assert!(matches!(finish("<svg width=\"1\">"), Err(ChartError::Drawing(_))));
    }
}
