//! Demand points merged while they are read, by the sites in their reach.
//!
//! In the plane n discs of one radius divide points into n² − n + 2 *cells* at most: points of a cell have the same sites
//! in reach, and a covering model need not tell them apart. [`PointCells`] adds each point to its cell as it comes by, so
//! that neither the points nor the pairs of point and site are ever in memory together.
//!
//! A grid of squares over the discs knows for every square which discs hold it wholly and which cross it
//! (`squares.rs`). A point is measured against the crossing discs of its square alone, most often none or one
//! (`tally.rs`); what is in reach of whom is then read off square by square (`signatures.rs`).

mod signatures;
mod squares;
mod tally;

use std::ops::Range;

use rayon::prelude::*;

use super::Metric;
use super::matrix::TravelMatrix;
use super::points::{LARGEST, check_point, check_points};
use crate::error::{Error, check_length, check_non_negative};
use squares::Squares;
use tally::Tally;

/// Points are shared out in blocks of so many, by their number in the stream.
const BLOCK: usize = 4_096;
/// Block b is added up in tally b mod this. The number is fixed, so that sums do not depend on the number of threads.
const TALLIES: usize = 8;

/// Demand points merged into cells while they stream by: all points with the same sites within a radius are one cell.
///
/// Make it from the sites and the radius, [`add`](Self::add) points chunk by chunk, and give it to
/// [`MaxCover::from_cells`](crate::MaxCover::from_cells) or [`SetCover::from_cells`](crate::SetCover::from_cells).
///
/// # Which sites are in reach
///
/// A site is in reach of a point when its straight-line distance, computed as the square root of dx² + dy² in `f64`, is
/// at most the radius: the same pairs as [`TravelMatrix::from_points`] finds with [`Metric::Euclidean`] and the radius as
/// cut-off. No root is drawn: dx² + dy² is compared with the largest number whose root is at most the radius.
///
/// # How weights are added up
///
/// Weights that are whole numbers are added without any rounding, as long as their sum is below 2⁵³. Other sums are
/// rounded as sums of `f64` are, always in the same way: they depend on the order of the points, but neither on the
/// number of threads nor on where one chunk ends and the next begins. Points of weight 0 leave no trace in the cells of
/// [`finish`](Self::finish); [`finish_all`](Self::finish_all) keeps theirs too.
///
/// # Example
///
/// ```
/// use siting::PointCells;
///
/// let rooms = [[0.0, 0.0], [100.0, 0.0]];
/// let mut cells = PointCells::new(&rooms, 60.0)?;
/// cells.add(&[[10.0, 0.0], [50.0, 0.0]], None)?; // one person each
/// cells.add(&[[20.0, 0.0], [400.0, 0.0]], Some(&[5.0, 7.0]))?;
///
/// assert_eq!(cells.n_points(), 4);
/// let (travel, weights) = cells.finish()?;
/// // In reach of no room, of room 0 alone, of both.
/// assert_eq!(weights, [7.0, 6.0, 1.0]);
/// assert_eq!(travel.row(2).indices(), [0, 1]);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PointCells {
    squares: Squares,
    tallies: Vec<Tally>,
    n_points: usize,
    chunks: usize,
    total: f64,
}

impl PointCells {
    /// Cells for sites at (x, y) in one planar unit, each in reach of what is within a radius, included.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::NotANumber`] and [`Error::OutOfRange`] for the sites, [`Error::InvalidValue`] for a
    /// radius that is not a number of 0 or more.
    pub fn new(sites: &[[f64; 2]], within: f64) -> Result<Self, Error> {
        check_points("sites", sites, Metric::Euclidean)?;
        // One demand point stands for those to come.
        TravelMatrix::check_size(1, sites.len())?;
        if !(within.is_finite() && within >= 0.0) {
            let reason = "a finite distance of 0 or more is expected, in the unit of the coordinates".into();
            return Err(Error::InvalidValue { argument: "within", value: within.to_string(), reason });
        }
        let squares = Squares::new(sites, within)?;
        Ok(Self { squares, tallies: vec![Tally::default(); TALLIES], n_points: 0, chunks: 0, total: 0.0 })
    }

    /// The cells of points that are all there at once.
    pub(crate) fn of(
        points: &[[f64; 2]],
        weights: Option<&[f64]>,
        sites: &[[f64; 2]],
        within: f64,
    ) -> Result<Self, Error> {
        let mut cells = Self::new(sites, within)?;
        cells.add_all(points, weights)?;
        Ok(cells)
    }

    /// Adds a chunk of points with a weight each, or 1 each.
    ///
    /// # Errors
    ///
    /// [`Error::InChunk`] around what is wrong with the chunk, whose points then count for nothing:
    /// [`Error::NotANumber`] or [`Error::OutOfRange`] for a coordinate or a weight, with the index of the point in the
    /// chunk, [`Error::WrongLength`] for more or fewer weights than points.
    pub fn add(&mut self, points: &[[f64; 2]], weights: Option<&[f64]>) -> Result<(), Error> {
        let chunk = self.chunks;
        self.add_all(points, weights).map_err(|error| Error::InChunk { chunk, error: Box::new(error) })
    }

