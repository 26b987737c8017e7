//! The bounded search of Dijkstra, on the compact graph with whole numbers as weights.

use std::sync::Mutex;

use super::Network;
use super::streets::Direction;
use super::weight::{Queue, Weight};

/// The graph with the weights of one question: what each arc costs, walked from the sources outwards.
pub(crate) struct Arcs<'a, W> {
    start: &'a [u32],
    /// Node (by rank) and weight; `NEVER` where the arc may not be walked that way.
    arcs: Vec<(u32, W)>,
}

impl<'a, W: Weight> Arcs<'a, W> {
    /// Gives each arc the weight of its edge; `reversed` turns every edge round.
    pub fn new(network: &'a Network, weights: &[W], reversed: bool) -> Self {
        let graph = network.graph();
        let directions = network.streets().directions.as_deref();
        let weight = |edge_and_way: u32| {
            let edge = (edge_and_way >> 1) as usize;
            let direction = directions.and_then(|all| all.get(edge)).copied().unwrap_or_default();
            let (there, back) = walked(direction, reversed);
            let open = if edge_and_way & 1 == 0 { there } else { back };
            if open { weights.get(edge).copied().unwrap_or(W::NEVER) } else { W::NEVER }
        };
        Self { start: &graph.start, arcs: graph.arcs.iter().map(|&(node, edge)| (node, weight(edge))).collect() }
    }

    fn of(&self, node: u32) -> &[(u32, W)] {
        // Ranks are below the number of nodes, and starts never descend: Graph::new made both.
        &self.arcs[self.start[node as usize] as usize..self.start[node as usize + 1] as usize]
    }
}

/// Whether a search may pass an edge from start to end, and from end to start.
pub(crate) fn walked(direction: Direction, reversed: bool) -> (bool, bool) {
    (if reversed { direction.reversed() } else { direction }).ways()
}

/// Room for one search at a time; what a search touched is wiped before the next, not the whole.
pub(crate) struct Search<W: Weight> {
    distance: Vec<W>,
    touched: Vec<u32>,
    queue: Queue<W>,
}

impl<W: Weight> Search<W> {
    pub fn new(n_nodes: usize) -> Self {
        Self { distance: vec![W::NEVER; n_nodes], touched: Vec::new(), queue: Queue::<W>::new() }
    }

    /// Weights from the seeds (node by rank, weight to start with) to all nodes within the limit.
    ///
    /// `proceed` is asked now and then; when it says no, the search stops and false is returned.
    pub fn run(
        &mut self,
        arcs: &Arcs<'_, W>,
        seeds: impl IntoIterator<Item = (u32, W)>,
        limit: W,
        proceed: impl Fn() -> bool,
    ) -> bool {
        for &node in &self.touched {
            self.distance[node as usize] = W::NEVER;
        }
        self.touched.clear();
        self.queue.clear();
        for (node, weight) in seeds {
            self.reach(node, weight, limit);
        }
        let mut settled = 0_u32;
        while let Some(entry) = self.queue.pop() {
            let (weight, node) = W::unpack(entry);
            if weight > self.distance[node as usize] {
                continue; // a shorter way was found since
            }
            settled = settled.wrapping_add(1);
            if settled.is_multiple_of(BETWEEN_LOOKS) && !proceed() {
                return false;
            }
            for &(to, along) in arcs.of(node) {
                self.reach(to, weight.plus(along), limit);
            }
        }
        true
    }

    #[inline]
    fn reach(&mut self, node: u32, weight: W, limit: W) {
        if weight > limit {
            return;
        }
        let known = &mut self.distance[node as usize];
        if weight < *known {
            if *known == W::NEVER {
                self.touched.push(node);
            }
            *known = weight;
            self.queue.push(weight.pack(node));
        }
    }

    /// The nodes that the last search reached (by rank), each with its weight.
    pub fn reached(&self) -> impl Iterator<Item = (u32, W)> + '_ {
        self.touched.iter().map(|&node| (node, self.distance[node as usize]))
    }

    /// The weight of a node in the last search; `NEVER` where it was not reached.
    pub fn weight(&self, node: u32) -> W {
        self.distance.get(node as usize).copied().unwrap_or(W::NEVER)
    }
}

/// A search looks for cancellation each time it has settled this many nodes.
const BETWEEN_LOOKS: u32 = 1 << 16;

/// Rooms for searches, as many as ever ran at once.
pub(crate) struct Pool<T>(Mutex<Vec<T>>);

impl<T> Pool<T> {
    pub fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Lends a room to `work`.
    pub fn with<R>(&self, make: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let free = self.rooms().pop();
        let mut room = free.unwrap_or_else(make);
        let result = work(&mut room);
        self.rooms().push(room);
        result
    }

    fn rooms(&self) -> std::sync::MutexGuard<'_, Vec<T>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
