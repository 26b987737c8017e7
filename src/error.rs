//! The one error type of the library.
//!
//! Each variant says which argument is wrong, at which index, with which value, and what to do about it.
//! [`Error::is_input`] separates mistakes in the data from outcomes of a solve ([`Error::Infeasible`],
//! [`Error::NoSolution`]).

use crate::solve::{Infeasible, Limit};

/// Everything that can go wrong in the library.
///
/// # Example
///
/// ```
/// use siting::{Error, TravelMatrix};
///
/// let wrong = TravelMatrix::from_pairs(2, 1, &[(0, 0, f64::NAN)]);
/// assert!(matches!(wrong, Err(Error::NotANumber { index: 0, .. })));
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value is NaN.
    #[error("{argument}[{index}] is NaN: give a number, or leave the entry out")]
    NotANumber {
        /// The argument that holds the value.
        argument: &'static str,
        /// Position of the value in that argument.
        index: usize,
    },
    /// A value lies outside its range.
    #[error("{argument}[{index}] is {shown}: {reason}", shown = plain(*value))]
    OutOfRange {
        /// The argument that holds the value.
        argument: &'static str,
        /// Position of the value in that argument.
        index: usize,
        /// The value itself.
        value: f64,
        /// What is expected instead.
        reason: &'static str,
    },
    /// A field of one entry of a list (a service, a space, a facility) is not usable.
    #[error("{argument}[{index}].{field} is {shown}: {reason}", shown = short(value))]
    InvalidField {
        /// The list that holds the entry.
        argument: &'static str,
        /// Position of the entry in that list.
        index: usize,
        /// The field, with its own position where it is a list: `area`, `modules[1].places`.
        field: String,
        /// The value as given.
        value: String,
        /// What is expected instead.
        reason: String,
    },
    /// A single number (not an array) is not usable.
    #[error("{argument} is {shown}: {reason}", shown = short(value))]
    InvalidValue {
        /// The argument.
        argument: &'static str,
        /// The value as given.
        value: String,
        /// What is expected instead.
        reason: String,
    },
    /// An array has the wrong length.
    #[error("{argument} has {found} entries where {expected} are expected ({counted})")]
    WrongLength {
        /// The argument.
        argument: &'static str,
        /// Length that fits.
        expected: usize,
        /// Length as given.
        found: usize,
        /// What the expected length counts, such as "one per demand point".
        counted: &'static str,
    },
    /// An argument that must not be empty is.
    #[error("{argument} is empty: {reason}")]
    Empty {
        /// The argument.
        argument: &'static str,
        /// Why that cannot work.
        reason: &'static str,
    },
    /// An argument that the model cannot do without is missing.
    #[error("{argument} is missing: {reason}")]
    Missing {
        /// The argument.
        argument: &'static str,
        /// When it is needed, or which other argument would do.
        reason: &'static str,
    },
    /// An index points past the end.
    #[error("{argument}[{position}] is {index}, but {there}", there = range_of(*len, counted))]
    IndexOutOfBounds {
        /// The argument that holds the index.
        argument: &'static str,
        /// Position in the argument.
        position: usize,
        /// The index as given.
        index: usize,
        /// How many there are.
        len: usize,
        /// What is counted: "sites" or "demand points".
        counted: &'static str,
    },
    /// Something is given twice.
    #[error("{argument}: {value} is given twice, at {first} and at {second}")]
    Duplicate {
        /// The argument.
        argument: &'static str,
        /// What is repeated.
        value: String,
        /// Position of the first.
        first: usize,
        /// Position of the second.
        second: usize,
    },
    /// Two arguments contradict each other.
    #[error("{argument} and {other} contradict each other: {reason}")]
    Conflict {
        /// The first argument.
        argument: &'static str,
        /// The second argument.
        other: &'static str,
        /// What clashes, and the way out.
        reason: String,
    },
    /// An option asks for something this build or model does not have.
    #[error("{argument} = {value} is not available: {reason}")]
    Unavailable {
        /// The option.
        argument: &'static str,
        /// Its value.
        value: String,
        /// Why, and what to use instead.
        reason: String,
    },
    /// What is wrong with one chunk of many; indices count within the chunk.
    #[error("chunk {chunk}: {error}")]
    InChunk {
        /// Number of the chunk, counted from 0.
        chunk: usize,
        /// What is wrong with it.
        error: Box<Error>,
    },
    /// A file cannot be read, or does not hold what it should.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it, and the way out.
        reason: String,
    },
    /// No plan can satisfy every rule; the reasons say which cannot hold together and what would.
    #[error("{0}")]
    Infeasible(Infeasible),
    /// A limit was reached before any plan was found.
    #[error(
        "no plan was found before the {limit} limit ({seconds:.1} s): raise the limit, or solve with method \"heuristic\""
    )]
    NoSolution {
        /// Which limit stopped the solve.
        limit: Limit,
        /// Seconds used.
        seconds: f64,
    },
    /// The heuristic found no plan, which does not say that there is none.
    #[error(
        "the heuristic found no plan that obeys every rule: solve with method \"auto\", which finds one or proves that there is none"
    )]
    NothingFound,
    /// A point lies too far from every street.
    #[error(
        "{argument}[{index}] lies {distance:.1} m from the nearest street, farther than max_snap = {max_snap} m ({count} of {places} do): check coordinates and CRS, raise max_snap, or let them be unreachable (beyond \"unreachable\")"
    )]
    OffNetwork {
        /// The argument that holds the point.
        argument: &'static str,
        /// The first such point.
        index: usize,
        /// Its distance from the nearest street in metres.
        distance: f64,
        /// The limit in metres.
        max_snap: f64,
        /// How many points lie beyond the limit.
        count: usize,
        /// How many points there are.
        places: usize,
    },
    /// A computation was stopped by its cancel token.
    #[error("{what} was interrupted")]
    Interrupted {
        /// What was stopped.
        what: &'static str,
    },
    /// The solver failed; this is a defect of the solver or of its use, not of the data.
    #[error("{backend} failed: {reason}")]
    Solver {
        /// Name of the solver.
        backend: &'static str,
        /// What it said.
        reason: String,
    },
    /// A solution did not survive the check against the data and was withheld.
    #[error("the solution does not agree with the data and is withheld: {0}")]
    Unverified(String),
}

