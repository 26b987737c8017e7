//! The search over the radii.

use super::bound::{Bounded, bound};
use super::branch::{Decided, decide};
use super::cover::{Cover, Settled};
use super::instance::Instance;
use crate::engine::heuristic::center::complete;
use crate::engine::heuristic::row_weights;
use crate::engine::{Ended, mip};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Limit, Phase, SolveOptions};

/// Subgradient rounds for each cover.
const ROUNDS: usize = 150;

/// Demand points that a cover starts with at most, when there are many.
const FEW: usize = 300;

/// Looked-at entries after which the descent gives a radius up.
const PATIENCE: usize = 50_000_000;

/// Of so many covers that trees find just below the best radius, one is followed by bisection.
const AT_TOP: usize = 4;

/// Up to so many pairs of demand points and sites, branch and bound looks at all demand points at once.
const WHOLE: usize = 20_000_000;

/// How hard a radius is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// Reductions and the Lagrangian bound.
    Bound,
    /// The linear relaxation of what these leave.
    Relaxation,
    /// Branch and bound.
    Tree,
}

/// What is known about a radius.
enum Verdict {
    /// This choice of local sites keeps it; the radius it has.
    Kept(Vec<u32>, f64),
    /// No plan keeps it, nor any radius below this.
    Impossible(f64),
    /// What was tried did not tell.
    Unknown,
    /// A limit came first.
    Stopped(Limit),
}

/// What the search found.
#[derive(Debug, Clone)]
pub(crate) struct Searched {
    /// The best choice of local sites found on the way; `None` when the start is as good.
    pub chosen: Option<Vec<u32>>,
    /// No plan has a smaller radius; infinite when there is no plan at all.
    pub bound: f64,
    /// How the search ended.
    pub ended: Ended,
    /// Branch-and-bound nodes.
    pub nodes: u64,
}

/// Searches for the smallest radius, starting from a known plan (its radius and local sites), if there is one.
///
/// With `own` means (bounds, reductions, few demand points first) the solver is asked last; without, it is asked about the
/// whole cover at every radius.
pub(crate) fn search(
    instance: &Instance,
    known: Option<(f64, Vec<u32>)>,
    own: bool,
    control: &Control,
) -> Result<Searched, Error> {
    let options = control.options.on_the_way();
    let mut search = Search::new(instance, own, control, &options);
    let least = instance.least_radius();
    control.bound(Phase::Bound, least);
    let (mut best, start) = known.map_or((f64::INFINITY, None), |(radius, sites)| (radius, Some(sites)));
    let mut chosen: Option<Vec<u32>> = None;
    let radii = instance.radii(least, best);
    // Radii before `low` are impossible; the one at `high`, or the known plan, is kept.
    let (mut low, mut high) = (0, radii.len());
    let mut ended = Ended::Complete;
    for &effort in search.efforts() {
        let hardest = effort == Effort::Tree;
        // Where an effort does not tell, it looks above.
        let mut from = low;
        // Whether there is a plan at all is the first question, and whether a new one is the best the next.
        let mut at_top = hardest || best == f64::INFINITY;
        let mut descends = own && hardest;
        let mut kept = 0;
        while from < high && ended == Ended::Complete {
            let sites = chosen.as_deref().or(start.as_deref()).filter(|_| std::mem::take(&mut descends));
            let (verdict, tested) = match sites.and_then(|sites| search.descend(sites, radii[low])) {
                Some((sites, radius)) => (Verdict::Kept(sites, radius), high),
                None => {
                    let middle = if at_top { high - 1 } else { from + (high - from) / 2 };
                    at_top = false;
                    (search.test(radii[middle], effort)?, middle)
                }
            };
            match verdict {
                Verdict::Kept(sites, radius) => {
                    let before = high;
                    high = radii.partition_point(|&value| value < radius);
                    best = radius;
                    chosen = Some(sites);
                    kept += 1;
                    at_top = hardest && (tested + 1 != before || own && kept % AT_TOP != 0);
                    descends = own && hardest && tested < before;
                    control.incumbent(Phase::Bound, radius);
                }
                Verdict::Impossible(next) => {
                    low = radii.partition_point(|&value| value < next).clamp(tested + 1, high);
                    from = low;
                    control.bound(Phase::Bound, radii.get(low).copied().unwrap_or(best));
                }
                Verdict::Unknown => from = tested + 1,
                Verdict::Stopped(limit) => ended = Ended::Limit(limit),
            }
            if ended == Ended::Complete && low < high && control.gap_reached() {
                ended = Ended::Limit(Limit::Gap);
            }
        }
    }
    let bound = if low < high { radii[low] } else { best };
    Ok(Searched { chosen, bound, ended, nodes: search.nodes })
}

