//! Half-precision storage of features.

use half::f16;

use super::FeatureError;

/// Appends `values` to `out` as little-endian IEEE half precision, two bytes each, rounded to nearest even.
///
/// The rounding is at most 5e-4 of a value: below 1e-3 for normalised features, 0.25 for a cepstral level of -600,
/// which is as small beside its spread.
pub fn encode_f16(values: &[f32], out: &mut Vec<u8>) {
    out.reserve(values.len() * 2);
    out.extend(values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()));
}

/// Replaces the contents of `out` by the values that [`encode_f16`] wrote.
pub fn decode_f16(bytes: &[u8], out: &mut Vec<f32>) -> Result<(), FeatureError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(FeatureError::OddBytes { found: bytes.len() });
    }
    out.clear();
    out.extend(pairs.iter().map(|&pair| f16::from_le_bytes(pair).to_f32()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_within_half_precision() {
        let values: Vec<f32> = (-3000..3000).map(|i| i as f32 * 1.234e-3).collect();
        let mut bytes = Vec::new();
        encode_f16(&values, &mut bytes);
        assert_eq!(bytes.len(), values.len() * 2);
        let mut back = vec![9.0];
        decode_f16(&bytes, &mut back).unwrap();
        assert_eq!(back.len(), values.len());
        for (a, b) in values.iter().zip(&back) {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
        assert_eq!(decode_f16(&bytes[1..], &mut back), Err(FeatureError::OddBytes { found: bytes.len() - 1 }));
        encode_f16(&[1.0], &mut bytes);
        assert_eq!(&bytes[bytes.len() - 2..], [0x00, 0x3c], "little-endian 1.0");
    }
}
