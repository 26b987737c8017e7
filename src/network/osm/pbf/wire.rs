//! Protocol buffers as bytes: fields and numbers, read in place without copies.
//!
//! Source: the encoding as documented by Protocol Buffers, <https://protobuf.dev/programming-guides/encoding/>.

/// Why bytes cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken(pub &'static str);

/// The value of a field.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A whole number.
    Number(u64),
    /// A text, a message, packed numbers.
    Bytes(&'a [u8]),
    /// A number of fixed width, which OSM files do not use.
    Fixed,
}

impl<'a> Value<'a> {
    /// The number of a field that must hold one.
    pub fn number(self) -> Result<u64, Broken> {
        match self {
            Self::Number(number) => Ok(number),
            _ => Err(Broken("a field that must hold a number does not")),
        }
    }

    /// The bytes of a field that must hold some.
    pub fn bytes(self) -> Result<&'a [u8], Broken> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(Broken("a field that must hold a message, a text or packed numbers does not")),
        }
    }
}

/// The fields of a message, in order: (number of the field, value).
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = field(&mut self.0);
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

fn field<'a>(rest: &mut &'a [u8]) -> Result<(u64, Value<'a>), Broken> {
    let tag = varint(rest)?;
    let value = match tag & 7 {
        0 => Value::Number(varint(rest)?),
        1 => take(rest, 8).map(|_| Value::Fixed)?,
        2 => {
            let length = varint(rest)?;
            Value::Bytes(take(rest, length)?)
        }
        5 => take(rest, 4).map(|_| Value::Fixed)?,
        _ => return Err(Broken("a field of an unknown type")),
    };
    match tag >> 3 {
        0 => Err(Broken("a field of number 0")),
        number => Ok((number, value)),
    }
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], Broken> {
    let split = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length));
    let (head, tail) = split.ok_or(Broken("a field that is longer than what holds it"))?;
    *rest = tail;
    Ok(head)
}

/// Reads a number of variable length.
pub fn varint(rest: &mut &[u8]) -> Result<u64, Broken> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, tail) = rest.split_first().ok_or(Broken("a number that is cut off"))?;
        *rest = tail;
        // Of the tenth byte only one bit fits.
        if shift == 63 && byte > 1 {
            break;
        }
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Broken("a number of more than 64 bits"))
}

/// Packed numbers, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Packed<'a>(pub &'a [u8]);

impl Iterator for Packed<'_> {
    type Item = Result<u64, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let number = varint(&mut self.0);
        if number.is_err() {
            self.0 = &[];
        }
        Some(number)
    }
}

/// Packed differences, added up.
#[derive(Debug, Clone, Copy)]
pub struct Deltas<'a> {
    packed: Packed<'a>,
    sum: i64,
}

impl<'a> Deltas<'a> {
    /// Sums of packed signed numbers.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { packed: Packed(bytes), sum: 0 }
    }
}

impl Iterator for Deltas<'_> {
    type Item = Result<i64, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        let delta = match self.packed.next()? {
            Ok(number) => signed(number),
            Err(broken) => return Some(Err(broken)),
        };
        let sum = self.sum.checked_add(delta).ok_or(Broken("differences that add up to more than 64 bits"));
        match sum {
            Ok(sum) => self.sum = sum,
            Err(_) => self.packed = Packed(&[]),
        }
        Some(sum)
    }
}

/// The signed number of a zigzag code: 0, -1, 1, -2, ...
pub fn signed(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_encoding_guide_gives_them() {
        assert_eq!(varint(&mut &[0x96, 0x01][..]), Ok(150));
        assert_eq!([0, 1, 2, 3, u64::MAX].map(signed), [0, -1, 1, -2, i64::MIN]);
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(varint(&mut &most[..]), Ok(u64::MAX));
    }

    #[test]
    fn numbers_too_long_or_cut_off_are_errors() {
        let long = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert!(varint(&mut &long[..]).is_err());
        assert!(varint(&mut &[0x80][..]).is_err());
        assert!(varint(&mut &[0xff; 20][..]).is_err());
    }

    #[test]
    fn differences_that_overflow_are_an_error_and_end_the_numbers() {
        let largest = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x02, 0x02];
        let sums: Vec<_> = Deltas::new(&largest).collect();
        assert_eq!(sums.first(), Some(&Ok(i64::MAX)));
        assert!(matches!(sums.get(1), Some(Err(_))));
        assert_eq!(sums.len(), 2);
    }

    #[test]
    fn a_field_longer_than_its_message_is_an_error_and_ends_the_fields() {
        let fields: Vec<_> = Fields(&[0x0a, 0x7f, 1, 2, 3]).collect();
        assert!(matches!(fields[..], [Err(_)]));
    }
}
