//! Walking times from demand points to sites along the streets.
//!
//! Walkers of one speed at a time: the side with fewer places is searched from (on the network turned round when that is
//! the sites), each search bounded by the cut-off and independent of the others.
//!
//! Source of the search: E. W. Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1
//! (1959); stopped at the cut-off.

use rayon::prelude::*;

use super::Network;
use super::effort::{Effort, Unit, Way, check_cutoff, check_speeds, next_nodes, seeds};
use super::join::{Entry, Joined};
use super::search::{Arcs, Pool, Search, walked};
use super::weight::{Scale, Weight};
use crate::error::{Error, check_length};
use crate::solve::CancelToken;
use crate::travel::{Sparse, TravelMatrix};

/// How walking times are measured.
///
/// ```
/// use siting::network::{TravelOptions, Unit};
/// let options = TravelOptions::default().cutoff(900.0).unit(Unit::Seconds).speed(60.0);
/// assert_eq!(options.cutoff, Some(900.0));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TravelOptions {
    /// Dearest walk that is stored, included, access legs counted; `None` for any. 15 by default.
    pub cutoff: Option<f64>,
    /// The unit of cut-off and costs; minutes by default.
    pub unit: Unit,
    /// Walking speed in metres per minute: one for all (75 by default), or one for each demand point.
    pub speed: Vec<f64>,
    /// Stops the search from another thread.
    pub cancel: CancelToken,
}

impl Default for TravelOptions {
    fn default() -> Self {
        Self { cutoff: Some(15.0), unit: Unit::default(), speed: vec![75.0], cancel: CancelToken::new() }
    }
}

impl TravelOptions {
    /// Sets the dearest walk that is stored; `None` for any.
    #[must_use]
    pub fn cutoff(self, cutoff: impl Into<Option<f64>>) -> Self {
        Self { cutoff: cutoff.into(), ..self }
    }

    /// Sets the unit of cut-off and costs.
    #[must_use]
    pub fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// Sets one walking speed for all, in metres per minute.
    #[must_use]
    pub fn speed(self, speed: f64) -> Self {
        Self { speed: vec![speed], ..self }
    }

    /// Sets the walking speed of each demand point, in metres per minute: elders walk slower.
    #[must_use]
    pub fn speeds(self, speeds: impl Into<Vec<f64>>) -> Self {
        Self { speed: speeds.into(), ..self }
    }

    /// Sets the token that stops the search.
    #[must_use]
    pub fn cancel(self, cancel: CancelToken) -> Self {
        Self { cancel, ..self }
    }
}

impl Network {
    /// The cost of walking from each demand point to each site within the cut-off.
    ///
    /// A walk goes from the point to its street (access leg), along the streets, and from the street to the site. Two
    /// places on one edge walk along it directly where its direction allows it; the walk between two points that join at
    /// the same place costs their access legs. Costs are exact to less than 1 cm of walk.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] for the cut-off, [`Error::NotANumber`], [`Error::OutOfRange`] and [`Error::WrongLength`] for
    /// speeds, [`Error::IndexOutOfBounds`] for places that were joined to another network, [`Error::Empty`] without
    /// places, [`Error::Interrupted`] when the token was cancelled.
    ///
    /// ```
    /// use siting::network::{JoinOptions, Network, Streets, TravelOptions};
    ///
    /// // Along the street and round the corner: 75 m + 75 m.
    /// let nodes = vec![[0.0, 0.0], [75.0, 0.0], [75.0, 75.0]];
    /// let net = Network::new(Streets { nodes, from: vec![0, 1], to: vec![1, 2], ..Streets::default() })?;
    /// let homes = net.join(&[[0.0, 0.0], [60.0, 0.0]], &JoinOptions::default())?;
    /// let spaces = net.join(&[[75.0, 75.0]], &JoinOptions::default())?;
    /// let travel = net.travel(&homes, &spaces, &TravelOptions::default())?;
    /// assert_eq!((travel.cost(0, 0), travel.cost(1, 0)), (Some(2.0), Some(1.2)));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn travel(&self, demand: &Joined, sites: &Joined, options: &TravelOptions) -> Result<TravelMatrix, Error> {
        TravelMatrix::check_size(demand.len(), sites.len())?;
        if let Some(cutoff) = options.cutoff {
            check_cutoff(cutoff)?;
        }
        if options.speed.len() != 1 {
            check_length("speed", options.speed.len(), demand.len(), "one for all, or one per demand point")?;
        }
        check_speeds(&options.speed)?;
        for (argument, joined) in [("demand", demand), ("sites", sites)] {
            self.check_joined(argument, joined)?;
        }
        let groups = groups(options, demand.len());
        let farthest = groups.iter().map(|group| group.limit).fold(0.0, f64::max);
        let scale = Scale::of(farthest);
        match scale {
            Scale::Narrow(_) => Question { network: self, demand, sites, options, scale }.answer::<u32>(&groups),
            Scale::Wide(_) => Question { network: self, demand, sites, options, scale }.answer::<u64>(&groups),
        }
    }

    /// Refuses places that were joined to a network with more edges.
    pub(super) fn check_joined(&self, argument: &'static str, joined: &Joined) -> Result<(), Error> {
        let len = self.streets().n_edges();
        match joined.entries.iter().position(|entry| entry.edge as usize >= len) {
            None => Ok(()),
            Some(position) => Err(Error::IndexOutOfBounds {
                argument,
                position,
                index: joined.entries.get(position).map_or(len, |entry| entry.edge as usize),
                len,
                counted: "edges here: it was joined to another network",
            }),
        }
    }
}

