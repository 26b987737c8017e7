//! Who is served where, best of all, when the open sites are given and demand may split: a transportation problem.
//!
//! Every demand point first goes to its cheapest open site, as if there were no limits; then what is too much at a site
//! moves along shortest paths of exchanges between sites to where there is room (successive shortest paths with
//! potentials, Ahuja, Magnanti and Orlin 1993, "Network flows", section 9.7). The nodes are the open sites, *nowhere* (a
//! site without limits, at which demand stays unserved), and the *sink*, which takes L_j to κ_j from each site j.
//!
//! The potentials are the prices of capacity: they tell the search which sites are worth opening and closing.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::columns::Ways;
use super::problem::{Serve, Serving};

/// One way to serve a demand point: a node and the price per unit of demand.
#[derive(Debug, Clone, Copy)]
struct Arc {
    node: u32,
    price: f64,
    walk: f64,
}

/// What is served where.
#[derive(Debug, Clone, Default)]
pub(crate) struct Served {
    /// Demand that the rules say must be served or used and is not; 0 when the open set works.
    pub violation: f64,
    /// Σ a_ij x_ij.
    pub cost: f64,
    /// For each demand point the sites that serve it with their shares, by ascending site.
    pub shares: Vec<Vec<(u32, f64)>>,
    /// What one more unit of capacity would save at each site (0 at closed ones).
    pub price: Vec<f64>,
    /// Entries looked at, a measure of time that does not depend on the machine.
    pub work: usize,
}

/// Serves as much as must be, then at the least cost.
pub(crate) fn serve(serve: &Serve, open: &[bool]) -> Served {
    let mut network = Network::new(serve, open);
    network.balance();
    network.result()
}

struct Network<'a> {
    serve: &'a Serve,
    /// Open sites by node.
    site: Vec<u32>,
    start: Vec<usize>,
    ways: Vec<Arc>,
    /// Demand point of each way.
    of: Vec<u32>,
    /// How much goes each way.
    amount: Vec<f64>,
    /// Ways in use at each node.
    used: Vec<Vec<u32>>,
    /// Best exchanges from each node: to node, extra price, by moving the amount of this way.
    exchanges: Vec<Vec<Exchange>>,
    stale: Vec<bool>,
    load: Vec<f64>,
    /// What the sink takes from each site.
    taken: Vec<f64>,
    capacity: Vec<f64>,
    min_use: Vec<f64>,
    potential: Vec<f64>,
    /// Where each demand point without demand is served.
    free: Vec<Option<u32>>,
    missing: f64,
    work: usize,
    tiny: f64,
    scratch: Vec<Option<usize>>,
}

#[derive(Debug, Clone, Copy)]
struct Exchange {
    to: u32,
    price: f64,
    walk: f64,
    way: u32,
}

/// How a node was reached: from which node, over which way (none: through the sink).
#[derive(Debug, Clone, Copy)]
struct Step {
    from: u32,
    way: Option<u32>,
}

impl<'a> Network<'a> {
    fn new(serve: &'a Serve, open: &[bool]) -> Self {
        let site: Vec<u32> = (0_u32..).zip(open).filter(|(_, open)| **open).map(|(j, _)| j).collect();
        let m = site.len();
        let total: f64 = serve.demand.iter().sum();
        let mut network = Self {
            serve,
            start: vec![0],
            ways: Vec::new(),
            of: Vec::new(),
            amount: Vec::new(),
            used: vec![Vec::new(); m + 1],
            exchanges: vec![Vec::new(); m + 1],
            stale: vec![true; m + 1],
            load: vec![0.0; m + 1],
            taken: vec![0.0; m + 1],
            capacity: site.iter().map(|&j| serve.capacity[j as usize]).chain([f64::INFINITY]).collect(),
            min_use: site.iter().map(|&j| serve.min_use[j as usize]).chain([0.0]).collect(),
            potential: vec![0.0; m + 2],
            free: Vec::new(),
            missing: 0.0,
            work: 0,
            tiny: 1e-12 * total,
            scratch: vec![None; m + 1],
            site,
        };
        network.collect(&Ways::of(serve, open));
        network.start_at_cheapest();
        network
    }

