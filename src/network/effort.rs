//! One question to a network: the unit of its answer, and what each edge takes in it.

use serde::{Deserialize, Serialize};

use super::join::{Entry, Joined};
use super::weight::{Scale, Weight};
use super::{Network, search};
use crate::error::Error;

/// The unit of walking costs.
///
/// # Example
///
/// ```
/// use siting::network::{JoinOptions, Network, TravelOptions, Unit};
/// let net = Network::from_edges(vec![[0.0, 0.0], [150.0, 0.0]], vec![0], vec![1])?;
/// let ends = net.join(&[[0.0, 0.0], [150.0, 0.0]], &JoinOptions::default())?;
/// for (unit, cost) in [(Unit::Minutes, 2.0), (Unit::Seconds, 120.0), (Unit::Metres, 150.0)] {
///     let travel = net.travel(&ends, &ends, &TravelOptions::default().unit(unit).cutoff(200.0))?;
///     assert_eq!(travel.cost(0, 1), Some(cost), "{}", unit.name());
/// }
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Minutes at walking speed, with penalties and factors.
    #[default]
    Minutes,
    /// Seconds at walking speed, with penalties and factors.
    Seconds,
    /// Metres of the shortest way; speeds, penalties and factors do not count.
    Metres,
}

impl Unit {
    /// Its name: "minutes", "seconds" or "metres".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Seconds => "seconds",
            Self::Metres => "metres",
        }
    }

    /// Metres walked in one unit at a speed in metres per minute.
    pub(crate) fn metres(self, speed: f64) -> f64 {
        match self {
            Self::Minutes => speed,
            Self::Seconds => speed / 60.0,
            Self::Metres => 1.0,
        }
    }
}

/// Checks a cut-off, in any unit.
pub(crate) fn check_cutoff(cutoff: f64) -> Result<(), Error> {
    if cutoff.is_finite() && cutoff >= 0.0 {
        return Ok(());
    }
    Err(Error::InvalidValue {
        argument: "cutoff",
        value: cutoff.to_string(),
        reason: "give a finite number of 0 or more, or none at all".into(),
    })
}

/// Checks walking speeds in metres per minute.
pub(crate) fn check_speeds(speeds: &[f64]) -> Result<(), Error> {
    for (index, &value) in speeds.iter().enumerate() {
        if value.is_nan() {
            return Err(Error::NotANumber { argument: "speed", index });
        }
        if !(1e-3..=1e5).contains(&value) {
            let reason = "a walking speed in metres per minute is expected, such as 75 (0.001 to 100,000)";
            return Err(Error::OutOfRange { argument: "speed", index, value, reason });
        }
    }
    Ok(())
}

/// What edges take for walkers of one speed, in metres walked on the flat, and how fine it is counted.
#[derive(Debug, Clone)]
pub(crate) struct Effort {
    /// Each edge in units of the whole numbers, not rounded.
    edges: Vec<f64>,
    /// Whole-number units to the metre.
    units: f64,
}

impl Effort {
    pub fn new(network: &Network, unit: Unit, speed: f64, scale: Scale) -> Self {
        let streets = network.streets();
        let get = |values: &Option<Vec<f64>>, edge: usize, none: f64| {
            values.as_ref().and_then(|values| values.get(edge)).copied().unwrap_or(none)
        };
        let units = scale.units();
        let edges = network.lengths().iter().enumerate().map(|(edge, &length)| match unit {
            Unit::Metres => length * units,
            Unit::Minutes | Unit::Seconds => {
                let penalty = get(&streets.penalties, edge, 0.0) * speed / 60.0;
                (length * get(&streets.factors, edge, 1.0) + penalty) * units
            }
        });
        Self { edges: edges.collect(), units }
    }

    /// The weight of each edge.
    pub fn weights<W: Weight>(&self) -> Vec<W> {
        self.edges.iter().map(|&effort| W::round(effort)).collect()
    }

    /// A part of an edge, as a share of the whole: penalties are spread evenly along it.
    pub fn part<W: Weight>(&self, edge: u32, share: f64) -> W {
        W::round(self.edges.get(edge as usize).copied().unwrap_or_default() * share)
    }

    /// The share of an edge that some whole-number weight carries over; 1 on an edge that takes nothing.
    pub fn share(&self, edge: u32, weight: f64) -> f64 {
        let whole = self.edges.get(edge as usize).copied().unwrap_or_default();
        if whole > 0.0 { (weight / whole).max(0.0) } else { 1.0 }
    }

    /// An access leg of some metres.
    pub fn access<W: Weight>(&self, metres: f64) -> W {
        W::round(metres * self.units)
    }
}

/// Which of the two ways between an entry and the ends of its edge is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the entry out to the nodes.
    Out,
    /// From the nodes in to the entry.
    In,
}

/// The nodes next to an entry (by rank) with the weight between, access leg included: none, one or two.
///
/// An entry at the very end of an edge is the node itself, which has ways on whatever the direction of the edge.
pub(crate) fn next_nodes<W: Weight>(
    network: &Network,
    effort: &Effort,
    entry: &Entry,
    reversed: bool,
    way: Way,
) -> impl Iterator<Item = (u32, W)> {
    let streets = network.streets();
    let edge = entry.edge as usize;
    let rank = |ends: &[u32]| {
        ends.get(edge).and_then(|&node| network.graph().rank.get(node as usize)).copied().unwrap_or_default()
    };
    let (there, back) = search::walked(streets.direction(edge), reversed);
    let (to_end, to_start) = if way == Way::Out { (there, back) } else { (back, there) };
    let access = effort.access::<W>(entry.access);
    let (at_start, at_end) = (entry.fraction == 0.0, entry.fraction == 1.0);
    let start = (at_start || (to_start && !at_end))
        .then(|| (rank(&streets.from), effort.part::<W>(entry.edge, entry.fraction).plus(access)));
    let end = (at_end || (to_end && !at_start))
        .then(|| (rank(&streets.to), effort.part::<W>(entry.edge, 1.0 - entry.fraction).plus(access)));
    start.into_iter().chain(end)
}

/// The nodes next to any entry of a place that may be used.
pub(crate) fn seeds<'a, W: Weight>(
    network: &'a Network,
    effort: &'a Effort,
    joined: &'a Joined,
    place: u32,
    reversed: bool,
) -> impl Iterator<Item = (u32, W)> + 'a {
    let usable = joined.entries(place as usize).iter().filter(|entry| entry.within);
    usable.flat_map(move |entry| next_nodes(network, effort, entry, reversed, Way::Out))
}
