//! The parameters of a module by name.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Bool, Int, Tensor, TensorData, backend::Backend};

use super::{NamedTensor, TensorProblem, TensorProblems};

/// The ids of the parameters of a module, in the order of its fields.
pub fn parameter_ids<B: Backend, M: Module<B>>(module: &M) -> Vec<ParamId> {
    parameter_names(module).into_iter().map(|(_, id)| id).collect()
}

/// The names (`blocks.0.norm.gamma`) and ids of the parameters of a module, in the order of its fields. Names stay the
/// same from run to run; ids do not.
pub fn parameter_names<B: Backend, M: Module<B>>(module: &M) -> Vec<(String, ParamId)> {
    let mut visitor = Names::default();
    module.visit(&mut visitor);
    visitor.found
}

#[derive(Default)]
struct Names {
    path: Vec<String>,
    found: Vec<(String, ParamId)>,
}

impl<B: Backend> ModuleVisitor<B> for Names {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        self.found.push((self.path.join("."), param.id));
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<B, D, Int>>) {
        self.found.push((self.path.join("."), param.id));
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<B, D, Bool>>) {
        self.found.push((self.path.join("."), param.id));
    }
}

/// The values of every float parameter of a module, each name led by `prefix`.
pub fn module_tensors<B: Backend, M: Module<B>>(module: &M, prefix: &str) -> BTreeMap<String, NamedTensor> {
    let mut visitor = Values { path: vec![], prefix, found: BTreeMap::new() };
    module.visit(&mut visitor);
    visitor.found
}

struct Values<'a> {
    path: Vec<String>,
    prefix: &'a str,
    found: BTreeMap<String, NamedTensor>,
}

impl<B: Backend> ModuleVisitor<B> for Values<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let data = param.val().into_data();
        let tensor = NamedTensor { shape: data.shape.to_vec(), values: data.iter::<f32>().collect() };
        self.found.insert(format!("{}{}", self.prefix, self.path.join(".")), tensor);
    }
}

/// Puts the tensors whose names start with `prefix` in the place of a module's parameters, whose ids, device and need
/// of gradients stay.
///
/// # Errors
/// Names every tensor that is missing, misshapen or, among those of the prefix, has no place.
pub fn load_module_tensors<B: Backend, M: Module<B>>(
    module: M,
    tensors: &BTreeMap<String, NamedTensor>,
    prefix: &str,
) -> Result<M, TensorProblems> {
    let mut mapper = Loader { path: vec![], prefix, tensors, seen: BTreeSet::new(), problems: vec![] };
    let module = module.map(&mut mapper);
    let Loader { seen, mut problems, .. } = mapper;
    for (name, tensor) in tensors {
        if name.starts_with(prefix) && !seen.contains(name) {
            problems.push(TensorProblem::Extra { name: name.clone(), found: tensor.shape.clone() });
        }
    }
    TensorProblems(problems).into_result().map(|()| module)
}

struct Loader<'a> {
    path: Vec<String>,
    prefix: &'a str,
    tensors: &'a BTreeMap<String, NamedTensor>,
    seen: BTreeSet<String>,
    problems: Vec<TensorProblem>,
}

impl<B: Backend> ModuleMapper<B> for Loader<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let name = format!("{}{}", self.prefix, self.path.join("."));
        let current = param.val();
        let expected = current.dims();
        let (tensors, id) = (self.tensors, param.id);
        let loaded = match tensors.get(&name) {
            None => Err(TensorProblem::Missing { name: name.clone(), expected: expected.to_vec() }),
            Some(tensor) if tensor.shape != expected => Err(TensorProblem::Shape {
                name: name.clone(),
                expected: expected.to_vec(),
                found: tensor.shape.clone(),
            }),
            Some(tensor) => {
                let data = TensorData::new(tensor.values.clone(), expected);
                Ok(Tensor::from_data(data, (&current.device(), current.dtype())))
            }
        };
        self.seen.insert(name);
        match loaded {
            Ok(value) => param.transform_for_load(value, id),
            Err(problem) => {
                self.problems.push(problem);
                param
            }
        }
    }
}
