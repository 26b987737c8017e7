//! Walking on the real street network.
//!
//! [`Streets`] are arrays of nodes and edges, as readers give them; a [`Network`] is made from them once and asked often.
//! [`Network::join`] finds the places where homes and spaces enter the streets, [`Network::travel`] the walking times
//! between them as a [`crate::TravelMatrix`], [`Network::reach`] the streets in reach.
//!
//! ```
//! use siting::network::{JoinOptions, Network, Streets, TravelOptions};
//!
//! // A canal lies between two streets; the only bridge is at their far end.
//! let net = Network::new(Streets {
//!     nodes: vec![[0.0, 0.0], [600.0, 0.0], [600.0, 50.0], [0.0, 50.0]],
//!     from: vec![0, 1, 2],
//!     to: vec![1, 2, 3],
//!     ..Streets::default()
//! })?;
//! let home = net.join(&[[0.0, 0.0]], &JoinOptions::default())?;
//! let space = net.join(&[[0.0, 50.0]], &JoinOptions::default())?; // 50 m as the crow flies
//! let travel = net.travel(&home, &space, &TravelOptions::default().cutoff(20.0))?;
//! assert_eq!(travel.cost(0, 0), Some(1250.0 / 75.0)); // almost 17 minutes on foot
//! # Ok::<(), siting::Error>(())
//! ```

mod effort;
mod ellipsoid;
mod graph;
mod join;
mod noding;
#[cfg(feature = "osm")]
pub mod osm;
mod reach;
mod search;
mod segments;
mod streets;
mod summary;
mod travel;
mod weight;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use graph::Graph;
use segments::Segments;
use summary::Components;

pub use effort::Unit;
pub use join::{Beyond, Entry, JoinOptions, JoinReport, Joined};
pub use noding::Noded;
pub use reach::{ReachOptions, Stretch};
pub use streets::{Direction, Streets};
pub use summary::Summary;
pub use travel::TravelOptions;

/// A network of streets to walk on.
///
/// # Example
///
/// ```
/// use siting::network::Network;
/// let net = Network::from_edges(vec![[0.0, 0.0], [80.0, 60.0]], vec![0], vec![1])?;
/// assert_eq!(net.lengths(), [100.0]);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Streets", into = "Streets")]
pub struct Network {
    streets: Streets,
    lengths: Vec<f64>,
    graph: Graph,
    components: Components,
    segments: OnceLock<Segments>,
}

impl Network {
    /// Makes a network of streets; lengths that are not given are measured along the shape of the edge, on the
    /// ellipsoid of WGS 84 when coordinates are degrees.
    ///
    /// # Errors
    ///
    /// All that [`Streets::validate`] finds; [`Error::OutOfRange`] for a shape longer than 1e9 metres.
    pub fn new(streets: Streets) -> Result<Self, Error> {
        streets.validate()?;
        let lengths = match &streets.lengths {
            Some(lengths) => lengths.clone(),
            None => (0..streets.n_edges()).map(|edge| streets.shape_length(edge)).collect(),
        };
        if let Some((index, &value)) = lengths.iter().enumerate().find(|(_, length)| **length > streets::LARGEST) {
            let reason = "a shape of at most 1e9 metres is expected";
            return Err(Error::OutOfRange { argument: "lengths", index, value, reason });
        }
        let graph = Graph::new(&streets);
        let components = Components::new(&streets, &lengths);
        Ok(Self { streets, lengths, graph, components, segments: OnceLock::new() })
    }

    /// Makes a network of straight edges between nodes with coordinates in metres, all to be walked both ways.
    ///
    /// # Errors
    ///
    /// As [`Network::new`].
    pub fn from_edges(nodes: Vec<[f64; 2]>, from: Vec<u32>, to: Vec<u32>) -> Result<Self, Error> {
        Self::new(Streets { nodes, from, to, ..Streets::default() })
    }

    /// The streets it was made of.
    #[must_use]
    pub fn streets(&self) -> &Streets {
        &self.streets
    }

    /// Length of each edge in metres, given or measured.
    #[must_use]
    pub fn lengths(&self) -> &[f64] {
        &self.lengths
    }

    /// Nodes, edges, kilometres and components.
    ///
    /// ```
    /// use siting::network::Network;
    /// let nodes = vec![[0.0, 0.0], [300.0, 0.0], [0.0, 900.0], [100.0, 900.0]];
    /// let summary = Network::from_edges(nodes, vec![0, 2], vec![1, 3])?.summary();
    /// assert_eq!(summary.to_string(), "4 nodes, 2 edges, 0.4 km, 2 components (75.0 % of the length in the largest)");
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::new(&self.streets, &self.lengths, &self.components)
    }

    /// The component of each node: 0 for the longest, 1 for the next.
    ///
    /// ```
    /// use siting::network::Network;
    /// let nodes = vec![[0.0, 0.0], [300.0, 0.0], [0.0, 900.0], [100.0, 900.0]];
    /// assert_eq!(Network::from_edges(nodes, vec![0, 2], vec![1, 3])?.node_components(), [0, 0, 1, 1]);
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn node_components(&self) -> &[u32] {
        &self.components.of_node
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    pub(crate) fn components(&self) -> &Components {
        &self.components
    }

    /// The component of an edge.
    pub(crate) fn component_of(&self, edge: u32) -> u32 {
        let node = self.streets.from.get(edge as usize).copied().unwrap_or_default();
        self.components.of_node.get(node as usize).copied().unwrap_or_default()
    }

    /// The tree of all straight pieces, built when first asked for.
    pub(crate) fn segments(&self) -> &Segments {
        self.segments.get_or_init(|| Segments::new(&self.streets))
    }
}

impl PartialEq for Network {
    fn eq(&self, other: &Self) -> bool {
        self.streets == other.streets
    }
}

impl From<Network> for Streets {
    fn from(network: Network) -> Self {
        network.streets
    }
}

impl TryFrom<Streets> for Network {
    type Error = Error;

    fn try_from(streets: Streets) -> Result<Self, Error> {
        Self::new(streets)
    }
}
