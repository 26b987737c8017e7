//! Better plans by solving parts of a plan anew: some neighbouring clusters with all their demand points, and the sites
//! among which their medians are chosen again.
//!
//! Each part is a small problem of the same kind, solved by the same branch and bound below the cost that it has now.
//! Several parts without a site in common are solved at once, the same ones whatever the number of threads.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::ascent::Climb;
use super::found::Found;
use super::part::Part;
use super::tree::{self, Way};
use crate::engine::random::Random;
use crate::engine::serve::problem::Serve;
use crate::solve::{Control, PRECISION, Phase};

/// How hard parts are searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Demand points in a part, one level after another.
    levels: &'static [usize],
    /// Most nodes for a part.
    nodes: u64,
    /// A part must get better by this share of what it costs.
    least: f64,
}

/// Efforts, one after another.
pub(super) const EFFORTS: [Effort; 4] = [
    Effort { levels: &[16, 28, 45], nodes: 16, least: 5e-3 },
    Effort { levels: &[28, 45, 70], nodes: 60, least: 1e-3 },
    Effort { levels: &[45, 70, 110], nodes: 240, least: PRECISION },
    Effort { levels: &[70, 110, 160], nodes: 600, least: PRECISION },
];
/// Parts that are solved at once.
const BATCH: usize = 16;
/// Sites near each demand point of a part that may open in it.
const CANDIDATES: usize = 8;
/// How a part is searched.
const WAY: Way = Way {
    round: 1,
    nodes_per_plan: 4,
    nodes: 0,
    climb: Climb { steps: 60, pace: 1.0, patience: 8, least: 0.05 },
    tells: false,
};

/// The search for better plans around a plan.
pub(super) struct Neighbourhoods<'a> {
    serve: &'a Serve,
    whole: &'a Part,
    /// Prices of all demand points, from which parts start.
    price: Vec<f64>,
    pub best: Found,
    members: Vec<Vec<u32>>,
    random: Random,
    /// Parts that did not get better, by hash.
    failed: FxHashSet<u64>,
}

/// A part of a plan.
struct Region {
    sites: Vec<usize>,
    points: Vec<usize>,
    /// The open ones of the sites.
    clusters: Vec<usize>,
    cost: f64,
}

impl Region {
    fn hash(&self, effort: Effort) -> u64 {
        FxBuildHasher.hash_one((&self.sites, &self.points, self.cost.to_bits(), effort.nodes))
    }
}

impl<'a> Neighbourhoods<'a> {
    pub fn new(serve: &'a Serve, whole: &'a Part, price: Vec<f64>, best: Found, seed: u64) -> Self {
        let mut found = Self {
            serve,
            whole,
            price,
            best,
            members: Vec::new(),
            random: Random::of_seed(seed),
            failed: FxHashSet::default(),
        };
        found.collect();
        found
    }

    /// Takes a better plan and makes it better still where it is new.
    pub fn take(&mut self, better: Found, control: &Control) -> Found {
        let changed = (0..better.open.len()).filter(|&j| better.open[j] && !self.best.open[j]).collect();
        self.best = better;
        self.collect();
        self.improve(Some(changed), EFFORTS[1], Phase::Bound, control);
        self.best.clone()
    }

    fn collect(&mut self) {
        self.members = vec![Vec::new(); self.serve.n_sites()];
        for (i, &site) in (0_u32..).zip(&self.best.site) {
            self.members[site as usize].push(i);
        }
    }

    /// Solves parts anew around these sites, or everywhere, until none gets better.
    pub fn improve(&mut self, around: Option<Vec<usize>>, effort: Effort, phase: Phase, control: &Control) {
        let open = |found: &Self| (0..found.best.open.len()).filter(|&j| found.best.open[j]).collect::<Vec<_>>();
        for &level in effort.levels {
            let mut seeds = around.clone().unwrap_or_else(|| open(self));
            self.random.shuffle(&mut seeds);
            let mut waiting: VecDeque<usize> = seeds.into();
            while !waiting.is_empty() {
                if control.stop().is_some() {
                    return;
                }
                let regions = self.batch(&mut waiting, level);
                let solved: Vec<Option<Found>> =
                    regions.par_iter().map(|region| self.solve(region, effort, control)).collect();
                let mut changed = Vec::new();
                for (region, found) in regions.iter().zip(solved) {
                    if let Some(found) = found {
                        self.apply(region, &found);
                        changed.extend(region.sites.iter().filter(|&&j| self.best.open[j]));
                    } else if control.stop().is_none() {
                        self.failed.insert(region.hash(effort));
                    }
                }
                if !changed.is_empty() {
                    control.incumbent(phase, self.serve.objective(self.best.cost));
                    for j in changed {
                        if !waiting.contains(&j) {
                            waiting.push_back(j);
                        }
                    }
                }
            }
        }
    }

