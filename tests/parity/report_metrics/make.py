"""Makes golden.json: the figures of a report by scikit-learn and SciPy, on published embeddings (figures only, no data).

Run: python make.py FOLDER > golden.json (scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6)
FOLDER: with embeddings.npy and labels.npy, the MusiCNN embeddings of GTZAN, [1000, 200] (github
minguezalba/MusiCNN-embeddings). Every fifth track is held out, the one after it validates.

What scikit-learn does not have (ECE, MAP@k, R-precision, recall@k, corrections of hubs, temperature) is written down
here from its definition, pair by pair.
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.linalg import eigh
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import norm, skew
from sklearn import metrics
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor, NearestNeighbors
from sklearn.preprocessing import StandardScaler, normalize

folder = Path(sys.argv[1])
raw = np.load(folder / "embeddings.npy").astype(np.float32).astype(np.float64)
labels = np.load(folder / "labels.npy").astype(int)
unit = normalize(raw).astype(np.float32).astype(np.float64)
n = len(labels)
held_out, validation = np.arange(n) % 5 == 0, np.arange(n) % 5 == 1
train = ~held_out & ~validation
test, fit = np.flatnonzero(held_out), np.flatnonzero(train)


def ranking(scores, queries, gallery):
    """Places in the gallery, best first, the query itself last (it is cut off where it is in the gallery)."""
    own = gallery[None, :] == queries[:, None]
    order = np.argsort(np.where(own, np.inf, -scores), axis=1, kind="stable")
    return gallery[order], bool(own.any())


def retrieval(scores, queries, gallery):
    ranked, own = ranking(scores, queries, gallery)
    if own:
        ranked = ranked[:, :-1]
    found = labels[ranked] == labels[queries][:, None]
    relevant = found.sum(axis=1)
    precision = np.cumsum(found, axis=1) / np.arange(1, found.shape[1] + 1)
    ap_10 = (precision * found)[:, :10].sum(axis=1) / np.minimum(relevant, 10)
    by_sklearn = [
        metrics.average_precision_score(row, -np.arange(len(row))) for row, count in zip(found, relevant) if count
    ]
    occurrences = np.bincount(ranked[:, :10].ravel(), minlength=n)[gallery]
    return {
        "map_10": ap_10.mean(),
        "map_all": np.mean(by_sklearn),
        "recall_1": found[:, :1].any(axis=1).mean(),
        "recall_5": found[:, :5].any(axis=1).mean(),
        "r_precision": np.mean([row[:count].mean() for row, count in zip(found, relevant)]),
        "hub_skewness": skew(occurrences),
        "orphans": int((occurrences == 0).sum()),
        "largest": int(occurrences.max()),
    }


def corrected(queries, gallery):
    """Scores by every correction, by their definitions."""
    cosine = unit[queries] @ unit[gallery].T
    within = unit[gallery] @ unit[gallery].T
    own = gallery[None, :] == queries[:, None]
    others = np.where(own, np.nan, cosine)
    among = np.where(np.eye(len(gallery), dtype=bool), np.nan, within)
    centre = unit[gallery].mean(axis=0)
    proximity = norm.logcdf(cosine, np.nanmean(others, 1, keepdims=True), np.nanstd(others, 1, keepdims=True))
    proximity += norm.logcdf(cosine, np.nanmean(among, 1), np.nanstd(among, 1))
    density = lambda rows: np.sort(np.nan_to_num(rows, nan=-np.inf), axis=1)[:, -10:].mean(axis=1)
    return {
        "none": cosine,
        "centring": normalize(unit[queries] - centre) @ normalize(unit[gallery] - centre).T,
        "mutual_proximity": proximity,
        "csls": 2 * cosine - density(others)[:, None] - density(among),
    }


def classification(truth, probabilities):
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    bins = np.clip(np.ceil(confidence * 15).astype(int) - 1, 0, 14)
    right = predicted == truth
    ece = sum(abs(confidence[bins == b].sum() - right[bins == b].sum()) for b in range(15)) / len(truth)
    return {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
        "macro_f1": metrics.f1_score(truth, predicted, average="macro"),
        "confusion": metrics.confusion_matrix(truth, predicted).tolist(),
        "log_loss": metrics.log_loss(truth, probabilities),
        "macro_average_precision": metrics.average_precision_score(np.eye(10)[truth], probabilities, average="macro"),
        "ece_15": ece,
        "nmi": metrics.normalized_mutual_info_score(truth, predicted),
        "ari": metrics.adjusted_rand_score(truth, predicted),
    }


def centroids(rows):
    return normalize(np.array([normalize(rows[train])[labels[train] == c].sum(axis=0) for c in range(10)]))


def of_space(rows):
    """The closed-form baselines of a space: nearest centroid and retrieval by cosine, held out."""
    rows = normalize(rows)
    predicted = (rows[held_out] @ centroids(rows).T).argmax(axis=1)
    scores = rows[test] @ rows[fit].T
    return {
        "nearest_centroid": metrics.accuracy_score(labels[held_out], predicted),
        "map_10": retrieval(scores, test, fit)["map_10"],
    }


cosines = unit @ centroids(unit).T
everything = np.arange(n)
five = NearestNeighbors(n_neighbors=5, metric="cosine", algorithm="brute").fit(unit).kneighbors()[1]
majority = [max(row, key=lambda label: (list(row).count(label), -list(row).index(label))) for row in labels[five]]
one = KNeighborsClassifier(1, metric="cosine").fit(unit[train], labels[train])
lof = -LocalOutlierFactor(10, metric="cosine").fit(unit).negative_outlier_factor_
pca = PCA(2, svd_solver="full").fit_transform(unit)

scaler = StandardScaler().fit(raw[train])
plain = LinearDiscriminantAnalysis(solver="eigen").fit(raw[train], labels[train])
shrunk = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", store_covariance=True).fit(raw[train], labels[train])
centred = (shrunk.means_ - shrunk.priors_ @ shrunk.means_) * np.sqrt(shrunk.priors_)[:, None]
axes = eigh(centred.T @ centred, shrunk.covariance_)[1][:, ::-1][:, :9]
discriminant = (raw - shrunk.priors_ @ shrunk.means_) @ axes

fitted = minimize_scalar(
    lambda t: -log_softmax(cosines[validation] / np.exp(t), axis=1)[np.arange(validation.sum()), labels[validation]].mean(),
    bounds=(np.log(0.01), np.log(1.0)), method="bounded", options={"xatol": 1e-10},
)

print(json.dumps({
    "versions": {"scikit_learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "silhouette": metrics.silhouette_score(unit, labels, metric="cosine"),
    "nearest_centroid": classification(labels[held_out], softmax(cosines[held_out] / 0.1, axis=1)),
    "knn_5_leave_one_out": float((np.array(majority) == labels).mean()),
    "knn_1_held_out": one.score(unit[held_out], labels[held_out]),
    "leave_one_out": {name: retrieval(s, everything, everything) for name, s in corrected(everything, everything).items()},
    "held_out": {name: retrieval(s, test, fit) for name, s in corrected(test, fit).items()},
    "lof_10": {"first": lof[:10].tolist(), "mean": lof.mean(), "max": lof.max()},
    "temperature": float(np.exp(fitted.x)),
    "pca": pca[:10].tolist(),
    "lda": {
        "plain": (plain.transform(raw) - plain.transform(raw[train]).mean(axis=0))[:5].tolist(),
        "shrunk": discriminant[:5].tolist(),
    },
    "spaces": {"raw": of_space(raw), "standardized": of_space(scaler.transform(raw)), "lda": of_space(discriminant)},
}, indent=1))
