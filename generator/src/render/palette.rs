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

    /// The values of a variable in the style sheets: first the light one, then the dark one.
    fn values(name: &str) -> Vec<&'static str> {
        let sheets = [
            include_str!("../../../templates/assets/tokens.css"),
            include_str!("../../../templates/assets/explorer-map.css"),
        ];
        let prefix = format!("{name}: ");
        let lines = sheets.into_iter().flat_map(str::lines);
        lines.filter_map(|line| line.trim().strip_prefix(&prefix)?.strip_suffix(';')).collect()
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

    /// Linear RGB of a colour.
    fn linear(hex: &str) -> [f64; 3] {
        [1, 3, 5].map(|at| {
            let c = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(matrix: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
    }

    /// `OKLab` (Ottosson 2020): Euclidean distances in it are perceived ones, 0.02 just noticeable.
    fn oklab(rgb: [f64; 3]) -> [f64; 3] {
        const TO_CONES: [[f64; 3]; 3] = [
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ];
        const TO_LAB: [[f64; 3]; 3] = [
            [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
        ];
        times(&TO_LAB, times(&TO_CONES, rgb.map(|c| c.clamp(0.0, 1.0))).map(f64::cbrt))
    }

    /// Whole protanopia and deuteranopia (Machado, Oliveira, Fernandes 2009, table 1), and common sight.
    const SIGHTS: [(&str, [[f64; 3]; 3]); 3] = [
        ("common", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        ),
    ];

    #[test]
    fn colours_differ_for_the_colour_blind_too() {
        for mode in [0, 1] {
            for (sight, matrix) in &SIGHTS {
                let seen: Vec<[f64; 3]> = (0..PALETTE.len())
                    .map(|i| oklab(times(matrix, linear(values(&format!("--sub-{i}"))[mode]))))
                    .collect();
                let distance =
                    |i: usize, j: usize| seen[i].iter().zip(seen[j]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                // Neighbours in a list have to differ most, and the first eight among each other.
                for i in 1..PALETTE.len() {
                    assert!(distance(i - 1, i) >= 0.09, "{sight}, mode {mode}: {} and {i}", i - 1);
                }
                for (i, j) in (0..8).flat_map(|i| (0..i).map(move |j| (i, j))) {
                    assert!(distance(i, j) >= 0.075, "{sight}, mode {mode}: {i} and {j}: {:.3}", distance(i, j));
                }
            }
        }
    }

    #[test]
    fn the_scale_of_the_map_is_legible_and_ordered_by_lightness() {
        for mode in [0, 1] {
            let ramp: Vec<&str> = (0..5).map(|i| values(&format!("--map-ramp-{i}"))[mode]).collect();
            for colour in ramp.iter().copied().chain([values("--map-unknown")[mode]]) {
                let found = contrast(colour, values("--surface")[mode]);
                assert!(found >= 3.0, "{colour}, mode {mode}: {found:.2}");
            }
            for (sight, matrix) in &SIGHTS {
                let lightness: Vec<f64> = ramp.iter().map(|colour| oklab(times(matrix, linear(colour)))[0]).collect();
                for pair in lightness.windows(2) {
                    assert!(pair[1] - pair[0] >= 0.06, "{sight}, mode {mode}: {lightness:.2?}");
                }
            }
        }
    }

    #[test]
    fn the_explorer_and_the_pages_repeat_the_colours_alike() {
        let count = format!("% {}", PALETTE.len());
        for (name, source) in [
            ("explorer-rows.js", include_str!("../../../templates/assets/explorer-rows.js")),
            ("explorer-map-colours.js", include_str!("../../../templates/assets/explorer-map-colours.js")),
            ("macros.html", include_str!("../../../templates/partials/macros.html")),
        ] {
            let uses: Vec<&str> = source
                .match_indices("sub-$")
                .chain(source.match_indices("sub-{{"))
                .map(|(at, _)| &source[at..at + 40])
                .collect();
            assert!(!uses.is_empty(), "{name}");
            for place in uses {
                assert!(place.contains(&count), "{name}: {place}");
            }
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
