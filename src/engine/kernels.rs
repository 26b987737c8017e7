//! The inner loops of the engines, each alone: what `benches/kernels.rs` measures. Not part of the interface, and compiled
//! with the feature `kernels` only, so that these loops stay private and their benches still see them as they are.

use super::reduce::Cells;
use crate::error::Error;
use crate::model::{MaxCover, Model};

pub use super::point_median::Kernels as PointMedianKernels;

/// Merges demand points by the sites in their reach, from the travel matrix; gives the number of cells.
///
/// # Errors
///
/// [`Error::is_input`] for wrong rules on sites.
pub fn merge_cells(model: &MaxCover) -> Result<usize, Error> {
    Ok(Cells::of(model, model.backup_count(), model.rules().budget.is_some())?.len())
}
