//! How maximal covering is solved.
