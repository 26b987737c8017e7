//! Streets as arrays: the one form that every reader gives and [`super::Network`] takes.

use serde::{Deserialize, Serialize};

use super::ellipsoid;
use crate::error::{Error, check_length};
use crate::travel::{Ids, Metric};

/// Largest coordinate of a projected network and largest length of an edge, in metres.
pub(crate) const LARGEST: f64 = 1e9;

/// Which way an edge may be walked.
///
/// # Example
///
/// ```
/// use siting::network::Direction;
/// assert_eq!(Direction::Forward.ways(), (true, false));
/// assert_eq!(Direction::Forward.reversed(), Direction::Backward);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Either way.
    #[default]
    Both,
    /// From its start to its end only.
    Forward,
    /// From its end to its start only.
    Backward,
}

impl Direction {
    /// Whether it may be walked from start to end, and from end to start.
    #[must_use]
    pub fn ways(self) -> (bool, bool) {
        (self != Self::Backward, self != Self::Forward)
    }

    /// What it is on the network whose edges are all turned round.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Both => Self::Both,
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
}

/// Streets as arrays: what every reader gives and [`super::Network`] takes.
///
/// # Example
///
/// ```
/// use siting::network::{Network, Streets};
///
/// let streets = Streets {
///     nodes: vec![[0.0, 0.0], [100.0, 0.0], [100.0, 50.0]],
///     from: vec![0, 1],
///     to: vec![1, 2],
///     ..Streets::default()
/// };
/// assert_eq!(Network::new(streets)?.summary().kilometres, 0.15);
/// # Ok::<(), siting::Error>(())
/// ```
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
    /// Length of each edge in metres; None: measured along its shape, see [`Streets::distance`].
    pub lengths: Option<Vec<f64>>,
    /// Which way each edge may be walked; None: all both ways.
    pub directions: Option<Vec<Direction>>,
    /// Seconds lost on each edge beside its length (crossings, lifts); None: none.
    pub penalties: Option<Vec<f64>>,
    /// Factor on the walking time of each edge (2.0 = half speed: steps, slope); None: 1 each.
    pub factors: Option<Vec<f64>>,
    /// Where the intermediate points of each edge start in `shape_points`, one more than edges; empty: straight edges.
    pub shape_starts: Vec<u32>,
    /// Intermediate points of the edges between start and end (not including them), edge by edge.
    pub shape_points: Vec<[f64; 2]>,
    /// What each edge is (OSM highway value ...), as index into `kind_names`; None: unknown.
    pub kinds: Option<Vec<u16>>,
    /// Names of the kinds of edges.
    pub kind_names: Vec<String>,
}

impl Streets {
    /// Number of edges.
    #[must_use]
    pub fn n_edges(&self) -> usize {
        self.from.len()
    }

    /// The straight distance in metres between two points in its coordinates: in the plane, or on the ellipsoid of
    /// WGS 84 when they are degrees (within a millionth of the geodesic up to 100 km).
    ///
    /// ```
    /// use siting::network::Streets;
    /// let degrees = Streets { geographic: true, ..Streets::default() };
    /// let metres = degrees.distance([24.94, 60.17], [24.9415, 60.1706]);
    /// assert!((metres - 106.782_978_7).abs() < 1e-4); // as the geodesic has it
    /// ```
    #[must_use]
    pub fn distance(&self, a: [f64; 2], b: [f64; 2]) -> f64 {
        if self.geographic { ellipsoid::distance(a, b) } else { Metric::Euclidean.distance(a, b) }
    }

    /// Which way an edge may be walked.
    #[must_use]
    pub fn direction(&self, edge: usize) -> Direction {
        self.directions.as_ref().and_then(|directions| directions.get(edge)).copied().unwrap_or_default()
    }

