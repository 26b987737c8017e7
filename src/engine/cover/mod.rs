//! The exact engine for maximal covering: Lagrangian bounds and branch and bound over merged cells.

pub(crate) mod lagrangian;
