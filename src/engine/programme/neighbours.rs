//! Which rooms share people with which.

use super::instance::Instance;
use super::reach::Reach;

/// For each room those that share people with it, nearest first, and facilities that do.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours(Vec<(Vec<u32>, Vec<u32>)>);

/// Neighbours that are kept of each room.
const MOST_NEIGHBOURS: usize = 32;

impl Neighbours {
    pub fn new(instance: &Instance, reach: &Reach) -> Self {
        use rayon::prelude::*;
        let of_room = |room: usize| {
            let mut shared: rustc_hash::FxHashMap<usize, f64> = rustc_hash::FxHashMap::default();
            let mut stays = Vec::new();
            for group in instance.rooms[room].groups.clone() {
                for &(_, cell) in reach.of(group) {
                    let cell = &instance.cells.cells[cell as usize];
                    for arc in instance.cells.arcs_of(cell) {
                        let other = instance.groups.get(arc.host as usize).map(|group| group.room);
                        if other.is_none() {
                            stays.extend(u32::try_from(arc.host as usize - instance.groups.len()));
                        }
                        if let Some(other) = other.filter(|&other| other != room) {
                            *shared.entry(other).or_default() += cell.need;
                        }
                    }
                }
            }
            let mut shared: Vec<(usize, f64)> = shared.into_iter().collect();
            shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            shared.truncate(MOST_NEIGHBOURS);
            stays.sort_unstable();
            stays.dedup();
            (shared.into_iter().filter_map(|(room, _)| u32::try_from(room).ok()).collect(), stays)
        };
        Self((0..instance.rooms.len()).into_par_iter().map(of_room).collect())
    }

    /// Rooms near a room, nearest first.
    pub fn of(&self, room: usize) -> &[u32] {
        &self.0[room].0
    }

    /// Facilities near a room.
    pub fn stays_of(&self, room: usize) -> &[u32] {
        &self.0[room].1
    }
}