    /// The ways of each demand point; the last one leads nowhere.
    fn collect(&mut self, ways: &Ways) {
        let nowhere = self.nowhere();
        let unserved = self.serve.unserved_price(self.site.len());
        let mut node = vec![0; self.serve.n_sites()];
        for (at, &j) in (0_u32..).zip(&self.site) {
            node[j as usize] = at;
        }
        for (i, at) in (0_u32..).zip(0..self.serve.n_demand()) {
            if self.serve.demand[at] > 0.0 {
                let arcs = ways.get(at).iter();
                let arcs = arcs.map(|way| Arc { node: node[way.site as usize], price: way.unit, walk: way.walk });
                self.ways.extend(arcs.chain([Arc { node: nowhere, price: unserved, walk: 0.0 }]));
                self.of.resize(self.ways.len(), i);
            } else {
                let served = ways.free(at);
                if served.is_none() && self.serve.serving == Serving::All {
                    self.missing += 1.0;
                }
                self.free.push(served);
            }
            self.start.push(self.ways.len());
        }
        self.amount = vec![0.0; self.ways.len()];
        self.work += ways.len() + self.serve.n_demand();
    }

    fn nowhere(&self) -> u32 {
        u32::try_from(self.site.len()).unwrap_or(u32::MAX)
    }

    fn sink(&self) -> usize {
        self.site.len() + 1
    }

    fn start_at_cheapest(&mut self) {
        for i in 0..self.serve.n_demand() {
            let ways = self.start[i]..self.start[i + 1];
            let cheaper = |a: &usize, b: &usize| {
                let (a, b) = (self.ways[*a], self.ways[*b]);
                a.price.total_cmp(&b.price).then(a.walk.total_cmp(&b.walk))
            };
            let Some(best) = ways.min_by(cheaper) else { continue };
            let node = self.ways[best].node as usize;
            self.amount[best] = self.serve.demand[i];
            self.load[node] += self.serve.demand[i];
            self.used[node].extend(u32::try_from(best));
        }
        for node in 0..self.load.len() {
            self.taken[node] = self.load[node].min(self.capacity[node]).max(self.min_use[node]);
        }
    }

    /// What is too much at a node (below 0: what is missing); the sink's is the rest.
    fn excess(&self, node: usize) -> f64 {
        self.load[node] - self.taken[node]
    }

    /// Moves demand until no site has too much or too little, or no path is left.
    fn balance(&mut self) {
        let nodes = self.load.len();
        let mut at_sink: f64 = -(0..nodes).map(|node| self.excess(node)).sum::<f64>();
        let mut given_up = vec![false; nodes + 1];
        let mut rounds = 20 * (self.serve.n_demand() + nodes) + 100;
        loop {
            let source = (0..nodes).find(|&node| !given_up[node] && self.excess(node) > self.tiny);
            let source = source.or((!given_up[nodes] && at_sink > self.tiny).then_some(nodes));
            let Some(source) = source.filter(|_| rounds > 0) else { break };
            rounds -= 1;
            match self.shortest_path(source, at_sink) {
                Some((target, steps)) => {
                    let moved = self.push(source, target, &steps, at_sink);
                    if source == self.sink() {
                        at_sink -= moved;
                    }
                    if target == self.sink() {
                        at_sink += moved;
                    }
                }
                None => given_up[source] = true,
            }
        }
        // What could not be balanced: too much demand at a site, or a minimum use that is not met.
        let uneven: f64 = (0..nodes).map(|node| self.excess(node).abs()).filter(|excess| *excess > self.tiny).sum();
        self.missing += uneven;
    }

