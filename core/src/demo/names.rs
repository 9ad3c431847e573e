//! Invented artists and titles.

use super::random::Random;

/// Words for one style. Artists are a first and a second word; so are titles.
struct Words {
    artists: ([&'static str; 12], [&'static str; 12]),
    titles: ([&'static str; 14], [&'static str; 14]),
}

/// The names of one track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) artist: String,
    pub(super) title: String,
    pub(super) album: String,
    pub(super) year: u32,
}

/// Names for `tracks` tracks of the style with index `style`: one artist for every two tracks, no title twice.
///
/// The words of the styles do not overlap, so that artists and titles are unique in the whole library.
pub(super) fn names(style: usize, tracks: usize, random: &mut Random) -> Vec<Names> {
    let words = &WORDS[style % WORDS.len()];
    let mut artists = pairs(&words.artists.0, &words.artists.1, random);
    artists.truncate(tracks.div_ceil(2));
    let titles = pairs(&words.titles.0, &words.titles.1, random);
    let releases: Vec<(String, u32)> = artists
        .iter()
        .enumerate()
        .map(|(index, _)| {
            // An artist's release is named after a title that no track carries.
            let name = &titles[titles.len() - 1 - index];
            (format!("{name} EP"), 2012 + random.index(13) as u32)
        })
        .collect();
    titles
        .iter()
        .take(tracks)
        .enumerate()
        .map(|(track, title)| {
            let artist = track / 2;
            let (album, year) = &releases[artist];
            Names { artist: artists[artist].clone(), title: title.clone(), album: album.clone(), year: *year }
        })
        .collect()
}

/// Every pair of words once, in random order.
fn pairs(first: &[&str], second: &[&str], random: &mut Random) -> Vec<String> {
    let mut pairs: Vec<String> =
        first.iter().flat_map(|first| second.iter().map(move |second| format!("{first} {second}"))).collect();
    random.shuffle(&mut pairs);
    pairs
}

