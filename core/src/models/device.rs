//! Where the arithmetic is done: choosing a backend at run time and running generic code on it.

use std::any::Any;
use std::fmt;
use std::str::FromStr;

use burn::backend::{Autodiff, Flex};
use burn::tensor::backend::AutodiffBackend;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The device as asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// An NVIDIA GPU where one works, else the CPU.
    #[default]
    Auto,
    /// The CPU, by burn's backend `flex`.
    Cpu,
    /// The CPU, by burn's older backend `ndarray`, for comparison.
    Ndarray,
    /// The first NVIDIA GPU.
    Cuda,
}

impl DeviceKind {
    const NAMES: [(&'static str, Self); 4] =
        [("auto", Self::Auto), ("cpu", Self::Cpu), ("ndarray", Self::Ndarray), ("cuda", Self::Cuda)];
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(_, kind)| kind == self).map_or("", |(name, _)| name);
        f.pad(name)
    }
}

impl FromStr for DeviceKind {
    type Err = DeviceError;

    fn from_str(name: &str) -> Result<Self, DeviceError> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|&(_, kind)| kind).ok_or_else(|| DeviceError::Unknown(name.to_owned()))
    }
}

/// How numbers are held on a GPU; the CPU always computes in f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// 16 bits with the range of f32: half the memory and faster, with 8 bits of precision for weights too.
    Bf16,
}

/// Why a device cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DeviceError {
    /// A name that no device has.
    #[error("the device must be `auto`, `cpu`, `ndarray` or `cuda`, found `{0}`")]
    Unknown(String),
    /// The device was left out when pmsl was built.
    #[error("this build cannot use the device `{0}`; build it with `--features {0}`, or choose `auto` or `cpu`")]
    NotBuilt(DeviceKind),
    /// No GPU answers.
    #[error(
        "no NVIDIA GPU can be used ({0}); check with `nvidia-smi` that the driver sees one and that the CUDA libraries \
         are installed, or choose `auto` or `cpu`"
    )]
    NoGpu(String),
}

/// Code that runs on whichever backend is chosen at run time.
pub trait OnBackend {
    /// What it gives back; free of the backend's types.
    type Output;

    /// Runs on the backend `B`. For code that needs no gradients `B::InnerBackend` is the same backend without them.
    fn run<B: AutodiffBackend>(self, device: B::Device) -> Self::Output;
}

/// A device that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    kind: DeviceKind,
    precision: Precision,
}

impl Device {
    /// Checks that the device works; `auto` is the GPU where one works, else the CPU.
    ///
    /// # Errors
    /// When the device is not part of this build, or there is no GPU that works.
    pub fn choose(kind: DeviceKind, precision: Precision) -> Result<Self, DeviceError> {
        let kind = match kind {
            DeviceKind::Auto if probe_cuda().is_ok() => DeviceKind::Cuda,
            DeviceKind::Auto => DeviceKind::Cpu,
            DeviceKind::Ndarray if !cfg!(feature = "ndarray") => return Err(DeviceError::NotBuilt(kind)),
            DeviceKind::Cuda => probe_cuda().map(|()| kind)?,
            DeviceKind::Cpu | DeviceKind::Ndarray => kind,
        };
        let precision = if kind == DeviceKind::Cuda { precision } else { Precision::F32 };
        Ok(Self { kind, precision })
    }

    /// The kind of the device, which is never `auto`.
    pub fn kind(self) -> DeviceKind {
        self.kind
    }

    /// How numbers are held: on the CPU always f32.
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// Runs generic code on the device.
    ///
    /// On the CPU, `flex` takes its threads from the rayon pool that the calling thread belongs to, or else from the
    /// global one: `ThreadPoolBuilder::install` bounds them. Their number does not change the results.
    pub fn run<T: OnBackend>(self, code: T) -> T::Output {
        match (self.kind, self.precision) {
            #[cfg(feature = "ndarray")]
            (DeviceKind::Ndarray, _) => run_on::<Autodiff<burn::backend::NdArray>, T>(code),
            #[cfg(feature = "cuda")]
            (DeviceKind::Cuda, Precision::F32) => run_on::<Autodiff<burn::backend::Cuda>, T>(code),
            #[cfg(feature = "cuda")]
            (DeviceKind::Cuda, Precision::Bf16) => run_on::<Autodiff<burn::backend::Cuda<half::bf16>>, T>(code),
            _ => run_on::<Autodiff<Flex>, T>(code),
        }
    }
}