    /// Dijkstra's algorithm with reduced prices, to the nearest node where something is missing.
    fn shortest_path(&mut self, source: usize, at_sink: f64) -> Option<(usize, Vec<Option<Step>>)> {
        let sink = self.sink();
        let mut distance = vec![f64::INFINITY; sink + 1];
        let mut steps: Vec<Option<Step>> = vec![None; sink + 1];
        let mut done = vec![false; sink + 1];
        let mut settled = Vec::new();
        let mut heap = BinaryHeap::new();
        distance[source] = 0.0;
        heap.push(Label { distance: 0.0, walk: 0.0, node: source });
        let mut target = None;
        while let Some(Label { distance: reached, walk, node }) = heap.pop() {
            if done[node] {
                continue;
            }
            done[node] = true;
            settled.push(node);
            let lacking = if node == sink { at_sink < -self.tiny } else { self.excess(node) < -self.tiny };
            if lacking && node != source {
                target = Some(node);
                break;
            }
            let from = u32::try_from(node).ok()?;
            let mut relax = |to: usize, price: f64, further: f64, way: Option<u32>| {
                let reduced = (price + self.potential[node] - self.potential[to]).max(0.0);
                if reached + reduced < distance[to] {
                    distance[to] = reached + reduced;
                    steps[to] = Some(Step { from, way });
                    heap.push(Label { distance: distance[to], walk: walk + further, node: to });
                }
            };
            if node == sink {
                for to in 0..sink {
                    if self.taken[to] > self.min_use[to] + self.tiny {
                        relax(to, 0.0, 0.0, None);
                    }
                }
                self.work += sink;
                continue;
            }
            if self.taken[node] < self.capacity[node] - self.tiny {
                relax(sink, 0.0, 0.0, None);
            }
            if self.stale[node] {
                self.work += refresh(
                    &self.start,
                    &self.ways,
                    &self.of,
                    &self.used[node],
                    &mut self.exchanges[node],
                    &mut self.scratch,
                );
                self.stale[node] = false;
            }
            for exchange in &self.exchanges[node] {
                relax(exchange.to as usize, exchange.price, exchange.walk, Some(exchange.way));
            }
            self.work += self.exchanges[node].len();
        }
        let target = target?;
        let reached = distance[target];
        for node in settled {
            self.potential[node] += distance[node] - reached;
        }
        Some((target, steps))
    }

    /// Moves as much as the path allows; says how much.
    fn push(&mut self, source: usize, target: usize, steps: &[Option<Step>], at_sink: f64) -> f64 {
        let sink = self.sink();
        let mut path = Vec::new();
        let mut node = target;
        while node != source {
            let Some(step) = steps[node] else { return 0.0 };
            path.push((step.from as usize, step.way, node));
            node = step.from as usize;
        }
        let mut amount = if source == sink { at_sink } else { self.excess(source) };
        amount = amount.min(if target == sink { -at_sink } else { -self.excess(target) });
        for &(from, way, to) in &path {
            amount = amount.min(match way {
                Some(way) => self.amount[way as usize],
                None if to == sink => self.capacity[from] - self.taken[from],
                None => self.taken[to] - self.min_use[to],
            });
        }
        for &(from, way, to) in path.iter().rev() {
            match way {
                Some(way) => self.exchange(way as usize, from, to, amount),
                None if to == sink => self.taken[from] += amount,
                None => self.taken[to] -= amount,
            }
        }
        amount
    }

    /// Moves part of what goes one way to another node.
    fn exchange(&mut self, way: usize, from: usize, to: usize, amount: f64) {
        let i = self.of[way] as usize;
        // A crumb that is left over goes along, so that every exchange that is full leaves its node.
        let amount = if self.amount[way] - amount <= 1e-13 * self.serve.demand[i] { self.amount[way] } else { amount };
        self.amount[way] -= amount;
        self.load[from] -= amount;
        self.load[to] += amount;
        if self.amount[way] <= 0.0 {
            self.used[from].retain(|&used| used as usize != way);
            self.stale[from] = true;
        }
        let other = (self.start[i]..self.start[i + 1]).find(|&at| self.ways[at].node as usize == to);
        if let Some(other) = other {
            if self.amount[other] <= 0.0 {
                self.used[to].extend(u32::try_from(other));
                self.stale[to] = true;
            }
            self.amount[other] += amount;
        }
        self.work += self.start[i + 1] - self.start[i];
    }

