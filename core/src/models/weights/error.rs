//! What can be wrong with weights.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use crate::tensorflow::MusicnnError;

/// Why weights could not be read or written.
#[derive(Debug, Error)]
pub enum WeightsError {
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file is larger than any that pmsl reads.
    #[error("{} has {found} bytes; at most {max} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        found: u64,
        /// Largest size read, in bytes.
        max: u64,
    },
    /// The file is no safetensors file or a damaged one.
    #[error("{} is not a whole safetensors file", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: safetensors::SafeTensorError,
    },
    /// The tensors could not be laid out as safetensors.
    #[error("cannot lay out the tensors of {}", path.display())]
    Layout {
        /// The file that was to be written.
        path: PathBuf,
        /// The cause.
        source: safetensors::SafeTensorError,
    },
    /// A JSON text cannot be read.
    #[error("cannot understand the JSON of {}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
    /// The weights were made for another model than the one configured.
    #[error("{}: `{field}` must be {expected} to fit the configured model, found {found}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// The field of the file.
        field: &'static str,
        /// What the configured model needs.
        expected: String,
        /// What the file says.
        found: String,
    },
    /// The tensors are not those of the model.
    #[error("{}: {problems}", path.display())]
    Tensors {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        problems: TensorProblems,
    },
    /// The weights of MusiCNN could not be read.
    #[error(transparent)]
    Musicnn(#[from] MusicnnError),
    /// There are no weights of MusiCNN on this machine.
    #[error(
        "no weights of MusiCNN at `{name}`; get them by `pip download --no-deps musicnn==0.1.0` and name the wheel, or \
         put it into the folder of the config or into `~/.cache/pmsl`"
    )]
    MusicnnNotFound {
        /// What was looked for.
        name: String,
    },
    /// Neither a folder nor a model of the hub.
    #[error("`{0}` is neither a folder that exists nor a Hugging Face id of the form `owner/name`")]
    UnknownSource(String),
    /// A model of the hub that was not downloaded.
    #[error(
        "`{id}` is not in the Hugging Face cache at {}; download it with `hf download {id} config.json \
         model.safetensors`, or name a folder that holds both files",
        cache.display()
    )]
    NotDownloaded {
        /// The model.
        id: String,
        /// Where it was looked for.
        cache: PathBuf,
    },
}

/// One tensor that does not fit the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TensorProblem {
    /// The model needs it and the file lacks it.
    Missing {
        /// Its name.
        name: String,
        /// The shape the model needs.
        expected: Vec<usize>,
    },
    /// The file holds it and the model has no place for it.
    Extra {
        /// Its name.
        name: String,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// It has another shape than the model needs.
    Shape {
        /// Its name.
        name: String,
        /// The shape the model needs.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// Its values are of a type that is not read.
    Type {
        /// Its name.
        name: String,
        /// The type in the file.
        found: String,
    },
    /// It holds a NaN or an infinity.
    NotFinite {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for TensorProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, expected } => write!(f, "missing `{name}` {expected:?}"),
            Self::Extra { name, found } => write!(f, "no place for `{name}` {found:?}"),
            Self::Shape { name, expected, found } => write!(f, "`{name}` must be {expected:?}, found {found:?}"),
            Self::Type { name, found } => write!(f, "`{name}` must be F32, F16 or BF16, found {found}"),
            Self::NotFinite { name } => write!(f, "`{name}` holds a value that is not finite"),
        }
    }
}

/// Every tensor that does not fit the model.
#[derive(Clone, Debug, Default, Error, PartialEq, Eq)]
pub struct TensorProblems(pub Vec<TensorProblem>);

impl TensorProblems {
    /// How many are written out.
    const SHOWN: usize = 10;

    /// `Ok` when there are none.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for TensorProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} {} not fit the model: ", if count == 1 { "tensor does" } else { "tensors do" })?;
        for (i, problem) in self.0.iter().take(Self::SHOWN).enumerate() {
            write!(f, "{}{problem}", if i == 0 { "" } else { "; " })?;
        }
        if count > Self::SHOWN { write!(f, "; and {} more", count - Self::SHOWN) } else { Ok(()) }
    }
}
