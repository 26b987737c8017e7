//! A figure with its source.

use serde::{Deserialize, Serialize};

/// A figure, its unit, where it comes from, and whether that was checked.
///
/// The example of [`StandardService`](super::StandardService) shows one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// Key of its source in [`Standard::sources`](super::Standard::sources).
    pub source: String,
    /// Whether it was compared with the text of the source.
    pub verified: bool,
    /// What to know about it; never empty for a figure that is not verified.
    #[serde(default)]
    pub note: String,
}

/// A figure as a row of a table; made by [`Standard::rows`](super::Standard::rows), which has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureRow {
    /// Name of the service; `None` for figures of the standard as a whole.
    pub service: Option<String>,
    /// Which figure: "limit_urban", "modules.small.area".
    pub figure: String,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// The source in full.
    pub source: String,
    /// Whether it was compared with the text of the source.
    pub verified: bool,
    /// What to know about it.
    pub note: String,
}