    /// [`Self::add`] without the number of the chunk in errors.
    fn add_all(&mut self, points: &[[f64; 2]], weights: Option<&[f64]>) -> Result<(), Error> {
        if let Some(weights) = weights {
            check_length("weights", weights.len(), points.len(), "one per point")?;
        }
        check_coordinates(points)?;
        self.total = total_with(self.total, points.len(), weights)?;
        let (seen, squares) = (self.n_points, &self.squares);
        self.tallies.par_iter_mut().enumerate().for_each(|(number, tally)| {
            for part in parts_of(number, seen, points.len()) {
                tally.add(squares, &points[part.clone()], weights.map(|weights| &weights[part]));
            }
        });
        self.n_points += points.len();
        self.chunks += 1;
        Ok(())
    }

    /// How many points were added.
    #[must_use]
    pub fn n_points(&self) -> usize {
        self.n_points
    }

    /// How many sites there are.
    #[must_use]
    pub fn n_sites(&self) -> usize {
        self.squares.n_sites()
    }

    /// The cells as a travel matrix, with the weight of each: a row holds the sites in reach of a cell, all at cost 0, for
    /// distances are not kept. Points in reach of no site are one cell, the first; cells are in the order of their lists
    /// of sites.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] where no point was added, [`Error::InvalidValue`] for more cells than indices.
    pub fn finish(self) -> Result<(TravelMatrix, Vec<f64>), Error> {
        self.finished(false)
    }

    /// [`finish`](Self::finish) with the cells of points of weight 0 too, for models in which these must be covered.
    ///
    /// # Errors
    ///
    /// Those of [`finish`](Self::finish).
    ///
    /// # Example
    ///
    /// ```
    /// use siting::PointCells;
    ///
    /// let mut cells = PointCells::new(&[[0.0, 0.0], [100.0, 0.0]], 60.0)?;
    /// cells.add(&[[10.0, 0.0], [90.0, 0.0]], Some(&[0.0, 3.0]))?;
    /// assert_eq!(cells.clone().finish()?.1, [3.0]);
    /// assert_eq!(cells.finish_all()?.1, [0.0, 3.0]);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn finish_all(self) -> Result<(TravelMatrix, Vec<f64>), Error> {
        self.finished(true)
    }

    fn finished(self, keep_weightless: bool) -> Result<(TravelMatrix, Vec<f64>), Error> {
        if self.n_points == 0 {
            return Err(Error::Empty { argument: "points", reason: "at least one point is needed" });
        }
        let n_sites = self.n_sites();
        let (cells, weights) = signatures::merged(&self.squares, self.tallies, keep_weightless);
        Ok((TravelMatrix::from_sparse(cells, n_sites)?, weights))
    }
}

/// The parts of a chunk that belong to a tally, when `seen` points came before the chunk.
fn parts_of(tally: usize, seen: usize, n: usize) -> impl Iterator<Item = Range<usize>> {
    let blocks = (seen / BLOCK)..(seen + n).div_ceil(BLOCK);
    blocks.filter(move |block| block % TALLIES == tally).map(move |block| {
        let start = (block * BLOCK).saturating_sub(seen);
        start..(block * BLOCK + BLOCK - seen).min(n)
    })
}

fn check_coordinates(points: &[[f64; 2]]) -> Result<(), Error> {
    let wrong = points.par_chunks(BLOCK).enumerate().find_map_first(|(block, points)| {
        // Without branches first: hardly ever is anything wrong. Of NaN nothing is true.
        let right = points.iter().fold(true, |right, [x, y]| right & (x.abs() <= LARGEST) & (y.abs() <= LARGEST));
        let find = || (block * BLOCK..).zip(points).find_map(|(at, point)| check_point("points", at, point).err());
        if right { None } else { find() }
    });
    wrong.map_or(Ok(()), Err)
}

/// The total weight after a chunk.
fn total_with(total: f64, n: usize, weights: Option<&[f64]>) -> Result<f64, Error> {
    let Some(weights) = weights else { return Ok(total + n as f64) };
    let sums: Vec<(bool, f64)> = weights
        .par_chunks(BLOCK)
        .map(|weights| {
            weights.iter().fold((true, 0.0), |(right, sum), weight| (right & (*weight >= 0.0), sum + weight))
        })
        .collect();
    let sum = total + sums.iter().map(|part| part.1).sum::<f64>();
    if sums.iter().all(|part| part.0) && sum.is_finite() {
        return Ok(sum);
    }
    check_non_negative("weights", weights)?;
    let (index, value) =
        (0..).zip(weights).fold((0, 0.0), |most, (i, &weight)| if weight > most.1 { (i, weight) } else { most });
    let reason = "with the chunks before, the weights add up to more than a number can hold; use a larger unit";
    Err(Error::OutOfRange { argument: "weights", index, value, reason })
}
