//! What it costs to walk from each demand point to each site.
//!
//! A [`TravelMatrix`] is sparse: only the pairs within reach are stored, by demand point and by site. A pair that is not
//! stored is unreachable; a stored cost of zero is a cost of zero. Build one from points
//! ([`TravelMatrix::from_points`]), a dense array ([`TravelMatrix::from_dense`]), single pairs
//! ([`TravelMatrix::from_pairs`]) or compressed rows ([`TravelMatrix::from_csr`]).

mod arrays;
mod cells;
mod columns;
mod ids;
mod matrix;
mod metric;
mod points;
mod sparse;

pub use cells::PointCells;
pub use ids::{Id, Ids};
pub use matrix::TravelMatrix;
pub use metric::{EARTH_RADIUS, Metric, Rounding};
pub(crate) use points::{check_points, on_sphere};
pub use sparse::Row;
pub(crate) use sparse::Sparse;
