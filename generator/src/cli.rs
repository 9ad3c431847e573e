//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use pmsl_core::models::DeviceKind;

const EXAMPLES: &str = "\
Examples:
  pmsl-generate --config configs/demo.json --out site
      make a demo library, train on it and open site/index.html
  pmsl-generate --config configs/cpu.json --library ~/Music/playlists --out site
      your own music: one folder for each playlist, on two cores
  pmsl-generate --config configs/a40.json --library /music --out site --device cuda
      the full recipe on an NVIDIA GPU (built with --features cuda)
  pmsl-generate --config configs/cpu.json --library ~/Music/playlists --out site --single-file
      also the explorer as one file, for phones and for sending
  pmsl-generate check --config configs/cpu.json --library ~/Music/playlists
      validate the config and the library, and say what would run
  pmsl-generate --embeddings vectors.npy --labels labels.csv --out site
      a report and an explorer of embeddings that were made elsewhere
  pmsl-generate --config configs/cpu.json --library ~/Music/playlists --inbox ~/Music/new --out site
      also sort new tracks into proposed playlists (.m3u8), with how sure that is
  pmsl-generate compare site-a site-b --out comparison
      finished runs on the same library and split, side by side
  pmsl-generate diff site-a site-b
      what changed from one run to the next: settings, tracks, measures, judgements
  pmsl-generate render site --out site-again
      the pages of a finished run, made again from its report.json alone

Exit codes: 0 done (skipped files are reported), 1 failed, 2 wrong usage or config,
3 files were skipped under --strict, 130 interrupted. The same command goes on where it was interrupted.";

const RENDER_EXAMPLES: &str = "\
Examples:
  pmsl-generate render site --out site-again
      the pages of a site; explorer, timings, audio and clips are carried over as they are
  pmsl-generate render site --out site
      the same in place, such as after an update of the program
  pmsl-generate render old-report.json --out site
      a report that was kept alone: its pages have no explorer to link to

A report of another format is refused: make the site again with this version.";

const DIFF_EXAMPLES: &str = "\
Examples:
  pmsl-generate diff site-before site-after
      a summary for people
  pmsl-generate diff before.json site-after --json | jq .measures
      the same for scripts

Measures are compared on the tracks that both runs held out. The exit code is 0 whether or not the runs differ.";

/// From a folder of music sorted into playlists to an open site: an honest report on how well the machine hears the
/// playlists, and an explorer that finds similar tracks and builds playlists in the browser.
#[derive(Debug, Parser)]
#[command(name = "pmsl-generate", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    /// What to do instead of generating a site.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The options of a run.
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// What to do instead of generating a site.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the JSON schema of the config, for editors and validators
    Schema(SchemaArgs),
    /// Validate the config and the library, and print what would run
    Check(RunArgs),
    /// Measure mean and standard deviation of the library's features, for the `features` section of a config
    Norm(NormArgs),
    /// Say which sub-genres files belong to, by the model of a config (which is trained first if need be)
    Predict(PredictArgs),
    /// Set finished runs side by side on one page
    Compare(CompareArgs),
    /// Make the pages of a finished run again, from its report.json alone
    #[command(after_help = RENDER_EXAMPLES)]
    Render(RenderArgs),
    /// Say what changed from one finished run to another
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArgs),
}

/// Options of `schema`.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Print the schema of report.json instead (docs/report.md describes it)
    #[arg(long)]
    pub(crate) report: bool,
}

/// Options of `render`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RenderArgs {
    /// The site of a run, or its report.json
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// The folder to write the site into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Overwrite an --out folder that holds something else
    #[arg(long)]
    pub(crate) force: bool,
}

/// Options of `diff`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DiffArgs {
    /// The earlier run: its site, or its report.json
    #[arg(value_name = "A")]
    pub(crate) before: PathBuf,
    /// The later run
    #[arg(value_name = "B")]
    pub(crate) after: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `norm`.
#[derive(Clone, Debug, Args)]
pub(crate) struct NormArgs {
    /// The options of a run.
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `predict`.
#[derive(Clone, Debug, Args)]
pub(crate) struct PredictArgs {
    /// The options of a run.
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Audio files
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// Options of `compare`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CompareArgs {
    /// Sites of runs on the same library and split, or their report.json
    #[arg(value_name = "RUN", required = true, num_args = 2..)]
    pub(crate) runs: Vec<PathBuf>,
    /// The folder to write the page into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Overwrite an --out folder that holds something else
    #[arg(long)]
    pub(crate) force: bool,
}

/// Options of a run; each one overrides the config.
#[derive(Clone, Debug, Default, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct RunArgs {
    /// The config file (JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The folder to write the site into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The folder of music, instead of the config's
    #[arg(long, value_name = "PATH")]
    pub(crate) library: Option<PathBuf>,
    /// Embeddings made elsewhere (.npy, [tracks, values]), instead of audio
    #[arg(long, value_name = "FILE", requires = "labels", conflicts_with = "library")]
    pub(crate) embeddings: Option<PathBuf>,
    /// The sub-genre of each row of --embeddings (.npy, or .csv with a column `sub_genre`)
    #[arg(long, value_name = "FILE", requires = "embeddings")]
    pub(crate) labels: Option<PathBuf>,
    /// Also write the embeddings (embeddings.npy) and the tracks (tracks.csv) into a folder
    #[arg(long, value_name = "DIR")]
    pub(crate) export: Option<PathBuf>,
    /// Also sort the unsorted tracks of a folder into proposed playlists
    #[arg(long, value_name = "DIR", conflicts_with = "embeddings")]
    pub(crate) inbox: Option<PathBuf>,
    /// Where the proposed playlists are written [default: inbox in the folder of caches]
    #[arg(long, value_name = "DIR", requires = "inbox")]
    pub(crate) playlists: Option<PathBuf>,
    /// Also write the explorer as one file (explorer-single.html), for phones and for sending
    #[arg(long)]
    pub(crate) single_file: bool,
    /// The folder of caches and checkpoints [default: pmsl-work]
    #[arg(long, value_name = "DIR")]
    pub(crate) work: Option<PathBuf>,
    /// Where to compute: auto, cpu, ndarray or cuda
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<DeviceKind>,
    /// Use at most N tracks of each sub-genre (a quick look at a large library)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Threads to use [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) threads: Option<u32>,
    /// Overwrite an --out folder that holds something else, and forget remembered failures
    #[arg(long)]
    pub(crate) force: bool,
    /// Print what would run, and stop
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Exit with code 3 when any file had to be skipped
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print more: -v what each stage decided, -vv every track
    #[arg(short, long, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}