    fn result(mut self) -> Served {
        let serve = self.serve;
        let nowhere = self.nowhere();
        let mut served = Served { violation: self.missing, work: self.work, ..Served::default() };
        served.price = vec![0.0; serve.n_sites()];
        let at_sink = self.potential[self.sink()];
        for (node, &j) in self.site.iter().enumerate() {
            served.price[j as usize] = at_sink - self.potential[node];
        }
        let mut weight = 0.0;
        let mut free = self.free.drain(..);
        for i in 0..serve.n_demand() {
            let demand = serve.demand[i];
            let mut shares = Vec::new();
            if demand == 0.0 {
                if let Some(Some(site)) = free.next() {
                    shares.push((site, 1.0));
                }
            } else {
                for at in self.start[i]..self.start[i + 1] {
                    let (way, share) = (self.ways[at], self.amount[at] / demand);
                    if way.node == nowhere {
                        if serve.serving == Serving::All && share > 1e-9 {
                            served.violation += self.amount[at];
                        }
                    } else if share > 0.0 {
                        shares.push((self.site[way.node as usize], share));
                    }
                }
            }
            clean(&mut shares, serve.serving == Serving::All);
            served.cost += serve.cost_of(i, &shares);
            weight += serve.weight[i] * shares.iter().map(|(_, share)| share).sum::<f64>();
            served.shares.push(shares);
        }
        if let Serving::Weight(wanted) = serve.serving {
            served.violation += serve.lacking(weight, wanted);
        }
        served
    }
}

/// Drops crumbs below 1e-9; whoever is served but for a crumb (or must be) is served wholly.
pub(crate) fn clean(shares: &mut Vec<(u32, f64)>, wholly: bool) {
    shares.retain(|(_, share)| *share > 1e-9);
    shares.sort_unstable_by_key(|(site, _)| *site);
    let sum: f64 = shares.iter().map(|(_, share)| share).sum();
    if let [(_, share)] = shares.as_mut_slice() {
        if *share > 1.0 - 1e-9 {
            *share = 1.0;
        }
    } else if sum > 1.0 - 1e-9 && (wholly || sum > 0.0) {
        for (_, share) in shares.iter_mut() {
            *share /= sum;
        }
    }
}

/// Finds the best exchange from a node to each other node.
fn refresh(
    start: &[usize],
    ways: &[Arc],
    of: &[u32],
    used: &[u32],
    exchanges: &mut Vec<Exchange>,
    scratch: &mut [Option<usize>],
) -> usize {
    exchanges.clear();
    let mut work = 0;
    for &way in used {
        let here = ways[way as usize];
        let i = of[way as usize] as usize;
        for there in &ways[start[i]..start[i + 1]] {
            if there.node == here.node {
                continue;
            }
            let found = Exchange { to: there.node, price: there.price - here.price, walk: there.walk - here.walk, way };
            match scratch[there.node as usize] {
                Some(at) => {
                    let best: &mut Exchange = &mut exchanges[at];
                    if (found.price, found.walk) < (best.price, best.walk) {
                        *best = found;
                    }
                }
                None => {
                    scratch[there.node as usize] = Some(exchanges.len());
                    exchanges.push(found);
                }
            }
        }
        work += start[i + 1] - start[i];
    }
    for exchange in exchanges.iter() {
        scratch[exchange.to as usize] = None;
    }
    work
}

/// A node in the queue: nearest first, of equally near ones the one with less walking, then the first.
struct Label {
    distance: f64,
    walk: f64,
    node: usize,
}

impl Ord for Label {
    fn cmp(&self, other: &Self) -> Ordering {
        other.distance.total_cmp(&self.distance).then(other.walk.total_cmp(&self.walk)).then(other.node.cmp(&self.node))
    }
}

impl PartialOrd for Label {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Label {}
