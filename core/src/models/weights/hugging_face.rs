//! The layout in which Hugging Face `transformers` keeps an AST.

use std::path::Path;

use burn::nn::{DropoutConfig, LayerNorm, Linear};
use burn::tensor::backend::Backend;
use safetensors::tensor::SafeTensors;
use serde::Deserialize;

use super::WeightsError;
use super::tensors::{TensorReader, read_bounded, read_tensor_bytes};
use crate::models::ast::{Ast, AstConfig, Block, LAYER_NORM_EPSILON, PatchGrid, adapt_positions};
use crate::models::init::{layer_norm, parameter};

/// Where `ASTForAudioClassification` keeps the `ASTModel` inside it.
const CLASSIFICATION_PREFIX: &str = "audio_spectrogram_transformer.";
/// What `ASTForAudioClassification` adds to it.
const CLASSIFIER_PREFIX: &str = "classifier.";
/// Largest `config.json` read; AudioSet's 527 class names take 30 KB.
const MAX_CONFIG_BYTES: u64 = 4 << 20;

/// A pretrained transformer and what was done to it.
#[derive(Debug)]
pub struct PretrainedAst<B: Backend> {
    /// The transformer.
    pub ast: Ast<B>,
    /// Tensors of the file that have no place in the transformer by design: those of a classifier.
    pub ignored: Vec<String>,
    /// The trained and the configured grid of patches, where the position embeddings had to be adapted.
    pub adapted_positions: Option<(PatchGrid, PatchGrid)>,
}

/// The part of `config.json` that must fit; defaults as in `ASTConfig`.
#[derive(Deserialize)]
#[serde(default)]
struct HuggingFaceConfig {
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: String,
    layer_norm_eps: f64,
    patch_size: usize,
    qkv_bias: bool,
    frequency_stride: usize,
    time_stride: usize,
    max_length: usize,
    num_mel_bins: usize,
}

impl Default for HuggingFaceConfig {
    fn default() -> Self {
        Self {
            model_type: String::new(),
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: "gelu".to_owned(),
            layer_norm_eps: LAYER_NORM_EPSILON,
            patch_size: 16,
            qkv_bias: true,
            frequency_stride: 10,
            time_stride: 10,
            max_length: 1024,
            num_mel_bins: 128,
        }
    }
}

impl HuggingFaceConfig {
    fn read(path: &Path) -> Result<Self, WeightsError> {
        serde_json::from_slice(&read_bounded(path, MAX_CONFIG_BYTES)?)
            .map_err(|source| WeightsError::Json { path: path.to_owned(), source })
    }

    /// Checks that this is the configured model but for the number of patches, and gives the trained grid.
    fn check(&self, config: &AstConfig, path: &Path) -> Result<PatchGrid, WeightsError> {
        let refuse = |field, expected: String, found: String| {
            Err(WeightsError::Config { path: path.to_owned(), field, expected, found })
        };
        let texts = [
            ("model_type", "audio-spectrogram-transformer", &self.model_type),
            ("hidden_act", "gelu", &self.hidden_act),
        ];
        for (field, expected, found) in texts {
            if expected != found {
                return refuse(field, format!("`{expected}`"), format!("`{found}`"));
            }
        }
        let numbers = [
            ("hidden_size", config.hidden_size, self.hidden_size),
            ("num_hidden_layers", config.depth, self.num_hidden_layers),
            ("num_attention_heads", config.heads, self.num_attention_heads),
            ("intermediate_size", config.mlp_size, self.intermediate_size),
            ("patch_size", config.patch_size, self.patch_size),
        ];
        for (field, expected, found) in numbers {
            if expected != found {
                return refuse(field, expected.to_string(), found.to_string());
            }
        }
        if !self.qkv_bias {
            return refuse("qkv_bias", "true".to_owned(), "false".to_owned());
        }
        if (self.layer_norm_eps - LAYER_NORM_EPSILON).abs() > 1e-3 * LAYER_NORM_EPSILON {
            return refuse("layer_norm_eps", LAYER_NORM_EPSILON.to_string(), self.layer_norm_eps.to_string());
        }
        for (field, found) in [("frequency_stride", self.frequency_stride), ("time_stride", self.time_stride)] {
            if found == 0 {
                return refuse(field, "at least 1".to_owned(), found.to_string());
            }
        }
        for (field, found) in [("num_mel_bins", self.num_mel_bins), ("max_length", self.max_length)] {
            if found < self.patch_size {
                return refuse(field, format!("at least {}", self.patch_size), found.to_string());
            }
        }
        let count = |size: usize, stride: usize| (size - self.patch_size) / stride + 1;
        Ok(PatchGrid {
            frequency: count(self.num_mel_bins, self.frequency_stride),
            time: count(self.max_length, self.time_stride),
        })
    }
}

