//! The p-center: greedy covers at a shrinking radius, farthest-first completion, and vertex substitution; without a budget
//! exchanges of sites with weights on demand points (`row_weights`) go on from there, with one restarts at random.
//!
//! Substitution follows Mladenović, Labbé and Hansen (2003), "Solving the p-center problem with tabu search and variable
//! neighborhood search", Networks 42: only a site nearer to a worst-served demand point than its present one can help.

use super::row_weights::descend;
use crate::engine::center::instance::Instance;
use crate::engine::random::Random;
use crate::solve::Control;

/// Work of the search with restarts, in looked-at entries: some hundredths of a second.
const WORK: usize = 10_000_000;

/// Nobody: the place of a second-nearest site where there is none, and of the sites that are open anyway.
const NONE: u32 = u32::MAX;

/// A good choice of local sites: exactly p of those that count where p is set, within the budget, and every demand point
/// in reach of one. `None` when the search finds none.
pub(crate) fn search(instance: &Instance, warm: Option<&[u32]>, seed: u64, control: &Control) -> Option<Vec<u32>> {
    let mut state = State::new(instance);
    let mut best: Option<(f64, Vec<u32>)> = None;
    if let Some(warm) = warm {
        state.reset(warm);
        state.complete();
        state.improve(control);
        keep_better(&mut best, &state);
    }
    if let Some(chosen) = shrinking_covers(instance, control) {
        state.reset(&chosen);
    } else {
        state.reset(&[]);
    }
    state.complete();
    state.improve(control);
    keep_better(&mut best, &state);
    if instance.budget.is_none() {
        let least = instance.least_radius();
        let better = best.as_ref().and_then(|(_, chosen)| descend(instance, chosen, least, WORK, seed, control));
        return better.map(|(chosen, _)| chosen).or(best.map(|(_, chosen)| chosen));
    }

    let mut random = Random::of_seed(seed);
    state.work = 0;
    let mut rounds = 0_usize;
    while let Some((radius, chosen)) = &best
        && *radius > instance.least_radius()
        && !chosen.is_empty()
        && chosen.len() < instance.n_sites()
        && state.work < WORK
        && rounds < 1_000
        && control.stop().is_none()
    {
        rounds += 1;
        let mut start = chosen.clone();
        for _ in 0..(2 + rounds % 4).min(chosen.len()) {
            start.swap_remove(random.below(start.len()));
        }
        state.reset(&start);
        // The first site comes back at random, the others where they are missed most.
        state.open_if_allowed(u32::try_from(random.below(instance.n_sites())).unwrap_or(0));
        state.complete();
        state.improve(control);
        state.work += instance.n_demand() + 1;
        keep_better(&mut best, &state);
    }
    best.map(|(_, chosen)| chosen)
}

fn keep_better(best: &mut Option<(f64, Vec<u32>)>, state: &State) {
    let radius = state.radius();
    if state.is_complete() && radius.is_finite() && best.as_ref().is_none_or(|(least, _)| radius < *least) {
        *best = Some((radius, state.chosen()));
    }
}

/// Bisects the radius and keeps the best greedy cover that obeys the rules.
fn shrinking_covers(instance: &Instance, control: &Control) -> Option<Vec<u32>> {
    let (mut low, mut high) = (instance.least_radius(), instance.greatest_radius());
    let mut best = greedy_cover(instance, high)?;
    for _ in 0..20 {
        if high <= low || control.stop().is_some() {
            break;
        }
        let middle = low + (high - low) / 2.0;
        match greedy_cover(instance, middle) {
            Some(cover) => {
                best = cover;
                high = middle;
            }
            None => low = middle,
        }
    }
    Some(best)
}

