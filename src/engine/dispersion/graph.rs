//! The graph that joins sites nearer than a distance, and its independent sets.
//!
//! Cliques bound an independent set: it takes at most one site of each. Branch and bound with such covers follows
//! Tomita and Kameda (2007), "An efficient branch-and-bound algorithm for finding a maximum clique with computational
//! experiments", Journal of Global Optimization 37, on sets of bits as in San Segundo et al. (2011).

use super::instance::Instance;
use crate::engine::bits::Bits;
use crate::solve::Control;

/// Work of the branch and bound, in looked-at words: about a second.
const WORK: usize = 400_000_000;

/// Sites that a distance leaves, and which of them are too near to each other.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    /// Local site of each vertex.
    pub site: Vec<u32>,
    /// For each vertex those that are too near.
    near: Vec<Bits>,
}

/// What the branch and bound found out.
#[derive(Debug, Clone)]
pub(crate) enum Independent {
    /// These local sites keep their distance from each other.
    Found(Vec<u32>),
    /// There are not so many.
    Impossible,
    /// The work ran out.
    Unknown,
}

impl Graph {
    /// The graph of all local sites that keep a distance from the open ones.
    pub fn of(instance: &Instance, distance: f64) -> Self {
        let mut vertex = vec![None; instance.n_sites()];
        let mut site = Vec::new();
        for (at, &to_open) in (0_u32..).zip(&instance.to_open) {
            if to_open >= distance {
                vertex[at as usize] = u32::try_from(site.len()).ok();
                site.push(at);
            }
        }
        let neighbours = |&at: &u32| {
            let mut near = Bits::new(site.len());
            let closer = instance.near(at).filter(|entry| entry.1 < distance);
            closer.filter_map(|entry| vertex[entry.0 as usize]).for_each(|other| near.set(other));
            near
        };
        let near = site.iter().map(neighbours).collect();
        Self { site, near }
    }

    /// Number of vertices.
    pub fn len(&self) -> usize {
        self.site.len()
    }

    /// Drops sites in whose place another is never worse: one that is too near to all that the other is too near to, and
    /// to the other itself. Only where nothing but the number of sites matters.
    pub fn drop_dominated(&mut self) {
        let mut left = Bits::new(self.len());
        let vertices = || (0_u32..).zip(&self.site).map(|(at, _)| at);
        vertices().for_each(|vertex| left.set(vertex));
        let mut near = self.near.clone();
        let mut changed = true;
        while changed {
            changed = false;
            for vertex in vertices() {
                if !left.has(vertex) {
                    continue;
                }
                let mut around = near[vertex as usize].clone();
                around.set(vertex);
                // Whatever this vertex can replace is one of its neighbours.
                for other in near[vertex as usize].clone().iter() {
                    let mut beyond = near[other as usize].clone();
                    beyond.set(other);
                    if around.is_subset(&beyond) {
                        left.clear(other);
                        changed = true;
                        for third in near[other as usize].clone().iter() {
                            near[third as usize].clear(other);
                        }
                    }
                }
            }
        }
        self.keep(&left);
    }

    /// The part of the graph over the sites that satisfy a condition.
    pub fn only(&self, wanted: impl Fn(u32) -> bool) -> Self {
        let mut left = Bits::new(self.len());
        let kept = (0_u32..).zip(&self.site).filter(|(_, site)| wanted(**site));
        kept.for_each(|(vertex, _)| left.set(vertex));
        let mut part = self.clone();
        part.keep(&left);
        part
    }

    fn keep(&mut self, left: &Bits) {
        let kept: Vec<u32> = left.iter().collect();
        let mut vertex = vec![None; self.len()];
        for (new, &old) in (0_u32..).zip(&kept) {
            vertex[old as usize] = Some(new);
        }
        let near = |old: &u32| {
            let mut near = Bits::new(kept.len());
            self.near[*old as usize]
                .iter()
                .filter_map(|other| vertex[other as usize])
                .for_each(|other| near.set(other));
            near
        };
        self.near = kept.iter().map(near).collect();
        self.site = kept.iter().map(|&old| self.site[old as usize]).collect();
    }

