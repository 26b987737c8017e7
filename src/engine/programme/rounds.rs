//! Better plans: some rooms near each other are emptied and fitted out anew, and what is better stays (ruin and recreate;
//! Schrimpf and others, Journal of Computational Physics 159, 2000).

use super::instance::Instance;
use super::reach::Reach;
use super::sweep::Draft;
use super::tariff::{Prices, Tariff};
use crate::engine::random::Random;

/// Rooms that share people with each room, nearest first.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours(Vec<Vec<u32>>);

/// Neighbours that are kept of each room.
const MOST_NEIGHBOURS: usize = 24;

impl Neighbours {
    pub fn new(instance: &Instance, reach: &Reach) -> Self {
        use rayon::prelude::*;
        let of_room = |room: usize| {
            let mut shared: rustc_hash::FxHashMap<usize, f64> = rustc_hash::FxHashMap::default();
            for group in instance.rooms[room].groups.clone() {
                for &(_, cell) in reach.of(group) {
                    let cell = &instance.cells.cells[cell as usize];
                    for arc in instance.cells.arcs_of(cell) {
                        let other = instance.groups.get(arc.host as usize).map(|group| group.room);
                        if let Some(other) = other.filter(|&other| other != room) {
                            *shared.entry(other).or_default() += cell.need;
                        }
                    }
                }
            }
            let mut shared: Vec<(usize, f64)> = shared.into_iter().collect();
            shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            shared.truncate(MOST_NEIGHBOURS);
            shared.into_iter().filter_map(|(room, _)| u32::try_from(room).ok()).collect()
        };
        Self((0..instance.rooms.len()).into_par_iter().map(of_room).collect())
    }

    fn of(&self, room: usize) -> &[u32] {
        &self.0[room]
    }
}

/// Prices at which rooms are fitted out anew: those of the relaxation, and lower ones, at which more is built.
pub(crate) fn tariffs(instance: &Instance, prices: &Prices) -> Vec<Tariff> {
    [1.0, 0.9, 0.7, 0.4].into_iter().map(|factor| Tariff::new(instance, prices, factor)).collect()
}

/// One try: empties some rooms and fits them and others out anew. Keeps the result if every rule holds and it is no worse;
/// tells whether it is better. `wanted` are rooms that the relaxation uses: money may be better spent there.
pub(crate) fn recreate(
    instance: &Instance,
    draft: &mut Draft<'_>,
    tariffs: &[Tariff],
    neighbours: &Neighbours,
    wanted: &[usize],
    random: &mut Random,
) -> bool {
    let n = instance.rooms.len();
    if n == 0 {
        return false;
    }
    let centre = random.below(n);
    let mut near: Vec<usize> = neighbours.of(centre).iter().map(|&room| room as usize).collect();
    near.push(centre);
    random.shuffle(&mut near);
    let mut emptied: Vec<usize> = near.iter().copied().filter(|&room| draft.is_used(room)).collect();
    emptied.truncate(1 + random.below(3));
    // Money may be better spent elsewhere.
    for _ in 0..random.below(3) {
        let other = random.below(n);
        if draft.is_used(other) && !emptied.contains(&other) {
            emptied.push(other);
        }
    }
    let mut touched: Vec<usize> = emptied.clone();
    for &room in &emptied {
        touched.extend(neighbours.of(room).iter().take(3).map(|&room| room as usize));
    }
    touched.extend(near.into_iter().take(4));
    for _ in 0..3 {
        touched.push(if wanted.is_empty() { random.below(n) } else { wanted[random.below(wanted.len())] });
    }
    touched.sort_unstable();
    touched.dedup();
    let (worth, kept) = (draft.worth, draft.save(&touched));
    for &room in &emptied {
        draft.empty(room);
    }
    random.shuffle(&mut touched);
    let tariff = &tariffs[random.below(tariffs.len())];
    let patience = [0.0, 0.0, 0.3, 0.6][random.below(4)];
    for &room in &touched {
        draft.improve(room, tariff, patience);
    }
    if patience > 0.0 {
        for &room in &touched {
            draft.improve(room, tariff, 0.0);
        }
    }
    if draft.is_feasible() && draft.worth >= worth {
        return draft.worth > worth + 1e-9 * worth.abs();
    }
    draft.restore(kept);
    false
}
