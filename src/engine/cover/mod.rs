//! The exact engine for maximal covering: Lagrangian bounds and branch and bound over merged cells, with Benders cuts where
//! cells are many, and cuts for cells that need several sites.

pub(crate) mod backup;
mod benders;
mod groups;
mod lagrangian;
mod proof;
mod regions;
#[cfg(test)]
mod tests;

pub(crate) use proof::{Best, Proof};
