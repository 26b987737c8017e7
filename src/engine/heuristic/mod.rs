//! Good plans fast: greedy construction and interchange, one file per family of models.

mod anneal;
pub(crate) mod center;
pub(crate) mod cover;
pub(crate) mod dispersion;
pub(crate) mod median;
pub(crate) mod row_weights;
pub(crate) mod set_cover;