/// A cover of all demand points at a radius: always the site that covers most, or most for its money.
fn greedy_cover(instance: &Instance, radius: f64) -> Option<Vec<u32>> {
    let sites = || (0_u32..).zip(0..instance.n_sites()).map(|(j, _)| j);
    let mut covered: Vec<bool> = instance.served.iter().map(|served| *served <= radius).collect();
    let mut left = covered.iter().filter(|covered| !**covered).count();
    let mut gain: Vec<usize> =
        sites().map(|j| instance.demand_within(j, radius).iter().filter(|&&i| !covered[i as usize]).count()).collect();
    let (mut chosen, mut count, mut money) = (Vec::new(), 0, 0.0);
    while left > 0 {
        let mut best: Option<(f64, u32)> = None;
        for j in sites() {
            let at = j as usize;
            if gain[at] == 0 {
                continue;
            }
            let worth = gain[at] as f64 / if instance.cost[at] > 0.0 { instance.cost[at] } else { 1.0 };
            // What costs nothing comes first.
            let worth = if instance.budget.is_some() && instance.cost[at] == 0.0 { f64::INFINITY } else { worth };
            if best.is_none_or(|(most, _)| worth > most)
                && instance.allows(count + usize::from(instance.counted[at]), money + instance.cost[at])
            {
                best = Some((worth, j));
            }
        }
        let (_, j) = best?;
        chosen.push(j);
        count += usize::from(instance.counted[j as usize]);
        money += instance.cost[j as usize];
        for &i in instance.demand_within(j, radius) {
            if !covered[i as usize] {
                covered[i as usize] = true;
                left -= 1;
                for &k in instance.sites_within(i, radius) {
                    gain[k as usize] -= 1;
                }
            }
        }
    }
    Some(chosen)
}

/// A choice of local sites, completed.
pub(crate) struct Completed {
    /// The local sites; `None` when they break the rules.
    pub chosen: Option<Vec<u32>>,
    /// Radius of each demand point.
    pub radii: Vec<f64>,
}

impl Completed {
    fn of(state: &State) -> Self {
        Self { chosen: state.is_complete().then(|| state.chosen()), radii: state.first.clone() }
    }

    /// The radius of all.
    pub fn radius(&self) -> f64 {
        self.radii.iter().copied().fold(0.0, f64::max)
    }
}

/// Completes a choice of local sites to p, or as far as the budget goes, where it helps the worst served most; beside it
/// what swaps make of that.
pub(crate) fn complete(instance: &Instance, chosen: &[u32], control: &Control) -> (Completed, Completed) {
    let mut state = State::new(instance);
    state.reset(chosen);
    state.complete();
    let plain = Completed::of(&state);
    state.improve(control);
    (plain, Completed::of(&state))
}

/// A choice of local sites with the two nearest of each demand point.
struct State<'a> {
    instance: &'a Instance,
    is_open: Vec<bool>,
    first: Vec<f64>,
    first_site: Vec<u32>,
    second: Vec<f64>,
    second_site: Vec<u32>,
    count: usize,
    money: f64,
    work: usize,
    /// Scratch: radius of each demand point to the site that may come in.
    to_site: Vec<f64>,
    /// Scratch: for each site the worst radius of its demand points when it stays, and when it goes.
    stays: Vec<f64>,
    goes: Vec<f64>,
}

impl<'a> State<'a> {
    fn new(instance: &'a Instance) -> Self {
        let (demand, sites) = (instance.n_demand(), instance.n_sites());
        let mut state = Self {
            instance,
            is_open: vec![false; sites],
            first: Vec::new(),
            first_site: Vec::new(),
            second: Vec::new(),
            second_site: Vec::new(),
            count: 0,
            money: 0.0,
            work: 0,
            to_site: vec![f64::INFINITY; demand],
            stays: vec![0.0; sites],
            goes: vec![0.0; sites],
        };
        state.reset(&[]);
        state
    }

