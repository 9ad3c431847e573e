"""Writes golden.json: batch norm of PyTorch over three batches in training, then in evaluation.

Made with torch 2.15.0. Run: python make.py
"""

import json
import pathlib

import torch

torch.manual_seed(3)
channels, epsilon = 3, 1e-3
layer = torch.nn.BatchNorm2d(channels, eps=epsilon, momentum=0.1)
with torch.no_grad():
    layer.weight.copy_(torch.tensor([0.5, -1.5, 2.0]))
    layer.bias.copy_(torch.tensor([0.1, 0.0, -3.0]))

batches = []
for shape in [(2, channels, 3, 4), (1, channels, 1, 5), (4, channels, 2, 2)]:
    offset = torch.tensor([100.0, 0.0, -2.0]).reshape(1, -1, 1, 1)
    inputs = (torch.randn(shape) * torch.tensor([3.0, 1e-3, 10.0]).reshape(1, -1, 1, 1) + offset).requires_grad_()
    weights = torch.randn(shape)
    layer.zero_grad()
    output = layer(inputs)
    (output * weights).sum().backward()
    batches.append({
        "shape": shape,
        "input": inputs.flatten().tolist(),
        "weights": weights.flatten().tolist(),
        "output": output.flatten().tolist(),
        "input_gradient": inputs.grad.flatten().tolist(),
        "gamma_gradient": layer.weight.grad.tolist(),
        "beta_gradient": layer.bias.grad.tolist(),
        "running_mean": layer.running_mean.tolist(),
        "running_variance": layer.running_var.tolist(),
    })
layer.eval()
first = torch.tensor(batches[0]["input"]).reshape(batches[0]["shape"])
golden = {
    "epsilon": epsilon,
    "gamma": layer.weight.tolist(),
    "beta": layer.bias.tolist(),
    "batches": batches,
    "evaluated": layer(first).flatten().tolist(),
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1) + "\n")
