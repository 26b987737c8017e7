//! Streets as arrays: what every reader gives and the network takes.

use serde::{Deserialize, Serialize};

use crate::error::{Error, check_length, check_non_negative};
use crate::travel::Ids;

/// Which way an edge may be walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Both ways.
    #[default]
    Both,
    /// From its start node to its end node only.
    Forward,
    /// From its end node to its start node only.
    Backward,
}

/// Streets as arrays: what every reader gives and Network takes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Streets {
    /// Coordinates of the nodes: [x, y] in metres, or [longitude, latitude] in degrees when `geographic`.
    pub nodes: Vec<[f64; 2]>,
    /// Whether coordinates are degrees (WGS 84).
    pub geographic: bool,
    /// Names of the nodes (OSM ids, labels); numbered when None.
    pub node_ids: Option<Ids>,
    /// Start node of each edge.
    pub from: Vec<u32>,
    /// End node of each edge.
    pub to: Vec<u32>,
    /// Length of each edge in metres; None: measured from its shape.
    pub lengths: Option<Vec<f64>>,
    /// Which way each edge may be walked: Both, Forward (from -> to), Backward; None: all both ways.
    pub directions: Option<Vec<Direction>>,
    /// Seconds lost on each edge beside its length (crossings, lifts); None: none.
    pub penalties: Option<Vec<f64>>,
    /// Factor on the walking time of each edge (2.0 = half speed: steps, slope); None: 1 each.
    pub factors: Option<Vec<f64>>,
    /// Where the points of each edge begin in `shape_points`: one entry per edge and one more, or empty.
    pub shape_starts: Vec<u32>,
    /// Intermediate points of the edges between start and end (not including them), edge by edge; empty: straight edges.
    pub shape_points: Vec<[f64; 2]>,
    /// What each edge is (OSM highway value ...), as index into `kind_names`; None: unknown.
    pub kinds: Option<Vec<u16>>,
    /// The names of the kinds.
    pub kind_names: Vec<String>,
}

impl Streets {
    /// Checks that the arrays fit together.
    ///
    /// # Errors
    ///
    /// Names the argument, the index and the value of the first defect.
    pub fn validate(&self) -> Result<(), Error> {
        let (n, edges) = (self.nodes.len(), self.from.len());
        for (argument, points) in [("nodes", &self.nodes), ("shape_points", &self.shape_points)] {
            for (index, &[x, y]) in points.iter().enumerate() {
                if x.is_nan() || y.is_nan() {
                    return Err(Error::NotANumber { argument, index });
                }
                let reason = "a finite coordinate is expected";
                let value = if x.is_finite() { y } else { x };
                if !value.is_finite() {
                    return Err(Error::OutOfRange { argument, index, value, reason });
                }
            }
        }
        check_length("to", self.to.len(), edges, "one per edge")?;
        for (argument, ends) in [("from", &self.from), ("to", &self.to)] {
            if let Some(position) = ends.iter().position(|&end| end as usize >= n) {
                let index = ends.get(position).map_or(0, |&end| end as usize);
                return Err(Error::IndexOutOfBounds { argument, position, index, len: n, counted: "nodes" });
            }
        }
        for (argument, values) in
            [("lengths", &self.lengths), ("penalties", &self.penalties), ("factors", &self.factors)]
        {
            if let Some(values) = values {
                check_length(argument, values.len(), edges, "one per edge")?;
                check_non_negative(argument, values)?;
            }
        }
        if let Some(ids) = &self.node_ids {
            check_length("node_ids", ids.len(), n, "one per node")?;
        }
        if let Some(directions) = &self.directions {
            check_length("directions", directions.len(), edges, "one per edge")?;
        }
        if let Some(kinds) = &self.kinds {
            check_length("kinds", kinds.len(), edges, "one per edge")?;
            let len = self.kind_names.len();
            if let Some(position) = kinds.iter().position(|&kind| usize::from(kind) >= len) {
                let index = kinds.get(position).map_or(0, |&kind| usize::from(kind));
                return Err(Error::IndexOutOfBounds { argument: "kinds", position, index, len, counted: "kind names" });
            }
        }
        if !self.shape_starts.is_empty() {
            check_length("shape_starts", self.shape_starts.len(), edges + 1, "one per edge and one more")?;
            let ascending = self.shape_starts.is_sorted() && self.shape_starts.first() == Some(&0);
            let end = self.shape_starts.last().map(|&end| end as usize);
            if !ascending || end != Some(self.shape_points.len()) {
                return Err(Error::Conflict {
                    argument: "shape_starts",
                    other: "shape_points",
                    reason: "the starts must ascend from 0 to the number of points".into(),
                });
            }
        }
        Ok(())
    }
}
