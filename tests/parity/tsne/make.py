"""Makes golden.json: divergence and trustworthiness of scikit-learn's t-SNE of published embeddings.

Run: python make.py EMBEDDINGS.npy > golden.json (scikit-learn 1.9.1, numpy 2.4.6)
EMBEDDINGS.npy: the MusiCNN embeddings of GTZAN, [1000, 200] (github minguezalba/MusiCNN-embeddings).
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.manifold import TSNE, trustworthiness
from sklearn.preprocessing import normalize

# The default start, by principal components, makes the seed matter little: two are enough to see it.
rows = normalize(np.load(sys.argv[1]).astype(np.float64)).astype(np.float32)
runs = []
for method, perplexity, seed in [("barnes_hut", 30, 0), ("barnes_hut", 30, 1), ("exact", 30, 0), ("barnes_hut", 10, 0)]:
    model = TSNE(perplexity=perplexity, method=method, random_state=seed)
    layout = model.fit_transform(rows)
    runs.append({
        "method": method,
        "perplexity": perplexity,
        "kl_divergence": float(model.kl_divergence_),
        "trustworthiness_15": float(trustworthiness(rows, layout, n_neighbors=15, metric="cosine")),
    })
print(json.dumps({"scikit_learn": sklearn.__version__, "runs": runs}, indent=1))
