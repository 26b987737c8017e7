//! The compact graph below a network: nodes along a space-filling curve, arcs in compressed rows.

use super::streets::Streets;

/// Arcs by node, in the order of the Hilbert curve, so that a search stays in a small part of memory.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    /// Place of each node of the streets on the curve.
    pub rank: Vec<u32>,
    /// Where the arcs of each node start, by rank; one more entry than nodes.
    pub start: Vec<u32>,
    /// Node (by rank) that each arc leads to, and the edge it walks, with its way: 2 * edge + (1 when end to start).
    pub arcs: Vec<(u32, u32)>,
}

impl Graph {
    /// The graph of streets that were checked.
    pub fn new(streets: &Streets) -> Self {
        let rank = ranks(&streets.nodes);
        let of = |node: u32| rank.get(node as usize).copied().unwrap_or_default();
        let ends = || (0_u32..).zip(streets.from.iter().zip(&streets.to)).map(|(e, (&u, &v))| (e, of(u), of(v)));
        // Every edge has two arcs; those that may not be walked are left out when weights are known.
        let mut start = vec![0_u32; rank.len() + 1];
        for (_, u, v) in ends() {
            start[u as usize + 1] += 1;
            start[v as usize + 1] += 1;
        }
        for i in 0..rank.len() {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut arcs = vec![(0, 0); 2 * streets.n_edges()];
        let mut put = |from: u32, arc: (u32, u32)| {
            let slot = &mut next[from as usize];
            arcs[*slot as usize] = arc;
            *slot += 1;
        };
        for (edge, u, v) in ends() {
            put(u, (v, 2 * edge));
            put(v, (u, 2 * edge + 1));
        }
        Self { rank, start, arcs }
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.rank.len()
    }

    /// The edges at a node (by rank).
    pub fn edges(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let bounds = (self.start.get(node as usize), self.start.get(node as usize + 1));
        let arcs = match bounds {
            (Some(&from), Some(&to)) => self.arcs.get(from as usize..to as usize).unwrap_or_default(),
            _ => &[],
        };
        arcs.iter().map(|arc| arc.1 >> 1)
    }
}

/// Place of each point on a Hilbert curve through their bounding box.
pub(crate) fn ranks(points: &[[f64; 2]]) -> Vec<u32> {
    let keys = hilbert_keys(points);
    let mut order: Vec<(u32, u32)> = keys.into_iter().zip(0_u32..).collect();
    order.sort_unstable();
    let mut rank = vec![0; points.len()];
    for (place, (_, node)) in (0_u32..).zip(order) {
        rank[node as usize] = place;
    }
    rank
}

/// Position of each point on a Hilbert curve of 65,536 x 65,536 cells.
pub(crate) fn hilbert_keys(points: &[[f64; 2]]) -> Vec<u32> {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in points {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let side = (high[0] - low[0]).max(high[1] - low[1]);
    let scale = if side > 0.0 { 65_535.0 / side } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65,535")]
    let cell = |value: f64, low: f64| ((value - low) * scale).min(65_535.0) as u32;
    points.iter().map(|&[x, y]| hilbert(cell(x, low[0]), cell(y, low[1]))).collect()
}

/// Distance along the Hilbert curve of order 16 (the usual walk down its quadrants).
fn hilbert(mut x: u32, mut y: u32) -> u32 {
    let mut distance = 0_u32;
    let mut half = 1_u32 << 15;
    while half > 0 {
        let (right, upper) = (u32::from(x & half != 0), u32::from(y & half != 0));
        // At most 2^32 - 1 over all 16 steps.
        distance += half * half * ((3 * right) ^ upper);
        if upper == 0 {
            if right == 1 {
                (x, y) = (65_535 - x, 65_535 - y);
            }
            (x, y) = (y, x);
        }
        half >>= 1;
    }
    distance
}
