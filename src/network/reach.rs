//! The streets in reach of places: what a map of walking time shows.

use super::Network;
use super::effort::{Effort, Unit, check_cutoff, check_speeds, seeds};
use super::join::{Entry, Joined};
use super::search::{Arcs, Search, walked};
use super::weight::{Scale, Weight};
use crate::error::Error;
use crate::solve::CancelToken;

/// How reach is measured.
///
/// ```
/// use siting::network::{ReachOptions, Unit};
/// let options = ReachOptions::new(400.0).unit(Unit::Metres).towards(true);
/// assert_eq!(options.cutoff, 400.0);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReachOptions {
    /// Dearest walk, included, the access leg counted.
    pub cutoff: f64,
    /// The unit of the cut-off; minutes by default.
    pub unit: Unit,
    /// Walking speed in metres per minute; 75 by default.
    pub speed: f64,
    /// Whether walks lead to the places rather than away from them; it matters where edges may be walked one way only.
    pub towards: bool,
    /// Stops the search from another thread.
    pub cancel: CancelToken,
}

impl ReachOptions {
    /// Walks of up to a cut-off, in minutes unless another unit is set.
    #[must_use]
    pub fn new(cutoff: f64) -> Self {
        Self { cutoff, unit: Unit::default(), speed: 75.0, towards: false, cancel: CancelToken::new() }
    }

    /// Sets the unit of the cut-off.
    #[must_use]
    pub fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// Sets the walking speed in metres per minute.
    #[must_use]
    pub fn speed(self, speed: f64) -> Self {
        Self { speed, ..self }
    }

    /// Sets whether walks lead to the places.
    #[must_use]
    pub fn towards(self, towards: bool) -> Self {
        Self { towards, ..self }
    }

    /// Sets the token that stops the search.
    #[must_use]
    pub fn cancel(self, cancel: CancelToken) -> Self {
        Self { cancel, ..self }
    }
}

/// A stretch of one edge that is in reach.
///
/// Made by [`Network::reach`], which has an example.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Stretch {
    /// The edge.
    pub edge: u32,
    /// Where the stretch begins, from the start of the edge (0) to its end (1).
    pub from: f64,
    /// Where it ends, likewise.
    pub to: f64,
    /// Cost of the nearest end of the stretch, or of the place itself where that lies on it.
    pub cost: f64,
}

