//! The p-center: covers of ever smaller radii by p sites, found by local search with weights on demand points.
//!
//! At one radius the demand points out of reach of the open sites are to vanish. Each step makes the best exchange of an
//! open for a closed site among those that reach a random demand point left out. Where even that is not for the better, all
//! that are left out weigh more from then on, so that those hard to reach come to matter: Zhang, Lü, Su, Li, Ding and Xu
//! (2020), "Vertex weighting-based tabu search for p-center problem", IJCAI; weights on rows of set covers also in Gao, Weise
//! and Li (2015), European Journal of Operational Research 246.

use rayon::prelude::*;

use crate::engine::center::instance::Instance;
use crate::engine::random::Random;
use crate::solve::Control;

/// Searches side by side, each with random numbers of its own; so many whatever the number of threads.
const CHAINS: u64 = 4;

/// Steps in vain for each demand point and site that end a search, however little work they are.
const STEPS: u64 = 100;

/// The work in all is at most so many times the patience.
const ROUNDS: usize = 20;

/// A choice of local sites with a smaller radius than `start` has, by exchanges of sites alone; `None` when none is found.
///
/// No plan has a radius below `least`: where it is reached the search ends. A radius that is not reached after `patience`
/// looked-at entries is given up. The choice keeps the number of sites; there must not be a budget: then it is not tried.
pub(crate) fn descend(
    instance: &Instance,
    start: &[u32],
    least: f64,
    patience: usize,
    seed: u64,
    control: &Control,
) -> Option<(Vec<u32>, f64)> {
    if instance.budget.is_some() || start.is_empty() || start.len() == instance.n_sites() {
        return None;
    }
    let run = |chain: u64| Search::new(instance, start).run(least, patience, seed ^ (chain << 32), control);
    let found: Vec<Option<(Vec<u32>, f64)>> = match control.options.threads {
        Some(1) => (0..CHAINS).map(run).collect(),
        _ => (0..CHAINS).into_par_iter().map(run).collect(),
    };
    // Of equal ones the first, whichever came in first.
    found.into_iter().flatten().min_by(|a, b| a.1.total_cmp(&b.1))
}

/// A closed site that opens, the place in the list of the open one that closes, and the weight won and lost.
struct Exchange {
    site: u32,
    out: usize,
    won: u64,
    lost: u64,
}

