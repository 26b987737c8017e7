//! For each row the sites near it, by ascending cost: lists that grow when more is asked of them.
//!
//! A list is complete up to a cost: every site that is not in it costs at least as much. That is all that bounds need:
//! a multiplier no greater than that cost never meets a site beyond the list.
//!
//! Where memory does not hold all that is asked for, every row gets a share of the room: a row without a list would count
//! nothing in the bound.

use rayon::prelude::*;

use super::near::{Entry, Near};
use crate::solve::Control;

/// Entries that are found at once, about: between two looks at the limits.
const AT_ONCE: usize = 1 << 20;
/// Lists are full when less than this part of the room is left.
const LEFT: usize = 16;

/// Near sites of all rows, and the rows near each site.
pub(super) struct Lists {
    start: Vec<usize>,
    pub site: Vec<u32>,
    pub cost: Vec<f64>,
    /// No site outside a row's list costs less.
    pub complete: Vec<f64>,
    /// Rows that asked for more when there was none: with costs that are stored, lists end somewhere.
    ended: Vec<bool>,
    /// Most entries in all.
    most: usize,
    /// Whether the last that was asked for gave nothing.
    is_stuck: bool,
}

impl Lists {
    /// Lists up to a radius for each row; at most `most` entries in all.
    pub fn new(near: &dyn Near, radii: &[f64], most: usize, control: &Control) -> Self {
        let (site, cost, complete, ended) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let empty = Self { start: vec![0], site, cost, complete, ended, most, is_stuck: false };
        let all: Vec<Option<f64>> = radii.iter().copied().map(Some).collect();
        empty.rebuilt(near, &all, control)
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
        self.is_stuck || self.len() + self.most / LEFT > self.most
    }

    /// Whether there is no more for a row, however much room there is.
    pub fn has_ended(&self, row: usize) -> bool {
        self.ended[row]
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.site.len()
    }

    /// Lets rows reach up to a cost, as far as memory and the limits allow.
    pub fn reach(&mut self, near: &dyn Near, wanted: &[(usize, f64)], control: &Control) {
        if self.is_full() {
            return;
        }
        let mut radii = vec![None; self.n_rows()];
        let mut any = false;
        for &(row, cost) in wanted {
            if self.complete[row] < cost && !self.ended[row] {
                radii[row] = Some(near.radius(row, cost) * (1.0 + 1e-12));
                any = true;
            }
        }
        if any {
            let new = self.rebuilt(near, &radii, control);
            let is_stuck = new.complete == self.complete && new.ended == self.ended;
            *self = Self { is_stuck, ..new };
        }
    }

    /// The same lists without some sites.
    pub fn without(&self, is_out: impl Fn(u32) -> bool + Sync) -> Self {
        let kept = |row: usize| self.row(row).filter(|&at| !is_out(self.site[at]));
        let len = self.site.par_iter().filter(|&&j| !is_out(j)).count();
        let mut start = Vec::with_capacity(self.start.len());
        start.push(0);
        let (mut site, mut cost) = (Vec::with_capacity(len), Vec::with_capacity(len));
        for row in 0..self.n_rows() {
            site.extend(kept(row).map(|at| self.site[at]));
            cost.extend(kept(row).map(|at| self.cost[at]));
            start.push(site.len());
        }
        let (complete, ended) = (self.complete.clone(), self.ended.clone());
        Self { start, site, cost, complete, ended, most: self.most, is_stuck: self.is_stuck }
    }

