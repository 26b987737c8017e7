//! A matrix of sites taken from others.

use super::TravelMatrix;
use super::ids::Ids;
use super::sparse::Sparse;
use crate::error::{Error, check_length};

impl TravelMatrix {
    /// A matrix of some sites of several matrices over the same demand points, in the order given; a site may be taken more
    /// than once. The names of the demand points are those of the first matrix, `sites` names the sites anew, and the
    /// cut-off is the least of all.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] without sites, [`Error::WrongLength`] when the demand points or the names differ in number.
    pub(crate) fn of_columns(columns: &[(&Self, usize)], sites: Ids) -> Result<Self, Error> {
        let n_demand = columns.first().map_or(0, |(matrix, _)| matrix.n_demand());
        for (matrix, _) in columns {
            check_length("travel", matrix.n_demand(), n_demand, "rows, one per demand point")?;
        }
        let by_site = Sparse::from_rows(columns.iter().map(|&(matrix, j)| matrix.column(j).iter().collect()));
        let mut taken = Self::from_sparse(by_site.transpose(n_demand), columns.len())?;
        taken.cutoff = columns.iter().filter_map(|(matrix, _)| matrix.cutoff()).reduce(f64::min);
        let demand = columns.first().map_or(Ids::range(0), |(matrix, _)| matrix.demand_ids().clone());
        taken.with_ids(demand, sites)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_costs_their_order_and_the_least_cutoff() {
        let homes = [[0.0, 0.0], [10.0, 0.0]];
        let of = |sites: &[[f64; 2]], cutoff| {
            TravelMatrix::from_points(&homes, sites, crate::Metric::Euclidean, Some(cutoff)).unwrap()
        };
        let (first, second) = (of(&[[1.0, 0.0], [9.0, 0.0]], 20.0), of(&[[4.0, 0.0]], 5.0));
        let names = Ids::from_texts(["a", "b", "c"]).unwrap();
        let taken = TravelMatrix::of_columns(&[(&second, 0), (&first, 1), (&second, 0)], names.clone()).unwrap();
        assert_eq!(taken.row(0).iter().collect::<Vec<_>>(), [(0, 4.0), (1, 9.0), (2, 4.0)]);
        assert_eq!(taken.row(1).iter().collect::<Vec<_>>(), [(1, 1.0)]);
        assert_eq!((taken.cutoff(), taken.site_ids()), (Some(5.0), &names));
        assert!(matches!(TravelMatrix::of_columns(&[], Ids::range(0)), Err(Error::Empty { .. })));
    }
}
