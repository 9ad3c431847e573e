//! From plotters' SVG to one that may stand in the page: styled by classes, scaled to its place, named for readers
//! who do not see it.

use std::fmt::Write as _;

use super::{ChartError, ink::Ink};

/// A chart, ready to stand in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Svg {
    /// Unique in its page.
    pub(crate) id: &'static str,
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
    /// Colours become classes, the size is left to the page, and attributes that say the default are dropped.
    ///
    /// # Errors
    /// Refuses a drawing with colours that stand for no part, or with attributes that a strict content security
    /// policy forbids.
    pub(crate) fn finish(&self, drawing: &str) -> Result<String, ChartError> {
        let mut out = String::with_capacity(drawing.len());
        let mut rest = drawing;
        let mut opened = false;
        while let Some(start) = rest.find('<') {
            out.push_str(rest[..start].trim_matches('\n'));
            let end = tag_end(&rest[start..]).ok_or(ChartError::Drawing("an element does not end"))? + start;
            let tag = &rest[start + 1..end];
            rest = &rest[end + 1..];
            if tag.starts_with('/') {
                let _ = write!(out, "<{tag}>");
                continue;
            }
            if opened {
                restyle(tag, &mut out)?;
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
        let (id, class) = (self.id, self.class);
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

fn restyle(tag: &str, out: &mut String) -> Result<(), ChartError> {
    let name = tag.split([' ', '/']).next().unwrap_or_default();
    let is_line = matches!(name, "line" | "polyline");
    let mut classes = Vec::new();
    let mut kept = String::new();
    let mut stroked = is_line;
    for (key, value) in attributes(tag) {
        match key {
            "fill" | "stroke" if value != "none" => {
                let ink = Ink::from_hex(value).ok_or_else(|| ChartError::Colour(value.to_owned()))?;
                stroked |= key == "stroke";
                classes.push(format!("{key}-{}", ink.name()));
            }
            // Filled shapes have no outline by default.
            "stroke" if !is_line => {}
            "opacity" if value == "1" => {}
            "font-family" => {}
            "stroke-width" if !stroked || value == "1" => {}
            "font-size" => {
                let size: f64 = value.parse().map_err(|_| ChartError::Drawing("a font size is no number"))?;
                let _ = write!(kept, r#" font-size="{}""#, size.round());
            }
            "style" | "class" | "id" => return Err(ChartError::Drawing("an element brings its own style")),
            _ if key.starts_with("on") => return Err(ChartError::Drawing("an element brings a script")),
            _ => {
                let _ = write!(kept, r#" {key}="{}""#, value.trim_end());
            }
        }
    }
    let end = if tag.ends_with('/') { "/>" } else { ">" };
    let class = if classes.is_empty() { String::new() } else { format!(r#" class="{}""#, classes.join(" ")) };
    let _ = write!(out, "<{name}{class}{kept}{end}");
    Ok(())
}

/// Text as it may stand between tags.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(drawing: &str) -> Result<String, ChartError> {
        let (title, description) = ("A < B".into(), "What it shows".into());
        Svg { id: "c", class: "chart", title, description }.finish(drawing)
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
             <rect class=\"fill-accent\" x=\"1\" y=\"2\" width=\"3\" height=\"4\" opacity=\"0.5\"/>\
             <polyline class=\"stroke-sub-1\" fill=\"none\" stroke-width=\"2\" points=\"1,2 3,4\"/>\
             <text class=\"fill-text\" x=\"0\" y=\"0\" font-size=\"48\">R&amp;B &gt; &lt;b&gt;</text></svg>"
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
