//! Writing.

use std::io::{self, Write};

use super::NpyError;

/// NumPy leaves room for this many digits of the first length, so that rows can be appended to a file.
const GROWTH_DIGITS: usize = 21;
/// The values begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// The bytes of a file before its values, as `numpy.save` writes them (version 1.0 of the format).
fn header(rows: usize, dim: usize) -> Vec<u8> {
    let mut text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dim}), }}");
    text.extend(std::iter::repeat_n(' ', GROWTH_DIGITS.saturating_sub(rows.to_string().len())));
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    let length = (header.len() + size_of::<u16>() + text.len() + 1).next_multiple_of(ALIGNMENT);
    let text_length = length - header.len() - size_of::<u16>();
    // Two numbers and a fixed text: 128 bytes, far from what 16 bits hold.
    header.extend((text_length as u16).to_le_bytes());
    header.extend(text.bytes());
    header.resize(length - 1, b' ');
    header.push(b'\n');
    header
}

/// Writes rows of `dim` values as an `.npy` file of the shape `[rows, dim]`, byte by byte what `numpy.save` writes.
///
/// Wrap files in a [`std::io::BufWriter`]: values are written one by one.
///
/// # Errors
/// Values that are no whole rows, as [`io::ErrorKind::InvalidInput`] with [`NpyError::Rows`] in it, and whatever the
/// writer says.
pub fn write_matrix(out: &mut dyn Write, values: &[f32], dim: usize) -> io::Result<()> {
    if dim == 0 || !values.len().is_multiple_of(dim) {
        let error = NpyError::Rows { values: values.len(), dim };
        return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
    }
    out.write_all(&header(values.len() / dim, dim))?;
    values.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::{Array, Values};
    use super::*;

    #[test]
    fn what_is_written_is_what_numpy_writes() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/npy/f32.npy");
        let values: Vec<f32> = (0..12u8).map(|n| f32::from(n) / 8.0 - 0.5).collect();
        let mut out = Vec::new();
        write_matrix(&mut out, &values, 3).unwrap();
        assert_eq!(out, std::fs::read(path).unwrap());
    }

    #[test]
    fn any_shape_comes_back() {
        for (rows, dim) in [(1, 1), (999, 1), (1000, 2), (1, 12_345)] {
            let values: Vec<f32> = (0..rows * dim).map(|n| n as f32 * 0.37 - 9.0).collect();
            let mut out = Vec::new();
            write_matrix(&mut out, &values, dim).unwrap();
            assert_eq!((out.len() - 4 * rows * dim) % ALIGNMENT, 0);
            let back = Array::from_bytes(&out).unwrap();
            assert_eq!(back, Array { shape: vec![rows, dim], values: Values::F32(values) });
        }
        for (values, dim) in [(3, 2), (3, 0), (0, 0)] {
            assert!(write_matrix(&mut Vec::new(), &vec![0.0; values], dim).is_err(), "{values} {dim}");
        }
    }
}
