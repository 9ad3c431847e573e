"""Writes golden.json: losses and gradients of the objectives on random embeddings.

Made with torch 2.15.0, pytorch-metric-learning 2.9.0 and scikit-learn 1.9.1. Run: python make.py

Batch-hard and all mining with a hard margin are pytorch-metric-learning's. It has no soft margin without a scale and
no semi-hard mining in the sense of FaceNet with TensorFlow's fallback, so those are written out below, triplet by
triplet, from their definitions. So is the contrastive loss, which pytorch-metric-learning does not square and does not
restrict to pairs of different tracks. The others are pytorch-metric-learning's and torch's own.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from pytorch_metric_learning import distances, losses, miners, reducers
from sklearn.utils.class_weight import compute_class_weight

MARGIN = 0.2
torch.manual_seed(3)
labels = torch.tensor([0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3])
embeddings = torch.randn(len(labels), 5) * 3
embeddings[:, 0] += labels * 1.5
embeddings = embeddings.requires_grad_()


def pairwise(distance):
    unit = F.normalize(embeddings)
    cosine = unit @ unit.T
    if distance == "cosine":
        return 1 - cosine
    # The diagonal is never used; keep its root from giving NaN gradients.
    squared = (2 - 2 * cosine) * (1 - torch.eye(len(labels))) + torch.eye(len(labels))
    return squared if distance == "squared_euclidean" else squared.sqrt()


def triplets():
    n = range(len(labels))
    return [(a, p, x) for a in n for p in n for x in n if a != p and labels[a] == labels[p] and labels[a] != labels[x]]


def explicit(mining, margin, distance):
    d = pairwise(distance)
    if mining == "batch_hard":
        chosen = []
        for a in range(len(labels)):
            positives = [d[a, p] for p in range(len(labels)) if p != a and labels[p] == labels[a]]
            negatives = [d[a, x] for x in range(len(labels)) if labels[x] != labels[a]]
            if positives and negatives:
                chosen.append((max(positives), min(negatives)))
    elif mining == "semi_hard":
        chosen = []
        for a, p in sorted({(a, p) for a, p, _ in triplets()}):
            negatives = [d[a, x] for x in range(len(labels)) if labels[x] != labels[a]]
            farther = [value for value in negatives if value > d[a, p]]
            chosen.append((d[a, p], min(farther) if farther else max(negatives)))
    else:
        chosen = [(d[a, p], d[a, x]) for a, p, x in triplets()]
    gaps = torch.stack([p - n for p, n in chosen])
    if margin == "soft":
        return F.softplus(gaps).mean()
    terms = (gaps + margin).clamp(min=0)
    if mining == "all":
        terms = terms[terms > 0]
    return terms.mean()


def library(mining, margin, distance):
    """The same by pytorch-metric-learning, or None where it has no such loss."""
    if margin == "soft" or mining == "semi_hard" or distance == "cosine":
        return None
    lp = distances.LpDistance(power=2 if distance == "squared_euclidean" else 1)
    if mining == "all":
        return losses.TripletMarginLoss(margin=margin, distance=lp)(embeddings, labels)
    chosen = miners.BatchHardMiner(distance=lp)(embeddings, labels)
    loss = losses.TripletMarginLoss(margin=margin, distance=lp, reducer=reducers.MeanReducer())
    return loss(embeddings, labels, chosen)


cases = []
for mining in ["batch_hard", "semi_hard", "all"]:
    for margin in [MARGIN, "soft"]:
        for distance in ["euclidean", "squared_euclidean", "cosine"]:
            if mining == "semi_hard" and margin == "soft":
                continue
            loss = explicit(mining, margin, distance)
            reference = library(mining, margin, distance)
            if reference is not None:
                assert abs(loss.item() - reference.item()) < 2e-6, (mining, margin, distance)
                loss = reference
            (gradient,) = torch.autograd.grad(loss, embeddings)
            cases.append({
                "objective": {"kind": "triplet", "mining": mining, "margin": margin, "distance": distance},
                "by_library": reference is not None,
                "loss": loss.item(),
                "gradient": gradient.flatten().tolist(),
            })

# Objectives of other kinds. Class 4 has no item. Labels and tracks: two chunks of one track are no pair of the
# contrastive loss.
CLASSES = 5
tracks = torch.tensor([0, 0, 1, 2, 3, 3, 4, 5, 6, 6, 7])
draws = {0: 6.0, 1: 3.0, 2: 12.0, 3: 1.0}
others = []


def other(objective, loss, parameters=(), triplets=False):
    """Records a loss with its gradients. `parameters` are (name, tensor, whether it is stored transposed)."""
    gradient, *of_parameters = torch.autograd.grad(loss, [embeddings, *(tensor for _, tensor, _ in parameters)])
    stored = lambda tensor, transposed: (tensor.T if transposed else tensor).detach().contiguous()
    others.append({
        "objective": objective,
        "triplets": triplets,
        "parameters": {
            name: {
                "shape": list(stored(tensor, transposed).shape),
                "values": stored(tensor, transposed).flatten().tolist(),
                "gradient": stored(of, transposed).flatten().tolist(),
            }
            for (name, tensor, transposed), of in zip(parameters, of_parameters)
        },
        "loss": loss.item(),
        "gradient": gradient.flatten().tolist(),
    })


def contrastive(margin):
    d = pairwise("euclidean")
    pairs = [(i, j) for i in range(len(labels)) for j in range(i) if tracks[i] != tracks[j]]
    same = [d[i, j] ** 2 for i, j in pairs if labels[i] == labels[j]]
    different = [(margin - d[i, j]).clamp(min=0) ** 2 for i, j in pairs if labels[i] != labels[j]]
    return 0.5 * torch.stack(same).mean() + 0.5 * torch.stack(different).mean()


for margin in [0.5, 1.0]:
    other({"kind": "contrastive", "margin": margin}, contrastive(margin))
for temperature in [0.1, 0.5]:
    loss = losses.SupConLoss(temperature=temperature)
    # The library averages over items of non-zero loss. An item without another of its class has none.
    other({"kind": "sup_con", "temperature": temperature}, loss(embeddings, labels))
for epsilon, alpha, beta in [(0.1, 2.0, 50.0), (0.6, 5.0, 10.0)]:
    mined = miners.MultiSimilarityMiner(epsilon=epsilon)(embeddings, labels)
    loss = losses.MultiSimilarityLoss(alpha=alpha, beta=beta, base=0.5)(embeddings, labels, mined)
    other({"kind": "multi_similarity", "alpha": alpha, "beta": beta, "base": 0.5, "epsilon": epsilon}, loss)
for alpha, margin in [(32.0, 0.1), (4.0, 0.3)]:
    loss = losses.ProxyAnchorLoss(CLASSES, embeddings.shape[1], margin=margin, alpha=alpha)
    parameters = [("terms.0.loss.ProxyAnchor.proxies", loss.proxies, False)]
    other({"kind": "proxy_anchor", "alpha": alpha, "margin": margin}, loss(embeddings, labels), parameters)
for scale, margin in [(64.0, 0.5), (8.0, 1.2)]:
    loss = losses.ArcFaceLoss(CLASSES, embeddings.shape[1], margin=math.degrees(margin), scale=scale)
    parameters = [("terms.0.loss.ArcFace.centres", loss.W, True)]
    other({"kind": "arc_face", "scale": scale, "margin": margin}, loss(embeddings, labels), parameters)


def cross_entropy(place, smoothing, balanced):
    weight = (torch.randn(embeddings.shape[1], CLASSES) * 0.3).requires_grad_()
    bias = torch.randn(CLASSES).requires_grad_()
    class_weights = torch.ones(CLASSES)
    if balanced:
        drawn = np.repeat(list(draws), [int(count) for count in draws.values()])
        class_weights[: len(draws)] = torch.tensor(
            compute_class_weight("balanced", classes=np.array(list(draws)), y=drawn), dtype=torch.float32
        )
    loss = F.cross_entropy(embeddings @ weight + bias, labels, weight=class_weights, label_smoothing=smoothing)
    prefix = f"terms.{place}.loss.CrossEntropy"
    return loss, [(f"{prefix}.weight", weight, False), (f"{prefix}.bias", bias, False)]


for smoothing in [0.0, 0.1]:
    for balanced in [False, True]:
        objective = {
            "kind": "cross_entropy",
            "label_smoothing": smoothing,
            "class_weights": "balanced" if balanced else "none",
        }
        other(objective, *cross_entropy(0, smoothing, balanced))

loss, parameters = cross_entropy(1, 0.0, False)
terms = [
    {"weight": 2.0, "objective": {"kind": "triplet", "mining": "all", "margin": MARGIN, "distance": "euclidean"}},
    {"weight": 0.25, "objective": {"kind": "cross_entropy"}},
]
loss = 2.0 * explicit("all", MARGIN, "euclidean") + 0.25 * loss
other({"kind": "sum", "terms": terms}, loss, parameters)

# Given triplets: the first nine items are three anchors, their positives and their negatives.
given = (torch.arange(3), torch.arange(3, 6), torch.arange(6, 9))
for margin, distance in [(1.0, "squared_euclidean"), (0.2, "euclidean")]:
    lp = distances.LpDistance(power=2 if distance == "squared_euclidean" else 1)
    loss = losses.TripletMarginLoss(margin=margin, distance=lp)(embeddings, indices_tuple=given)
    objective = {"kind": "triplet", "mining": "all", "margin": margin, "distance": distance}
    other(objective, loss, triplets=True)

golden = {
    "sub_genres": labels.tolist(),
    "dim": embeddings.shape[1],
    "embeddings": embeddings.detach().flatten().tolist(),
    "cases": cases,
    "classes": CLASSES,
    "tracks": tracks.tolist(),
    "draws": list(draws.items()),
    "others": others,
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1) + "\n")
