"""Makes the goldens of the audio spectrogram transformer with Hugging Face `transformers` and random weights.

    python make.py                 the small goldens beside this script
    python make.py --full FOLDER   the published size, too large to keep; then, at the root of the repository,
        PMSL_AST_FULL=FOLDER cargo test --release -p pmsl-core --features models --test ast_parity -- --ignored

Each folder holds `model.safetensors` and `config.json` as `save_pretrained` writes them, and `cases.safetensors` with
inputs and outputs. Versions: requirements.txt beside this script.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import ASTConfig, ASTForAudioClassification, ASTModel


def randomize(model, scale):
    """Weights far enough from the initial ones that attention is not uniform and every tensor matters."""
    generator = torch.Generator().manual_seed(20)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name and name.endswith("weight"):
                parameter.copy_(1 + 0.2 * noise)
            elif name.endswith("bias"):
                parameter.copy_(0.1 * noise)
            else:
                parameter.copy_(scale * noise)
    return model.eval()


def grid(mels, frames, frequency_stride=10, time_stride=10):
    return (mels - 16) // frequency_stride + 1, (frames - 16) // time_stride + 1


def adapt_positions(positions, trained, wanted):
    """The authors' procedure, `src/models/ast_models.py` of github.com/YuanGongND/ast, restated: [1, 2 + n, width]."""
    width = positions.shape[-1]
    grown = positions[:, 2:].reshape(1, *trained, width).permute(0, 3, 1, 2)
    if wanted[1] <= trained[1]:
        start = int(trained[1] / 2) - int(wanted[1] / 2)
        grown = grown[:, :, :, start : start + wanted[1]]
    else:
        grown = torch.nn.functional.interpolate(grown, size=(trained[0], wanted[1]), mode="bilinear")
    if wanted[0] <= trained[0]:
        start = int(trained[0] / 2) - int(wanted[0] / 2)
        grown = grown[:, :, start : start + wanted[0], :]
    else:
        grown = torch.nn.functional.interpolate(grown, size=wanted, mode="bilinear")
    return torch.cat([positions[:, :2], grown.flatten(2).transpose(1, 2)], dim=1)


def with_patches(model, features, kept):
    """The pooled output when only some patches are kept after their positions were added."""
    tokens = model.embeddings(features)
    tokens = torch.cat([tokens[:, :2], tokens[:, 2:][:, kept]], dim=1)
    for layer in model.layers:
        tokens = layer(tokens)
    return model.layernorm(tokens)[:, :2].mean(1)


@torch.no_grad()
def make_small(folder):
    size = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, num_mel_bins=128)
    config = ASTConfig(**size, max_length=80)
    model = randomize(ASTModel(config), 0.3)
    model.save_pretrained(folder)
    generator = torch.Generator().manual_seed(21)
    features = torch.randn(2, 80, 128, generator=generator)
    kept = [80, 3, 17, 41, 42, 5]
    cases = {
        "features": features,
        "pooled": model(features).pooler_output,
        "kept": torch.tensor(kept, dtype=torch.float32),
        "pooled_kept": with_patches(model, features, kept),
    }

    trained = grid(128, 80)
    positions = model.embeddings.position_embeddings
    for name, wanted in {
        "longer": grid(128, 113),
        "shorter": grid(128, 61),
        "stride_16": grid(128, 80, 16, 16),
        "more_mels": grid(148, 113),
    }.items():
        cases[f"positions_{name}"] = adapt_positions(positions, trained, wanted)[0]

    longer = ASTModel(ASTConfig(**size, max_length=113)).eval()
    state = {name: value for name, value in model.state_dict().items() if "position" not in name}
    longer.load_state_dict(state, strict=False)
    longer.embeddings.position_embeddings.copy_(cases["positions_longer"][None])
    cases["features_longer"] = torch.randn(1, 113, 128, generator=generator)
    cases["pooled_longer"] = longer(cases["features_longer"]).pooler_output
    save_file({name: value.contiguous() for name, value in cases.items()}, folder / "cases.safetensors")


@torch.no_grad()
def make_full(folder):
    folder.mkdir(parents=True, exist_ok=True)
    classifier = randomize(ASTForAudioClassification(ASTConfig()), 0.04)
    classifier.save_pretrained(folder)
    model = classifier.audio_spectrogram_transformer
    features = torch.randn(1, 1024, 128, generator=torch.Generator().manual_seed(22))
    save_file({"features": features, "pooled": model(features).pooler_output}, folder / "cases.safetensors")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.full:
        make_full(arguments.full)
    else:
        make_small(Path(__file__).parent)
