//! Values that a layer keeps for itself.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::module::{
    AutodiffModule, Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor, Param,
    ParamId,
};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor, TensorData};

/// A vector in `f32` that belongs to a module and that its forward pass may replace, as running statistics are. It is
/// saved and loaded like a parameter and needs no gradient, by which an optimizer knows to leave it alone.
///
/// burn's `RunningState` is for several threads that train copies of one module; it shows visitors the value before
/// the last update, and would let that update undo what a mapper set.
pub(crate) struct Buffer<B: Backend> {
    id: ParamId,
    value: Mutex<Tensor<B, 1>>,
}

impl<B: Backend> Buffer<B> {
    /// # Shapes
    /// - values: `[n]`
    pub(crate) fn new(values: Vec<f32>, device: &B::Device) -> Self {
        let shape = [values.len()];
        let data = TensorData::new(values, shape);
        Self::with_id(ParamId::new(), Tensor::from_data(data, (device, DType::F32)))
    }

    fn with_id(id: ParamId, value: Tensor<B, 1>) -> Self {
        Self { id, value: Mutex::new(value) }
    }

    /// The values: `[n]`.
    pub(crate) fn get(&self) -> Tensor<B, 1> {
        self.lock().clone()
    }

    /// Replaces the values.
    pub(crate) fn set(&self, value: Tensor<B, 1>) {
        *self.lock() = value;
    }

    fn lock(&self) -> MutexGuard<'_, Tensor<B, 1>> {
        // A tensor is replaced whole, so that a panic elsewhere leaves none half written.
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn parameter(&self) -> Param<Tensor<B, 1>> {
        Param::initialized(self.id, self.get())
    }
}

impl<B: Backend> Clone for Buffer<B> {
    fn clone(&self) -> Self {
        Self::with_id(self.id, self.get())
    }
}

impl<B: Backend> fmt::Debug for Buffer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({})", self.id)
    }
}

impl<B: Backend> fmt::Display for Buffer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl<B: Backend> ModuleDisplayDefault for Buffer<B> {
    fn content(&self, content: Content) -> Option<Content> {
        content.add_formatted(self).optional()
    }
}

impl<B: Backend> ModuleDisplay for Buffer<B> {}

impl<B: Backend> Module<B> for Buffer<B> {
    type Record = Param<Tensor<B, 1>>;

    fn visit<V: ModuleVisitor<B>>(&self, visitor: &mut V) {
        visitor.visit_float(&self.parameter());
    }

    fn map<M: ModuleMapper<B>>(self, mapper: &mut M) -> Self {
        Self::load(mapper.map_float(self.parameter()))
    }

    fn into_record(self) -> Self::Record {
        self.parameter()
    }

    fn load_record(self, record: Self::Record) -> Self {
        let device = self.get().device();
        Self::with_id(record.id, record.val().to_device(&device))
    }

    fn to_device(self, device: &B::Device) -> Self {
        Self::with_id(self.id, self.get().to_device(device))
    }

    fn fork(self, device: &B::Device) -> Self {
        self.to_device(device)
    }

    fn collect_devices(&self, mut devices: Devices<B>) -> Devices<B> {
        let device = self.get().device();
        if !devices.contains(&device) {
            devices.push(device);
        }
        devices
    }
}

impl<B: Backend> Buffer<B> {
    fn load(parameter: Param<Tensor<B, 1>>) -> Self {
        let (id, value, _) = parameter.consume();
        // Whoever loads values may mark them as trained, which a buffer never is.
        Self::with_id(id, value.detach().set_require_grad(false))
    }
}

impl<B: AutodiffBackend> AutodiffModule<B> for Buffer<B> {
    type InnerModule = Buffer<B::InnerBackend>;

    fn valid(&self) -> Self::InnerModule {
        Buffer::with_id(self.id, self.get().inner())
    }

    fn from_inner(module: Self::InnerModule) -> Self {
        Self::with_id(module.id, Tensor::from_inner(module.get()))
    }
}
