//! The sub-genres' colours.

/// One fixed colour per sub-genre, as shown on a light page; libraries with more begin again. The variables
/// `--sub-0` to `--sub-19` of `tokens.css` hold the same, and brighter ones for dark pages.
pub const PALETTE: [&str; 20] = [
    "#166fa0", "#a54801", "#10a462", "#820057", "#4b1eaa", "#6e79fa", "#623f0a", "#914e72", "#a18800", "#17497b",
    "#417641", "#218986", "#863e3b", "#1948c4", "#0b6659", "#a36b0a", "#0579d8", "#199f8c", "#554d8c", "#628544",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a variable in `tokens.css`: first the light one, then the dark one.
    fn values(name: &str) -> Vec<&'static str> {
        let css = include_str!("../../../templates/assets/tokens.css");
        let prefix = format!("{name}: ");
        css.lines().filter_map(|line| line.trim().strip_prefix(&prefix)?.strip_suffix(';')).collect()
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let c = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn the_style_sheet_holds_the_palette() {
        for (i, colour) in PALETTE.iter().enumerate() {
            let found = values(&format!("--sub-{i}"));
            assert_eq!(found.len(), 2, "--sub-{i} in light and dark");
            assert_eq!(found[0], *colour, "--sub-{i}");
        }
    }

    #[test]
    fn colours_are_legible_in_light_and_dark() {
        for (mode, (name, least)) in [0, 1].into_iter().flat_map(|mode| {
            let graphics = (0..PALETTE.len()).map(|i| (format!("--sub-{i}"), 3.0));
            let text = ["--text", "--muted", "--accent", "--good", "--bad"].map(|name| (name.to_owned(), 4.5));
            graphics.chain(text).map(move |what| (mode, what))
        }) {
            for ground in ["--bg", "--surface"] {
                let found = contrast(values(&name)[mode], values(ground)[mode]);
                assert!(found >= least, "{name} on {ground}, mode {mode}: {found:.2} below {least}");
            }
        }
        for mode in [0, 1] {
            assert!(contrast(values("--accent-text")[mode], values("--accent")[mode]) >= 4.5);
        }
    }
}
