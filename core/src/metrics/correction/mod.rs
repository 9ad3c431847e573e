//! Corrections of hubs: tracks that are near everything for no musical reason, and others that nobody finds.

mod centring;
mod choose;
mod csls;
mod mutual_proximity;

pub use choose::{CandidateScore, CorrectionChoice, choose_correction};

use centring::Centring;
use csls::Csls;
use mutual_proximity::MutualProximity;
use serde::{Deserialize, Serialize};

use crate::vectors::Vectors;

/// How similarities are changed so that neighbours are spread more evenly.
///
/// Fitted to the gallery. None and centring rank by cosines; the scores of the others have an order but no unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "analysis", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HubnessCorrection {
    /// Cosine similarity as it is.
    #[default]
    None,
    /// The mean of all vectors is taken away, so that nothing is near everything for lying in the middle. Fitted in
    /// linear time.
    Centring,
    /// How probable it is that both tracks are nearer to each other than to another. Fitted in linear time; two
    /// error functions for each pair that is compared.
    MutualProximity,
    /// Similarity less how dense the surroundings of both tracks are (cross-domain similarity local scaling). Fitted
    /// by comparing the gallery with itself, or with a sample of 20,000 of its tracks.
    Csls,
}

impl HubnessCorrection {
    /// All of them, the one that changes nothing first.
    pub const ALL: [Self; 4] = [Self::None, Self::Centring, Self::MutualProximity, Self::Csls];
}

/// A correction that knows its gallery.
#[derive(Clone, Debug)]
pub(super) enum Fitted {
    None,
    Centring(Centring),
    MutualProximity(MutualProximity),
    Csls(Csls),
}

impl Fitted {
    /// Fits to a gallery `[n, dim]`. Returns also where its tracks are to be found.
    pub(super) fn fit(gallery: Vectors, correction: HubnessCorrection) -> (Self, Vectors) {
        let fitted = match correction {
            _ if gallery.is_empty() => Self::None,
            HubnessCorrection::None => Self::None,
            HubnessCorrection::Centring => Self::Centring(Centring::fit(&gallery)),
            HubnessCorrection::MutualProximity => Self::MutualProximity(MutualProximity::fit(&gallery)),
            HubnessCorrection::Csls => Self::Csls(Csls::fit(&gallery)),
        };
        let placed = fitted.place(gallery);
        (fitted, placed)
    }

    /// Moves vectors `[m, dim]` to where they are compared.
    pub(super) fn place(&self, vectors: Vectors) -> Vectors {
        match self {
            Self::Centring(centring) => centring.place(&vectors),
            Self::None | Self::MutualProximity(_) | Self::Csls(_) => vectors,
        }
    }

    /// Turns the similarities of a query to the gallery `[n]` into scores. `own` is the query's place in the gallery,
    /// where it has one.
    pub(super) fn score(&self, similarities: &mut [f32], own: Option<usize>) {
        match self {
            Self::None | Self::Centring(_) => (),
            Self::MutualProximity(proximity) => proximity.score(similarities, own),
            Self::Csls(csls) => csls.score(similarities, own),
        }
    }
}
