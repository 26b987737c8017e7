//! Walking weights as whole numbers: additions are exact, and the cut-off means the same on every path.

use std::collections::BinaryHeap;

/// A whole number of fine units of length, of 32 bits where the cut-off allows it and of 64 where not.
pub(crate) trait Weight: Copy + Ord + Send + Sync + Default + 'static {
    /// Larger than every limit: not reached, not to be walked.
    const NEVER: Self;
    /// The limit of a search without one.
    const MOST: Self;
    /// What the queue sorts: weight and node in one number.
    type Entry: Copy + Ord + Send;

    /// Nearest whole number; `NEVER` where it does not fit.
    fn round(value: f64) -> Self;
    /// As a float, for costs.
    fn float(self) -> f64;
    /// Sum; never more than `NEVER`.
    fn plus(self, other: Self) -> Self;
    /// Weight and node as one number that sorts by weight, the least on top of a max-heap.
    fn pack(self, node: u32) -> Self::Entry;
    /// The weight and node of an entry.
    fn unpack(entry: Self::Entry) -> (Self, u32);
}

impl Weight for u32 {
    const NEVER: Self = Self::MAX;
    const MOST: Self = Self::MAX - 1;
    type Entry = u64;

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    fn round(value: f64) -> Self {
        value.round() as Self
    }
    fn float(self) -> f64 {
        f64::from(self)
    }
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }
    fn pack(self, node: u32) -> u64 {
        !(u64::from(self) << 32 | u64::from(node))
    }
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    fn unpack(entry: u64) -> (Self, u32) {
        ((!entry >> 32) as Self, !entry as u32)
    }
}

impl Weight for u64 {
    const NEVER: Self = Self::MAX;
    const MOST: Self = Self::MAX - 1;
    type Entry = u128;

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    fn round(value: f64) -> Self {
        value.round() as Self
    }
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 units the rounding is far below 1 cm of the whole")]
    fn float(self) -> f64 {
        self as f64
    }
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }
    fn pack(self, node: u32) -> u128 {
        !(u128::from(self) << 32 | u128::from(node))
    }
    #[expect(clippy::cast_possible_truncation, reason = "the two parts")]
    fn unpack(entry: u128) -> (Self, u32) {
        ((!entry >> 32) as Self, !entry as u32)
    }
}

/// The queue of a search.
pub(crate) type Queue<W> = BinaryHeap<<W as Weight>::Entry>;

/// How fine the whole numbers are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// 32 bits, with this many units to the metre.
    Narrow(f64),
    /// 64 bits, with this many units to the metre.
    Wide(f64),
}

impl Scale {
    /// The scale for walks of at most `limit` metres (infinity: any length).
    ///
    /// Each edge is off by half a unit at most: 10 micrometres a unit keep 1 cm over 2,000 edges of one walk, and walks
    /// of at most 2 km get 1 micrometre. Decimal units give lengths such as 100.1 m back as they came.
    pub fn of(limit: f64) -> Self {
        // Half of what 32 bits hold, so that the sum of two weights within the limit fits.
        if limit <= 2_000.0 {
            Self::Narrow(1e6)
        } else if limit <= 20_000.0 {
            Self::Narrow(1e5)
        } else {
            Self::Wide(1e6)
        }
    }

    /// Units to the metre.
    pub fn units(self) -> f64 {
        match self {
            Self::Narrow(units) | Self::Wide(units) => units,
        }
    }
}