/// Open sites, and who is within the radius aimed at.
struct Search<'a> {
    instance: &'a Instance,
    open: Vec<u32>,
    is_open: Vec<bool>,
    /// The sites that the last step closed and opened.
    newest: [u32; 2],
    /// Step in which each site came in or went.
    moved: Vec<u64>,
    /// How many sites of each demand point, and how many demand points of each site, are within the radius.
    sites_in_reach: Vec<usize>,
    demand_in_reach: Vec<usize>,
    /// Number of open sites within the radius of each demand point, and the sum of their indices: the site itself where
    /// it is but one.
    served_by: Vec<u32>,
    sum: Vec<u64>,
    weight: Vec<u64>,
    /// Of an open site the weight that it alone reaches, of a closed one the weight that it would reach anew.
    score: Vec<u64>,
    /// Scratch: what of the score of each open site stays served by the site that may come in.
    kept: Vec<u64>,
    /// Demand points that no open site reaches, and the place of each demand point there.
    left_out: Vec<u32>,
    place: Vec<usize>,
    /// Looked-at entries.
    work: usize,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, start: &[u32]) -> Self {
        let (demand, sites) = (instance.n_demand(), instance.n_sites());
        let mut is_open = vec![false; sites];
        start.iter().for_each(|&j| is_open[j as usize] = true);
        Self {
            instance,
            open: start.to_vec(),
            is_open,
            newest: [u32::MAX; 2],
            moved: vec![0; sites],
            sites_in_reach: vec![0; demand],
            demand_in_reach: vec![0; sites],
            served_by: vec![0; demand],
            sum: vec![0; demand],
            weight: vec![1; demand],
            score: vec![0; sites],
            kept: vec![0; sites],
            left_out: Vec::new(),
            place: vec![0; demand],
            work: 0,
        }
    }

    fn run(mut self, least: f64, patience: usize, seed: u64, control: &Control) -> Option<(Vec<u32>, f64)> {
        let mut random = Random::of_seed(seed);
        let mut best = None;
        let mut radius = self.radius();
        self.aim_below(radius);
        let (mut step, mut last) = (0_u64, (0_u64, self.work));
        let most = patience.saturating_mul(ROUNDS);
        let vain = STEPS * (self.weight.len() + self.score.len()) as u64;
        while radius > least && step - last.0 < vain && self.work - last.1 < patience && self.work < most {
            if control.stop().is_some() {
                break;
            }
            step += 1;
            if self.left_out.is_empty() {
                radius = self.radius();
                best = Some((self.open.clone(), radius));
                self.aim_below(radius);
                last = (step, self.work);
            } else {
                self.exchange(step, &mut random);
            }
        }
        best.map(|(mut sites, radius)| {
            sites.sort_unstable();
            (sites, radius)
        })
    }

    /// The radius of the open sites.
    fn radius(&self) -> f64 {
        let nearest = |i: u32| {
            let (sites, radii) = self.instance.row(i);
            let open = sites.iter().position(|&j| self.is_open[j as usize]);
            open.map_or(f64::INFINITY, |at| radii[at]).min(self.instance.served[i as usize])
        };
        self.instance.demand().map(nearest).fold(0.0, f64::max)
    }

    /// From now on only what is nearer than a radius is in reach.
    fn aim_below(&mut self, radius: f64) {
        let below = |radii: &[f64]| radii.partition_point(|&value| value < radius);
        for (j, reach) in (0_u32..).zip(&mut self.demand_in_reach) {
            *reach = below(self.instance.column(j).1);
        }
        self.score.fill(0);
        self.left_out.clear();
        for i in self.instance.demand() {
            let at = i as usize;
            (self.served_by[at], self.sum[at], self.sites_in_reach[at]) = (0, 0, 0);
            // Whom a site reaches that is open anyway asks for nothing.
            if self.instance.served[at] < radius {
                continue;
            }
            let (sites, radii) = self.instance.row(i);
            self.sites_in_reach[at] = below(radii);
            let sites = &sites[..self.sites_in_reach[at]];
            self.work += sites.len() + 1;
            for &j in sites.iter().filter(|&&j| self.is_open[j as usize]) {
                self.served_by[at] += 1;
                self.sum[at] += u64::from(j);
            }
            match self.served_by[at] {
                0 => {
                    sites.iter().for_each(|&j| self.score[j as usize] += self.weight[at]);
                    self.join(i);
                }
                1 => {
                    let alone = self.alone(at);
                    self.score[alone] += self.weight[at];
                }
                _ => {}
            }
        }
    }

    /// The one open site that reaches a demand point.
    fn alone(&self, demand: usize) -> usize {
        usize::try_from(self.sum[demand]).unwrap_or(0)
    }

    /// Makes the best exchange that reaches a random demand point left out. Where none is for the better, whoever is left
    /// out weighs more from now on.
    fn exchange(&mut self, step: u64, random: &mut Random) {
        let demand = self.left_out[random.below(self.left_out.len())];
        let Some(exchange) = self.best_exchange(demand) else { return };
        if exchange.lost >= exchange.won {
            for at in 0..self.left_out.len() {
                let i = self.left_out[at];
                self.weight[i as usize] += 1;
                self.in_reach(i).iter().for_each(|&j| self.score[j as usize] += 1);
                self.work += self.sites_in_reach[i as usize];
            }
        }
        let out = self.open[exchange.out];
        self.turn(out, false, step);
        self.open[exchange.out] = exchange.site;
        self.turn(exchange.site, true, step);
        self.newest = [out, exchange.site];
    }

    /// The exchange after which the least weight is left out, among those whose new site reaches a demand point; of equal
    /// ones that of the sites that have stayed longest as they are. What has just moved stays.
    fn best_exchange(&mut self, demand: u32) -> Option<Exchange> {
        let mut best: Option<(Exchange, u64)> = None;
        for &site in self.in_reach(demand) {
            if self.newest.contains(&site) && self.sites_in_reach[demand as usize] > 1 {
                continue;
            }
            // Whom a site alone reaches is not lost with it where the new one reaches them too.
            let reach = &self.instance.column(site).0[..self.demand_in_reach[site as usize]];
            for &i in reach.iter().filter(|&&i| self.served_by[i as usize] == 1) {
                let alone = self.alone(i as usize);
                self.kept[alone] += self.weight[i as usize];
            }
            self.work += reach.len() + self.open.len();
            let won = self.score[site as usize];
            for (out, &other) in self.open.iter().enumerate() {
                let lost = self.score[other as usize] - std::mem::take(&mut self.kept[other as usize]);
                if self.newest.contains(&other) && self.open.len() > 1 {
                    continue;
                }
                let moved = self.moved[site as usize].max(self.moved[other as usize]);
                let better = best.as_ref().is_none_or(|(best, latest)| {
                    let (new, old) = (lost + best.won, best.lost + won);
                    new < old || new == old && moved < *latest
                });
                if better {
                    best = Some((Exchange { site, out, won, lost }, moved));
                }
            }
        }
        best.map(|(exchange, _)| exchange)
    }

    fn in_reach(&self, demand: u32) -> &'a [u32] {
        &self.instance.row(demand).0[..self.sites_in_reach[demand as usize]]
    }

    /// Opens a closed site, or closes an open one.
    fn turn(&mut self, site: u32, opens: bool, step: u64) {
        self.is_open[site as usize] = opens;
        self.moved[site as usize] = step;
        let demand = &self.instance.column(site).0[..self.demand_in_reach[site as usize]];
        self.work += demand.len();
        for &i in demand {
            let at = i as usize;
            // Served by a site that is open anyway.
            if self.sites_in_reach[at] == 0 {
                continue;
            }
            if !opens {
                self.served_by[at] -= 1;
                self.sum[at] -= u64::from(site);
            }
            // The score of the site itself stays: what it wins by opening it loses by closing.
            match self.served_by[at] {
                0 => {
                    for &j in self.in_reach(i).iter().filter(|&&j| j != site) {
                        self.score[j as usize] = changed(self.score[j as usize], self.weight[at], !opens);
                    }
                    self.work += self.sites_in_reach[at];
                    if opens { self.leave(i) } else { self.join(i) }
                }
                1 => {
                    let alone = self.alone(at);
                    self.score[alone] = changed(self.score[alone], self.weight[at], !opens);
                }
                _ => {}
            }
            if opens {
                self.served_by[at] += 1;
                self.sum[at] += u64::from(site);
            }
        }
    }

    /// Puts a demand point into the list of those left out.
    fn join(&mut self, demand: u32) {
        self.place[demand as usize] = self.left_out.len();
        self.left_out.push(demand);
    }

    /// Takes a demand point out of the list of those left out.
    fn leave(&mut self, demand: u32) {
        let place = self.place[demand as usize];
        self.left_out.swap_remove(place);
        if let Some(&moved) = self.left_out.get(place) {
            self.place[moved as usize] = place;
        }
    }
}

/// A score that gains or loses a weight.
fn changed(score: u64, weight: u64, gains: bool) -> u64 {
    if gains { score + weight } else { score - weight }
}
