//! The purpose-built way to the p-dispersion: search over the distinct distances, with independent sets in between.
//!
//! A distance r can be kept when p sites can be chosen of which no two are nearer than r: an independent set in the graph
//! that joins sites nearer than r (Erkut 1990; Sayah and Irnich 2017). The best distance is the largest that passes, and
//! every one above it is proven not to: by a cover with cliques, by branch and bound ([`graph`]), or by the solver.

pub(super) mod graph;
pub(super) mod instance;
pub(super) mod search;
