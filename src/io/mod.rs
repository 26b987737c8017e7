//! Readers of the formats in which the literature publishes its instances.
//!
//! | format | reader | gives |
//! | --- | --- | --- |
//! | TSPLIB (Reinelt 1991) | [`tsplib`] | the coordinates |
//! | rows of coordinates, the first line their number and dimension | [`coordinates`] | the coordinates |
//! | OR-Library, `pmed1` to `pmed40` (Beasley 1990) | [`or_library_p_median`] | all shortest paths, and p |
//! | OR-Library, `cap41` to `capc` (Beasley 1988), and Kratica's series M | [`or_library_facilities`] | facilities |
//! | UflLib's simple format (Hoefer 2003) | [`ufl_lib`] | facilities |
//! | Holmberg, Rönnqvist and Yuan (1999) | [`holmberg`] | facilities |
//! | `[CFLP-PROBLEMFILE]` | [`cflp`] | facilities |
//! | capacitated p-median over points (Lorena and Senne 2004) | [`capacitated_p_median`] | points, capacities, demands, p |
//!
//! Each takes the text of a file and the name to give it in errors.

mod capacitated;
mod facilities;
mod or_library;
mod points;

pub use capacitated::{CapacitatedMedian, capacitated_p_median};
pub use facilities::{FacilityLocation, cflp, holmberg, or_library_facilities, ufl_lib};
pub use or_library::{GraphMedian, or_library_p_median};
pub use points::{coordinates, tsplib};

use crate::error::Error;

/// The error for a line, counted from 1.
fn wrong(name: &str, line: usize, reason: impl std::fmt::Display) -> Error {
    Error::File { path: name.into(), reason: format!("line {line}: {reason}") }
}

/// A number of a line.
fn parsed<T: std::str::FromStr>(name: &str, line: usize, what: &str, word: Option<&str>) -> Result<T, Error> {
    let word = word.ok_or_else(|| wrong(name, line, format_args!("{what} is missing")))?;
    word.parse().map_err(|_| wrong(name, line, format_args!("{what} is {word:?}, not a number")))
}
