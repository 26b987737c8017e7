//! For each row the sites near it, by ascending cost: lists that grow when more is asked of them.
//!
//! A list is complete up to a cost: every site that is not in it costs at least as much. That is all that bounds need:
//! a multiplier no greater than that cost never meets a site beyond the list.

use rayon::prelude::*;

use super::near::Near;

/// Near sites of all rows, and the rows near each site.
pub(super) struct Lists {
    start: Vec<usize>,
    pub site: Vec<u32>,
    pub cost: Vec<f64>,
    /// No site outside a row's list costs less.
    pub complete: Vec<f64>,
    /// Most entries in all.
    most: usize,
}

impl Lists {
    /// Lists up to a radius for each row; at most about `most` entries in all.
    pub fn new(near: &Near, radii: &[f64], most: usize) -> Self {
        let empty = Self { start: vec![0], site: Vec::new(), cost: Vec::new(), complete: Vec::new(), most };
        let all: Vec<Option<f64>> = radii.iter().copied().map(Some).collect();
        empty.rebuilt(near, &all)
    }

    pub fn n_rows(&self) -> usize {
        self.complete.len()
    }

    /// Where a row's entries stand.
    pub fn row(&self, row: usize) -> std::ops::Range<usize> {
        self.start[row]..self.start[row + 1]
    }

    /// Whether there is no room for more.
    pub fn is_full(&self) -> bool {
        self.len() > self.most
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.site.len()
    }

    /// Lets rows reach up to a cost, as far as memory allows. Gives whether all of them do.
    pub fn reach(&mut self, near: &Near, wanted: &[(usize, f64)]) -> bool {
        let mut radii = vec![None; self.n_rows()];
        let mut any = false;
        for &(row, cost) in wanted {
            if self.complete[row] < cost {
                radii[row] = Some(near.radius(row, cost) * (1.0 + 1e-12));
                any = true;
            }
        }
        if any {
            *self = self.rebuilt(near, &radii);
        }
        wanted.iter().all(|&(row, cost)| self.complete[row] >= cost)
    }

    /// The same lists with some measured anew; in portions, so that the limit on entries holds.
    fn rebuilt(&self, near: &Near, radii: &[Option<f64>]) -> Self {
        const PORTION: usize = 4096;
        let mut new = Self {
            start: Vec::with_capacity(radii.len() + 1),
            site: Vec::with_capacity(self.site.len()),
            cost: Vec::with_capacity(self.cost.len()),
            complete: Vec::with_capacity(radii.len()),
            most: self.most,
        };
        new.start.push(0);
        let kept_after: usize = self.len();
        for (portion, some) in radii.chunks(PORTION).enumerate() {
            let first = portion * PORTION;
            let old = |row: usize| if row < self.n_rows() { self.row(row) } else { 0..0 };
            // What the rows still to come hold already needs its place.
            let rest = kept_after - self.start.get(first).copied().unwrap_or(kept_after).min(kept_after);
            let full = new.len() + rest > self.most;
            let found: Vec<_> = some
                .par_iter()
                .enumerate()
                .map(|(at, radius)| radius.filter(|_| !full).map(|radius| near.within(first + at, radius)))
                .collect();
            for (at, found) in found.into_iter().enumerate() {
                let row = first + at;
                match found {
                    Some((entries, complete)) => {
                        new.site.extend(entries.iter().map(|entry| entry.1));
                        new.cost.extend(entries.iter().map(|entry| entry.0));
                        new.complete.push(complete);
                    }
                    None => {
                        new.site.extend_from_slice(&self.site[old(row)]);
                        new.cost.extend_from_slice(&self.cost[old(row)]);
                        new.complete.push(self.complete.get(row).copied().unwrap_or(0.0));
                    }
                }
                new.start.push(new.site.len());
            }
        }
        new
    }
}

/// The rows near each site.
pub(super) struct Columns {
    start: Vec<usize>,
    entries: Vec<(f64, u32)>,
}

impl Columns {
    /// Turns lists around; of each row only the entries below its `cut`.
    pub fn of(lists: &Lists, n_sites: usize, cut: &[f64]) -> Self {
        let below = |row: usize| lists.row(row).take_while(move |&at| lists.cost[at] < cut[row]);
        let mut start = vec![0_usize; n_sites + 1];
        for row in 0..lists.n_rows() {
            for at in below(row) {
                start[lists.site[at] as usize + 1] += 1;
            }
        }
        for j in 0..n_sites {
            start[j + 1] += start[j];
        }
        let mut next = start.clone();
        let mut entries = vec![(0.0, 0); start[n_sites]];
        for row in 0..lists.n_rows() {
            let number = u32::try_from(row).unwrap_or(u32::MAX);
            for at in below(row) {
                let slot = &mut next[lists.site[at] as usize];
                entries[*slot] = (lists.cost[at], number);
                *slot += 1;
            }
        }
        Self { start, entries }
    }

    /// The rows near a site, with their costs.
    pub fn of_site(&self, j: u32) -> &[(f64, u32)] {
        &self.entries[self.start[j as usize]..self.start[j as usize + 1]]
    }
}
