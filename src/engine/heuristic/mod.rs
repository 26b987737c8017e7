//! Good plans fast: greedy construction and interchange, one file per family of models.