/// Runs on the backend's first device.
fn run_on<B: AutodiffBackend, T: OnBackend>(code: T) -> T::Output {
    code.run::<B>(B::Device::default())
}

/// Does a sum on the GPU once. Where there is none, the driver's loader panics; that is caught, and kept off the
/// console.
fn probe_cuda() -> Result<(), DeviceError> {
    #[cfg(feature = "cuda")]
    {
        use std::sync::OnceLock;
        static PROBE: OnceLock<Result<(), DeviceError>> = OnceLock::new();
        PROBE
            .get_or_init(|| {
                let sum = quietly(|| {
                    let device = burn::backend::cuda::CudaDevice::default();
                    burn::tensor::Tensor::<burn::backend::Cuda, 1>::ones([4], &device).sum().into_scalar()
                });
                match sum {
                    Ok(4.0) => Ok(()),
                    Ok(wrong) => Err(DeviceError::NoGpu(format!("it sums four ones to {wrong}"))),
                    Err(cause) => Err(DeviceError::NoGpu(cause)),
                }
            })
            .clone()
    }
    #[cfg(not(feature = "cuda"))]
    Err(DeviceError::NotBuilt(DeviceKind::Cuda))
}

/// Runs what may panic, without the message that a panic prints, and gives its first line instead.
#[cfg_attr(not(feature = "cuda"), allow(dead_code, reason = "only a GPU is probed"))]
fn quietly<T>(run: impl FnOnce() -> T + std::panic::UnwindSafe) -> Result<T, String> {
    use std::sync::Mutex;
    // The hook is the process's: two probes at once would restore each other's.
    static HOOK: Mutex<()> = Mutex::new(());
    let _guard = HOOK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::panic::catch_unwind(run);
    std::panic::set_hook(hook);
    outcome.map_err(|payload| first_line(payload.as_ref()))
}

fn first_line(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    text.and_then(|text| text.lines().next()).unwrap_or("the driver cannot be loaded").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Tensor;

    #[test]
    fn names_are_read_and_written() {
        for kind in [DeviceKind::Auto, DeviceKind::Cpu, DeviceKind::Ndarray, DeviceKind::Cuda] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        let message = "gpu".parse::<DeviceKind>().unwrap_err().to_string();
        assert_eq!(message, "the device must be `auto`, `cpu`, `ndarray` or `cuda`, found `gpu`");
    }

    #[test]
    fn code_runs_on_the_chosen_backend() {
        struct Double(f32);
        impl OnBackend for Double {
            type Output = (String, f32);
            fn run<B: AutodiffBackend>(self, device: B::Device) -> Self::Output {
                let sum = Tensor::<B, 1>::from_floats([self.0, self.0], &device).sum().into_data();
                (B::name(&device), sum.to_vec().unwrap()[0])
            }
        }
        let cpu = Device::choose(DeviceKind::Cpu, Precision::Bf16).unwrap();
        assert_eq!(cpu.precision(), Precision::F32);
        assert_eq!(cpu.run(Double(2.0)), ("autodiff<flex>".to_owned(), 4.0));
        match Device::choose(DeviceKind::Ndarray, Precision::F32) {
            Ok(ndarray) => assert_eq!(ndarray.run(Double(2.0)), ("autodiff<ndarray>".to_owned(), 4.0)),
            Err(error) => assert_eq!(error, DeviceError::NotBuilt(DeviceKind::Ndarray)),
        }
    }

    #[test]
    fn auto_always_finds_a_device_and_cuda_says_what_is_missing() {
        let auto = Device::choose(DeviceKind::Auto, Precision::F32).unwrap();
        match Device::choose(DeviceKind::Cuda, Precision::F32) {
            Ok(_) => assert_eq!(auto.kind(), DeviceKind::Cuda),
            Err(error) => {
                assert_eq!(auto.kind(), DeviceKind::Cpu);
                assert!(error.to_string().contains("choose `auto` or `cpu`"), "{error}");
            }
        }
    }

    #[test]
    fn a_panic_becomes_its_first_line() {
        assert_eq!(quietly(|| 3), Ok(3));
        assert_eq!(quietly(|| -> () { panic!("no {}\nmore", "driver") }), Err("no driver".to_owned()));
    }
}
