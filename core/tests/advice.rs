//! Advice on a real library: published embeddings, with mistakes planted in them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use pmsl_core::advice::{
    BlurredPairs, CalibratedCentroids, FilingEvidence, MisfiledOptions, OutlierOptions, blurred_pairs,
    leave_one_out_margins, misfiled, outliers,
};
use pmsl_core::metrics::{Centroids, ConfusionMatrix, accuracy, choose_correction, nearest_neighbors};
use pmsl_core::probes::{Labelled, Lda, LdaOptions};

/// Every fifth track is of one fold.
fn fold(i: usize) -> usize {
    (7 * i + i / 5 * 3) % 5
}

/// What linear discriminant analysis takes each track for, in five folds.
fn held_out(rows: &[f32], labels: &[usize]) -> Vec<Option<usize>> {
    let mut predicted = vec![None; labels.len()];
    for held_out in 0..5 {
        let (test, train): (Vec<usize>, Vec<usize>) = (0..labels.len()).partition(|&i| fold(i) == held_out);
        let of = |tracks: &[usize]| tracks.iter().flat_map(|&i| &rows[200 * i..200 * (i + 1)]).copied().collect();
        let (train_rows, test_rows): (Vec<f32>, Vec<f32>) = (of(&train), of(&test));
        let train_labels: Vec<usize> = train.iter().map(|&i| labels[i]).collect();
        let labelled = Labelled::new(&train_rows, 200, &train_labels, 10).unwrap();
        let lda = Lda::fit(&labelled, &LdaOptions::default()).unwrap();
        for (row, track) in lda.predict_proba(&test_rows).unwrap().chunks_exact(10).zip(test) {
            predicted[track] = (0..10).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        }
    }
    predicted
}

#[test]
fn planted_mistakes_are_found_among_published_embeddings() {
    let Some((rows, truth)) = common::musicnn_gtzan_rows() else { return };
    let (vectors, _) = common::musicnn_gtzan().unwrap();
    let neighbors = nearest_neighbors(&vectors, 20);
    let find = |labels: &[usize]| {
        let margins = leave_one_out_margins(&vectors, labels, 10, None);
        let predicted = held_out(&rows, labels);
        let evidence = FilingEvidence {
            labels,
            margins: &margins,
            neighbors: &neighbors,
            groups: None,
            classifiers: &[&predicted],
        };
        misfiled(&evidence, &MisfiledOptions::default())
    };
    let before = find(&truth);
    // Twenty tracks that are in the middle of their genre, filed elsewhere.
    let sure = leave_one_out_margins(&vectors, &truth, 10, None);
    let mut labels = truth.clone();
    let planted: Vec<usize> = (0..1000).filter(|&i| i % 50 == 7 && sure[i].unwrap() > 0.0).collect();
    for &track in &planted {
        labels[track] = (truth[track] + 3) % 10;
    }
    let found = find(&labels);
    let hits: Vec<_> = found.iter().filter(|f| planted.contains(&f.track)).collect();
    let right = hits.iter().filter(|f| f.suggested == truth[f.track]).count();
    println!(
        "{} misfiled as published; {} of {} planted found, {right} with their genre",
        before.len(),
        hits.len(),
        planted.len()
    );
    assert!(before.len() < 40, "{} of 1000", before.len());
    assert!(hits.len() * 4 >= planted.len() * 3 && right == hits.len(), "{hits:?}");
    // A planted one comes before most of what was there.
    let firsts = found.iter().take(planted.len()).filter(|f| planted.contains(&f.track)).count();
    println!("{firsts} of the first {} are planted", planted.len());
    assert!(2 * firsts >= planted.len());
}

#[test]
fn a_planted_blur_is_told_and_outliers_are_few() {
    let Some((rows, labels)) = common::musicnn_gtzan_rows() else { return };
    let (vectors, _) = common::musicnn_gtzan().unwrap();
    let neighbors = nearest_neighbors(&vectors, 10);
    let find = |labels: &[usize]| {
        let predicted: Vec<usize> = held_out(&rows, labels).into_iter().map(Option::unwrap).collect();
        blurred_pairs(&ConfusionMatrix::of(labels, &predicted, 10), &neighbors, labels)
    };
    let name = |found: &BlurredPairs| found.pairs.iter().map(|pair| (pair.a, pair.b)).collect::<Vec<_>>();
    let before = find(&labels);
    println!("{before:#?}");
    assert!(before.examined == 45 && before.pairs.len() < 5, "{before:#?}");
    // A quarter of classical (1) and of metal (6) trade places: nothing is farther apart.
    let mut traded = labels.clone();
    for (i, label) in traded.iter_mut().enumerate().filter(|(i, label)| i % 4 == 0 && [1, 6].contains(*label)) {
        *label = 7 - labels[i];
    }
    let found = find(&traded);
    assert!(!name(&before).contains(&(1, 6)) && name(&found)[0] == (1, 6), "{:?}", name(&found));
    let outlying = outliers(&vectors, &labels, &neighbors, &OutlierOptions::default());
    println!("{} outliers: {:?}", outlying.len(), outlying.first());
    assert!(outlying.len() < 20, "{} of 1000", outlying.len());
}

#[test]
fn an_inbox_is_as_sure_as_it_says_and_hubs_are_corrected() {
    let Some((vectors, labels)) = common::musicnn_gtzan() else { return };
    let of = |folds: &[usize]| (0..1000).filter(|&i| folds.contains(&fold(i))).collect::<Vec<usize>>();
    let (train, validation, test) = (of(&[0, 1, 2]), of(&[3]), of(&[4]));
    let centroids = Centroids::of(&vectors, &labels, 10, train.iter().copied()).unwrap();
    let scores: Vec<f64> = validation.iter().flat_map(|&i| centroids.similarities(vectors.row(i))).collect();
    let truth: Vec<usize> = validation.iter().map(|&i| labels[i]).collect();
    let sorter = CalibratedCentroids::fit(centroids, &scores, &truth, 0.95).unwrap();
    println!("{:?}, {:?}", sorter.temperature(), sorter.threshold());
    let sure: Vec<(usize, usize)> = (test.iter())
        .map(|&i| (labels[i], sorter.file(vectors.row(i)).unwrap()))
        .filter(|(_, filing)| !filing.unsure)
        .map(|(label, filing)| (label, filing.sub_genre))
        .collect();
    let (truth, filed): (Vec<usize>, Vec<usize>) = sure.into_iter().unzip();
    let score = accuracy(&truth, &filed);
    println!("{score:?} of {} test tracks", test.len());
    assert!(score.interval().unwrap().high >= 0.95 && score.value().unwrap() > 0.88 && score.total > 60, "{score:?}");
    let choice = choose_correction(&vectors, &labels, &validation, &train, 1).unwrap();
    println!("{choice:#?}");
    let best = choice.candidates.iter().find(|c| c.correction == choice.chosen).unwrap();
    assert!(choice.candidates.iter().all(|c| c.mean_average_precision <= best.mean_average_precision));
    // What corrects hubs must spread neighbours more evenly.
    assert!(choice.candidates[1..].iter().all(|c| c.hubness.skewness < choice.candidates[0].hubness.skewness));
}
