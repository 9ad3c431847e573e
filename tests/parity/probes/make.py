"""Makes golden.json: what scikit-learn's classifiers, clustering and measures give on small seeded data and, where
the published MusiCNN embeddings of GTZAN are at hand, on these (figures only, no data).

Run: python make.py [FOLDER with embeddings.npy and labels.npy] > golden.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    adjusted_rand_score,
    average_precision_score,
    log_loss,
    normalized_mutual_info_score,
    precision_recall_fscore_support,
)
from sklearn.preprocessing import StandardScaler


def rounded(values, digits=3):
    return np.round(values, digits).astype(np.float32).astype(np.float64)


def written(values):
    return [float(f"{v:.9g}") for v in np.asarray(values, np.float64).ravel()]


def logistic(train, labels, c):
    """By Newton's method to far tighter tolerances than the defaults: the minimum is meant, not the path to it."""
    return LogisticRegression(C=c, solver="newton-cholesky", tol=1e-8, max_iter=1000).fit(train, labels)


def small():
    random = np.random.default_rng(7)
    centres = 0.8 * random.normal(size=(3, 5))
    labels = random.choice(3, size=60, p=[0.5, 0.3, 0.2])
    rows = rounded(centres[labels] + random.normal(size=(60, 5)) * [1.0, 2.0, 0.3, 1.0, 0.1])
    train, test = slice(0, 40), slice(40, 60)
    cases = {}
    for c in [0.01, 1.0, 100.0]:
        cases[f"logistic_{c:g}"] = written(logistic(rows[train], labels[train], c).predict_proba(rows[test]))
    two = labels < 2
    keep = np.flatnonzero(two[train])
    cases["logistic_two_classes"] = written(logistic(rows[keep], labels[keep], 1.0).predict_proba(rows[test]))
    for name, shrinkage in [("auto", "auto"), ("0.3", 0.3)]:
        lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(rows[train], labels[train])
        cases[f"lda_{name}"] = written(lda.predict_proba(rows[test]))
    return {"rows": [[round(float(v), 3) for v in row] for row in rows], "labels": labels.tolist(), "train": 40, **cases}


def clusters():
    random = np.random.default_rng(8)
    truth = random.integers(0, 4, size=90)
    rows = rounded(2.0 * random.normal(size=(4, 3))[truth] + random.normal(size=(90, 3)))
    inertia = {k: KMeans(k, n_init=20, random_state=0).fit(rows).inertia_ for k in [2, 4, 7]}
    found = random.integers(0, 5, size=90)
    found[:60] = (truth[:60] + 1) % 4
    counts = np.zeros((4, 5), int)
    np.add.at(counts, (truth, found), 1)
    return {
        "rows": [[round(float(v), 3) for v in row] for row in rows],
        "inertia": {str(k): float(v) for k, v in inertia.items()},
        "truth": truth.tolist(),
        "found": found.tolist(),
        "purity": float(counts.max(axis=0).sum() / 90),
        "nmi": normalized_mutual_info_score(truth, found),
        "ari": adjusted_rand_score(truth, found),
    }


def scores():
    random = np.random.default_rng(9)
    truth = random.integers(0, 4, size=50)
    logits = random.normal(size=(50, 4)) + 1.2 * np.eye(4)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    probabilities = np.round(probabilities, 1) + 0.01  # rounded, so that many are equal
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    relevant = np.eye(4)[truth]
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted, zero_division=0.0)
    return {
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "probabilities": probabilities.tolist(),
        "macro_average_precision": average_precision_score(relevant, probabilities, average="macro"),
        "average_precisions": average_precision_score(relevant, probabilities, average=None).tolist(),
        "log_loss": log_loss(truth, probabilities),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
    }


def gtzan(folder):
    """Every fifth track is held out; logistic regression on standardized embeddings, k-means on raw ones."""
    rows = np.load(folder / "embeddings.npy").astype(np.float32).astype(np.float64)
    labels = np.load(folder / "labels.npy")
    test = np.arange(len(rows)) % 5 == 0
    scaler = StandardScaler().fit(rows[~test])
    train_rows, test_rows = scaler.transform(rows[~test]), scaler.transform(rows[test])
    result = {}
    for c in [0.01, 1.0]:
        model = logistic(train_rows, labels[~test], c)
        result[f"logistic_{c:g}"] = {
            "train_log_loss": log_loss(labels[~test], model.predict_proba(train_rows)),
            "test_log_loss": log_loss(labels[test], model.predict_proba(test_rows)),
            "correct": int((model.predict(test_rows) == labels[test]).sum()),
        }
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(rows[~test], labels[~test])
    result["lda"] = {
        "test_log_loss": log_loss(labels[test], lda.predict_proba(rows[test])),
        "correct": int((lda.predict(rows[test]) == labels[test]).sum()),
    }
    result["inertia_10"] = float(KMeans(10, n_init=10, random_state=0).fit(rows).inertia_)
    return result


print(json.dumps({
    "scikit_learn": sklearn.__version__,
    "small": small(),
    "clusters": clusters(),
    "scores": scores(),
    "gtzan": gtzan(Path(sys.argv[1])) if len(sys.argv) > 1 else None,
}))