    /// Opens these sites, as far as the rules allow, and no others.
    fn reset(&mut self, chosen: &[u32]) {
        self.is_open.fill(false);
        self.first.clone_from(&self.instance.served);
        self.first_site = vec![NONE; self.first.len()];
        // The sites that are open anyway serve as well when the nearest goes.
        self.second.clone_from(&self.instance.served);
        self.second_site = vec![NONE; self.first.len()];
        (self.count, self.money) = (0, 0.0);
        for &j in chosen {
            self.open_if_allowed(j);
        }
    }

    fn chosen(&self) -> Vec<u32> {
        (0_u32..).zip(&self.is_open).filter(|(_, open)| **open).map(|(j, _)| j).collect()
    }

    fn is_complete(&self) -> bool {
        self.instance.p.is_none_or(|p| self.count == p) && self.instance.allows(self.count, self.money)
    }

    fn radius(&self) -> f64 {
        self.first.iter().copied().fold(0.0, f64::max)
    }

    fn open_if_allowed(&mut self, site: u32) {
        if self.fits(site, None) {
            self.open(site);
        }
    }

    /// Whether a closed site may open, in exchange for an open one where given.
    fn fits(&self, site: u32, instead_of: Option<u32>) -> bool {
        let at = site as usize;
        if self.is_open.get(at) != Some(&false) {
            return false;
        }
        let mut count = self.count + usize::from(self.instance.counted[at]);
        let mut money = self.money + self.instance.cost[at];
        if let Some(out) = instead_of {
            count -= usize::from(self.instance.counted[out as usize]);
            money -= self.instance.cost[out as usize];
        }
        self.instance.allows(count, money)
    }

    fn open(&mut self, site: u32) {
        self.is_open[site as usize] = true;
        self.count += usize::from(self.instance.counted[site as usize]);
        self.money += self.instance.cost[site as usize];
        let (demand, radii) = self.instance.column(site);
        self.work += demand.len();
        for (&i, &radius) in demand.iter().zip(radii) {
            let i = i as usize;
            if radius < self.first[i] {
                (self.second[i], self.second_site[i]) = (self.first[i], self.first_site[i]);
                (self.first[i], self.first_site[i]) = (radius, site);
            } else if radius < self.second[i] {
                (self.second[i], self.second_site[i]) = (radius, site);
            }
        }
    }

    fn close(&mut self, site: u32) {
        self.is_open[site as usize] = false;
        self.count -= usize::from(self.instance.counted[site as usize]);
        self.money -= self.instance.cost[site as usize];
        let demand = self.instance.column(site).0;
        self.work += demand.len();
        for &i in demand {
            let at = i as usize;
            if self.first_site[at] == site || self.second_site[at] == site {
                self.find_two(i);
            }
        }
    }

    fn find_two(&mut self, demand: u32) {
        let at = demand as usize;
        let (sites, radii) = self.instance.row(demand);
        let mut open = sites.iter().zip(radii).enumerate().filter(|(_, (j, _))| self.is_open[**j as usize]);
        let served = (self.instance.served[at], NONE);
        let (mut looked, mut two) = (sites.len(), [served; 2]);
        for slot in &mut two {
            if let Some((position, (&j, &radius))) = open.next() {
                *slot = (radius, j);
                looked = position;
            }
        }
        self.work += looked;
        [(self.first[at], self.first_site[at]), (self.second[at], self.second_site[at])] = two;
    }

    /// The demand point that is served worst; of equals the first.
    fn worst(&self) -> Option<(u32, f64)> {
        let mut worst: Option<(u32, f64)> = None;
        for (i, &radius) in (0_u32..).zip(&self.first) {
            if worst.is_none_or(|(_, most)| radius > most) {
                worst = Some((i, radius));
            }
        }
        worst
    }

