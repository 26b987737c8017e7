//! Small random street networks, and walks on them by the plain definition: every place a node, every way relaxed until
//! nothing changes.
#![allow(dead_code, reason = "each test file uses its own part")]

use proptest::prelude::*;
use siting::TravelMatrix;
use siting::network::{Beyond, Direction, JoinOptions, Joined, Network, Streets, Unit};

pub const INF: f64 = f64::INFINITY;

/// Streets on a coarse grid: parallel edges, loops, zero lengths, one-way edges and points on nodes are common.
pub fn streets() -> impl Strategy<Value = Streets> {
    let coordinate = || (-6_i32..6).prop_map(|at| f64::from(at) * 25.0);
    let point = move || (coordinate(), coordinate()).prop_map(|(x, y)| [x, y]);
    let edge = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::collection::vec(point(), 0..3));
    let direction =
        prop::sample::select(vec![Direction::Both, Direction::Both, Direction::Forward, Direction::Backward]);
    let figures = (0_u32..40, direction, 0_u32..30, 0_u32..5);
    let edges = prop::collection::vec((edge, figures), 1..25);
    (prop::collection::vec(point(), 1..14), edges, any::<[bool; 4]>()).prop_map(|(nodes, edges, [a, b, c, d])| {
        let mut streets = Streets { shape_starts: vec![0], ..Streets::default() };
        let (mut lengths, mut directions, mut penalties, mut factors) = (vec![], vec![], vec![], vec![]);
        for ((from, to, shape), (length, direction, penalty, factor)) in edges {
            streets.from.push(from.index(nodes.len()) as u32);
            streets.to.push(to.index(nodes.len()) as u32);
            streets.shape_points.extend(shape);
            streets.shape_starts.push(streets.shape_points.len() as u32);
            lengths.push(f64::from(length) * 12.5);
            directions.push(direction);
            penalties.push(f64::from(penalty));
            factors.push(f64::from(factor) * 0.5);
        }
        streets.nodes = nodes;
        streets.lengths = a.then_some(lengths);
        streets.directions = b.then_some(directions);
        streets.penalties = c.then_some(penalties);
        streets.factors = d.then_some(factors);
        streets
    })
}

pub fn places(n: usize) -> impl Strategy<Value = Vec<[f64; 2]>> {
    let coordinate = || prop_oneof![(-6_i32..6).prop_map(|at| f64::from(at) * 25.0), -180.0_f64..180.0];
    prop::collection::vec((coordinate(), coordinate()).prop_map(|(x, y)| [x, y]), 1..n)
}

/// Units of cost that an edge takes.
fn whole(net: &Network, edge: usize, unit: Unit, speed: f64) -> f64 {
    let streets = net.streets();
    let of = |values: &Option<Vec<f64>>, none| values.as_ref().map_or(none, |values: &Vec<f64>| values[edge]);
    let length = net.lengths()[edge];
    let minutes = length * of(&streets.factors, 1.0) / speed + of(&streets.penalties, 0.0) / 60.0;
    match unit {
        Unit::Minutes => minutes,
        Unit::Seconds => minutes * 60.0,
        Unit::Metres => length,
    }
}

pub fn per_metre(unit: Unit, speed: f64) -> f64 {
    match unit {
        Unit::Minutes => 1.0 / speed,
        Unit::Seconds => 60.0 / speed,
        Unit::Metres => 1.0,
    }
}

/// Costs from one place to all others by relaxing every way over and over (Bellman and Ford): the nodes, then every
/// entry as a node of its own in the middle of its edge.
pub fn plain(net: &Network, from: &Joined, place: usize, to: &Joined, unit: Unit, speed: f64) -> Vec<f64> {
    let streets = net.streets();
    let n = streets.nodes.len();
    let all = [from, to];
    let mut places_on: Vec<Vec<(f64, usize)>> = vec![Vec::new(); streets.n_edges()];
    let mut number = n;
    let mut names = [Vec::new(), Vec::new()];
    for (side, joined) in all.iter().enumerate() {
        for at in 0..joined.len() {
            for entry in joined.entries(at) {
                places_on[entry.edge as usize].push((entry.fraction, number));
                names[side].push((at, number, entry.access * per_metre(unit, speed), entry.within));
                number += 1;
            }
        }
    }
    let mut ways = Vec::new();
    for (edge, mut on_it) in places_on.into_iter().enumerate() {
        on_it.push((0.0, streets.from[edge] as usize));
        on_it.push((1.0, streets.to[edge] as usize));
        on_it.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Whoever stands at an end stands at the node.
        for &(fraction, name) in &on_it {
            for (end, node) in [(0.0, streets.from[edge]), (1.0, streets.to[edge])] {
                if fraction == end && (name >= n) {
                    ways.extend([(name, node as usize, 0.0), (node as usize, name, 0.0)]);
                }
            }
        }
        let inner: Vec<_> = on_it.iter().filter(|on| on.1 >= n && on.0 > 0.0 && on.0 < 1.0).copied().collect();
        let mut chain = vec![(0.0, streets.from[edge] as usize)];
        chain.extend(inner);
        chain.push((1.0, streets.to[edge] as usize));
        let (there, back) = streets.direction(edge).ways();
        for pair in chain.windows(2) {
            let cost = whole(net, edge, unit, speed) * (pair[1].0 - pair[0].0);
            let same = pair[0].0 == pair[1].0;
            if there || same {
                ways.push((pair[0].1, pair[1].1, cost));
            }
            if back || same {
                ways.push((pair[1].1, pair[0].1, cost));
            }
        }
    }
    let mut cost = vec![INF; number];
    for &(at, name, access, within) in &names[0] {
        if at == place && within {
            cost[name] = access;
        }
    }
    loop {
        let mut changed = false;
        for &(a, b, along) in &ways {
            if cost[a] + along < cost[b] {
                cost[b] = cost[a] + along;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut best = vec![INF; to.len()];
    for &(at, name, access, within) in &names[1] {
        if within {
            best[at] = f64::min(best[at], cost[name] + access);
        }
    }
    best
}

pub fn agree(travel: &TravelMatrix, demand: u32, plain: &[f64], cutoff: Option<f64>) -> Result<(), TestCaseError> {
    for (site, &expected) in (0_u32..).zip(plain) {
        // A unit is at least 1 m here; walks have at most 60 edges.
        let slack = 1e-3;
        match travel.cost(demand, site) {
            Some(cost) => prop_assert!((cost - expected).abs() <= slack, "{demand} to {site}: {cost} for {expected}"),
            None => prop_assert!(cutoff.map_or(expected == INF, |cutoff| expected > cutoff - slack), "{expected}"),
        }
        if let (Some(cost), Some(cutoff)) = (travel.cost(demand, site), cutoff) {
            prop_assert!(cost <= cutoff);
        }
    }
    Ok(())
}

pub fn open(max_snap: f64) -> JoinOptions {
    JoinOptions::default().max_snap(max_snap).beyond(Beyond::Unreachable)
}
