//! The wire format of protocol buffers: as much of it as the messages of a checkpoint need.
//!
//! Three messages of a handful of fields do not pay for a code generator. Groups are refused: TensorFlow has none.

use super::CheckpointError;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// `int32`, `int64`, `uint64`, `bool` and enumerations. Negative numbers come as their two's complement.
    Varint(u64),
    /// `fixed32` and `float`.
    Fixed32(u32),
    /// `fixed64` and `double`.
    Fixed64(u64),
    /// Strings, bytes and messages.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub(super) fn varint(self) -> Result<u64, CheckpointError> {
        if let Self::Varint(value) = self { Ok(value) } else { Err(WRONG_TYPE) }
    }

    pub(super) fn fixed32(self) -> Result<u32, CheckpointError> {
        if let Self::Fixed32(value) = self { Ok(value) } else { Err(WRONG_TYPE) }
    }

    pub(super) fn bytes(self) -> Result<&'a [u8], CheckpointError> {
        if let Self::Bytes(value) = self { Ok(value) } else { Err(WRONG_TYPE) }
    }
}

const WRONG_TYPE: CheckpointError = CheckpointError::Damaged { what: "a field has another type than its number says" };
const CUT_OFF: CheckpointError = CheckpointError::Damaged { what: "a message ends within a field" };

/// The fields of a message in the order of its bytes.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// The next field with its number; `None` at the end of the message.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, CheckpointError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).map_err(|_| CUT_OFF)?)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => return Err(WRONG_TYPE),
        };
        Ok(Some((key >> 3, value)))
    }

    fn varint(&mut self) -> Result<u64, CheckpointError> {
        take_varint(&mut self.rest).ok_or(CUT_OFF)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CheckpointError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CheckpointError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(*taken)
    }
}

/// Takes a number of seven bits a byte, least first, from the front of `bytes`. `None` where it does not end within
/// them, or does not fit into 64 bits.
pub(super) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_order() {
        let message = [0x08, 0xac, 0x02, 0x12, 0x02, b'h', b'i', 0x35, 1, 2, 3, 4, 0x39, 8, 0, 0, 0, 0, 0, 0, 0x80];
        let mut fields = Fields::new(&message);
        assert_eq!(fields.next().unwrap(), Some((1, Value::Varint(300))));
        assert_eq!(fields.next().unwrap(), Some((2, Value::Bytes(b"hi"))));
        assert_eq!(fields.next().unwrap(), Some((6, Value::Fixed32(0x0403_0201))));
        assert_eq!(fields.next().unwrap(), Some((7, Value::Fixed64(0x8000_0000_0000_0008))));
        assert_eq!(fields.next().unwrap(), None);
        for length in 1..message.len() {
            let mut fields = Fields::new(&message[..length]);
            let read: Result<Vec<_>, _> = std::iter::from_fn(|| fields.next().transpose()).collect();
            assert_eq!(read.is_ok(), [3, 7, 12].contains(&length), "{length}");
        }
        assert!(Fields::new(&[0x0b]).next().is_err(), "groups");
        assert!(Fields::new(&[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]).next().is_err(), "a length beyond the message");
    }

    #[test]
    fn numbers_fit_into_64_bits() {
        let take = |bytes: &[u8]| take_varint(&mut &bytes[..]);
        assert_eq!(take(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), Some(u64::MAX));
        assert_eq!(take(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]), None);
        assert_eq!(take(&[0x80; 11]), None);
        assert_eq!((take(&[]), take(&[0x80]), take(&[0])), (None, None, Some(0)));
    }
}
