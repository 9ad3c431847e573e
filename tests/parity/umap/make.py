"""Makes golden.json: a and b of umap-learn's curve, and the trustworthiness of its layouts of published embeddings.

Run: python make.py EMBEDDINGS.npy > golden.json (umap-learn 0.5.12, scikit-learn 1.9.1, numpy 2.4.6)
EMBEDDINGS.npy: the MusiCNN embeddings of GTZAN, [1000, 200] (github minguezalba/MusiCNN-embeddings).
"""

import json
import sys

import numpy as np
import umap
from sklearn.manifold import trustworthiness
from umap.umap_ import find_ab_params

embeddings = np.load(sys.argv[1])
scores = []
for seed in range(3):
    layout = umap.UMAP(metric="cosine", random_state=seed).fit_transform(embeddings)
    scores.append(float(trustworthiness(embeddings, layout, n_neighbors=15, metric="cosine")))
curves = []
for min_dist, spread in [(0.1, 1.0), (0.0, 1.0), (0.5, 1.0), (0.99, 1.0), (0.25, 2.0), (0.05, 0.5)]:
    a, b = find_ab_params(spread, min_dist)
    curves.append({"min_dist": min_dist, "spread": spread, "a": float(a), "b": float(b)})
print(json.dumps({"umap_learn": umap.__version__, "trustworthiness_15": scores, "curves": curves}, indent=1))
