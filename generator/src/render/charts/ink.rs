//! The colours of a chart, by their part instead of by value, so that the style sheet decides them and dark mode works.

use plotters::style::RGBColor;

use crate::render::palette::PALETTE;

/// What a mark is for. Plotters only knows colours, so each part is drawn in a colour that stands for it and becomes a
/// class of `site.css` or `tokens.css` afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Words and numbers.
    Text,
    /// Words that explain.
    Muted,
    /// Words on top of marks, with a halo.
    Label,
    /// Grids and frames.
    Line,
    /// The ground of the page.
    Ground,
    /// A quiet area.
    Surface,
    /// The main series.
    Accent,
    /// Words on top of the accent.
    AccentText,
    /// What went wrong.
    Bad,
    /// Broken lines.
    Dashes,
    /// The sub-genre with this index.
    Sub(usize),
}

/// Red and green of every stand-in; blue holds the part.
const MARK: (u8, u8) = (0x9a, 0x3b);
/// Blue of the first sub-genre.
const SUBS: u8 = 0x40;
const PARTS: [Ink; 10] = [
    Ink::Text,
    Ink::Muted,
    Ink::Label,
    Ink::Line,
    Ink::Ground,
    Ink::Surface,
    Ink::Accent,
    Ink::AccentText,
    Ink::Bad,
    Ink::Dashes,
];

impl Ink {
    /// The colour that stands for this part.
    pub(crate) fn colour(self) -> RGBColor {
        let blue = match self {
            Self::Sub(index) => SUBS + (index % PALETTE.len()) as u8,
            part => PARTS.iter().position(|&p| p == part).unwrap_or_default() as u8,
        };
        RGBColor(MARK.0, MARK.1, blue)
    }

    /// The part that a colour of the form `#RRGGBB` stands for.
    pub(crate) fn from_hex(hex: &str) -> Option<Self> {
        let value = u32::from_str_radix(hex.strip_prefix('#')?, 16).ok()?;
        let [_, red, green, blue] = value.to_be_bytes();
        if (red, green) != MARK {
            return None;
        }
        if let Some(index) = blue.checked_sub(SUBS) {
            return (usize::from(index) < PALETTE.len()).then_some(Self::Sub(usize::from(index)));
        }
        PARTS.get(usize::from(blue)).copied()
    }

    /// The name of the part in the classes `fill-…` and `stroke-…`.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Muted => "muted".into(),
            Self::Label => "label".into(),
            Self::Line => "line".into(),
            Self::Ground => "ground".into(),
            Self::Surface => "surface".into(),
            Self::Accent => "accent".into(),
            Self::AccentText => "accent-text".into(),
            Self::Bad => "bad".into(),
            Self::Dashes => "dashes".into(),
            Self::Sub(index) => format!("sub-{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_lead_back_to_their_parts_and_have_styles() {
        let css = concat!(
            include_str!("../../../../templates/assets/tokens.css"),
            include_str!("../../../../templates/assets/site.css")
        );
        for ink in PARTS.into_iter().chain((0..PALETTE.len()).map(Ink::Sub)) {
            let RGBColor(r, g, b) = ink.colour();
            assert_eq!(Ink::from_hex(&format!("#{r:02X}{g:02X}{b:02X}")), Some(ink));
            assert!(ink == Ink::Dashes || css.contains(&format!(".fill-{} ", ink.name())), "fill of {ink:?}");
            assert!(ink == Ink::Label || css.contains(&format!(".stroke-{} ", ink.name())), "stroke of {ink:?}");
        }
        assert_eq!(Ink::from_hex("#000000"), None);
        assert_eq!(Ink::Sub(21).colour(), Ink::Sub(1).colour());
    }
}
