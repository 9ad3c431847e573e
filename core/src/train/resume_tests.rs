use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;

use super::tests::{Setting, bits, options, quiet};
use super::*;

fn file(folder: &Path) -> CheckpointFile {
    CheckpointFile { path: folder.join("deep/checkpoint.safetensors"), fingerprint: "a".into() }
}

#[test]
fn an_interrupted_run_ends_with_the_same_bits() {
    let setting = Setting::new(1.5);
    let (encoder, outcome) = setting.run(options(), None, &mut quiet).unwrap();
    let expected = bits(&encoder);
    for checkpoint_steps in [None, Some(1), Some(3)] {
        let options = TrainOptions { checkpoint_steps, ..options() };
        // Stops that write a checkpoint, and deaths that do not.
        for (stops, dies) in [(vec![1, 6, 7, 19], false), (vec![2, 8, 15], true), (vec![5, 10, 20], true)] {
            let folder = tempfile::tempdir().unwrap();
            let file = file(folder.path());
            let mut stops = stops.into_iter().peekable();
            let mut resumed = Vec::new();
            let (encoder, resumed_outcome) = loop {
                let attempt = catch_unwind(AssertUnwindSafe(|| {
                    setting.run(options.clone(), Some(&file), &mut |event, cancel| match event {
                        TrainEvent::Resumed { step } => resumed.push(*step),
                        TrainEvent::Step { record, .. } if stops.peek() == Some(&record.step) => {
                            stops.next();
                            if dies {
                                std::panic::resume_unwind(Box::new("killed"));
                            }
                            cancel.store(true, Ordering::Relaxed);
                        }
                        _ => {}
                    })
                }));
                match attempt {
                    Ok(Ok(result)) => break result,
                    Ok(Err(TrainError::Cancelled { .. })) => assert!(!dies),
                    Ok(Err(error)) => panic!("{error}"),
                    Err(_) => assert!(dies),
                }
            };
            assert!(!resumed.is_empty(), "{checkpoint_steps:?}");
            assert_eq!(bits(&encoder), expected, "{checkpoint_steps:?} after {resumed:?}");
            assert_eq!(resumed_outcome, outcome);
        }
    }
}

#[test]
fn a_complete_run_returns_at_once() {
    let setting = Setting::new(1.5);
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path());
    let (encoder, outcome) = setting.run(options(), Some(&file), &mut quiet).unwrap();
    let written = fs::metadata(&file.path).unwrap().modified().unwrap();
    let mut steps = 0;
    let (again, outcome_again) = setting
        .run(options(), Some(&file), &mut |event, _| steps += usize::from(matches!(event, TrainEvent::Step { .. })))
        .unwrap();
    assert_eq!((bits(&again), outcome_again, steps), (bits(&encoder), outcome, 0));
    assert_eq!(fs::metadata(&file.path).unwrap().modified().unwrap(), written);
    assert_eq!(fs::read_dir(file.path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn checkpoints_of_other_runs_and_damaged_ones_are_ignored() {
    let setting = Setting::new(1.5);
    let folder = tempfile::tempdir().unwrap();
    let own = file(folder.path());
    let (encoder, _) = setting.run(options(), Some(&own), &mut quiet).unwrap();
    let reason = |options: TrainOptions, file: &CheckpointFile| {
        let mut reasons = Vec::new();
        let result = setting.run(options, Some(file), &mut |event, _| {
            if let TrainEvent::CheckpointIgnored { reason } = event {
                reasons.push(reason.clone());
            }
        });
        (result.unwrap().0, reasons.concat())
    };
    let whole = fs::read(&own.path).unwrap();
    for len in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&own.path, &whole[..len]).unwrap();
        let (again, reason) = reason(options(), &own);
        assert!(reason.contains("damaged"), "{len}: {reason}");
        assert_eq!(bits(&again), bits(&encoder));
    }
    for place in [8, whole.len() / 3, whole.len() / 2, whole.len() - 40, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        fs::write(&own.path, &flipped).unwrap();
        let (again, reason) = reason(options(), &own);
        assert!(reason.contains("damaged"), "{place}: {reason}");
        assert_eq!(bits(&again), bits(&encoder));
    }
    let other = CheckpointFile { fingerprint: "b".into(), ..own.clone() };
    assert!(reason(options(), &other).1.contains("another"));
    // The file is now the other run's.
    assert!(reason(options(), &own).1.contains("another"));
    let frozen = TrainOptions { freeze_depths: 1, ..options() };
    assert!(reason(frozen, &own).1.contains("another"));
    // A rest of a write that never ended does no harm.
    let temporary = own.path.with_file_name("checkpoint.safetensors.tmp");
    fs::write(&temporary, b"half").unwrap();
    reason(options(), &own);
    assert!(!temporary.exists());
}