/// Demand points of one speed.
struct Group {
    speed: f64,
    /// Metres of walk within the cut-off; infinity without one.
    limit: f64,
    places: Vec<u32>,
}

/// One group for each speed, in the order of first appearance.
fn groups(options: &TravelOptions, n_demand: usize) -> Vec<Group> {
    let group = |speed: f64| Group {
        speed,
        limit: options.cutoff.map_or(f64::INFINITY, |cutoff| cutoff * options.unit.metres(speed)),
        places: Vec::new(),
    };
    let mut groups: Vec<Group> = Vec::new();
    let one = options.speed.first().copied().filter(|_| options.speed.len() == 1 || options.unit == Unit::Metres);
    if let Some(speed) = one {
        groups.push(Group { places: (0_u32..).take(n_demand).collect(), ..group(speed) });
        return groups;
    }
    let mut known = rustc_hash::FxHashMap::default();
    for (place, &speed) in (0_u32..).zip(&options.speed) {
        let at = *known.entry(speed.to_bits()).or_insert_with(|| {
            groups.push(group(speed));
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.places.push(place);
        }
    }
    groups
}

/// What one group found: rows of (place of the other side, weight).
struct Found<W> {
    /// Whether rows are those of sites.
    by_site: bool,
    /// Places of the rows, ascending.
    places: Vec<u32>,
    rows: Vec<Vec<(u32, W)>>,
    /// Weight of one unit of cost.
    per_cost: f64,
    units: f64,
}

struct Question<'a> {
    network: &'a Network,
    demand: &'a Joined,
    sites: &'a Joined,
    options: &'a TravelOptions,
    scale: Scale,
}

