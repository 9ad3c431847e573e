//! The transformer against Hugging Face `transformers`; goldens and their script are in `tests/parity/ast_model`.
#![cfg(feature = "models")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "helpers of tests are not marked as such"
)]

use std::fs;
use std::path::{Path, PathBuf};

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use burn::tensor::{Tensor, TensorData};
use pmsl_core::models::{Ast, AstConfig, AstOptions, Checkpoint, PatchGrid, load_pretrained, module_tensors};

/// Relative to the largest value of the reference.
const TOLERANCE: f32 = 1e-4;

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/ast_model")
}

fn small(frames: usize) -> AstOptions {
    AstOptions { hidden_size: Some(32), depth: Some(2), heads: Some(4), mlp_ratio: 2, frames, ..AstOptions::default() }
}

fn load(options: &AstOptions, folder: &Path) -> Ast<Flex> {
    let config: AstConfig = options.resolve().unwrap();
    load_pretrained(&config, folder, &FlexDevice).unwrap().ast
}

struct Cases(Checkpoint);

impl Cases {
    fn read(folder: &Path) -> Self {
        Self(Checkpoint::read(&folder.join("cases.safetensors")).unwrap())
    }

    fn values(&self, name: &str) -> &[f32] {
        &self.0.tensors[name].values
    }

    fn features(&self, name: &str) -> Tensor<Flex, 3> {
        let tensor = &self.0.tensors[name];
        Tensor::from_data(TensorData::new(tensor.values.clone(), tensor.shape.clone()), &FlexDevice)
    }
}

/// The largest difference relative to the largest value expected.
fn difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().chain(expected).all(|v| v.is_finite()));
    let scale = expected.iter().fold(0.0f32, |max, v| max.max(v.abs()));
    found.iter().zip(expected).fold(0.0f32, |max, (a, b)| max.max((a - b).abs())) / scale
}

#[track_caller]
fn assert_close(found: &Tensor<Flex, 2>, expected: &[f32]) {
    let difference = difference(&found.to_data().to_vec::<f32>().unwrap(), expected);
    assert!(difference < TOLERANCE, "relative difference {difference:e}");
}

#[test]
fn the_pooled_output_is_that_of_transformers() {
    let cases = Cases::read(&goldens());
    let ast = load(&small(80), &goldens());
    assert_close(&ast.forward(cases.features("features"), None), cases.values("pooled"));
}

#[test]
fn patchout_keeps_the_named_patches_with_their_positions() {
    let cases = Cases::read(&goldens());
    let kept: Vec<usize> = cases.values("kept").iter().map(|&patch| patch as usize).collect();
    let ast = load(&small(80), &goldens());
    assert_close(&ast.forward(cases.features("features"), Some(&kept)), cases.values("pooled_kept"));
}

#[test]
fn keeping_every_patch_is_keeping_all() {
    let cases = Cases::read(&goldens());
    let ast = load(&small(80), &goldens());
    let every: Vec<usize> = (0..ast.grid().patches()).collect();
    let all = ast.forward(cases.features("features"), None).to_data();
    assert_eq!(ast.forward(cases.features("features"), Some(&every)).to_data(), all);
}

#[test]
fn positions_are_adapted_as_the_authors_do() {
    let cases = Cases::read(&goldens());
    for (name, options) in [
        ("longer", small(113)),
        ("shorter", small(61)),
        ("stride_16", AstOptions { patch_stride: [16, 16], ..small(80) }),
        ("more_mels", AstOptions { mels: 148, ..small(113) }),
    ] {
        let ast = load(&options, &goldens());
        let positions = &module_tensors(&ast, "")["position_embedding"];
        let difference = difference(&positions.values, cases.values(&format!("positions_{name}")));
        assert!(difference < 1e-6, "{name}: relative difference {difference:e}");
    }
}

#[test]
fn a_longer_chunk_gives_the_output_of_transformers() {
    let cases = Cases::read(&goldens());
    let config = small(113).resolve().unwrap();
    let loaded = load_pretrained::<Flex>(&config, &goldens(), &FlexDevice).unwrap();
    let grids = (PatchGrid { frequency: 12, time: 7 }, PatchGrid { frequency: 12, time: 10 });
    assert_eq!(loaded.adapted_positions, Some(grids));
    assert_close(&loaded.ast.forward(cases.features("features_longer"), None), cases.values("pooled_longer"));
}