struct Search<'a> {
    instance: &'a Instance,
    own: bool,
    control: &'a Control<'a>,
    inner: Control<'a>,
    /// Demand points that covers are asked for, in the order in which they came in.
    asked: Vec<u32>,
    is_asked: Vec<bool>,
    nodes: u64,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, own: bool, control: &'a Control<'a>, options: &'a SolveOptions) -> Self {
        let inner = control.on_the_way(options, Sense::Minimize);
        let mut search = Self {
            instance,
            own,
            control,
            inner,
            asked: Vec::new(),
            is_asked: vec![false; instance.n_demand()],
            nodes: 0,
        };
        if !own || instance.n_demand() <= FEW {
            search.ask(instance.demand().collect());
        }
        search
    }

    /// The efforts that are made at the radii, one after another.
    fn efforts(&self) -> &'static [Effort] {
        match (self.own, mip::has_live_lp(self.control)) {
            (true, true) => &[Effort::Bound, Effort::Relaxation, Effort::Tree],
            (true, false) => &[Effort::Bound, Effort::Tree],
            (false, _) => &[Effort::Tree],
        }
    }

    /// A plan with a smaller radius by exchanges of sites, as long as they bring one, down to a radius that none is below.
    fn descend(&self, sites: &[u32], least: f64) -> Option<(Vec<u32>, f64)> {
        let mut best: Option<(Vec<u32>, f64)> = None;
        let mut seed = self.control.options.seed;
        loop {
            let (sites, above) = best.as_ref().map_or((sites, f64::INFINITY), |(sites, radius)| (sites, *radius));
            seed = seed.wrapping_add(1);
            match row_weights::descend(self.instance, sites, least, PATIENCE, seed, self.control) {
                Some(found) if found.1 < above => best = Some(found),
                _ => return best,
            }
        }
    }

    fn ask(&mut self, demand: Vec<u32>) -> bool {
        let before = self.asked.len();
        for i in demand {
            if !self.is_asked[i as usize] {
                self.is_asked[i as usize] = true;
                self.asked.push(i);
            }
        }
        self.asked.len() > before
    }

    /// Whether some plan keeps a radius.
    fn test(&mut self, radius: f64, effort: Effort) -> Result<Verdict, Error> {
        if self.own {
            let mut all: Vec<u32> = self.instance.demand().collect();
            all.sort_by_key(|&i| self.instance.sites_within(i, radius).len());
            let apart = self.apart(&all, radius);
            self.ask(apart);
        }
        let mut refused: Vec<Vec<u32>> = Vec::new();
        loop {
            if let Some(limit) = self.control.stop() {
                return Ok(Verdict::Stopped(limit));
            }
            let chosen = match self.cover(radius, effort, &refused)? {
                Verdict::Kept(chosen, _) => chosen,
                other => return Ok(other),
            };
            if let Some(budget) = self.instance.budget
                && self.instance.money(&chosen) > budget
            {
                // The solver took its tolerance for money: whatever contains these sites is too dear as well.
                refused.push(chosen);
                continue;
            }
            let (plan, swapped) = complete(self.instance, &chosen, self.control);
            for kept in [&swapped, &plan] {
                if let Some(sites) = &kept.chosen
                    && kept.radius() <= radius
                {
                    return Ok(Verdict::Kept(sites.clone(), kept.radius()));
                }
            }
            let mut left_out: Vec<u32> =
                (0_u32..).zip(&plan.radii).filter(|(_, to_site)| **to_site > radius).map(|(i, _)| i).collect();
            left_out.sort_by(|&a, &b| plan.radii[b as usize].total_cmp(&plan.radii[a as usize]).then(a.cmp(&b)));
            let apart = self.apart(&left_out, radius);
            if !self.ask(apart) {
                let reason = format!("its cover of radius {radius} leaves out demand points that were asked for");
                return Err(Error::Solver { backend: self.control.options.backend.name(), reason });
            }
        }
    }

    /// The first of some demand points of which no two share a site within a radius: each needs a site of its own.
    fn apart(&self, demand: &[u32], radius: f64) -> Vec<u32> {
        let mut taken = vec![false; self.instance.n_sites()];
        let mut apart = Vec::new();
        for &i in demand.iter().filter(|&&i| !self.instance.is_served(i, radius)) {
            let sites = self.instance.sites_within(i, radius);
            if sites.iter().all(|&j| !taken[j as usize]) {
                sites.iter().for_each(|&j| taken[j as usize] = true);
                apart.push(i);
            }
        }
        apart
    }

    /// Looks for a cover of the demand points that are asked for.
    fn cover(&mut self, radius: f64, effort: Effort, refused: &[Vec<u32>]) -> Result<Verdict, Error> {
        let instance = self.instance;
        let mut cover = Cover::plain(instance, &self.asked, radius);
        let mut settled = Settled::default();
        while self.own && !cover.impossible {
            cover.reduce(instance, &settled);
            match bound(&cover, instance, ROUNDS, self.control) {
                Bounded::Impossible => return Ok(self.impossible(&self.asked, radius)),
                Bounded::Covered(columns) if refused.is_empty() && !cover.has_two_limits() => {
                    return Ok(Verdict::Kept(sites_of(&cover, &columns), radius));
                }
                Bounded::Unknown(more) if !more.is_empty() => settled = more,
                _ => break,
            }
        }
        if cover.impossible {
            return Ok(self.impossible(&self.asked, radius));
        }
        if effort == Effort::Bound {
            return Ok(Verdict::Unknown);
        }
        if self.own && mip::has_live_lp(self.control) {
            return self.decide(radius, effort == Effort::Tree);
        }
        let refused: Vec<Vec<u32>> = refused.iter().filter_map(|sites| columns_of(&cover, sites)).collect();
        let found = mip::solve(mip::center::any_cover(&cover, instance, &refused), &self.inner)?;
        self.nodes += found.nodes;
        self.control.nodes(Phase::Solver, self.nodes);
        match (found.values, found.ended) {
            (Some(values), _) => {
                let taken = (0_u32..).zip(&values).filter(|(_, y)| **y > 0.5).map(|(column, _)| column);
                Ok(Verdict::Kept(sites_of(&cover, &taken.collect::<Vec<_>>()), radius))
            }
            (None, Ended::Complete) => Ok(self.impossible(&self.asked, radius)),
            (None, Ended::Limit(limit)) => Ok(Verdict::Stopped(limit)),
        }
    }

    /// Decides whether a cover exists by its linear relaxation, or by the `whole` tree.
    fn decide(&mut self, radius: f64, whole: bool) -> Result<Verdict, Error> {
        let instance = self.instance;
        let all = instance.n_demand().saturating_mul(instance.n_sites()) <= WHOLE;
        let demand = if all { instance.demand().collect() } else { self.asked.clone() };
        let mut cover = Cover::plain(instance, &demand, radius);
        cover.reduce(instance, &Settled::default());
        if cover.impossible {
            return Ok(self.impossible(&demand, radius));
        }
        let (decided, nodes) = decide(&cover, instance, &self.is_asked, whole, &self.inner)?;
        self.nodes += nodes;
        self.control.nodes(Phase::Solver, self.nodes);
        Ok(match decided {
            Decided::Covered(columns) => Verdict::Kept(sites_of(&cover, &columns), radius),
            Decided::Impossible(demand) => {
                let verdict = self.impossible(&demand, radius);
                self.ask(demand);
                verdict
            }
            Decided::Open(demand) => {
                self.ask(demand);
                Verdict::Unknown
            }
            Decided::Stopped(limit) => Verdict::Stopped(limit),
        })
    }

    /// These demand points cannot be covered within a radius, nor within a larger one until more sites reach them.
    fn impossible(&self, demand: &[u32], radius: f64) -> Verdict {
        let unserved = demand.iter().filter(|&&i| !self.instance.is_served(i, radius));
        Verdict::Impossible(unserved.map(|&i| self.instance.next_radius(i, radius)).fold(f64::INFINITY, f64::min))
    }
}

/// The local sites of some columns, with those that every cover has.
fn sites_of(cover: &Cover, columns: &[u32]) -> Vec<u32> {
    let mut sites: Vec<u32> = columns.iter().map(|&column| cover.site[column as usize]).collect();
    sites.extend(&cover.fixed);
    sites.sort_unstable();
    sites
}

/// The columns of some local sites beside the fixed ones; `None` when the cover has lost one of the sites.
fn columns_of(cover: &Cover, sites: &[u32]) -> Option<Vec<u32>> {
    let free = sites.iter().filter(|site| !cover.fixed.contains(site));
    free.map(|site| cover.site.iter().position(|other| other == site).and_then(|at| u32::try_from(at).ok())).collect()
}
