/// Values with their shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NamedTensor {
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// Values, row-major, as many as the shape says.
    pub values: Vec<f32>,
}