    /// All points of an edge in order, its two nodes included; empty where there is no such edge.
    ///
    /// ```
    /// use siting::network::Streets;
    /// let bent = Streets {
    ///     nodes: vec![[0.0, 0.0], [30.0, 0.0]],
    ///     from: vec![0],
    ///     to: vec![1],
    ///     shape_starts: vec![0, 1],
    ///     shape_points: vec![[0.0, 40.0]],
    ///     ..Streets::default()
    /// };
    /// assert_eq!(bent.shape(0).collect::<Vec<_>>(), [[0.0, 0.0], [0.0, 40.0], [30.0, 0.0]]);
    /// assert_eq!(bent.shape_length(0), 90.0);
    /// ```
    pub fn shape(&self, edge: usize) -> impl Iterator<Item = [f64; 2]> + '_ {
        let node = |ends: &[u32]| ends.get(edge).and_then(|&node| self.nodes.get(node as usize)).copied();
        let between = match (self.shape_starts.get(edge), self.shape_starts.get(edge + 1)) {
            (Some(&start), Some(&end)) => self.shape_points.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        };
        node(&self.from).into_iter().chain(between.iter().copied()).chain(node(&self.to))
    }

    /// Length of an edge along its shape, in metres.
    #[must_use]
    pub fn shape_length(&self, edge: usize) -> f64 {
        let mut points = self.shape(edge);
        let Some(mut last) = points.next() else { return 0.0 };
        points
            .map(|point| {
                let length = self.distance(last, point);
                last = point;
                length
            })
            .sum()
    }

    /// Checks everything; the error names the argument, the position and the value.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] without edges, [`Error::WrongLength`] for arrays that do not have one entry per edge,
    /// [`Error::IndexOutOfBounds`] for nodes and kinds that do not exist, [`Error::NotANumber`] and
    /// [`Error::OutOfRange`] for coordinates, lengths, penalties and factors, [`Error::InvalidValue`] for shapes that do
    /// not fit the edges.
    ///
    /// ```
    /// use siting::network::Streets;
    /// let streets = Streets { nodes: vec![[0.0, 0.0]], from: vec![0], to: vec![7], ..Streets::default() };
    /// let error = streets.validate().unwrap_err();
    /// assert_eq!(error.to_string(), "to[0] is 7, but there is only 1 node (0)");
    /// ```
    pub fn validate(&self) -> Result<(), Error> {
        let n = self.n_edges();
        if n == 0 {
            return Err(Error::Empty { argument: "edges", reason: "a network needs at least one edge" });
        }
        // One arc each way must be counted in 32 bits.
        for (argument, len) in [("nodes", self.nodes.len()), ("edges", n), ("shape_points", self.shape_points.len())] {
            if len > (u32::MAX / 2) as usize {
                return Err(Error::InvalidValue {
                    argument,
                    value: len.to_string(),
                    reason: "at most 2,147,483,647 are supported".into(),
                });
            }
        }
        check_coordinates("nodes", &self.nodes, self.geographic)?;
        check_coordinates("shape_points", &self.shape_points, self.geographic)?;
        check_length("to", self.to.len(), n, "one per edge, as in from")?;
        for (argument, ends) in [("from", &self.from), ("to", &self.to)] {
            check_indices(argument, ends.iter().map(|&node| node as usize), self.nodes.len(), "nodes")?;
        }
        if let Some(ids) = &self.node_ids {
            check_length("node_ids", ids.len(), self.nodes.len(), "one per node")?;
        }
        if let Some(directions) = &self.directions {
            check_length("directions", directions.len(), n, "one per edge")?;
        }
        check_figures("lengths", self.lengths.as_deref(), n, LARGEST, "a length of 0 to 1e9 metres is expected")?;
        check_figures("penalties", self.penalties.as_deref(), n, 1e6, "0 to 1e6 seconds are expected")?;
        check_figures("factors", self.factors.as_deref(), n, 1e3, "a factor of 0 to 1,000 is expected")?;
        if let Some(kinds) = &self.kinds {
            check_length("kinds", kinds.len(), n, "one per edge")?;
            check_indices("kinds", kinds.iter().map(|&kind| usize::from(kind)), self.kind_names.len(), "kinds")?;
        }
        self.check_shapes()
    }

    fn check_shapes(&self) -> Result<(), Error> {
        if !self.shape_starts.is_empty() {
            check_length("shape_starts", self.shape_starts.len(), self.n_edges() + 1, "one per edge, and the end")?;
        }
        let ends = (self.shape_starts.first().copied(), self.shape_starts.last().map(|&end| end as usize));
        let whole = match ends {
            (Some(first), Some(last)) => first == 0 && last == self.shape_points.len(),
            _ => self.shape_points.is_empty(),
        };
        if !whole || self.shape_starts.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(Error::InvalidValue {
                argument: "shape_starts",
                value: format!("an array of {} starts", self.shape_starts.len()),
                reason: format!("starts must begin at 0, never descend and end at {}", self.shape_points.len()),
            });
        }
        if self.geographic {
            for edge in 0..self.n_edges() {
                let mut last: Option<f64> = None;
                for [x, _] in self.shape(edge) {
                    if last.is_some_and(|last| (x - last).abs() > 180.0) {
                        return Err(Error::InvalidValue {
                            argument: "edges",
                            value: format!("edge {edge}, from longitude {} to {x}", last.unwrap_or(x)),
                            reason: "it crosses the 180th meridian: project the network, or split it there".into(),
                        });
                    }
                    last = Some(x);
                }
            }
        }
        Ok(())
    }
}

/// Checks coordinates; the index in an error is that of the point.
pub(crate) fn check_coordinates(argument: &'static str, points: &[[f64; 2]], geographic: bool) -> Result<(), Error> {
    let (limits, reason) = if geographic {
        ([180.0, 90.0], "[longitude, latitude] in degrees are expected, at most 180 and 90; is the layer projected?")
    } else {
        ([LARGEST, LARGEST], "[x, y] in metres are expected, at most 1e9")
    };
    for (index, point) in points.iter().enumerate() {
        for (&value, limit) in point.iter().zip(limits) {
            if value.is_nan() {
                return Err(Error::NotANumber { argument, index });
            }
            if value.abs() > limit {
                return Err(Error::OutOfRange { argument, index, value, reason });
            }
        }
    }
    Ok(())
}

fn check_indices(
    argument: &'static str,
    indices: impl Iterator<Item = usize>,
    len: usize,
    counted: &'static str,
) -> Result<(), Error> {
    for (position, index) in indices.enumerate() {
        if index >= len {
            return Err(Error::IndexOutOfBounds { argument, position, index, len, counted });
        }
    }
    Ok(())
}

fn check_figures(
    argument: &'static str,
    values: Option<&[f64]>,
    n: usize,
    largest: f64,
    reason: &'static str,
) -> Result<(), Error> {
    let Some(values) = values else { return Ok(()) };
    check_length(argument, values.len(), n, "one per edge")?;
    for (index, &value) in values.iter().enumerate() {
        if value.is_nan() {
            return Err(Error::NotANumber { argument, index });
        }
        if !(0.0..=largest).contains(&value) {
            return Err(Error::OutOfRange { argument, index, value, reason });
        }
    }
    Ok(())
}
