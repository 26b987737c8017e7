//! How much memory a file may ask for.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Broken;

/// What every file may take, so that small ones need not be looked at closely.
const FREE: u64 = 16 << 20;
/// Extracts of towns take some 15 bytes of memory for each byte of the file; a bare grid of streets, which compresses
/// far better than any real town, takes 45 (`docs/osm.md`).
const BYTES_PER_BYTE: u64 = 100;

/// The bytes that may still be kept of a file. A file of a few kilobytes that decompresses to millions of elements is
/// refused instead of filling the memory.
#[derive(Debug)]
pub struct Budget(AtomicU64);

impl Budget {
    /// The budget of a file of so many bytes.
    pub fn of(file: u64) -> Self {
        Self(AtomicU64::new(file.saturating_mul(BYTES_PER_BYTE).saturating_add(FREE)))
    }

    /// Takes from the budget what `count` things of type `T` need.
    pub fn charge<T>(&self, count: usize) -> Result<(), Broken> {
        let bytes = u64::try_from(count.saturating_mul(size_of::<T>())).unwrap_or(u64::MAX);
        let charged = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        match charged {
            Ok(_) => Ok(()),
            Err(_) => Err(Broken("it would need over 100 times the memory of the file; no real extract does")),
        }
    }
}