#[test]
fn a_frozen_encoder_resumes_without_its_weights_in_the_checkpoint() {
    let setting = Setting::new(1.5);
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path());
    let run = TrainOptions { freeze_depths: 2, ema_decay: None, ..options() };
    let (encoder, _) = setting.run(run.clone(), None, &mut quiet).unwrap();
    let stopped = setting.run(run.clone(), Some(&file), &mut |event, cancel| {
        cancel.store(matches!(event, TrainEvent::Step { record, .. } if record.step > 7), Ordering::Relaxed);
    });
    assert!(matches!(stopped, Err(TrainError::Cancelled { .. })));
    let bytes = fs::read(&file.path).unwrap();
    let stored = safetensors::SafeTensors::deserialize(&bytes[..bytes.len() - blake3::OUT_LEN]).unwrap();
    let mut names = stored.names();
    names.sort_unstable();
    assert_eq!(names, ["best/encoder.head", "moment1/encoder.head", "moment2/encoder.head", "weights/encoder.head"]);
    let (resumed, _) = setting.run(run, Some(&file), &mut quiet).unwrap();
    assert_eq!(bits(&resumed), bits(&encoder));
}

/// Names the folder in which [`child`] trains.
const FOLDER: &str = "PMSL_TEST_CHECKPOINT_FOLDER";

/// The process that [`a_killed_process_resumes`] kills: slow enough to be hit anywhere, also while it writes. It is
/// alone in its process and can use dropout.
#[test]
#[ignore = "is run by another test"]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let setting = Setting { dropout: 0.3, ..Setting::new(1.5) };
    let run = TrainOptions { checkpoint_steps: Some(1), ..options() };
    let wait = |_: &TrainEvent, _: &_| sleep(Duration::from_millis(2));
    setting.run(run, Some(&file(Path::new(&folder))), &mut { wait }).unwrap();
}

fn spawn(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["train::resume_tests::child", "--exact", "--ignored"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_process_resumes() {
    let (whole, pieces) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(spawn(whole.path()).wait().unwrap().success());
    let mut killed = 0;
    for attempt in 0u64.. {
        let mut child = spawn(pieces.path());
        // Longer with every attempt, so that the last one gets through on a slow machine.
        sleep(Duration::from_millis(10 + 7 * attempt));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    assert!(killed > 0);
    // Weights, averages, moments, the best epoch's weights and the history, byte by byte.
    let read = |folder: &Path| fs::read(file(folder).path).unwrap();
    assert!(read(whole.path()) == read(pieces.path()), "the checkpoints differ after {killed} kills");
    let mut resumed = None;
    let setting = Setting { dropout: 0.3, ..Setting::new(1.5) };
    let run = TrainOptions { checkpoint_steps: Some(1), ..options() };
    let mut note = |event: &TrainEvent, _: &_| {
        if let TrainEvent::Resumed { step } = event {
            resumed = Some(*step);
        }
    };
    setting.run(run, Some(&file(pieces.path())), &mut note).unwrap();
    assert_eq!(resumed, Some(20));
}
