//! The files that could not be used, as a table for their owner.

use anyhow::Context;

use super::export::inert;
use super::library::FailedTrack;
use crate::cache::write_atomic;
use crate::outcome::RunError;
use crate::plan::Plan;

/// Writes `failures.csv` into the work folder, with the columns `path`, `stage` and `reason`: a public report names no files,
/// and a run that remembers failures does not tell of them again. Without failures it holds the names of the columns alone.
///
/// # Errors
/// When the work folder cannot be written.
pub(crate) fn failures(plan: &Plan, failures: &[FailedTrack]) -> Result<(), RunError> {
    let table = table(failures).context("the failures cannot be written as CSV")?;
    Ok(write_atomic(&plan.failures_path(), |out| out.write_all(&table))?)
}

fn table(failures: &[FailedTrack]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["path", "stage", "reason"])?;
    for FailedTrack { path, stage, reason } in failures {
        writer.write_record([inert(path), inert(stage), inert(reason)])?;
    }
    Ok(writer.into_inner()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_a_line_that_no_spreadsheet_computes() {
        let failed = |path: &str| FailedTrack { path: path.into(), stage: "audio".into(), reason: "a, \"b\"".into() };
        let text = String::from_utf8(table(&[failed("House/x.mp3"), failed("=1+1.mp3")]).unwrap()).unwrap();
        let expected = "path,stage,reason\nHouse/x.mp3,audio,\"a, \"\"b\"\"\"\n'=1+1.mp3,audio,\"a, \"\"b\"\"\"\n";
        assert_eq!(text, expected);
    }
}
