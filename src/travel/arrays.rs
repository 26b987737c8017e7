//! Travel matrices from dense arrays, pairs and compressed rows.

use ndarray::ArrayView2;

use super::matrix::TravelMatrix;
use super::sparse::Sparse;
use crate::error::Error;

impl TravelMatrix {
    /// From a dense array of shape (demand points, sites); infinity means unreachable.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`] and [`Error::OutOfRange`] (negative cost) with the position in row-major order,
    /// [`Error::Empty`] when a dimension is zero.
    ///
    /// ```
    /// use ndarray::array;
    /// use siting::TravelMatrix;
    /// let travel = TravelMatrix::from_dense(array![[0.0, 5.0], [f64::INFINITY, 2.0]].view())?;
    /// assert_eq!(travel.n_pairs(), 3);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn from_dense(costs: ArrayView2<'_, f64>) -> Result<Self, Error> {
        let mut sparse = Sparse { start: vec![0], ..Sparse::default() };
        for (i, row) in costs.rows().into_iter().enumerate() {
            for ((j, &cost), site) in row.iter().enumerate().zip(0_u32..) {
                if cost == f64::INFINITY {
                    continue;
                }
                check_cost("costs", i * costs.ncols() + j, cost)?;
                sparse.index.push(site);
                sparse.cost.push(cost);
            }
            sparse.start.push(sparse.index.len());
        }
        Self::from_sparse(sparse, costs.ncols())
    }

    /// From single pairs (demand point, site, cost) in any order.
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfBounds`], [`Error::NotANumber`], [`Error::OutOfRange`] (negative or infinite cost: leave
    /// unreachable pairs out), [`Error::Duplicate`] for a pair given twice, [`Error::Empty`].
    ///
    /// ```
    /// use siting::TravelMatrix;
    /// let travel = TravelMatrix::from_pairs(2, 2, &[(1, 0, 4.5), (0, 0, 0.0)])?;
    /// assert_eq!(travel.cost(0, 0), Some(0.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn from_pairs(n_demand: usize, n_sites: usize, pairs: &[(u32, u32, f64)]) -> Result<Self, Error> {
        Self::check_size(n_demand, n_sites)?;
        for (position, &(i, j, cost)) in pairs.iter().enumerate() {
            for (argument, index, len, counted) in
                [("demand", i as usize, n_demand, "demand points"), ("site", j as usize, n_sites, "sites")]
            {
                if index >= len {
                    return Err(Error::IndexOutOfBounds { argument, position, index, len, counted });
                }
            }
            check_finite_cost("cost", position, cost)?;
        }
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by_key(|&at| (pairs[at].0, pairs[at].1, at));
        for two in order.windows(2) {
            let (a, b) = (pairs[two[0]], pairs[two[1]]);
            if (a.0, a.1) == (b.0, b.1) {
                let value = format!("demand point {} to site {}", a.0, a.1);
                return Err(Error::Duplicate { argument: "pairs", value, first: two[0], second: two[1] });
            }
        }
        let mut start = vec![0; n_demand + 1];
        for pair in pairs {
            start[pair.0 as usize + 1] += 1;
        }
        for i in 0..n_demand {
            start[i + 1] += start[i];
        }
        let index = order.iter().map(|&at| pairs[at].1).collect();
        let cost = order.iter().map(|&at| pairs[at].2).collect();
        Self::from_sparse(Sparse { start, index, cost }, n_sites)
    }

    /// From compressed rows by demand point, as scipy's `csr_array` keeps them: stored zeros are zero costs.
    ///
    /// `start` has one entry more than there are demand points; `site` and `cost` are of equal length. The indices of a
    /// row may come in any order.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] when `start` does not begin at 0, descends or ends elsewhere than at the number of pairs,
    /// [`Error::IndexOutOfBounds`], [`Error::Duplicate`], [`Error::NotANumber`], [`Error::OutOfRange`], [`Error::Empty`].
    ///
    /// ```
    /// use siting::TravelMatrix;
    /// let travel = TravelMatrix::from_csr(vec![0, 1, 3], vec![1, 1, 0], vec![2.0, 0.0, 7.0], 2)?;
    /// assert_eq!(travel.cost(1, 0), Some(7.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn from_csr(start: Vec<usize>, site: Vec<u32>, cost: Vec<f64>, n_sites: usize) -> Result<Self, Error> {
        crate::error::check_length("cost", cost.len(), site.len(), "one per site index")?;
        let ends_well = start.first() == Some(&0) && start.last() == Some(&site.len());
        if !ends_well || start.windows(2).any(|two| two[0] > two[1]) {
            return Err(Error::InvalidValue {
                argument: "start",
                value: format!("an array of {} row starts", start.len()),
                reason: format!("row starts must begin at 0, never descend and end at {}", site.len()),
            });
        }
        for (position, (&j, &value)) in site.iter().zip(&cost).enumerate() {
            if j as usize >= n_sites {
                let index = j as usize;
                return Err(Error::IndexOutOfBounds {
                    argument: "site",
                    position,
                    index,
                    len: n_sites,
                    counted: "sites",
                });
            }
            check_finite_cost("cost", position, value)?;
        }
        let mut sparse = Sparse { start, index: site, cost };
        for i in 0..sparse.len() {
            sort_row(&mut sparse, i)?;
        }
        Self::from_sparse(sparse, n_sites)
    }
}

/// Sorts one row by site and refuses a site given twice.
fn sort_row(sparse: &mut Sparse, i: usize) -> Result<(), Error> {
    let (from, to) = (sparse.start[i], sparse.start[i + 1]);
    let indices = &sparse.index[from..to];
    if indices.windows(2).all(|two| two[0] < two[1]) {
        return Ok(());
    }
    let mut order: Vec<usize> = (from..to).collect();
    order.sort_by_key(|&at| (sparse.index[at], at));
    for two in order.windows(2) {
        if sparse.index[two[0]] == sparse.index[two[1]] {
            let value = format!("demand point {i} to site {}", sparse.index[two[0]]);
            return Err(Error::Duplicate { argument: "site", value, first: two[0], second: two[1] });
        }
    }
    let sorted: Vec<(u32, f64)> = order.iter().map(|&at| (sparse.index[at], sparse.cost[at])).collect();
    for (at, (j, cost)) in (from..to).zip(sorted) {
        sparse.index[at] = j;
        sparse.cost[at] = cost;
    }
    Ok(())
}

fn check_cost(argument: &'static str, index: usize, value: f64) -> Result<(), Error> {
    if value.is_nan() {
        return Err(Error::NotANumber { argument, index });
    }
    if value < 0.0 {
        return Err(Error::OutOfRange { argument, index, value, reason: "a cost of 0 or more is expected" });
    }
    Ok(())
}

fn check_finite_cost(argument: &'static str, index: usize, value: f64) -> Result<(), Error> {
    check_cost(argument, index, value)?;
    if value.is_infinite() {
        return Err(Error::OutOfRange { argument, index, value, reason: "leave unreachable pairs out" });
    }
    Ok(())
}
