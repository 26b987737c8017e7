//! The problem seen from the sites.

use crate::engine::median::Problem;

/// Demand points in reach of each site: row, position in that row, weighted cost.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    start: Vec<usize>,
    entries: Vec<Entry>,
}

/// A demand point in reach of a site.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub cost: f64,
    pub row: u32,
    pub position: u32,
}

impl Columns {
    /// Turns the rows of a problem around.
    pub fn of(problem: &Problem) -> Self {
        let n_sites = problem.n_sites();
        let mut start = vec![0_usize; n_sites + 1];
        for &j in &problem.site {
            start[j as usize + 1] += 1;
        }
        for j in 0..n_sites {
            start[j + 1] += start[j];
        }
        let mut next = start.clone();
        let mut entries = vec![Entry::default(); problem.site.len()];
        for (row, ends) in (0_u32..).zip(problem.start.windows(2)) {
            for (position, at) in (0_u32..).zip(ends[0]..ends[1]) {
                let slot = &mut next[problem.site[at] as usize];
                entries[*slot] = Entry { cost: problem.cost[at], row, position };
                *slot += 1;
            }
        }
        Self { start, entries }
    }

    /// The entries of a site, by ascending row.
    pub(super) fn of_site(&self, j: u32) -> &[Entry] {
        &self.entries[self.start[j as usize]..self.start[j as usize + 1]]
    }

    /// Number of demand points in reach of a site.
    pub fn len(&self, j: u32) -> usize {
        self.of_site(j).len()
    }
}
