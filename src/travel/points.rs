//! Travel matrices from points, by straight-line distance.

use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::matrix::TravelMatrix;
use super::metric::{EARTH_RADIUS, Metric};
use super::sparse::Sparse;
use crate::error::Error;

impl TravelMatrix {
    /// From points: the distance of every demand point to every site within `cutoff`, both included.
    ///
    /// Points are (x, y) in one planar unit, or (longitude, latitude) in degrees for [`Metric::Haversine`], whose
    /// distances are metres. Without a cut-off all pairs are stored. For a demand point without a site within the
    /// cut-off the matrix remembers the distance to the nearest, so that messages can tell the radius that would do.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::NotANumber`] and [`Error::OutOfRange`] for coordinates (the index is that of the point),
    /// [`Error::InvalidValue`] for a cut-off that is not a number of 0 or more.
    ///
    /// ```
    /// use siting::{Metric, TravelMatrix};
    /// let travel = TravelMatrix::from_points(&[[0.0, 0.0]], &[[3.0, 4.0]], Metric::Euclidean, Some(5.0))?;
    /// assert_eq!(travel.cost(0, 0), Some(5.0)); // a point on the circle is within reach
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn from_points(
        demand: &[[f64; 2]],
        sites: &[[f64; 2]],
        metric: Metric,
        cutoff: Option<f64>,
    ) -> Result<Self, Error> {
        check_points("demand", demand, metric)?;
        check_points("sites", sites, metric)?;
        if demand.is_empty() || sites.is_empty() {
            // The constructor below words the error.
            return Self::from_sparse(Sparse { start: vec![0; demand.len() + 1], ..Sparse::default() }, sites.len());
        }
        match cutoff {
            None => all_pairs(demand, sites, metric),
            Some(cutoff) if cutoff.is_finite() && cutoff >= 0.0 => within(demand, sites, metric, cutoff),
            Some(cutoff) => Err(Error::InvalidValue {
                argument: "cutoff",
                value: cutoff.to_string(),
                reason: "give a finite distance of 0 or more, or none at all".into(),
            }),
        }
    }
}

fn all_pairs(demand: &[[f64; 2]], sites: &[[f64; 2]], metric: Metric) -> Result<TravelMatrix, Error> {
    let rows: Vec<Vec<(u32, f64)>> = demand
        .par_iter()
        .map(|&from| (0_u32..).zip(sites).map(|(j, &to)| (j, metric.distance(from, to))).collect())
        .collect();
    TravelMatrix::from_sparse(Sparse::from_rows(rows), sites.len())
}

fn within(demand: &[[f64; 2]], sites: &[[f64; 2]], metric: Metric, cutoff: f64) -> Result<TravelMatrix, Error> {
    let (mut matrix, nearest) = match metric {
        Metric::Euclidean | Metric::Manhattan => {
            // A point within a Manhattan distance is within the same straight-line distance.
            search(demand, sites, metric, cutoff, |point| point, cutoff)
        }
        Metric::Haversine => {
            // On the unit sphere, an arc of length a spans a chord of 2 sin(a/2).
            let arc = (cutoff / EARTH_RADIUS).min(std::f64::consts::PI);
            search(demand, sites, metric, cutoff, on_sphere, 2.0 * (arc / 2.0).sin())
        }
    }?;
    matrix.nearest_beyond = nearest;
    Ok(matrix.with_cutoff(Some(cutoff)))
}

type Nearest = Vec<(u32, f64)>;

/// Asks an R-tree for candidates, then measures each with the metric: membership is decided in one place only.
fn search<P>(
    demand: &[[f64; 2]],
    sites: &[[f64; 2]],
    metric: Metric,
    cutoff: f64,
    place: impl Fn([f64; 2]) -> P + Sync,
    reach: f64,
) -> Result<(TravelMatrix, Nearest), Error>
where
    P: rstar::Point<Scalar = f64> + rstar::RTreeObject<Envelope = rstar::AABB<P>> + rstar::PointDistance + Send + Sync,
{
    let entries = (0_u32..).zip(sites).map(|(j, &site)| GeomWithData::new(place(site), j)).collect();
    let tree: RTree<GeomWithData<P, u32>> = RTree::bulk_load(entries);
    // A little wider than asked, so that rounding in the tree loses no point on the circle.
    let wider = reach * (1.0 + 1e-9) + f64::MIN_POSITIVE.sqrt();
    let (rows, nearest): (Vec<_>, Vec<_>) = demand
        .par_iter()
        .map(|&from| {
            let at = place(from);
            let mut row: Vec<(u32, f64)> = tree
                .locate_within_distance(at.clone(), wider * wider)
                .map(|entry| (entry.data, metric.distance(from, sites[entry.data as usize])))
                .filter(|entry| entry.1 <= cutoff)
                .collect();
            row.sort_unstable_by_key(|entry| entry.0);
            let nearest = if row.is_empty() { nearest(&tree, sites, metric, from, at) } else { None };
            (row, nearest)
        })
        .unzip();
    let beyond = (0_u32..).zip(nearest).filter_map(|(i, cost)| cost.map(|cost| (i, cost))).collect();
    Ok((TravelMatrix::from_sparse(Sparse::from_rows(rows), sites.len())?, beyond))
}

/// The distance to the nearest site, for a demand point that has none within the cut-off.
fn nearest<P>(
    tree: &RTree<GeomWithData<P, u32>>,
    sites: &[[f64; 2]],
    metric: Metric,
    from: [f64; 2],
    at: P,
) -> Option<f64>
where
    P: rstar::Point<Scalar = f64> + rstar::RTreeObject<Envelope = rstar::AABB<P>> + rstar::PointDistance,
{
    let mut best = f64::INFINITY;
    for (entry, squared) in tree.nearest_neighbor_iter_with_distance_2(at) {
        // A Manhattan distance is never shorter than the straight line; the other two metrics share the tree's order.
        if metric == Metric::Manhattan && squared.sqrt() > best {
            break;
        }
        best = best.min(metric.distance(from, sites[entry.data as usize]));
        if metric != Metric::Manhattan {
            break;
        }
    }
    best.is_finite().then_some(best)
}

pub(crate) fn on_sphere(point: [f64; 2]) -> [f64; 3] {
    let (lon, lat) = (point[0].to_radians(), point[1].to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

/// Squares of larger coordinates overflow.
pub(super) const LARGEST: f64 = 1e150;

pub(crate) fn check_points(argument: &'static str, points: &[[f64; 2]], metric: Metric) -> Result<(), Error> {
    for (index, point) in points.iter().enumerate() {
        check_point(argument, index, point)?;
        for (value, limit) in point.iter().copied().zip([180.0, 90.0]) {
            if metric == Metric::Haversine && value.abs() > limit {
                return Err(Error::OutOfRange {
                    argument,
                    index,
                    value,
                    reason: "haversine takes (longitude, latitude) in degrees, at most 180 and 90; use a planar metric for projected coordinates",
                });
            }
        }
    }
    Ok(())
}

/// Checks that both coordinates of a point are numbers that can be squared.
pub(super) fn check_point(argument: &'static str, index: usize, point: &[f64; 2]) -> Result<(), Error> {
    for &value in point {
        if value.is_nan() {
            return Err(Error::NotANumber { argument, index });
        }
        if value.abs() > LARGEST {
            let reason = "coordinates must be finite (at most 1e150)";
            return Err(Error::OutOfRange { argument, index, value, reason });
        }
    }
    Ok(())
}
