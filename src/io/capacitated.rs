//! The capacitated p-median over points.

use super::facilities::amount;
use super::{parsed, wrong};
use crate::error::Error;

/// Points that are demand points and sites at once, of which p are to serve all others within their capacities.
///
/// # Example
///
/// ```
/// use siting::{Metric, PMedian, SolveOptions, TravelMatrix, io};
/// let instance = io::capacitated_p_median("2 1\n 0 0 10 3\n 4 3 20 6\n", "tiny.dat")?;
/// let travel = TravelMatrix::from_points(&instance.points, &instance.points, Metric::Euclidean, None)?;
/// let model = PMedian::new(travel, [1.0; 2])
///     .p(instance.p)
///     .capacities(instance.capacities)
///     .demands(instance.demands)
///     .single_source(true);
/// let solution = model.solve(&SolveOptions::default())?;
/// assert_eq!((solution.sites, solution.objective), (vec![0], 5.0));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CapacitatedMedian {
    /// Coordinates of the points, in the order of the file.
    pub points: Vec<[f64; 2]>,
    /// What each point can serve at most when it is a median.
    pub capacities: Vec<f64>,
    /// What each point demands.
    pub demands: Vec<f64>,
    /// How many medians to choose.
    pub p: usize,
}

/// Reads a capacitated p-median over points in the plane: a first line with the numbers of points and medians, then one
/// line for each point with its two coordinates, capacity and demand (Lorena and Senne 2004: `SJC1` to `SJC4b`,
/// `p3038_600` and its like; Osman and Christofides 1994 in the same format).
///
/// Which distances are meant is left to the caller: the first two take real ones, the last one rounds them down.
///
/// # Errors
///
/// [`Error::File`] with the line: numbers that are none, missing or not finite, capacities and demands below 0, more
/// medians than points, words that come after the last number of a line, or another number of points than the first
/// line says.
///
/// ```
/// let instance = siting::io::capacitated_p_median("2 1\n 0.5 1 10 3\n 4 5 20 6\n", "tiny.dat")?;
/// assert_eq!((instance.p, instance.points), (1, vec![[0.5, 1.0], [4.0, 5.0]]));
/// assert_eq!((instance.capacities, instance.demands), (vec![10.0, 20.0], vec![3.0, 6.0]));
/// # Ok::<(), siting::Error>(())
/// ```
pub fn capacitated_p_median(text: &str, name: &str) -> Result<CapacitatedMedian, Error> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, content)| !content.trim().is_empty());
    let (line, head) = lines.next().ok_or_else(|| wrong(name, 1, "the file is empty"))?;
    let mut words = head.split_whitespace();
    let n_points: usize = parsed(name, line, "the number of points", words.next())?;
    let p: usize = parsed(name, line, "the number of medians", words.next())?;
    end(name, line, words)?;
    if p > n_points {
        return Err(wrong(name, line, format_args!("{p} medians among {n_points} points; there are too few points")));
    }
    let mut read = CapacitatedMedian { points: Vec::new(), capacities: Vec::new(), demands: Vec::new(), p };
    for (line, content) in lines {
        let mut words = content.split_whitespace();
        let mut next = |what| parsed::<f64>(name, line, what, words.next());
        let point = [next("x")?, next("y")?];
        if let Some(value) = point.into_iter().find(|value| !value.is_finite()) {
            return Err(wrong(name, line, format_args!("a coordinate is {value}; a finite number is expected")));
        }
        read.points.push(point);
        read.capacities.push(amount(name, line, "the capacity", next("the capacity")?)?);
        read.demands.push(amount(name, line, "the demand", next("the demand")?)?);
        end(name, line, words)?;
    }
    if read.points.len() != n_points {
        let found = read.points.len();
        let reason = format!("it holds {found} points where the first line says {n_points}; the file may be cut off");
        return Err(Error::File { path: name.into(), reason });
    }
    Ok(read)
}

/// Nothing more may stand on a line.
fn end<'a>(name: &str, line: usize, mut words: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    match words.next() {
        None => Ok(()),
        Some(word) => Err(wrong(name, line, format_args!("{word:?} comes after the last number of the line"))),
    }
}
