//! From the results of a run to a site: the report, its pages and charts, and the folder they are written to.
//!
//! A [`Report`] holds every number that a page shows, [`report_pages`] makes the pages from it alone, a [`Comparison`]
//! sets several side by side, [`Changes`] tell two apart, a [`Renderer`] makes any page, and [`write_site`] puts the files in place without ever
//! leaving half a site.

mod assets;
mod changes;
mod charts;
mod comparison;
mod environment;
pub mod explorer;
mod pages;
mod palette;
mod report;
mod site;
mod timings;

#[cfg(test)]
pub(crate) mod sample;

pub use assets::Assets;
pub use changes::{
    CHANGES_FORMAT, ChangedRun, Changes, Judgement, JudgementChange, MeasureChange, MovedTrack, NamedTrack,
    PairedChange, SettingChange, SubGenreChange, TrackChanges,
};
pub use charts::ChartError;
pub use comparison::{
    COMPARISON_FORMAT, ComparedClassifier, ComparedClusters, ComparedRun, Comparison, ComparisonError, Difference,
    Setting, Verdict,
};
pub use environment::{RenderError, Renderer, Site, Version};
pub use pages::{comparison_pages, headline, report_pages, timings_page};
pub use palette::PALETTE;
pub use report::{
    AVERAGE_PRECISION_BINS, Advice, AtDepth, Baselines, BlurredPair, Build, Calibration, Classifier, Clusters, Copies,
    CopyKind, CrossValidation, DescriptorSummary, Distribution, Epoch, Evaluation, Failure, Gain, GenreScore, Grouping,
    Hub, HubCorrection, Hubness, Interval, Map, Measures, Misfiled, Mix, MixSegment, Neighbour, Outlier,
    PairedDifference, Pairs, Quartiles, REPORT_FORMAT, RecallAt, ReliabilityBin, Report, ReportError, Retrieval, Score,
    Segments, Skipped, Split, SubGenreMeasures, SubGenreSummary, System, TrackDescriptors, TrackRow, Training,
};
pub use site::{Carried, MARKER, SiteError, SiteFile, SiteWritten, Source, check_place, is_current, write_site};
pub use timings::{StageTiming, Timings};