impl Question<'_> {
    fn answer<W: Weight>(&self, groups: &[Group]) -> Result<TravelMatrix, Error> {
        let found = groups.iter().map(|group| self.group(group)).collect::<Result<Vec<_>, _>>()?;
        let sparse = self.assemble::<W>(&found);
        Ok(TravelMatrix::from_sparse(sparse, self.sites.len())?.with_cutoff(self.options.cutoff))
    }

    fn group<W: Weight>(&self, group: &Group) -> Result<Found<W>, Error> {
        let effort = Effort::new(self.network, self.options.unit, group.speed, self.scale);
        let limit = if group.limit.is_finite() { effort.access::<W>(group.limit).min(W::MOST) } else { W::MOST };
        let by_site = self.sites.len() < group.places.len();
        let sites: Vec<u32> = (0_u32..).take(self.sites.len()).collect();
        let (sources, places, targets, target_places) = if by_site {
            (self.sites, sites, self.demand, group.places.clone())
        } else {
            (self.demand, group.places.clone(), self.sites, sites)
        };
        let arcs = Arcs::new(self.network, &effort.weights::<W>(), by_site);
        let targets = Targets::new(self.network, &effort, targets, &target_places, by_site);
        let rows = self.rows(&effort, &arcs, sources, &places, &targets, limit)?;
        let per_cost = self.options.unit.metres(group.speed);
        Ok(Found { by_site, places, rows, per_cost, units: self.scale.units() })
    }

    /// One row for each source; from demand points the targets ascend.
    fn rows<W: Weight>(
        &self,
        effort: &Effort,
        arcs: &Arcs<'_, W>,
        sources: &Joined,
        places: &[u32],
        targets: &Targets<W>,
        limit: W,
    ) -> Result<Vec<Vec<(u32, W)>>, Error> {
        let reversed = targets.reversed;
        let network = self.network;
        let proceed = || !self.options.cancel.is_cancelled();
        let n_nodes = network.graph().n_nodes();
        // Sources along the curve: neighbours search the same part of memory.
        let first = |place: u32| seeds::<W>(network, effort, sources, place, reversed).next().map(|seed| seed.0);
        let mut order: Vec<(Option<u32>, usize)> =
            places.iter().enumerate().map(|(at, &place)| (first(place), at)).collect();
        order.sort_unstable();
        let pool = Pool::new();
        let found: Vec<Option<Vec<(u32, W)>>> = order
            .par_iter()
            .map(|&(_, at)| {
                let place = places.get(at).copied()?;
                if !proceed() {
                    return None;
                }
                let new = || Room {
                    search: Search::new(n_nodes),
                    met: Met { best: vec![W::NEVER; targets.count], hit: Vec::new() },
                };
                pool.with(new, |room| {
                    let from = seeds(network, effort, sources, place, reversed);
                    if !room.search.run(arcs, from, limit, proceed) {
                        return None;
                    }
                    targets.meet(room, limit);
                    for entry in sources.entries(place as usize).iter().filter(|entry| entry.within) {
                        targets.meet_on_edge(network, effort, entry, &mut room.met, limit);
                    }
                    if !reversed {
                        // Rows of demand points are rows of the matrix; those of sites are sorted when transposed.
                        room.met.hit.sort_unstable();
                    }
                    Some(room.met.row())
                })
            })
            .collect();
        let mut rows = vec![Vec::new(); places.len()];
        for ((_, at), row) in order.into_iter().zip(found) {
            let row = row.ok_or(Error::Interrupted { what: "the search for walking times" })?;
            if let Some(slot) = rows.get_mut(at) {
                *slot = row;
            }
        }
        Ok(rows)
    }

    /// Rows by demand point from rows by either side; each demand point is in one group.
    fn assemble<W: Weight>(&self, found: &[Found<W>]) -> Sparse {
        let n_demand = self.demand.len();
        let mut start = vec![0_usize; n_demand + 1];
        for group in found {
            for (&place, row) in group.places.iter().zip(&group.rows) {
                if group.by_site {
                    for &(demand, _) in row {
                        start[demand as usize + 1] += 1;
                    }
                } else {
                    start[place as usize + 1] += row.len();
                }
            }
        }
        for i in 0..n_demand {
            start[i + 1] += start[i];
        }
        let n_pairs = start.last().copied().unwrap_or_default();
        let (mut index, mut cost) = (vec![0_u32; n_pairs], vec![0.0; n_pairs]);
        // Each thread fills the rows of a range of demand points.
        let n_parts = rayon::current_num_threads().min(n_demand).max(1);
        let mut parts = Vec::with_capacity(n_parts);
        let (mut indices, mut costs, mut first) = (index.as_mut_slice(), cost.as_mut_slice(), 0);
        for part in 1..=n_parts {
            let end = if part == n_parts {
                n_demand
            } else {
                start.partition_point(|&at| at < n_pairs / n_parts * part).clamp(first, n_demand)
            };
            let (own, rest) = indices.split_at_mut(start[end] - start[first]);
            let (own_costs, rest_costs) = costs.split_at_mut(start[end] - start[first]);
            parts.push((first..end, own, own_costs));
            (indices, costs, first) = (rest, rest_costs, end);
        }
        parts.into_par_iter().for_each(|(range, index, cost)| self.fill(found, &start, range, index, cost));
        Sparse { start, index, cost }
    }

    /// Fills the rows of a range of demand points.
    fn fill<W: Weight>(
        &self,
        found: &[Found<W>],
        start: &[usize],
        range: std::ops::Range<usize>,
        index: &mut [u32],
        cost: &mut [f64],
    ) {
        let first = start[range.start];
        let mut next: Vec<usize> = start[range.clone()].iter().map(|at| at - first).collect();
        let most = self.options.cutoff.unwrap_or(f64::INFINITY);
        let mut put = |demand: u32, site: u32, weight: W, found: &Found<W>| {
            let slot = &mut next[demand as usize - range.start];
            index[*slot] = site;
            // The division must not carry a walk of just the cut-off beyond it.
            cost[*slot] = (weight.float() / found.units / found.per_cost).min(most);
            *slot += 1;
        };
        for group in found {
            for (&place, row) in group.places.iter().zip(&group.rows) {
                if group.by_site {
                    // Sites ascend, so that each demand point gets its own in order.
                    for &(demand, weight) in row.iter().filter(|entry| range.contains(&(entry.0 as usize))) {
                        put(demand, place, weight, group);
                    }
                } else if range.contains(&(place as usize)) {
                    for &(site, weight) in row {
                        put(place, site, weight, group);
                    }
                }
            }
        }
    }
}

/// Room for one search and what it meets.
struct Room<W: Weight> {
    search: Search<W>,
    met: Met<W>,
}

