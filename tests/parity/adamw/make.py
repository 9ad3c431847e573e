"""Writes golden.json: twelve steps of torch.optim.AdamW on given gradients.

Made with torch 2.15.0. Run: python make.py
"""

import json
import pathlib

import torch

torch.manual_seed(1)
start = torch.randn(6)
gradients = torch.randn(12, 6) * torch.tensor([1.0, 1e-3, 10.0, 1.0, 1e-6, 0.0])
learning_rate, weight_decay = 0.01, 0.1

weights = torch.nn.Parameter(start.clone())
optimizer = torch.optim.AdamW([weights], lr=learning_rate, weight_decay=weight_decay)
history = []
for gradient in gradients:
    weights.grad = gradient.clone()
    optimizer.step()
    history.append(weights.detach().tolist())

golden = {
    "learning_rate": learning_rate,
    "weight_decay": weight_decay,
    "start": start.tolist(),
    "gradients": gradients.tolist(),
    "weights": history,
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1) + "\n")
