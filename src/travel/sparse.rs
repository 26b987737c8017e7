//! Compressed rows of (index, cost): the storage below a travel matrix.

use serde::{Deserialize, Serialize};

/// Rows of (index, cost), each sorted by index.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Sparse {
    /// Where each row starts; one more entry than rows.
    pub start: Vec<usize>,
    /// Column of each entry.
    pub index: Vec<u32>,
    /// Cost of each entry.
    pub cost: Vec<f64>,
}

impl Sparse {
    /// Joins rows that were computed one by one.
    pub fn from_rows(rows: impl IntoIterator<Item = Vec<(u32, f64)>>) -> Self {
        let mut sparse = Self { start: vec![0], ..Self::default() };
        for row in rows {
            sparse.index.extend(row.iter().map(|entry| entry.0));
            sparse.cost.extend(row.iter().map(|entry| entry.1));
            sparse.start.push(sparse.index.len());
        }
        sparse.index.shrink_to_fit();
        sparse.cost.shrink_to_fit();
        sparse
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    /// One row; empty when there is no such row.
    pub fn row(&self, i: usize) -> Row<'_> {
        let (Some(&from), Some(&to)) = (self.start.get(i), self.start.get(i + 1)) else {
            return Row::default();
        };
        Row { index: &self.index[from..to], cost: &self.cost[from..to] }
    }

    /// Rows and columns exchanged.
    pub fn transpose(&self, columns: usize) -> Self {
        let mut start = vec![0_usize; columns + 1];
        for &j in &self.index {
            start[j as usize + 1] += 1;
        }
        for j in 0..columns {
            start[j + 1] += start[j];
        }
        let mut next = start.clone();
        let mut index = vec![0_u32; self.index.len()];
        let mut cost = vec![0.0; self.cost.len()];
        // Rows number at most u32::MAX: every constructor of a matrix checks it.
        for (i, row) in (0_u32..).zip((0..self.len()).map(|i| self.row(i))) {
            for (j, c) in row {
                let slot = &mut next[j as usize];
                index[*slot] = i;
                cost[*slot] = c;
                *slot += 1;
            }
        }
        Self { start, index, cost }
    }
}

/// The entries of one row (or column) of a travel matrix: pairs of index and cost, sorted by index.
///
/// # Example
///
/// ```
/// use siting::TravelMatrix;
/// let travel = TravelMatrix::from_pairs(2, 2, &[(0, 0, 3.0), (0, 1, 5.0)])?;
/// let row = travel.row(0);
/// assert_eq!((row.indices(), row.costs(), row.get(1)), (&[0, 1][..], &[3.0, 5.0][..], Some(5.0)));
/// assert!(travel.row(1).is_empty());
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Row<'a> {
    index: &'a [u32],
    cost: &'a [f64],
}

impl<'a> Row<'a> {
    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether the row has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The indices, ascending.
    #[must_use]
    pub fn indices(&self) -> &'a [u32] {
        self.index
    }

    /// The costs, in the order of the indices.
    #[must_use]
    pub fn costs(&self) -> &'a [f64] {
        self.cost
    }

    /// The cost at an index, if there is an entry.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<f64> {
        self.index.binary_search(&index).ok().map(|at| self.cost[at])
    }

    /// The entries one by one.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f64)> + use<'a> {
        self.index.iter().copied().zip(self.cost.iter().copied())
    }
}

impl<'a> IntoIterator for Row<'a> {
    type Item = (u32, f64);
    type IntoIter =
        std::iter::Zip<std::iter::Copied<std::slice::Iter<'a, u32>>, std::iter::Copied<std::slice::Iter<'a, f64>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.index.iter().copied().zip(self.cost.iter().copied())
    }
}
