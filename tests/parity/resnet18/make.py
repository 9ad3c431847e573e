"""Makes the goldens of the residual network: PyTorch with explicit padding as TensorFlow's SAME, random weights.

    python make.py

Writes `model.safetensors` (weights and running statistics, named as the encoder of pmsl names them) and
`cases.safetensors` (inputs, outputs in evaluation and in training, gradients). Versions: requirements.txt beside this
script.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

WIDTH = 4
EPSILON = 1e-3


def same(length, kernel, stride):
    total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
    return total // 2, total - total // 2


def pad(x, kernel, stride, value=0.0):
    """Padding of `tf.nn.conv2d` with SAME: before and after each axis, the odd one after."""
    return functional.pad(x, (*same(x.shape[3], kernel, stride), *same(x.shape[2], kernel, stride)), value=value)


class Convolution(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=EPSILON)

    def forward(self, x):
        return self.norm(self.conv(pad(x, self.kernel, self.stride)))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = Convolution(inputs, outputs, 3, stride)
        self.second = Convolution(outputs, outputs, 3, 1)
        self.shortcut = Convolution(inputs, outputs, 1, stride) if stride == 2 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.second(torch.relu(self.first(x))) + self.shortcut(x))


class Network(nn.Module):
    """`ResNet18` of github.com/FabianGroeger96/deep-embedded-music, without dropout and the dense layer."""

    def __init__(self):
        super().__init__()
        self.stem = Convolution(1, WIDTH, 7, 2)
        widths = [WIDTH * 2**stage for stage in range(4)]
        blocks = []
        for stage, width in enumerate(widths):
            blocks += [Block(widths[max(stage - 1, 0)], width, 2 if stage else 1), Block(width, width, 1)]
        self.blocks = nn.ModuleList(blocks)

    def forward(self, features):
        x = torch.relu(self.stem(features.unsqueeze(1)))
        x = functional.max_pool2d(pad(x, 3, 2, -torch.inf), 3, 2)
        for block in self.blocks:
            x = block(x)
        return x.mean((2, 3))


def names(network):
    """(name in pmsl, tensor) for all weights and statistics."""
    def convolution(layer, conv, norm):
        yield f"{conv}.weight", layer.conv.weight
        yield f"{norm}.gamma", layer.norm.weight
        yield f"{norm}.beta", layer.norm.bias
        yield f"{norm}.running_mean", layer.norm.running_mean
        yield f"{norm}.running_variance", layer.norm.running_var

    yield from convolution(network.stem, "stem", "stem_norm")
    for i, block in enumerate(network.blocks):
        yield from convolution(block.first, f"blocks.{i}.conv_1", f"blocks.{i}.norm_1")
        yield from convolution(block.second, f"blocks.{i}.conv_2", f"blocks.{i}.norm_2")
        if isinstance(block.shortcut, Convolution):
            yield from convolution(block.shortcut, f"blocks.{i}.shortcut.conv", f"blocks.{i}.shortcut.norm")


def named(network):
    return {f"Resnet18.{name}": tensor for name, tensor in names(network)}


def main():
    generator = torch.Generator().manual_seed(18)
    network = Network()
    with torch.no_grad():
        for name, tensor in named(network).items():
            noise = torch.randn(tensor.shape, generator=generator)
            if name.endswith("running_variance"):
                tensor.copy_(1 + 0.3 * noise.tanh())
            elif name.endswith("gamma"):
                tensor.copy_(1 + 0.3 * noise)
            elif name.endswith("weight"):
                tensor.copy_(noise * (2 / tensor[0].numel()) ** 0.5)
            else:
                tensor.copy_(0.2 * noise)
    folder = Path(__file__).parent
    save_file({name: tensor.detach().clone() for name, tensor in named(network).items()}, folder / "model.safetensors")

    cases = {}
    network.eval()
    # Even and odd lengths pad differently; the last is smaller than the network's receptive field.
    for case, shape in {"even": (2, 48, 32), "odd": (2, 49, 37), "tiny": (1, 5, 3)}.items():
        features = torch.randn(shape, generator=generator) * 2 - 1
        cases[f"{case}.features"] = features
        cases[f"{case}.output"] = network(features).detach()
    network.train()
    features = cases["odd.features"]
    weights = torch.randn(2, 8 * WIDTH, generator=generator)
    output = network(features)
    (output * weights).sum().backward()
    cases |= {"training.output": output.detach(), "training.weights": weights}
    for name, tensor in named(network).items():
        if "running" in name:
            cases[f"after.{name}"] = tensor.clone()
        elif any(part in name for part in ["stem", "blocks.0.norm", "blocks.2.shortcut", "blocks.7.norm_2"]):
            cases[f"gradient.{name}"] = tensor.grad
    save_file({name: tensor.contiguous() for name, tensor in cases.items()}, folder / "cases.safetensors")


main()
