//! Reductions that lose nothing.
