//! What a network consists of: nodes, edges, kilometres, components.

use std::fmt;

use serde::Serialize;

use super::streets::{Direction, Streets};

/// The parts of a network that hang together, whichever way its edges may be walked; the longest comes first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Components {
    /// The component of each node.
    pub of_node: Vec<u32>,
    /// Metres of street in each component, descending.
    pub metres: Vec<f64>,
    total: f64,
}

impl Components {
    pub fn new(streets: &Streets, lengths: &[f64]) -> Self {
        let n = u32::try_from(streets.nodes.len()).unwrap_or(u32::MAX);
        let mut parent: Vec<u32> = (0..n).collect();
        for (&u, &v) in streets.from.iter().zip(&streets.to) {
            let (u, v) = (root(&mut parent, u), root(&mut parent, v));
            // The smaller index becomes the root, whatever the order of the edges.
            parent[u.max(v) as usize] = u.min(v);
        }
        let roots: Vec<u32> = (0..n).map(|node| root(&mut parent, node)).collect();
        let mut metres = vec![0.0; roots.len()];
        for (&u, length) in streets.from.iter().zip(lengths) {
            metres[roots[u as usize] as usize] += length;
        }
        let mut order: Vec<u32> = (0..n).filter(|&node| roots[node as usize] == node).collect();
        order.sort_by(|&a, &b| metres[b as usize].total_cmp(&metres[a as usize]).then(a.cmp(&b)));
        let mut place = vec![0; roots.len()];
        for (component, &node) in (0_u32..).zip(&order) {
            place[node as usize] = component;
        }
        Self {
            of_node: roots.iter().map(|&node| place[node as usize]).collect(),
            total: lengths.iter().sum(),
            metres: order.iter().map(|&node| metres[node as usize]).collect(),
        }
    }

    pub fn count(&self) -> usize {
        self.metres.len()
    }

    /// Share of all streets by length; where no street has a length, all components count as whole.
    pub fn share(&self, component: usize) -> f64 {
        let metres = self.metres.get(component).copied().unwrap_or_default();
        if self.total > 0.0 { metres / self.total } else { 1.0 }
    }
}

/// The root of a node, and a shorter way to it for the next who asks.
fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        let next = parent[node as usize];
        parent[node as usize] = parent[next as usize];
        node = next;
    }
    node
}

/// What a network consists of; made by [`super::Network::summary`].
///
/// [`Network::summary`](super::Network::summary) has an example.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Number of nodes.
    pub nodes: usize,
    /// Number of edges; one that may be walked both ways counts once.
    pub edges: usize,
    /// Length of all edges.
    pub kilometres: f64,
    /// Edges that may be walked one way only.
    pub one_way: usize,
    /// Number of components: parts with no street between them. A node without edges is one.
    pub components: usize,
    /// Share of the length in the largest component.
    pub largest_share: f64,
    /// Whether coordinates are degrees.
    pub geographic: bool,
}

impl Summary {
    pub(crate) fn new(streets: &Streets, lengths: &[f64], components: &Components) -> Self {
        let one_way = |direction: &&Direction| **direction != Direction::Both;
        Self {
            nodes: streets.nodes.len(),
            edges: streets.n_edges(),
            kilometres: lengths.iter().sum::<f64>() / 1000.0,
            one_way: streets.directions.as_ref().map_or(0, |all| all.iter().filter(one_way).count()),
            components: components.count(),
            largest_share: components.share(0),
            geographic: streets.geographic,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nodes, edges, kilometres, components, .. } = self;
        let percent = self.largest_share * 100.0;
        write!(
            f,
            "{nodes} nodes, {edges} edges, {kilometres:.1} km, {components} components ({percent:.1} % of the length in the largest)"
        )
    }
}