    /// Farthest-first: opens the site nearest to whoever is served worst, until p are open or the budget is spent.
    fn complete(&mut self) {
        while let Some((worst, radius)) = self.worst() {
            if self.instance.p.is_some_and(|p| self.count >= p) {
                return;
            }
            let (sites, radii) = self.instance.row(worst);
            let nearer = radii.partition_point(|&to_site| to_site < radius);
            match sites[..nearer].iter().find(|&&j| self.fits(j, None)) {
                Some(&site) => self.open(site),
                None => break,
            }
        }
        // Nobody gains any more, but p are asked for: the cheapest, so that the budget holds.
        let Some(p) = self.instance.p else { return };
        let instance = self.instance;
        let mut closed: Vec<u32> =
            (0_u32..).zip(&instance.counted).filter(|(_, counted)| **counted).map(|(j, _)| j).collect();
        closed.sort_by(|&a, &b| instance.cost[a as usize].total_cmp(&instance.cost[b as usize]).then(a.cmp(&b)));
        for site in closed {
            if self.count >= p {
                return;
            }
            self.open_if_allowed(site);
        }
    }

    /// Swaps an open site for a closed one, the best such pair each time, while the radius shrinks.
    fn improve(&mut self, control: &Control) {
        let mut counter = 0_usize;
        while let Some((worst, radius)) = self.worst() {
            let (sites, radii) = self.instance.row(worst);
            let nearer = radii.partition_point(|&to_site| to_site < radius);
            let mut best: Option<(f64, u32, u32)> = None;
            for &site in &sites[..nearer] {
                counter += 1;
                if counter.is_multiple_of(64) && control.stop().is_some() {
                    return;
                }
                if self.is_open[site as usize] {
                    continue;
                }
                let below = best.map_or(radius, |(least, _, _)| least);
                if let Some((least, out)) = self.best_out(site, below) {
                    best = Some((least, site, out));
                }
            }
            let Some((_, site, out)) = best else { return };
            self.close(out);
            self.open(site);
        }
    }

    /// The best open site to close when `site` opens, if the radius gets below `below` by it.
    fn best_out(&mut self, site: u32, below: f64) -> Option<(f64, u32)> {
        let instance = self.instance;
        let (demand, radii) = instance.column(site);
        for (&i, &radius) in demand.iter().zip(radii) {
            self.to_site[i as usize] = radius;
        }
        let mut unmoved = 0.0_f64;
        for i in 0..self.first.len() {
            let stays = self.first[i].min(self.to_site[i]);
            match self.first_site[i] {
                NONE => unmoved = unmoved.max(stays),
                nearest => {
                    let nearest = nearest as usize;
                    self.stays[nearest] = self.stays[nearest].max(stays);
                    self.goes[nearest] = self.goes[nearest].max(self.second[i].min(self.to_site[i]));
                }
            }
        }
        self.work += self.first.len();
        // The two worst of those that stay: when the worst goes, the second worst counts.
        let (mut worst, mut second) = ((0.0_f64, NONE), 0.0_f64);
        for (j, open) in (0_u32..).zip(&self.is_open) {
            let stays = self.stays[j as usize];
            if *open && (worst.1 == NONE || stays > worst.0) {
                second = if worst.1 == NONE { 0.0 } else { worst.0 };
                worst = (stays, j);
            } else if *open {
                second = second.max(stays);
            }
        }
        let mut best: Option<(f64, u32)> = None;
        for (j, open) in (0_u32..).zip(&self.is_open) {
            if !open {
                continue;
            }
            let others = if j == worst.1 { second } else { worst.0 };
            let radius = self.goes[j as usize].max(others).max(unmoved);
            if radius < best.map_or(below, |(least, _)| least) && self.swaps(site, j) {
                best = Some((radius, j));
            }
        }
        for &i in demand {
            self.to_site[i as usize] = f64::INFINITY;
        }
        self.stays.fill(0.0);
        self.goes.fill(0.0);
        best
    }

    /// Whether the rules allow to open one site in exchange for another.
    fn swaps(&self, site: u32, out: u32) -> bool {
        let same_count = self.instance.counted[site as usize] == self.instance.counted[out as usize];
        (same_count || self.instance.p.is_none()) && self.fits(site, Some(out))
    }
}