    /// Parts around the next sites that wait, without a site in common.
    fn batch(&self, waiting: &mut VecDeque<usize>, level: usize) -> Vec<Region> {
        let mut used = vec![false; self.serve.n_sites()];
        let mut regions = Vec::new();
        let mut later = Vec::new();
        while regions.len() < BATCH
            && let Some(seed) = waiting.pop_front()
        {
            if !self.best.open[seed] || self.members[seed].is_empty() {
                continue;
            }
            match self.region(seed, level, &mut used) {
                Some(region) => regions.push(region),
                None => later.push(seed),
            }
            if later.len() > 2 * BATCH {
                break;
            }
        }
        for seed in later.into_iter().rev() {
            waiting.push_front(seed);
        }
        regions
    }

    /// The clusters around a site with so many demand points; `None` where one of them is used already.
    fn region(&self, seed: usize, level: usize, used: &mut [bool]) -> Option<Region> {
        let mut clusters = vec![seed];
        let mut points: Vec<usize> = self.members[seed].iter().map(|&i| i as usize).collect();
        while points.len() < level {
            let Some(next) = self.nearest_cluster(&clusters, &points) else { break };
            clusters.push(next);
            points.extend(self.members[next].iter().map(|&i| i as usize));
        }
        if clusters.iter().any(|&j| used[j]) || clusters.len() < 2 {
            return if clusters.len() < 2 { Some(self.nothing()) } else { None };
        }
        // An open site that serves nobody may do so here.
        let idle = |&j: &usize| self.best.open[j] && self.members[j].is_empty() && !used[j] && !self.serve.must_open[j];
        clusters.extend((0..used.len()).find(idle));
        let mut sites = clusters.clone();
        clusters.iter().for_each(|&j| used[j] = true);
        for &i in &points {
            let may_open = |&j: &usize| !self.best.open[j] || clusters.contains(&j);
            for j in self.near(i).filter(may_open).take(CANDIDATES) {
                if !used[j] {
                    used[j] = true;
                    sites.push(j);
                }
            }
        }
        points.sort_unstable();
        sites.sort_unstable();
        let cost = points.iter().map(|&i| self.cost(i)).sum::<f64>()
            + clusters.iter().map(|&j| self.serve.charge[j]).sum::<f64>();
        Some(Region { sites, points, clusters, cost })
    }

    fn nothing(&self) -> Region {
        Region { sites: Vec::new(), points: Vec::new(), clusters: Vec::new(), cost: 0.0 }
    }

    /// The sites that may serve a demand point, the cheapest first; none where the whole leaves no choice.
    fn near(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let at = u32::try_from(i).ok().and_then(|i| self.whole.point.binary_search(&i).ok());
        let pairs = at.map_or(&[][..], |at| &self.whole.pairs[self.whole.range(at)]);
        pairs.iter().map(|pair| self.whole.site[pair.site as usize] as usize)
    }

    fn cost(&self, i: usize) -> f64 {
        self.serve.pair(i, self.best.site[i]).map_or(0.0, |pair| pair.cost)
    }

    /// The open site, not among the clusters, that most demand points of them would go to first.
    fn nearest_cluster(&self, clusters: &[usize], points: &[usize]) -> Option<usize> {
        let mut votes: Vec<(usize, f64)> = Vec::new();
        for &i in points {
            let serves = |&j: &usize| self.best.open[j] && !self.members[j].is_empty() && !clusters.contains(&j);
            for (rank, j) in (1..=2).zip(self.near(i).filter(serves)) {
                let vote = 1.0 / f64::from(rank);
                match votes.iter_mut().find(|(known, _)| *known == j) {
                    Some((_, votes)) => *votes += vote,
                    None => votes.push((j, vote)),
                }
            }
        }
        votes.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(j, _)| j)
    }

    fn solve(&self, region: &Region, effort: Effort, control: &Control) -> Option<Found> {
        if region.clusters.is_empty() || self.failed.contains(&region.hash(effort)) {
            return None;
        }
        let counted = region.clusters.iter().filter(|&&j| self.serve.counted[j]).count();
        let part = self.serve.part(&region.points, &region.sites, self.serve.p.map(|_| counted));
        let root = Part::of(&part)?;
        let price = region.points.iter().map(|&i| self.price[i]).collect();
        let below = region.cost - effort.least * region.cost.abs();
        let root = (Arc::new(root), price, f64::NEG_INFINITY);
        let found =
            tree::search(&part, root, (below, below), Way { nodes: effort.nodes, ..WAY }, control, |found| found)
                .best?;
        (found.cost < below).then_some(found)
    }

    /// Takes a better plan of a part over.
    fn apply(&mut self, region: &Region, found: &Found) {
        for (&j, &open) in region.sites.iter().zip(&found.open) {
            self.best.open[j] = open;
            self.members[j].clear();
        }
        for (&i, &site) in region.points.iter().zip(&found.site) {
            let j = region.sites[site as usize];
            // Sites of a part are those of the whole, whose numbers are u32.
            self.best.site[i] = u32::try_from(j).unwrap_or(u32::MAX);
            self.members[j].extend(u32::try_from(i));
        }
        self.best.cost += found.cost - region.cost;
    }
}