impl Network {
    /// The stretches of streets within the cut-off of any of the places, by edge.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] for the cut-off, [`Error::NotANumber`] and [`Error::OutOfRange`] for the speed,
    /// [`Error::IndexOutOfBounds`] for places that were joined to another network, [`Error::Interrupted`] when the token
    /// was cancelled.
    ///
    /// ```
    /// use siting::network::{JoinOptions, Network, ReachOptions, Unit};
    /// let net = Network::from_edges(vec![[0.0, 0.0], [100.0, 0.0], [300.0, 0.0]], vec![0, 1], vec![1, 2])?;
    /// let place = net.join(&[[80.0, 0.0]], &JoinOptions::default())?;
    /// let reach = net.reach(&place, &ReachOptions::new(40.0).unit(Unit::Metres))?;
    /// assert_eq!(reach.iter().map(|s| (s.edge, s.from, s.to)).collect::<Vec<_>>(), [(0, 0.4, 1.0), (1, 0.0, 0.1)]);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn reach(&self, places: &Joined, options: &ReachOptions) -> Result<Vec<Stretch>, Error> {
        check_cutoff(options.cutoff)?;
        check_speeds(&[options.speed])?;
        self.check_joined("points", places)?;
        let limit = options.cutoff * options.unit.metres(options.speed);
        let scale = Scale::of(limit);
        match scale {
            Scale::Narrow(_) => self.stretches::<u32>(places, options, limit, scale),
            Scale::Wide(_) => self.stretches::<u64>(places, options, limit, scale),
        }
    }

    fn stretches<W: Weight>(
        &self,
        places: &Joined,
        options: &ReachOptions,
        limit: f64,
        scale: Scale,
    ) -> Result<Vec<Stretch>, Error> {
        let effort = Effort::new(self, options.unit, options.speed, scale);
        let limit = effort.access::<W>(limit).min(W::MOST);
        let arcs = Arcs::new(self, &effort.weights::<W>(), options.towards);
        let mut search = Search::new(self.graph().n_nodes());
        let from = (0_u32..).take(places.len()).flat_map(|place| seeds(self, &effort, places, place, options.towards));
        if !search.run(&arcs, from, limit, || !options.cancel.is_cancelled()) {
            return Err(Error::Interrupted { what: "the search for the streets in reach" });
        }
        let mut entries: Vec<&Entry> = places.entries.iter().filter(|entry| entry.within).collect();
        entries.sort_by_key(|entry| entry.edge);
        let mut edges: Vec<u32> = search.reached().flat_map(|(node, _)| self.graph().edges(node)).collect();
        edges.extend(entries.iter().map(|entry| entry.edge));
        edges.sort_unstable();
        edges.dedup();
        let per_cost = options.unit.metres(options.speed) * scale.units();
        let mut stretches = Vec::with_capacity(edges.len());
        for edge in edges {
            let first = entries.partition_point(|entry| entry.edge < edge);
            let on_it = entries.iter().skip(first).take_while(|entry| entry.edge == edge);
            let limit = limit.float();
            let mut parts = self.walked_from_ends(edge, &effort, &search, limit, options.towards);
            parts.extend(on_it.flat_map(|entry| self.walked_from_entry(entry, &effort, limit, options.towards)));
            let parts = merged(parts).into_iter();
            stretches.extend(parts.map(|(from, to, weight)| Stretch { edge, from, to, cost: weight / per_cost }));
        }
        Ok(stretches)
    }

    /// Parts of an edge walked from its ends: from, to, weight at the end.
    fn walked_from_ends<W: Weight>(
        &self,
        edge: u32,
        effort: &Effort,
        search: &Search<W>,
        limit: f64,
        reversed: bool,
    ) -> Vec<(f64, f64, f64)> {
        let streets = self.streets();
        let (there, back) = walked(streets.direction(edge as usize), reversed);
        let weight = |ends: &[u32]| {
            let node = ends.get(edge as usize)?;
            let weight = search.weight(*self.graph().rank.get(*node as usize)?);
            (weight != W::NEVER).then(|| weight.float())
        };
        let mut parts = Vec::new();
        if let (true, Some(start)) = (there, weight(&streets.from)) {
            parts.push((0.0, effort.share(edge, limit - start).min(1.0), start));
        }
        if let (true, Some(end)) = (back, weight(&streets.to)) {
            parts.push(((1.0 - effort.share(edge, limit - end)).max(0.0), 1.0, end));
        }
        parts
    }

    /// Parts of an edge walked from an entry on it.
    fn walked_from_entry(&self, entry: &Entry, effort: &Effort, limit: f64, reversed: bool) -> Vec<(f64, f64, f64)> {
        let (there, back) = walked(self.streets().direction(entry.edge as usize), reversed);
        let access = effort.access::<u64>(entry.access).float();
        let mut parts = Vec::new();
        if access <= limit {
            let share = effort.share(entry.edge, limit - access);
            if there {
                parts.push((entry.fraction, (entry.fraction + share).min(1.0), access));
            }
            if back {
                parts.push(((entry.fraction - share).max(0.0), entry.fraction, access));
            }
        }
        parts
    }
}

/// Joins parts that touch or overlap; those of no length vanish.
fn merged(mut parts: Vec<(f64, f64, f64)>) -> Vec<(f64, f64, f64)> {
    parts.retain(|part| part.1 > part.0);
    parts.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut joined: Vec<(f64, f64, f64)> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.0 <= last.1 => {
                last.1 = last.1.max(part.1);
                last.2 = last.2.min(part.2);
            }
            _ => joined.push(part),
        }
    }
    joined
}