const WORDS: [Words; 7] = [
    // Emotional Techno
    Words {
        artists: (
            ["Elin", "Noor", "Mira", "Tove", "Aurel", "Sanna", "Ilja", "Vesna", "Juno", "Maren", "Oskar", "Lova"],
            [
                "Hale",
                "Weiss",
                "Lindqvist",
                "Arden",
                "Solberg",
                "Keller",
                "Marin",
                "Voss",
                "Ekdal",
                "Brandt",
                "Roth",
                "Nyx",
            ],
        ),
        titles: (
            [
                "Letters",
                "Silver",
                "Distant",
                "Fading",
                "Paper",
                "Tender",
                "Northern",
                "Weightless",
                "Glass",
                "Quiet",
                "Falling",
                "Amber",
                "Endless",
                "Gentle",
            ],
            [
                "Harbour",
                "Memory",
                "Skyline",
                "Departure",
                "Horizon",
                "Embers",
                "Longing",
                "Constellation",
                "Return",
                "Farewell",
                "Daybreak",
                "Heartlines",
                "Coast",
                "Promise",
            ],
        ),
    },
    // Dark Techno
    Words {
        artists: (
            [
                "Kaltwerk", "Obsidian", "Schacht", "Null", "Rostlaub", "Sektor", "Vanta", "Grau", "Hollow", "Iron",
                "Stahl", "Umbra",
            ],
            [
                "Division",
                "Nine",
                "Apparat 4",
                "Order",
                "Transit",
                "Unit",
                "Protocol",
                "Block",
                "Machine",
                "Signal",
                "Bureau",
                "Zero",
            ],
        ),
        titles: (
            [
                "Concrete",
                "Black",
                "Subterranean",
                "Rusted",
                "Cold",
                "Buried",
                "Blind",
                "Voltage",
                "Ashen",
                "Static",
                "Forged",
                "Severed",
                "Monolith",
                "Toxic",
            ],
            [
                "Corridor",
                "Pressure",
                "Ritual",
                "Foundry",
                "Descent",
                "Bunker",
                "Circuit",
                "Verdict",
                "Turbine",
                "Shadow",
                "Furnace",
                "Threshold",
                "Mechanism",
                "Void",
            ],
        ),
    },
    // Chill House
    Words {
        artists: (
            ["Marlow", "Cleo", "Otis", "Saffron", "Theo", "Ines", "Bruno", "Olive", "Rafe", "Lune", "Hugo", "Delphine"],
            [
                "& Sons", "Vale", "Sandoval", "Blue", "Moreau", "Fontaine", "Parks", "Amado", "Beaumont", "Rey",
                "Winter", "Castel",
            ],
        ),
        titles: (
            [
                "Sunday", "Velvet", "Slow", "Balcony", "Late", "Salt", "Warm", "Linen", "Lazy", "Terrace", "Honey",
                "Easy", "Soft", "Second",
            ],
            [
                "Coffee",
                "Afternoon",
                "Breeze",
                "Rooftop",
                "Rain",
                "Postcard",
                "Tide",
                "Lounge",
                "Garden",
                "Window",
                "Company",
                "Motion",
                "Weekend",
                "Sofa",
            ],
        ),
    },
    // Party House
    Words {
        artists: (
            ["DJ", "Big", "Disco", "Super", "Captain", "Miss", "Funky", "Los", "Mister", "Club", "Double", "Electric"],
            [
                "Confetti",
                "Maracas",
                "Bonanza",
                "Piña",
                "Tropicana",
                "Jackpot",
                "Flamingo",
                "Carnaval",
                "Lemonade",
                "Rocket",
                "Sombrero",
                "Glitter",
            ],
        ),
        titles: (
            [
                "Hands",
                "Jump",
                "Everybody",
                "Feel",
                "Shake",
                "Neon",
                "Saturday",
                "Let's",
                "Bounce",
                "Higher",
                "Wild",
                "Dance",
                "Crazy",
                "Pump",
            ],
            [
                "Up",
                "Tonight",
                "Together",
                "the Floor",
                "It",
                "Fever",
                "Again",
                "Go",
                "All Night",
                "Sunshine",
                "Energy",
                "My Love",
                "Paradise",
                "Now",
            ],
        ),
    },
    // Chill Goa
    Words {
        artists: (
            [
                "Lotus",
                "Banyan",
                "Moon",
                "Saraswati",
                "Coral",
                "Monsoon",
                "Indigo",
                "Prana",
                "Temple",
                "Jasmine",
                "Ganga",
                "Soma",
            ],
            [
                "Drift",
                "Collective",
                "Raga",
                "Breath",
                "Shanti",
                "Garland",
                "Caravan",
                "Current",
                "Reverie",
                "Tales",
                "Meadow",
                "Tribe",
            ],
        ),
        titles: (
            [
                "Anjuna",
                "Floating",
                "Sacred",
                "Inner",
                "Palm",
                "Lucid",
                "Ocean",
                "Astral",
                "Turquoise",
                "Flowering",
                "Dreaming",
                "Morning",
                "Sandalwood",
                "Celestial",
            ],
            [
                "Sunrise",
                "River",
                "Meditation",
                "Mantra",
                "Lagoon",
                "Journey",
                "Chakra",
                "Pilgrim",
                "Blossom",
                "Stillness",
                "Waters",
                "Awakening",
                "Monastery",
                "Light",
            ],
        ),
    },
    // Party Goa
    Words {
        artists: (
            [
                "Hyper",
                "Acid",
                "Cosmic",
                "Fractal",
                "Alien",
                "Psy",
                "Mega",
                "Turbo",
                "Quantum",
                "Shiva",
                "Plasma",
                "Kundalini",
            ],
            [
                "Mushroom",
                "Freaks",
                "Toad",
                "Overlords",
                "Wizard",
                "Reactor",
                "Gecko",
                "Phantoms",
                "Project",
                "Elements",
                "Sorcerer",
                "Pixies",
            ],
        ),
        titles: (
            [
                "Melting",
                "Electro",
                "Hypnotic",
                "Warp",
                "Insane",
                "Galactic",
                "Fluorescent",
                "Full-On",
                "Twisted",
                "Serpent",
                "Laser",
                "Mind",
                "Ultra",
                "Hallucinated",
            ],
            [
                "Frequencies",
                "Stomp",
                "Invasion",
                "Vortex",
                "Elixir",
                "Trip",
                "Synapse",
                "Orbit",
                "Madness",
                "Dimension",
                "Transmission",
                "Explosion",
                "Spirals",
                "Machinery",
            ],
        ),
    },
    // Zyzz Hardstyle
    Words {
        artists: (
            [
                "Aesthetic",
                "Titan",
                "Savage",
                "Apollo",
                "Brutal",
                "Gains",
                "Spartan",
                "Crusher",
                "Hercules",
                "Raw",
                "Legion",
                "Vein",
            ],
            [
                "Brah",
                "Tempo",
                "Kickers",
                "Force",
                "Army",
                "Lifters",
                "Mafia",
                "Warriors",
                "Physique",
                "Beast",
                "Syndicate",
                "Pump",
            ],
        ),
        titles: (
            [
                "We", "Gods", "One Last", "Forever", "Become", "Born", "Rise", "Veins", "Never", "Legends", "Mirin'",
                "Unbroken", "Eternal", "Beyond",
            ],
            [
                "Immortal",
                "Olympus",
                "Set",
                "Shredded",
                "Glory",
                "Champions",
                "Aesthetics",
                "Alive",
                "Surrender",
                "Heaven",
                "the Summit",
                "Warrior",
                "Young",
                "the Storm",
            ],
        ),
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Random, WORDS, names};

    #[test]
    fn titles_and_artists_are_unique_in_the_library() {
        let mut titles = BTreeSet::new();
        let mut artists = BTreeSet::new();
        for style in 0..WORDS.len() {
            let named = names(style, 128, &mut Random::new(style as u64));
            assert_eq!(named.len(), 128);
            let own: BTreeSet<String> = named.iter().map(|names| names.artist.clone()).collect();
            assert_eq!(own.len(), 64, "one artist for every two tracks");
            for names in &named {
                assert!(titles.insert(names.title.clone()), "{} twice", names.title);
                assert!(!names.title.contains('/') && !names.artist.contains('/'));
            }
            for artist in own {
                assert!(artists.insert(artist.clone()), "{artist} in two styles");
            }
        }
    }
}