/// Loads `model.safetensors` with its `config.json` from a folder, as `save_pretrained` of `ASTModel` or of
/// `ASTForAudioClassification` writes them. Position embeddings of another number of patches are adapted as the authors
/// of AST do.
///
/// # Errors
/// When a file cannot be read, the model is of another size than configured, or tensors are missing, misshapen or have
/// no place: all of them are named.
pub fn load_pretrained<B: Backend>(
    config: &AstConfig,
    folder: &Path,
    device: &B::Device,
) -> Result<PretrainedAst<B>, WeightsError> {
    let config_path = folder.join("config.json");
    let trained = HuggingFaceConfig::read(&config_path)?.check(config, &config_path)?;

    let path = folder.join("model.safetensors");
    let bytes = read_tensor_bytes(&path)?;
    let file =
        SafeTensors::deserialize(&bytes).map_err(|source| WeightsError::Format { path: path.clone(), source })?;
    let reader = TensorReader::new(&file);
    let classifies = reader.names().any(|name| name.starts_with(CLASSIFICATION_PREFIX));
    let is_ignored = |name: &str| classifies && name.starts_with(CLASSIFIER_PREFIX);
    let ignored = reader.names().filter(|name| is_ignored(name)).map(str::to_owned).collect();

    let prefix = if classifies { CLASSIFICATION_PREFIX } else { "" };
    let mut weights = Weights { reader, prefix, device };
    let ast = weights.ast(config, trained);
    weights.reader.finish(is_ignored).map_err(|problems| WeightsError::Tensors { path, problems })?;
    let configured = config.grid();
    Ok(PretrainedAst { ast, ignored, adapted_positions: (trained != configured).then_some((trained, configured)) })
}

/// Builds layers from tensors by the names of `transformers`.
struct Weights<'a, 'data, B: Backend> {
    reader: TensorReader<'data>,
    prefix: &'static str,
    device: &'a B::Device,
}

impl<B: Backend> Weights<'_, '_, B> {
    fn take(&mut self, name: &str, shape: &[usize]) -> Vec<f32> {
        self.reader.take(&format!("{}{name}", self.prefix), shape)
    }

    fn ast(&mut self, config: &AstConfig, trained: PatchGrid) -> Ast<B> {
        let (hidden, side) = (config.hidden_size, config.patch_size);
        let dropout = DropoutConfig::new(config.dropout).init();

        let kernel = self.take("embeddings.patch_embeddings.projection.weight", &[hidden, 1, side, side]);
        let bias = self.take("embeddings.patch_embeddings.projection.bias", &[hidden]);
        let class_token = self.take("embeddings.cls_token", &[1, 1, hidden]);
        let distillation_token = self.take("embeddings.distillation_token", &[1, 1, hidden]);
        let mut positions = self.take("embeddings.position_embeddings", &[1, trained.patches() + 2, hidden]);
        let patch_positions = positions.split_off(2 * hidden);
        positions.extend(adapt_positions(&patch_positions, hidden, trained, config.grid()));

        Ast {
            patch_embedding: self.linear_from(&[kernel], &[bias], side * side, hidden),
            class_token: parameter(class_token, [1, hidden], self.device),
            distillation_token: parameter(distillation_token, [1, hidden], self.device),
            position_embedding: parameter(positions, [config.tokens(), hidden], self.device),
            blocks: (0..config.depth)
                .map(|i| {
                    let name = |part: &str| format!("encoder.layer.{i}.{part}");
                    let input = ["query", "key", "value"].map(|part| name(&format!("attention.attention.{part}")));
                    Block {
                        attention_norm: self.norm(&name("layernorm_before"), hidden),
                        attention_input: self.linear(&input, hidden, hidden),
                        attention_output: self.linear(&[name("attention.output.dense")], hidden, hidden),
                        mlp_norm: self.norm(&name("layernorm_after"), hidden),
                        mlp_input: self.linear(&[name("intermediate.dense")], hidden, config.mlp_size),
                        mlp_output: self.linear(&[name("output.dense")], config.mlp_size, hidden),
                        dropout: dropout.clone(),
                        heads: config.heads,
                    }
                })
                .collect(),
            norm: self.norm("layernorm", hidden),
            dropout,
            config: config.clone(),
        }
    }

    fn norm(&mut self, name: &str, width: usize) -> LayerNorm<B> {
        let mut norm = layer_norm(width, LAYER_NORM_EPSILON, self.device);
        norm.gamma = parameter(self.take(&format!("{name}.weight"), &[width]), [width], self.device);
        norm.beta = Some(parameter(self.take(&format!("{name}.bias"), &[width]), [width], self.device));
        norm
    }

    /// One layer of several of the same width, their outputs side by side.
    fn linear(&mut self, names: &[String], input: usize, output: usize) -> Linear<B> {
        let weights: Vec<_> = names.iter().map(|name| self.take(&format!("{name}.weight"), &[output, input])).collect();
        let biases: Vec<_> = names.iter().map(|name| self.take(&format!("{name}.bias"), &[output])).collect();
        self.linear_from(&weights, &biases, input, output)
    }

    /// PyTorch keeps `[output, input]`, burn `[input, output]`.
    fn linear_from(&self, weights: &[Vec<f32>], biases: &[Vec<f32>], input: usize, output: usize) -> Linear<B> {
        let mut transposed = Vec::with_capacity(weights.len() * input * output);
        for i in 0..input {
            for weight in weights {
                transposed.extend((0..output).map(|o| weight[o * input + i]));
            }
        }
        let output = output * weights.len();
        Linear {
            weight: parameter(transposed, [input, output], self.device),
            bias: Some(parameter(biases.concat(), [output], self.device)),
        }
    }
}