#[test]
fn the_layout_of_a_classifier_is_read_and_its_head_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut weights = Checkpoint::read(&goldens().join("model.safetensors")).unwrap();
    weights.tensors = std::mem::take(&mut weights.tensors)
        .into_iter()
        .map(|(name, tensor)| (format!("audio_spectrogram_transformer.{name}"), tensor))
        .collect();
    let head = weights.tensors["audio_spectrogram_transformer.layernorm.bias"].clone();
    weights.tensors.insert("classifier.layernorm.bias".to_owned(), head);
    weights.write(&folder.path().join("model.safetensors")).unwrap();
    fs::copy(goldens().join("config.json"), folder.path().join("config.json")).unwrap();

    let cases = Cases::read(&goldens());
    let loaded = load_pretrained::<Flex>(&small(80).resolve().unwrap(), folder.path(), &FlexDevice).unwrap();
    assert_eq!(loaded.ignored, ["classifier.layernorm.bias"]);
    assert_eq!(loaded.adapted_positions, None);
    assert_close(&loaded.ast.forward(cases.features("features"), None), cases.values("pooled"));
}

/// Breaks the weights in a copy of the goldens' folder and gives the message of the refusal.
fn refusal(break_it: impl FnOnce(&mut Checkpoint), options: &AstOptions) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut weights = Checkpoint::read(&goldens().join("model.safetensors")).unwrap();
    break_it(&mut weights);
    weights.write(&folder.path().join("model.safetensors")).unwrap();
    fs::copy(goldens().join("config.json"), folder.path().join("config.json")).unwrap();
    load_pretrained::<Flex>(&options.resolve().unwrap(), folder.path(), &FlexDevice).unwrap_err().to_string()
}

#[test]
fn tensors_that_do_not_fit_are_all_named() {
    let message = refusal(
        |weights| {
            let mut tensor = weights.tensors.remove("layernorm.bias").unwrap();
            weights.tensors.insert("decoder.bias".to_owned(), tensor.clone());
            tensor.shape = vec![4, 8];
            weights.tensors.insert("layernorm.weight".to_owned(), tensor);
            weights.tensors.get_mut("embeddings.cls_token").unwrap().values[0] = f32::NAN;
        },
        &small(80),
    );
    for part in [
        "4 tensors do not fit the model",
        "missing `layernorm.bias` [32]",
        "no place for `decoder.bias` [32]",
        "`layernorm.weight` must be [32], found [4, 8]",
        "`embeddings.cls_token` holds a value that is not finite",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn of_many_tensors_ten_are_named_and_the_rest_counted() {
    let message = refusal(|weights| weights.tensors.retain(|name, _| !name.contains("layer.1.")), &small(80));
    assert!(message.contains("16 tensors") && message.ends_with("and 6 more"), "{message}");
    assert_eq!(message.matches("missing").count(), 10, "{message}");
}

#[test]
fn weights_of_another_size_are_refused_by_field() {
    let message = refusal(|_| {}, &AstOptions { depth: Some(3), ..small(80) });
    assert!(message.contains("config.json: `num_hidden_layers` must be 3") && message.contains("found 2"), "{message}");
}

#[test]
fn a_cut_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(goldens().join("config.json"), folder.path().join("config.json")).unwrap();
    let whole = fs::read(goldens().join("model.safetensors")).unwrap();
    let config = small(80).resolve().unwrap();
    for kept in [0, 4, 100, whole.len() - 1] {
        fs::write(folder.path().join("model.safetensors"), &whole[..kept]).unwrap();
        let error = load_pretrained::<Flex>(&config, folder.path(), &FlexDevice).unwrap_err();
        assert!(error.to_string().contains("not a whole safetensors file"), "{error}");
    }
}

/// The published size, made by `make.py --full FOLDER`.
#[test]
#[ignore = "needs weights of 350 MB: PMSL_AST_FULL names their folder"]
fn the_published_size_agrees_too() {
    let folder = PathBuf::from(std::env::var_os("PMSL_AST_FULL").expect("PMSL_AST_FULL names the folder"));
    let cases = Cases::read(&folder);
    let pooled = load(&AstOptions::default(), &folder).forward(cases.features("features"), None);
    let difference = difference(&pooled.to_data().to_vec::<f32>().unwrap(), cases.values("pooled"));
    eprintln!("relative difference {difference:e}");
    assert!(difference < TOLERANCE, "relative difference {difference:e}");
}
