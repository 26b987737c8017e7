//! Bounds for covering problems.

pub(crate) mod lagrangian;
