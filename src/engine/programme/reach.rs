//! Who reaches which host, from the hosts' side.

use super::instance::Instance;

/// For each host the arcs that lead to it.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    start: Vec<usize>,
    /// Arc and cell.
    arcs: Vec<(u32, u32)>,
}

impl Reach {
    pub fn new(instance: &Instance) -> Self {
        let hosts = instance.groups.len() + instance.stays.len();
        let mut start = vec![0_usize; hosts + 1];
        for arc in &instance.cells.arcs {
            start[arc.host as usize + 1] += 1;
        }
        for at in 0..hosts {
            start[at + 1] += start[at];
        }
        let mut next = start.clone();
        let mut arcs = vec![(0, 0); instance.cells.arcs.len()];
        for (c, cell) in (0_u32..).zip(&instance.cells.cells) {
            for at in cell.arcs.clone() {
                let slot = &mut next[instance.cells.arcs[at].host as usize];
                arcs[*slot] = (u32::try_from(at).unwrap_or(u32::MAX), c);
                *slot += 1;
            }
        }
        Self { start, arcs }
    }

    /// All arcs with their cells, host by host.
    pub fn arcs(&self) -> &[(u32, u32)] {
        &self.arcs
    }

    /// Positions of the arcs of a host.
    pub fn range(&self, host: usize) -> std::ops::Range<u32> {
        let [start, end] = [self.start[host], self.start[host + 1]].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        start..end
    }

    /// Arcs and cells of a host.
    pub fn of(&self, host: usize) -> &[(u32, u32)] {
        &self.arcs[self.start[host]..self.start[host + 1]]
    }
}

/// The cell of each arc.
pub(crate) fn cell_of_arcs(instance: &Instance) -> Vec<u32> {
    let mut cell_of = vec![0; instance.cells.arcs.len()];
    for (c, cell) in (0_u32..).zip(&instance.cells.cells) {
        cell_of[cell.arcs.clone()].fill(c);
    }
    cell_of
}
