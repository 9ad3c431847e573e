"""Makes golden.json: silhouette, trustworthiness, macro F1 and 1-NN accuracy by scikit-learn on small seeded data.

Run: python make.py > golden.json (scikit-learn 1.9.1, numpy 2.4.6)
"""

import json

import numpy as np
import sklearn
from sklearn.manifold import trustworthiness
from sklearn.metrics import f1_score, silhouette_score
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

random = np.random.default_rng(20)
centres = random.normal(size=(4, 6))
labels = random.integers(0, 4, size=40)
labels[7] = 4  # a class of one track
vectors = np.concatenate([centres, random.normal(size=(1, 6))])[labels] + random.normal(size=(40, 6))
vectors = np.round(vectors, 3).astype(np.float32)
layout = np.round(vectors[:, :2] + 0.2 * random.normal(size=(40, 2)), 3).astype(np.float32)
predicted = np.where(random.random(40) < 0.6, labels, random.integers(0, 6, size=40))  # 5 is predicted only

loo = cross_val_score(KNeighborsClassifier(1, metric="cosine"), vectors, labels, cv=LeaveOneOut())
print(json.dumps({
    "scikit_learn": sklearn.__version__,
    "vectors": [[round(float(v), 3) for v in row] for row in vectors],
    "layout": [[round(float(v), 3) for v in row] for row in layout],
    "labels": labels.tolist(),
    "predicted": predicted.tolist(),
    "silhouette": silhouette_score(vectors.astype(np.float64), labels, metric="cosine"),
    "trustworthiness_5": trustworthiness(vectors, layout, n_neighbors=5, metric="cosine"),
    "trustworthiness_15": trustworthiness(vectors, layout, n_neighbors=15, metric="cosine"),
    "macro_f1": f1_score(labels, predicted, average="macro", zero_division=0.0),
    "knn_1_correct": int(loo.sum()),
}))