/// The least weight of each place met, and which were.
struct Met<W> {
    best: Vec<W>,
    hit: Vec<u32>,
}

impl<W: Weight> Met<W> {
    #[inline]
    fn meet(&mut self, target: u32, weight: W, limit: W) {
        let known = &mut self.best[target as usize];
        if weight <= limit && weight < *known {
            if *known == W::NEVER {
                self.hit.push(target);
            }
            *known = weight;
        }
    }

    /// The places met, in the order of their first meeting; wipes them for the next search.
    fn row(&mut self) -> Vec<(u32, W)> {
        let row = self.hit.iter().map(|&target| (target, self.best[target as usize])).collect();
        for &target in &self.hit {
            self.best[target as usize] = W::NEVER;
        }
        self.hit.clear();
        row
    }
}

/// The places to be reached, by the nodes next to them and by their edges.
struct Targets<W> {
    /// Number of places, those of other groups included.
    count: usize,
    reversed: bool,
    /// Where the places next to each node (by rank) start.
    start: Vec<u32>,
    /// Place, and weight between node and place.
    next: Vec<(u32, W)>,
    /// Entries inside an edge, by edge and fraction.
    inside: Vec<Inside<W>>,
}

/// An entry of a place between the ends of an edge.
struct Inside<W> {
    edge: u32,
    fraction: f64,
    place: u32,
    access: W,
}

impl<W: Weight> Targets<W> {
    fn new(network: &Network, effort: &Effort, joined: &Joined, places: &[u32], reversed: bool) -> Self {
        let usable = || {
            places.iter().flat_map(|&place| {
                joined.entries(place as usize).iter().filter(|entry| entry.within).map(move |entry| (place, entry))
            })
        };
        let next_to = |(place, entry)| {
            next_nodes::<W>(network, effort, entry, reversed, Way::In).map(move |(node, weight)| (node, place, weight))
        };
        let mut start = vec![0_u32; network.graph().n_nodes() + 1];
        for (node, ..) in usable().flat_map(next_to) {
            start[node as usize + 1] += 1;
        }
        for i in 1..start.len() {
            start[i] += start[i - 1];
        }
        let mut free = start.clone();
        let mut next = vec![(0, W::NEVER); start.last().copied().unwrap_or_default() as usize];
        for (node, place, weight) in usable().flat_map(next_to) {
            let slot = &mut free[node as usize];
            next[*slot as usize] = (place, weight);
            *slot += 1;
        }
        let interior = usable().filter(|(_, entry)| entry.fraction > 0.0 && entry.fraction < 1.0);
        let mut inside: Vec<_> = interior
            .map(|(place, entry)| {
                let access = effort.access::<W>(entry.access);
                Inside { edge: entry.edge, fraction: entry.fraction, place, access }
            })
            .collect();
        inside.sort_by(|a, b| a.edge.cmp(&b.edge).then(a.fraction.total_cmp(&b.fraction)).then(a.place.cmp(&b.place)));
        Self { count: joined.len(), reversed, start, next, inside }
    }

    /// Meets the places next to the nodes that a search has reached.
    fn meet(&self, room: &mut Room<W>, limit: W) {
        for (node, weight) in room.search.reached() {
            let (from, to) = (self.start[node as usize] as usize, self.start[node as usize + 1] as usize);
            for &(target, beside) in &self.next[from..to] {
                room.met.meet(target, weight.plus(beside), limit);
            }
        }
    }

    /// Meets the places on the same edge as an entry of the source, straight along the edge.
    fn meet_on_edge(&self, network: &Network, effort: &Effort, entry: &Entry, met: &mut Met<W>, limit: W) {
        let (there, back) = walked(network.streets().direction(entry.edge as usize), self.reversed);
        let own = effort.access::<W>(entry.access);
        // Whether there may be more in that direction.
        let mut straight = |inside: &Inside<W>| {
            let along = effort.part::<W>(entry.edge, (inside.fraction - entry.fraction).abs()).plus(own);
            met.meet(inside.place, along.plus(inside.access), limit);
            along <= limit
        };
        let key = (entry.edge, entry.fraction);
        let (before, from_here) =
            self.inside.split_at(self.inside.partition_point(|inside| (inside.edge, inside.fraction) < key));
        let here = from_here.iter().take_while(|inside| (inside.edge, inside.fraction) == key).count();
        let (here, after) = from_here.split_at(here);
        for inside in here {
            straight(inside);
        }
        if there {
            after.iter().take_while(|inside| inside.edge == entry.edge).all(&mut straight);
        }
        if back {
            before.iter().rev().take_while(|inside| inside.edge == entry.edge).all(&mut straight);
        }
    }
}