    /// Cliques that together hold every pair of vertices that are too near, each as large as greed makes it.
    pub fn cliques(&self) -> Vec<Vec<u32>> {
        let mut open = self.near.clone();
        let mut cliques = Vec::new();
        for a in (0_u32..).zip(&self.site).map(|(at, _)| at) {
            while let Some(b) = open[a as usize].first() {
                let mut clique = vec![a, b];
                let mut candidates = self.near[a as usize].clone();
                candidates.intersect(&self.near[b as usize]);
                while let Some(next) = candidates.first() {
                    clique.push(next);
                    candidates.intersect(&self.near[next as usize]);
                }
                for &member in &clique {
                    clique.iter().for_each(|&other| open[member as usize].clear(other));
                }
                clique.sort_unstable();
                cliques.push(clique);
            }
        }
        cliques
    }

    /// The most vertices that can keep their distance, bounded by cliques that hold every vertex.
    pub fn at_most(&self) -> usize {
        let mut left = Bits::new(self.len());
        (0_u32..).zip(&self.site).for_each(|(vertex, _)| left.set(vertex));
        let mut cliques = 0;
        while let Some(first) = left.first() {
            cliques += 1;
            let mut candidates = left.clone();
            let mut next = Some(first);
            while let Some(vertex) = next {
                left.clear(vertex);
                candidates.intersect(&self.near[vertex as usize]);
                next = candidates.first();
            }
        }
        cliques
    }

    /// Looks for so many vertices that keep their distance.
    pub fn independent(&self, wanted: usize, control: &Control) -> Independent {
        // Those with the fewest neighbours first: they are in most independent sets.
        let mut order: Vec<u32> = (0_u32..).zip(&self.site).map(|(at, _)| at).collect();
        order.sort_by_key(|&vertex| self.near[vertex as usize].count());
        let mut place = vec![0_u32; self.len()];
        for (at, &vertex) in (0_u32..).zip(&order) {
            place[vertex as usize] = at;
        }
        let renamed = |&vertex: &u32| {
            let mut near = Bits::new(self.len());
            self.near[vertex as usize].iter().for_each(|other| near.set(place[other as usize]));
            near
        };
        let near: Vec<Bits> = order.iter().map(renamed).collect();
        let mut all = Bits::new(self.len());
        order.iter().zip(0_u32..).for_each(|(_, at)| all.set(at));
        let mut branch =
            Branch { near: &near, wanted, chosen: Vec::new(), work: 0, words: self.len().div_ceil(64), control };
        match branch.expand(all) {
            Some(true) => {
                let mut sites: Vec<u32> =
                    branch.chosen.iter().map(|&at| self.site[order[at as usize] as usize]).collect();
                sites.sort_unstable();
                Independent::Found(sites)
            }
            Some(false) => Independent::Impossible,
            None => Independent::Unknown,
        }
    }
}

struct Branch<'a> {
    near: &'a [Bits],
    wanted: usize,
    chosen: Vec<u32>,
    work: usize,
    words: usize,
    control: &'a Control<'a>,
}

impl Branch<'_> {
    /// Whether enough of the candidates can join those chosen; `None` when the work ran out.
    fn expand(&mut self, mut candidates: Bits) -> Option<bool> {
        let Some(missing) = self.wanted.checked_sub(self.chosen.len()).filter(|&missing| missing > 0) else {
            return Some(true);
        };
        // The first missing - 1 cliques alone cannot hold enough: somebody outside must be chosen.
        let outside = self.outside(&candidates, missing - 1);
        for &vertex in outside.iter().rev() {
            if self.work > WORK || self.control.stop().is_some() {
                return None;
            }
            let mut rest = candidates.clone();
            rest.subtract(&self.near[vertex as usize]);
            rest.clear(vertex);
            self.work += 2 * self.words;
            self.chosen.push(vertex);
            match self.expand(rest) {
                Some(false) => {}
                known => return known,
            }
            self.chosen.pop();
            candidates.clear(vertex);
        }
        Some(false)
    }

    /// The candidates outside of the first few cliques of a greedy cover.
    fn outside(&mut self, candidates: &Bits, cliques: usize) -> Vec<u32> {
        let mut left = candidates.clone();
        for _ in 0..cliques {
            let mut clique = left.clone();
            let mut next = left.first();
            if next.is_none() {
                break;
            }
            while let Some(vertex) = next {
                left.clear(vertex);
                clique.intersect(&self.near[vertex as usize]);
                self.work += 2 * self.words;
                next = clique.first();
            }
        }
        left.iter().collect()
    }
}
