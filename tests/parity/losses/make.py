"""Writes golden.json: losses and gradients of the triplet objectives on random embeddings.

Made with torch 2.15.0 and pytorch-metric-learning 2.9.0. Run: python make.py

Batch-hard and all mining with a hard margin are pytorch-metric-learning's. It has no soft margin without a scale and
no semi-hard mining in the sense of FaceNet with TensorFlow's fallback, so those are written out below, triplet by
triplet, from their definitions.
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from pytorch_metric_learning import distances, losses, miners, reducers

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

golden = {
    "sub_genres": labels.tolist(),
    "dim": embeddings.shape[1],
    "embeddings": embeddings.detach().flatten().tolist(),
    "cases": cases,
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1) + "\n")
