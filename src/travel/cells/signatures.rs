//! From squares to cells: the sites in reach are read off square by square, and equal lists are merged.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::squares::{FEW, Squares};
use super::tally::{NOTHING, Tally, is_something};
use crate::travel::Sparse;

/// One row of sites for each cell, all at cost 0, and the weight of each; rows in the order of their lists. Cells of points
/// without weight stay only if they are to be kept.
pub(super) fn merged(squares: &Squares, tallies: Vec<Tally>, keep_weightless: bool) -> (Sparse, Vec<f64>) {
    let (outside, places, many) = added_up(squares.n_places(), tallies);
    let is_kept = |sum: f64| sum > 0.0 || keep_weightless && is_something(sum);
    let mut merger = Merger::default();
    merger.add(&[], outside);
    let [rows, columns] = squares.shape();
    let (mut changes, mut many) = (squares.changes().iter().peekable(), many.into_iter().peekable());
    // Sites that hold the present square wholly, ascending.
    let mut whole: Vec<u32> = Vec::new();
    let mut list = Vec::new();
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        // Spans may end with their row, one past its last square.
        let reached = |at: (u32, u32)| (at.0 as usize) < row || at.0 as usize == row && at.1 as usize <= column;
        while let Some(change) = changes.next_if(|change| reached((change.row, change.column))) {
            match whole.binary_search(&change.site) {
                Ok(at) if !change.begins => drop(whole.remove(at)),
                Err(at) if change.begins => whole.insert(at, change.site),
                _ => {}
            }
        }
        let number = row * columns + column;
        let square = squares.get(number);
        if square.crossing.len() <= FEW {
            let combinations = &places[square.place..square.place + (1 << square.crossing.len())];
            for (bits, &weight) in combinations.iter().enumerate().filter(|entry| is_kept(*entry.1)) {
                join(&whole, square.crossing, |bit| bits >> bit & 1 == 1, &mut list);
                merger.add(&list, weight);
            }
        }
        while let Some((key, weight)) = many.next_if(|(key, _)| key.first() == Some(&(number as u64))) {
            if !is_kept(weight) {
                continue;
            }
            join(&whole, square.crossing, |bit| key[1 + bit / 64] >> (bit % 64) & 1 == 1, &mut list);
            merger.add(&list, weight);
        }
    }
    merger.sorted(is_kept)
}

/// The sums of all tallies, in their order.
fn added_up(n_places: usize, tallies: Vec<Tally>) -> (f64, Vec<f64>, BTreeMap<Box<[u64]>, f64>) {
    let (mut outside, mut places, mut many) = (NOTHING, vec![NOTHING; n_places], BTreeMap::new());
    for tally in tallies {
        outside += tally.outside;
        for (sum, weight) in places.iter_mut().zip(tally.places) {
            *sum += weight;
        }
        for (key, weight) in tally.many {
            *many.entry(key).or_insert(NOTHING) += weight;
        }
    }
    (outside, places, many)
}

/// The sites that hold a square wholly and those of the crossing ones that are in reach; both ascend and differ.
fn join(whole: &[u32], crossing: &[u32], reached: impl Fn(usize) -> bool, list: &mut Vec<u32>) {
    list.clear();
    let mut rest = whole.iter().copied().peekable();
    for (_, &site) in crossing.iter().enumerate().filter(|(bit, _)| reached(*bit)) {
        list.extend(std::iter::from_fn(|| rest.next_if(|&other| other < site)));
        list.push(site);
    }
    list.extend(rest);
}

#[derive(Default)]
struct Merger {
    start: Vec<usize>,
    sites: Vec<u32>,
    weights: Vec<f64>,
    /// Cells by the hash of their lists; equal hashes are compared.
    seen: FxHashMap<u64, Vec<usize>>,
}

impl Merger {
    fn list(&self, cell: usize) -> &[u32] {
        &self.sites[self.start[cell]..self.start.get(cell + 1).copied().unwrap_or(self.sites.len())]
    }

    fn add(&mut self, list: &[u32], weight: f64) {
        let mut hasher = FxHasher::default();
        list.hash(&mut hasher);
        let hash = hasher.finish();
        let same = self.seen.get(&hash).and_then(|cells| cells.iter().copied().find(|&cell| self.list(cell) == list));
        if let Some(cell) = same {
            self.weights[cell] += weight;
            return;
        }
        self.seen.entry(hash).or_default().push(self.weights.len());
        self.start.push(self.sites.len());
        self.sites.extend_from_slice(list);
        self.weights.push(weight);
    }

    /// The cells that are kept; the first where none is.
    fn sorted(self, is_kept: impl Fn(f64) -> bool) -> (Sparse, Vec<f64>) {
        let mut order: Vec<usize> = (0..self.weights.len()).filter(|&cell| is_kept(self.weights[cell])).collect();
        if order.is_empty() {
            order.push(0);
        }
        order.sort_unstable_by(|&a, &b| self.list(a).cmp(self.list(b)));
        let mut rows = Sparse { start: vec![0], ..Sparse::default() };
        for &cell in &order {
            rows.index.extend_from_slice(self.list(cell));
            rows.start.push(rows.index.len());
        }
        rows.cost = vec![0.0; rows.index.len()];
        (rows, order.iter().map(|&cell| self.weights[cell] + 0.0).collect())
    }
}
