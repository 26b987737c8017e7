//! Cuts for cells that count only when several of their sites open, as many as they need: k.
//!
//! ```text
//! (k − |S|) z_c ≤ Σ_{j ∈ c ∖ S} y_j      for any set S of fewer than k of the sites of cell c
//! ```
//!
//! If z_c = 1, at least k of the sites are open and at most |S| of them in S. With S = ∅ alone a relaxation counts half of
//! a cell for one site of two. All cuts together say Σ_{j ∈ c} min(y_j, z_c) ≥ k z_c, and more does not hold: a y within that
//! is z_c times a choice of k sites in the mean, and what is left of it belongs to choices that leave the cell uncovered. With
//! y whole they make z_c whole too, so that only sites are branched on.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::engine::reduce::Cells;
use crate::engine::tree::Row;

/// How far a cut must be broken.
const BROKEN: f64 = 1e-6;

/// The cuts of a programme whose first columns are the local sites.
pub(crate) struct Cuts<'a> {
    cells: &'a Cells,
    /// Cells that need several sites, each with the column that says how far it is covered.
    several: Vec<(u32, u32)>,
    /// Hashes of the cuts made: the solver may take for met what is broken by more than is forgiven here.
    present: FxHashSet<u64>,
}

impl<'a> Cuts<'a> {
    /// The column of each cell, in the order of the cells; cells that need one site alone have no cuts.
    pub fn of(cells: &'a Cells, columns: impl Iterator<Item = Option<u32>>) -> Self {
        let several = (0_u32..).zip(columns).zip(&cells.need).filter(|(_, need)| **need > 1);
        let several = several.filter_map(|((cell, column), _)| Some((cell, column?))).collect();
        Self { cells, several, present: FxHashSet::default() }
    }

    /// For each cell the cut that bounds it most, where the values of a relaxation break it and it is not there yet.
    pub fn broken(&mut self, values: &[f64]) -> Vec<Row> {
        let mut rows = Vec::new();
        for &(cell, column) in &self.several {
            let (sites, need) = (self.cells.sites_of.get(cell), self.cells.need[cell as usize]);
            let covered = values[column as usize];
            let (most, left_out) = most(sites, need, values, covered);
            if covered <= most + BROKEN || !self.present.insert(FxBuildHasher.hash_one((cell, &left_out))) {
                continue;
            }
            // Fewer than `need` are left out.
            let factor = need - u32::try_from(left_out.len()).unwrap_or(0);
            let counted = sites.iter().filter(|site| !left_out.contains(site)).map(|&site| (site, 1.0));
            let entries = counted.chain([(column, -f64::from(factor))]).collect();
            rows.push(Row { entries, least: 0.0 });
        }
        rows
    }
}

/// How far a cell is covered at most by some shares of its sites, and the sites that the cut which says so leaves out; no
/// more than `covered`.
fn most(sites: &[u32], need: u32, shares: &[f64], covered: f64) -> (f64, Vec<u32>) {
    let (mut most, mut left_out) = (covered, Vec::new());
    loop {
        // The sites with a larger share than the cell: the cut without these is broken most. What it allows is less, so
        // that the next cut leaves out as many or more.
        let larger: Vec<u32> = sites.iter().copied().filter(|&site| shares[site as usize] > most).collect();
        let Some(factor) = u32::try_from(larger.len()).ok().and_then(|out| need.checked_sub(out)) else {
            return (most, left_out);
        };
        if factor == 0 {
            return (most, left_out);
        }
        let rest: f64 = sites.iter().map(|&site| shares[site as usize]).filter(|&share| share <= most).sum();
        let allowed = (rest / f64::from(factor)).max(0.0);
        if allowed >= most {
            return (most, left_out);
        }
        (most, left_out) = (allowed, larger);
    }
}