    /// The same lists with some measured anew. The room that is left is shared among the rows that ask; after a stop the
    /// others stay as they are.
    fn rebuilt(&self, near: &dyn Near, radii: &[Option<f64>], control: &Control) -> Self {
        let n = radii.len();
        let mut new = Self {
            start: Vec::with_capacity(n + 1),
            site: Vec::with_capacity(self.site.len()),
            cost: Vec::with_capacity(self.cost.len()),
            complete: Vec::with_capacity(n),
            ended: Vec::with_capacity(n),
            most: self.most,
            is_stuck: false,
        };
        new.start.push(0);
        let old = |row: usize| if row < self.n_rows() { self.row(row) } else { 0..0 };
        let reached = |row: usize| self.complete.get(row).copied();
        // Rows that still ask, and what the rows to come hold already.
        let (mut asking, mut kept) = (radii.iter().flatten().count(), self.len());
        while new.n_rows() < n {
            let first = new.n_rows();
            let share = self.most.saturating_sub(new.len() + kept) / asking.max(1);
            let expected = (share + self.len() / n.max(1)).clamp(1, near.n_sites().max(1));
            let some = &radii[first..n.min(first + (AT_ONCE / expected).clamp(16, 4096))];
            let is_over = share == 0 || asking == 0 || control.stop().is_some();
            let found: Vec<_> = some
                .par_iter()
                .enumerate()
                .map(|(at, radius)| {
                    let row = first + at;
                    let radius = radius.filter(|_| !is_over)?;
                    Some(near.within(row, radius, old(row).len() + share))
                })
                .collect();
            for (row, found) in (first..).zip(found) {
                let is_more = |found: &(Vec<Entry>, f64)| reached(row).is_none_or(|reached| found.1 > reached);
                // Where room is short the next sites may cost just as much.
                let has_room = |found: &(Vec<Entry>, f64)| found.0.len() < old(row).len() + share;
                let no_more = found.as_ref().is_some_and(|found| has_room(found) && !is_more(found));
                let has_ended = no_more || self.ended.get(row) == Some(&true);
                new.ended.push(has_ended);
                match found.filter(is_more) {
                    Some((entries, complete)) => {
                        new.site.extend(entries.iter().map(|entry| entry.1));
                        new.cost.extend(entries.iter().map(|entry| entry.0));
                        new.complete.push(complete);
                    }
                    None => {
                        new.site.extend_from_slice(&self.site[old(row)]);
                        new.cost.extend_from_slice(&self.cost[old(row)]);
                        new.complete.push(reached(row).unwrap_or(0.0));
                    }
                }
                new.start.push(new.site.len());
                kept -= old(row).len();
            }
            asking -= some.iter().flatten().count();
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
    /// Turns lists around; of each row only the entries below its `cut`. After a stop there are none, and `cut` says so.
    pub fn of(lists: &Lists, n_sites: usize, cut: &mut [f64], control: &Control) -> Self {
        Self::turned(lists, n_sites, cut, control).unwrap_or_else(|| {
            cut.fill(0.0);
            Self { start: vec![0; n_sites + 1], entries: Vec::new() }
        })
    }

    /// `None` after a stop.
    fn turned(lists: &Lists, n_sites: usize, cut: &[f64], control: &Control) -> Option<Self> {
        let is_over = |row: usize| row.is_multiple_of(1024) && control.stop().is_some();
        let below = |row: usize| lists.row(row).take_while(move |&at| lists.cost[at] < cut[row]);
        let mut start = vec![0_usize; n_sites + 1];
        for row in 0..lists.n_rows() {
            if is_over(row) {
                return None;
            }
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
            if is_over(row) {
                return None;
            }
            let number = u32::try_from(row).unwrap_or(u32::MAX);
            for at in below(row) {
                let slot = &mut next[lists.site[at] as usize];
                entries[*slot] = (lists.cost[at], number);
                *slot += 1;
            }
        }
        Some(Self { start, entries })
    }

    /// The rows near a site, with their costs.
    pub fn of_site(&self, j: u32) -> &[(f64, u32)] {
        &self.entries[self.start[j as usize]..self.start[j as usize + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::super::measured::Measured;
    use super::*;
    use crate::PMedian;
    use crate::model::Sense;
    use crate::solve::{CancelToken, SolveOptions};

    #[test]
    fn room_is_kept_and_shared_by_all_rows() -> Result<(), crate::Error> {
        let points: Vec<[f64; 2]> = (0..5_000_u32).map(|i| [f64::from(i % 71), f64::from(i / 71)]).collect();
        let model = PMedian::from_points(points).p(1);
        model.validate()?;
        let near = Measured::new(&model);
        let options = SolveOptions::default();
        let control = Control::new(&options, Sense::Minimize);
        let everything = vec![f64::INFINITY; 5_000];
        let mut lists = Lists::new(&near, &everything, 100_000, &control);
        assert!(lists.len() <= 100_000 && lists.is_full(), "{}", lists.len());
        assert!(lists.complete.iter().all(|&cost| cost >= 1.9));
        for row in (0..5_000).step_by(97) {
            let listed = &lists.site[lists.row(row)];
            let missed = (0..5_000).filter(|j| !listed.contains(j));
            assert!(missed.map(|j| near.cost(row, j)).all(|cost| cost >= lists.complete[row]), "{row}");
        }
        let entries = lists.len();
        lists.reach(&near, &[(7, 60.0)], &control);
        assert_eq!(lists.len(), entries);
        Ok(())
    }

    #[test]
    fn a_stop_leaves_lists_as_they_are_and_columns_empty() -> Result<(), crate::Error> {
        let model = PMedian::from_points(vec![[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]]).p(1);
        let near = Measured::new(&model);
        let token = CancelToken::new();
        let options = SolveOptions::default().cancel(token.clone());
        let control = Control::new(&options, Sense::Minimize);
        let mut lists = Lists::new(&near, &[1.5; 3], 1_000, &control);
        assert_eq!((lists.len(), Columns::of(&lists, 3, &mut [9.0; 3], &control).of_site(1).len()), (5, 2));
        token.cancel();
        lists.reach(&near, &[(0, 9.0)], &control);
        let mut cut = [9.0; 3];
        let columns = Columns::of(&lists, 3, &mut cut, &control);
        assert_eq!((lists.len(), columns.of_site(1).len(), cut), (5, 0, [0.0; 3]));
        assert_eq!(Lists::new(&near, &[1.5; 3], 1_000, &control).len(), 0);
        Ok(())
    }
}