impl Error {
    /// Whether the error is a mistake in the input (as opposed to the outcome of a solve).
    ///
    /// ```
    /// use siting::{Error, TravelMatrix};
    /// let wrong = TravelMatrix::from_pairs(1, 1, &[(0, 0, -1.0)]).unwrap_err();
    /// assert!(wrong.is_input());
    /// ```
    #[must_use]
    pub fn is_input(&self) -> bool {
        !matches!(
            self,
            Self::Infeasible(_)
                | Self::NoSolution { .. }
                | Self::NothingFound
                | Self::Interrupted { .. }
                | Self::Solver { .. }
                | Self::Unverified(_)
        )
    }
}

/// A number to be read: in scientific form where it would take a line of digits.
pub(crate) fn plain(value: f64) -> String {
    let size = value.abs();
    let is_long = size.is_finite() && (size >= 1e16 || size > 0.0 && size < 1e-7);
    if is_long { format!("{value:e}") } else { value.to_string() }
}

/// A value as given, in scientific form where it is a number of very many digits.
pub(crate) fn short(value: &str) -> String {
    // A whole number of a machine has up to 20 digits.
    let number = if value.len() > 20 { value.parse().ok() } else { None };
    number.map_or_else(|| value.to_owned(), plain)
}

/// How many there are, and the indices that they have.
fn range_of(len: usize, counted: &str) -> String {
    match len {
        0 => format!("there are no {counted}"),
        1 => format!("{} (0)", only(len, counted)),
        _ => format!("{} (0 to {})", only(len, counted), len - 1),
    }
}

/// A number of things, of which the plural is given: "1 site", "3 sites".
pub(crate) fn count_of(n: usize, counted: &str) -> String {
    let one = match counted.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => counted.strip_suffix('s').unwrap_or(counted).to_owned(),
    };
    if n == 1 { format!("1 {one}") } else { format!("{n} {counted}") }
}

/// That there are no more: "there is only 1 site", "there are only 3 sites".
pub(crate) fn only(n: usize, counted: &str) -> String {
    let are = if n == 1 { "is" } else { "are" };
    format!("there {are} only {}", count_of(n, counted))
}

/// Checks that every value of an array is a finite number that is not negative, and that their sum is finite.
pub(crate) fn check_non_negative(argument: &'static str, values: &[f64]) -> Result<(), Error> {
    let mut sum = 0.0;
    for (index, &value) in values.iter().enumerate() {
        if value.is_nan() {
            return Err(Error::NotANumber { argument, index });
        }
        if !value.is_finite() || value < 0.0 {
            return Err(Error::OutOfRange {
                argument,
                index,
                value,
                reason: "a finite number of 0 or more is expected",
            });
        }
        sum += value;
        if sum == f64::INFINITY {
            let reason = "the sum up to here is larger than a number can hold; use a larger unit";
            return Err(Error::OutOfRange { argument, index, value, reason });
        }
    }
    Ok(())
}

/// Checks that an array has one entry for each of `expected` things.
pub(crate) fn check_length(
    argument: &'static str,
    found: usize,
    expected: usize,
    counted: &'static str,
) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::WrongLength { argument, expected, found, counted }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_shown_in_scientific_form() {
        assert_eq!((plain(1e300), plain(-2.5e20), plain(5e-324)), ("1e300".into(), "-2.5e20".into(), "5e-324".into()));
        assert_eq!((plain(120_000.0), plain(0.25), plain(0.0)), ("120000".into(), "0.25".into(), "0".into()));
        assert_eq!((plain(f64::INFINITY), plain(f64::NAN)), ("inf".into(), "NaN".into()));
        assert_eq!(short(&1e300.to_string()), "1e300");
        assert_eq!(short("\"a name of more than twenty letters\""), "\"a name of more than twenty letters\"");
        assert_eq!(short(&u64::MAX.to_string()), u64::MAX.to_string());
    }

    #[test]
    fn one_thing_is_told_in_the_singular() {
        assert_eq!((count_of(1, "demand points"), count_of(2, "sites")), ("1 demand point".into(), "2 sites".into()));
        assert_eq!(only(1, "facilities"), "there is only 1 facility");
        assert_eq!(
            (range_of(0, "spaces"), range_of(3, "sites")),
            ("there are no spaces".into(), "there are only 3 sites (0 to 2)".into())
        );
    }
}
